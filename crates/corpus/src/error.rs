//! The error type of the crate.

use std::io;
use std::path::PathBuf;

/// The result of a fallible call.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, with the place to look at. No variant carries sentence text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason that the operating system gave.
        source: io::Error,
    },
    /// Output could not be written.
    #[error("cannot write: {0}")]
    Write(#[source] io::Error),
    /// The archive is damaged or uses a feature that is not supported.
    #[error("{}: not a readable zip archive: {detail}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The path exists but holds no document of the kind asked for.
    #[error("{}: no documents found; expected {expected}", path.display())]
    NoDocuments {
        /// The path that was searched.
        path: PathBuf,
        /// What should have been there.
        expected: String,
    },
    /// A file, or an archive as a whole, unpacks to more than the reader accepts.
    #[error("{file}: larger than the limit of {limit} bytes")]
    TooLarge {
        /// The file, or the archive.
        file: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// A line of an input file breaks the rules of its format.
    #[error("{file}:{line}: {detail}")]
    Input {
        /// The file; inside an archive `archive.zip/inner/path`.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// Which rule was broken.
        detail: String,
    },
    /// Tags have labels whose meaning is not known.
    #[error("{file}: labels without a meaning: {}; say which drug label each stands for", labels.join(", "))]
    Labels {
        /// The file.
        file: String,
        /// The labels.
        labels: Vec<String>,
    },
    /// A document list names documents that the corpus does not hold.
    #[error("unknown documents: {}", ids.join(", "))]
    UnknownDocuments {
        /// The identifiers without a document.
        ids: Vec<String>,
    },
    /// A split was asked for that cannot be made.
    #[error("cannot split into {folds} folds: the corpus has {documents} documents")]
    Folds {
        /// The number of folds asked for.
        folds: usize,
        /// The documents at hand.
        documents: usize,
    },
    /// A sentence cannot be written as asked.
    #[error("sentence {sentence}: {detail}")]
    Tokens {
        /// The identifier of the sentence.
        sentence: String,
        /// What is wrong with its tokens.
        detail: String,
    },
    /// The answers for a sentence cannot be scored.
    #[error("sentence {sentence}: {detail}")]
    Answers {
        /// The identifier of the sentence.
        sentence: String,
        /// What is wrong with its answers.
        detail: String,
    },
}
