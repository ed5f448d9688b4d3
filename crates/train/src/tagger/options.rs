//! Sizes and training settings of a tagger.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::weights::TaggerSizes;
use crate::ops::CrfMask;
use drugner::decode::tags::{MAX_LABELS, may_begin, may_end, may_follow, tag_count};
use drugner::features::chars::CHAR_COUNT;

/// Sizes and training settings of a tagger. The defaults are the recommended recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaggerOptions {
    /// Seed of every random choice.
    pub seed: u64,
    /// Number of labels; the network has `1 + 4 * labels` tags.
    pub labels: usize,
    /// Labels of an auxiliary task that trains the same network through an output layer of its own, which is not part of
    /// the model; 0 for none.
    pub auxiliary_labels: usize,
    /// Number of case shapes.
    pub shapes: usize,
    /// Number of lexicon lists, at most 16; each gives a token two flags.
    pub lexicons: usize,
    /// Length of a character embedding.
    pub character_dim: usize,
    /// Number of character filters.
    pub filters: usize,
    /// Length of a shape embedding.
    pub shape_dim: usize,
    /// LSTM units per direction.
    pub hidden: usize,
    /// Bidirectional LSTM layers, 1 or 2.
    pub layers: usize,
    /// Probability that an input value other than a lexicon flag is dropped.
    pub input_dropout: f32,
    /// Probability that an LSTM unit is dropped, for the whole sentence, after each layer.
    pub hidden_dropout: f32,
    /// Probability that a word's vector becomes that of the unknown word.
    pub word_dropout: f32,
    /// Probability that all lexicon flags of a token are cleared.
    pub lexicon_dropout: f32,
    /// An input of the first layer says which tokens had their flags cleared, in training alone: then a token without flags
    /// is one that no list holds. The model has no such input.
    pub lexicon_mark: bool,
    /// Largest learning rate.
    pub learning_rate: f32,
    /// Steps over which the learning rate rises from 0.
    pub warm_up: u64,
    /// Share of the largest learning rate that remains at the end of the cosine.
    pub final_rate: f32,
    /// Largest norm of the gradient.
    pub clip: f32,
    /// Sentences per step.
    pub batch: usize,
    /// Passes over the examples.
    pub epochs: usize,
    /// Decay per step of the weights' exponential average, which runs over the second half of training.
    pub average: f32,
    /// Epochs without a better development score after which training stops; `None`: never.
    pub patience: Option<usize>,
}

impl Default for TaggerOptions {
    fn default() -> Self {
        TaggerOptions {
            seed: 1,
            labels: 4,
            auxiliary_labels: 0,
            shapes: 12,
            lexicons: 7,
            character_dim: 25,
            filters: 50,
            shape_dim: 8,
            hidden: 128,
            layers: 1,
            input_dropout: 0.4,
            hidden_dropout: 0.4,
            word_dropout: 0.08,
            lexicon_dropout: 0.15,
            lexicon_mark: false,
            learning_rate: 3e-3,
            warm_up: 100,
            final_rate: 0.02,
            clip: 5.0,
            batch: 16,
            epochs: 12,
            average: 0.995,
            patience: None,
        }
    }
}

impl TaggerOptions {
    /// Number of tags of the network, see [`drugner::decode::tags`].
    pub fn tags(&self) -> usize {
        tag_count(self.labels)
    }

    /// Number of tags of the main or of the auxiliary task.
    pub fn head_tags(&self, auxiliary: bool) -> usize {
        if auxiliary { tag_count(self.auxiliary_labels) } else { self.tags() }
    }

    /// Legal starts, ends and transitions of the tags.
    pub fn mask(&self) -> CrfMask {
        Self::mask_of(self.tags())
    }

    pub(super) fn mask_of(tags: usize) -> CrfMask {
        CrfMask {
            start: (0..tags).map(may_begin).collect(),
            end: (0..tags).map(may_end).collect(),
            transitions: (0..tags * tags).map(|pair| may_follow(pair / tags, pair % tags)).collect(),
        }
    }

    /// The sizes of the network over word vectors of length `word_dim`.
    pub fn sizes(&self, word_dim: usize) -> TaggerSizes {
        TaggerSizes {
            word_dim,
            characters: CHAR_COUNT,
            character_dim: self.character_dim,
            filters: self.filters,
            shapes: self.shapes,
            shape_dim: self.shape_dim,
            lexicon_flags: 2 * self.lexicons,
            hidden: self.hidden,
            layers: self.layers,
            tags: self.tags(),
        }
    }

    /// Checks that every value lies in its range.
    pub fn check(&self) -> Result<()> {
        let sizes = [self.character_dim, self.filters, self.shape_dim, self.hidden, self.shapes];
        ensure!(sizes.iter().all(|size| (1..=4096).contains(size)), "a size is not in 1..=4096");
        ensure!((1..=MAX_LABELS).contains(&self.labels), "labels is not in 1..={MAX_LABELS}");
        ensure!(self.auxiliary_labels <= MAX_LABELS, "auxiliary_labels is not in 0..={MAX_LABELS}");
        ensure!(self.lexicons <= 16, "lexicons is more than 16");
        ensure!((1..=2).contains(&self.layers), "layers is not 1 or 2");
        let dropouts = [self.input_dropout, self.hidden_dropout, self.word_dropout, self.lexicon_dropout];
        ensure!(dropouts.iter().all(|p| (0.0..1.0).contains(p)), "a dropout probability is not in [0, 1)");
        ensure!(self.learning_rate > 0.0 && self.learning_rate <= 1.0, "learning_rate is not in (0, 1]");
        ensure!((0.0..=1.0).contains(&self.final_rate), "final_rate is not in [0, 1]");
        ensure!(self.clip > 0.0, "clip is not positive");
        ensure!((0.0..1.0).contains(&self.average), "average is not in [0, 1)");
        ensure!(self.batch > 0 && self.epochs > 0, "batch or epochs is 0");
        Ok(())
    }
}
