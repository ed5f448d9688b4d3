//! Classifiers of the words of a sequence: one LSTM layer, in one or two directions, under a softmax per word.
//!
//! [`train`] is deterministic: the same options and sequences give the same bits, for any number of threads, and also
//! when training stops and goes on from a checkpoint.

mod network;
mod options;
mod train;
mod weights;

pub use options::{Sequence, SequenceOptions};
pub use train::train;
pub use weights::{SequenceWeights, forward};
