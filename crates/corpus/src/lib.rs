//! Annotated corpora for drug-name recognition: readers, writers, document splits and the scorer.
//!
//! * [`ddi`] reads the DDI corpus 2013 from a folder or straight from its zip archive into a [`Corpus`].
//! * [`conll`] reads and writes column files with IOB, BIO or BIOES tags.
//! * [`columns`] reads such a file as a [`Corpus`].
//! * [`split`] divides a corpus by document: the fixed development split, and folds for cross-validation.
//! * [`scorer`] compares answers with the gold entities: one-to-one, strict, exact, partial and type.
//!
//! All offsets are half-open byte ranges into the UTF-8 text of one sentence. Nothing here writes sentence text
//! into an error, an issue or a log: these name the file, the line and the identifier.

pub mod columns;
pub mod conll;
pub mod ddi;
mod error;
mod model;
mod offsets;
mod rng;
pub mod scorer;
pub mod split;
#[doc(hidden)]
pub mod testing;

pub use error::{Error, Result};
pub use model::{Corpus, Document, Entity, Issue, IssueKind, Label, Sentence, Span, UnplacedEntity};
pub use scorer::{Answer, Report, Scorer};
