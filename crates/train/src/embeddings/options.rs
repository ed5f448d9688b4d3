//! Settings of a training run.

use serde::{Deserialize, Serialize};

/// What is predicted from what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// The words around from the word in the middle.
    SkipGram,
    /// The word in the middle from the mean of those around.
    Cbow,
}

/// Settings; the defaults are those of skip-gram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingOptions {
    /// Skip-gram or CBOW.
    pub architecture: Architecture,
    /// Numbers in a vector.
    pub dim: usize,
    /// Most words to either side; the width is drawn anew from `1..=window` for every word.
    pub window: usize,
    /// Negative samples for each positive, drawn by count to the power of 0.75.
    pub negatives: usize,
    /// Words seen less often are left out of the text.
    pub min_count: u64,
    /// Words more frequent than this share of the text are thinned out; 0 keeps all.
    pub subsample: f64,
    /// First learning rate; it falls linearly to a ten-thousandth of it.
    pub learning_rate: f32,
    /// Passes over the text.
    pub epochs: usize,
    /// Seed of every random choice.
    pub seed: u64,
}

impl EmbeddingOptions {
    /// The defaults of an architecture.
    pub fn for_architecture(architecture: Architecture) -> Self {
        Self {
            architecture,
            dim: 100,
            window: 5,
            negatives: 5,
            min_count: 5,
            subsample: 1e-4,
            learning_rate: match architecture {
                Architecture::SkipGram => 0.025,
                Architecture::Cbow => 0.05,
            },
            epochs: 4,
            seed: 1,
        }
    }
}

impl Default for EmbeddingOptions {
    fn default() -> Self {
        Self::for_architecture(Architecture::SkipGram)
    }
}
