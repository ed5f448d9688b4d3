//! Settings of embedding training.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Which words predict which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// A word predicts each word around it.
    SkipGram,
    /// The mean of the words around it predicts a word.
    Cbow,
}

/// Settings of [`train`](super::train). Together with the text they decide every bit of the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingOptions {
    /// Which words predict which.
    pub architecture: Architecture,
    /// Numbers in a vector, 1 to 4096.
    pub dim: usize,
    /// Words to either side, 1 to 100; every position draws its own reach of 1 to this.
    pub window: usize,
    /// Noise words per true word, 1 to 100.
    pub negatives: usize,
    /// Rarer words are left out of the text.
    pub min_count: u64,
    /// Words of a higher relative frequency are thinned out; 0 thins none.
    pub subsample: f64,
    /// Learning rate at the start, falling in a straight line towards 0; `None` is 0.025 for skip-gram and 0.05 for CBOW.
    pub learning_rate: Option<f32>,
    /// Passes over the text, at least 1.
    pub epochs: u32,
    /// Seed of every random draw.
    pub seed: u64,
}

impl Default for EmbeddingOptions {
    fn default() -> Self {
        Self {
            architecture: Architecture::SkipGram,
            dim: 100,
            window: 5,
            negatives: 5,
            min_count: 5,
            subsample: 1e-4,
            learning_rate: None,
            epochs: 4,
            seed: 1,
        }
    }
}

impl EmbeddingOptions {
    /// The learning rate at the start.
    pub fn initial_rate(&self) -> f32 {
        self.learning_rate.unwrap_or(match self.architecture {
            Architecture::SkipGram => 0.025,
            Architecture::Cbow => 0.05,
        })
    }

    pub(super) fn check(&self) -> Result<()> {
        ensure!((1..=4096).contains(&self.dim), "dim is {}, not 1 to 4096", self.dim);
        ensure!((1..=100).contains(&self.window), "window is {}, not 1 to 100", self.window);
        ensure!((1..=100).contains(&self.negatives), "negatives is {}, not 1 to 100", self.negatives);
        ensure!((0.0..=1.0).contains(&self.subsample), "subsample is {}, not 0 to 1", self.subsample);
        ensure!(self.epochs >= 1, "epochs is 0");
        let rate = self.initial_rate();
        ensure!(rate > 0.0 && rate <= 1.0, "learning_rate is {rate}, not above 0 and up to 1");
        Ok(())
    }
}
