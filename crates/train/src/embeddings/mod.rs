//! Word embeddings: skip-gram and continuous bag of words with negative sampling (Mikolov et al. 2013).
//!
//! The same text and settings give the same vectors, whatever the number of threads: the text is trained in a fixed
//! number of shards that work apart for a while and are then merged in a fixed order (see `replica`). Work runs on
//! rayon's current thread pool.

mod cbow;
pub(crate) mod container;
mod exchange;
mod matrix;
mod negative_sampling;
mod options;
mod progress;
mod replica;
mod sampling;
mod sgns;
mod text;
mod trainer;
mod vectors;
mod vocabulary;

use std::path::{Path, PathBuf};

use anyhow::Result;

pub use options::{Architecture, EmbeddingOptions};
pub(crate) use progress::Progress;
pub(crate) use sampling::Noise;
pub(crate) use text::for_each_line;
pub use vectors::{Provenance, Vectors};

use trainer::Trainer;
use vocabulary::Corpus;

/// Hands the normalised words of a line, one after another, to its second argument.
pub type Tokenize<'a> = &'a dyn Fn(&str, &mut dyn FnMut(&str));

/// Trains vectors on `files`, which hold a sentence a line, plain or (`.xz`) compressed.
///
/// With `checkpoint`, the state is written to that file after every epoch, and a file found there is continued: the
/// result is that of an uninterrupted run. The file is left in place; remove it when the vectors are saved. With
/// `progress`, speed, loss and remaining time are shown on standard error.
///
/// # Errors
///
/// Options out of range; files that cannot be read (the message names file and line, not the text); fewer than two
/// words of the minimum count; a checkpoint that is damaged or of other settings or another text; a learning rate so
/// high that the numbers overflow.
pub fn train(
    files: &[PathBuf],
    options: &EmbeddingOptions,
    tokenize: Tokenize<'_>,
    checkpoint: Option<&Path>,
    progress: bool,
) -> Result<Vectors> {
    options.check()?;
    let corpus = Corpus::read(files, options.min_count, tokenize)?;
    let mut trainer = Trainer::new(&corpus, options);
    if let Some(path) = checkpoint.filter(|path| path.exists()) {
        trainer.restore(path)?;
    }
    let mut progress = Progress::new(progress, trainer.word_total(), trainer.words_done());
    while trainer.epochs_done < options.epochs {
        trainer.epoch(&mut progress)?;
        if let Some(path) = checkpoint {
            trainer.save(path)?;
        }
    }
    let name = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let vectors = trainer.vectors(files.iter().map(name).collect());
    vectors.check()?;
    Ok(vectors)
}
