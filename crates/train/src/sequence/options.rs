//! Settings of a sequence classifier, and what it is trained on.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// One training sequence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequence {
    /// Inputs, `[words, width]`.
    pub x: Vec<f32>,
    /// Right classes, `[words]`.
    pub classes: Vec<u8>,
}

/// Sizes and training settings of a sequence classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SequenceOptions {
    /// LSTM units per direction, 1 to 4096.
    pub hidden: usize,
    /// Number of classes, 2 to 256.
    pub classes: usize,
    /// A second LSTM reads the sequence from its end.
    pub bidirectional: bool,
    /// Probability that an LSTM unit is dropped, for the whole sequence, in [0, 1).
    pub dropout: f32,
    /// Passes over the sequences, at least 1.
    pub epochs: usize,
    /// Sequences per step, at least 1.
    pub batch: usize,
    /// Learning rate of Adam, above 0.
    pub learning_rate: f32,
    /// Epochs without a better development score after which training stops; 0: never.
    pub patience: usize,
    /// Seed of every random choice.
    pub seed: u64,
}

impl Default for SequenceOptions {
    fn default() -> Self {
        SequenceOptions {
            hidden: 100,
            classes: 2,
            bidirectional: false,
            dropout: 0.0,
            epochs: 30,
            batch: 16,
            learning_rate: 1e-3,
            patience: 5,
            seed: 1,
        }
    }
}

impl SequenceOptions {
    /// 1 or 2.
    pub(super) fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// Checks that every value lies in its range.
    pub fn check(&self) -> Result<()> {
        ensure!((1..=4096).contains(&self.hidden), "hidden is not in 1..=4096");
        ensure!((2..=256).contains(&self.classes), "classes is not in 2..=256");
        ensure!((0.0..1.0).contains(&self.dropout), "dropout is not in [0, 1)");
        ensure!(self.epochs > 0, "epochs is 0");
        ensure!(self.batch > 0, "batch is 0");
        ensure!(
            self.learning_rate > 0.0 && self.learning_rate.is_finite(),
            "learning_rate is not a positive number"
        );
        Ok(())
    }

    /// Checks that the sequences agree with the options and inputs of `width` numbers.
    pub(super) fn check_sequences(&self, width: usize, sequences: &[Sequence]) -> Result<()> {
        ensure!((1..=65_536).contains(&width), "width is not in 1..=65536");
        ensure!(sequences.iter().any(|sequence| !sequence.classes.is_empty()), "there are no training words");
        for (at, Sequence { x, classes }) in sequences.iter().enumerate() {
            ensure!(
                classes.len().checked_mul(width) == Some(x.len()),
                "sequence {at}: x and classes do not agree"
            );
            ensure!(
                classes.iter().all(|&class| usize::from(class) < self.classes),
                "sequence {at}: a class is not below {}",
                self.classes
            );
            ensure!(x.iter().all(|value| value.is_finite()), "sequence {at}: an input is no finite number");
        }
        Ok(())
    }
}
