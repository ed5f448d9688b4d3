//! Decode: scores -> mentions with their probabilities. `crf`, `nbest`, `tags` and `mentions` serve the bilstm-crf family,
//! `windows` and `runs` the families with a softmax, `calibration` all of them; `brackets` and `abbreviations` look at the
//! text again.

use std::ops::Range;

pub mod abbreviations;
pub mod brackets;
pub mod calibration;
pub mod crf;
pub mod mentions;
pub mod nbest;
pub mod runs;
pub mod softmax;
pub mod tags;
pub mod windows;

/// A mention in the words of its sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Words (or tokens) of the sentence.
    pub words: Range<usize>,
    /// Label id.
    pub label: usize,
    /// Probability under the network, not yet calibrated, 0..=1.
    pub score: f32,
}
