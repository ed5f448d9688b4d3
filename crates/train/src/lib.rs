//! Training of drugner models: word embeddings, the networks, and the way from a corpus to a model file.

pub mod analysis;
pub mod calibration;
pub mod data;
pub mod embeddings;
pub mod evaluate;
pub mod experiment;
pub mod export;
pub mod language_model;
pub mod ops;
mod optimiser;
pub mod pipeline;
pub mod recipe;
pub mod representation;
mod run;
pub mod sequence;
pub mod tagger;
pub mod window;

use anyhow::Result;
use drugner::features::word::Word;
use embeddings::{EmbeddingOptions, Vectors};
use std::path::{Path, PathBuf};

/// Trains word vectors on text cut into words by the engine's own text stage.
pub fn train_vectors(
    files: &[PathBuf],
    options: &EmbeddingOptions,
    checkpoint: Option<&Path>,
) -> Result<Vectors> {
    embeddings::train(files, options, &normal_words, checkpoint, true)
}

/// The normal forms of a line's words: lower case, digits as `0`; words too long to be known are passed over.
fn normal_words(line: &str, word: &mut dyn FnMut(&str)) {
    for token in evaluate::segments(line).into_iter().flatten() {
        let scanned = Word::scan(line.as_bytes(), token);
        if let Some(normal) = scanned.normal().and_then(|normal| str::from_utf8(normal).ok()) {
            word(normal);
        }
    }
}
