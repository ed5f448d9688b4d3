//! The BiLSTM-CRF tagger: word vectors, characters, case shapes and lexicon flags in; BIOES tags out.
//!
//! [`train`] makes [`TaggerWeights`] from a [`Source`] of examples. It is deterministic: the same options, word vectors
//! and source give the same bits, for any number of threads, and also when training stops and goes on from a checkpoint.

mod batch;
mod checkpoint;
mod data;
mod network;
mod options;
mod parameters;
mod progress;
mod rate;
mod reference;
mod train;
mod weights;

pub(crate) use batch::Batch;
pub use data::{DistinctWords, Example, WordVectors};
pub(crate) use network::Network;
pub use options::TaggerOptions;
pub(crate) use parameters::{Parameters, orthogonal};
pub(crate) use rate::learning_rate;
pub use reference::emissions;
pub use train::{Source, Trained, train};
pub use weights::{Direction, TaggerSizes, TaggerWeights};
