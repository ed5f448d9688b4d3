//! Classifiers of word windows: dense layers of sigmoid units under a softmax.
//!
//! The three networks of the paper differ only in what happens before back-propagation: nothing (MLP), stacked
//! restricted Boltzmann machines (DBN) or stacked denoising auto-encoders (SAE). All train on inputs standardised by the
//! training windows' mean and deviation; the weights handed out have this folded into their first layer and take the
//! word rows as they are.
//!
//! [`train`] is deterministic: the same options and windows give the same bits, also when training stops and goes on
//! from a checkpoint. It runs on the calling thread alone.

mod autoencoder;
mod classifier;
mod coder;
mod inputs;
mod options;
mod pretraining;
mod rbm;
mod train;

pub use classifier::{DenseLayer, forward};
pub use inputs::Windows;
pub use options::{DenoisingOptions, OptimiserKind, Pretraining, RbmOptions, WindowOptions};
pub use train::train;

#[cfg(test)]
pub(crate) use coder::tests::check_gradient;
