//! Settings of the pre-training.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::tagger::TaggerOptions;

/// Settings of [`train`](super::train).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LanguageModelOptions {
    /// Sentences of the text that are used, drawn at random.
    pub sentences: usize,
    /// Passes over them.
    pub epochs: usize,
    /// Sentences per step.
    pub batch: usize,
    /// Words that every true word of a step is told apart from.
    pub negatives: usize,
    /// Largest learning rate of the network, see [`TaggerOptions`].
    pub learning_rate: f32,
    /// Learning rate of the output layer, which is trained by Adagrad.
    pub output_rate: f32,
    /// Probability that a word's vector becomes that of the unknown word, so that its characters have to tell.
    pub word_dropout: f32,
    /// Probability that an input value or a unit is dropped.
    pub dropout: f32,
}

impl Default for LanguageModelOptions {
    fn default() -> Self {
        Self {
            sentences: 400_000,
            epochs: 1,
            batch: 64,
            negatives: 1024,
            learning_rate: 2e-3,
            output_rate: 0.1,
            word_dropout: 0.1,
            dropout: 0.1,
        }
    }
}

impl LanguageModelOptions {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(self.sentences > 0 && self.epochs > 0 && self.batch > 0, "sentences, epochs or batch is 0");
        ensure!((1..=65_536).contains(&self.negatives), "negatives is not in 1..=65536");
        ensure!(self.output_rate > 0.0 && self.output_rate <= 1.0, "output_rate is not in (0, 1]");
        Ok(())
    }

    /// The tagger whose features and LSTM are trained.
    pub(super) fn network(&self, tagger: &TaggerOptions) -> TaggerOptions {
        TaggerOptions {
            labels: 1,
            auxiliary_labels: 0,
            shapes: drugner::features::shape::COUNT,
            lexicons: 0,
            word_dropout: self.word_dropout,
            lexicon_dropout: 0.0,
            lexicon_mark: false,
            input_dropout: self.dropout,
            hidden_dropout: self.dropout,
            learning_rate: self.learning_rate,
            batch: self.batch,
            epochs: self.epochs,
            ..tagger.clone()
        }
    }
}
