//! Training of the drugner model families.
//!
//! * [`ops`]: fused tensor operations with hand-written backward passes (LSTM recurrence, CRF loss, character
//!   convolution).
//! * [`tagger`]: the BiLSTM-CRF tagger, its training loop and its weights.

pub mod ops;
pub mod tagger;
