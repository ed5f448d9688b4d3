//! What the hidden layers learn before back-propagation: one after the other, each from the outputs of those below.

use anyhow::Result;
use fastrand::Rng;

use super::classifier::Classifier;
use super::coder::{Coder, Visible};
use super::inputs::Inputs;
use super::options::{DenoisingOptions, Pretraining, RbmOptions, WindowOptions};
use super::train::batches;
use super::{autoencoder, rbm};
use crate::run::{State, check_loss};

/// The layer that a phase trains.
pub(super) fn coder(classifier: &Classifier, layer: usize) -> Coder {
    let [inputs, outputs] = classifier.layer(layer);
    let visible = if layer == 0 { Visible::Gaussian } else { Visible::Bernoulli };
    Coder { visible, inputs, outputs }
}

impl Pretraining {
    /// Epochs of each hidden layer.
    pub(super) fn epochs(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Rbm(rbm) => rbm.epochs,
            Self::Denoising(denoising) => denoising.epochs,
        }
    }

    /// Scale of the weights before training. A Boltzmann machine starts with small ones: its outputs are drawn, not
    /// computed, and large random weights would only add noise.
    pub(super) fn initial_scale(&self) -> f32 {
        if matches!(self, Self::Rbm(_)) { 0.1 } else { 1.0 }
    }
}

/// Trains one epoch of the layer `state.phase` and returns its mean reconstruction error.
pub(super) fn epoch(
    classifier: &Classifier,
    options: &WindowOptions,
    inputs: &Inputs,
    state: &mut State,
) -> Result<f64> {
    let coder = coder(classifier, state.phase);
    let mut rng = Rng::with_seed(state.rng);
    let mut gradient = vec![0f32; coder.len()];
    let mut sum = 0.0;
    for batch in batches(inputs.count(), options.batch, &mut rng) {
        let x = classifier.hidden(&state.finished, state.phase, inputs.gather(&batch));
        let (loss, rate, momentum) = match &options.pretraining {
            Pretraining::None => unreachable!("there is no phase without pre-training"),
            Pretraining::Rbm(rbm) => {
                let loss = rbm_step(&coder, rbm, &state.values, &x, &mut rng, &mut gradient);
                let gaussian = coder.visible == Visible::Gaussian;
                (loss, if gaussian { rbm.gaussian_learning_rate } else { rbm.learning_rate }, rbm.momentum)
            }
            Pretraining::Denoising(DenoisingOptions { noise, learning_rate, momentum, .. }) => {
                let noisy = autoencoder::mask(&x, *noise, &mut rng);
                let loss = autoencoder::loss(&coder, &state.values, &x, &noisy, &mut gradient);
                (loss, *learning_rate, *momentum)
            }
        };
        check_loss(loss, "the learning rate of pre-training", rate)?;
        state.optimiser.update(&mut state.values, &gradient, rate, momentum);
        sum += loss * batch.len() as f64;
    }
    state.rng = rng.get_seed();
    Ok(sum / inputs.count() as f64)
}

fn rbm_step(
    coder: &Coder,
    options: &RbmOptions,
    values: &[f32],
    x: &[f32],
    rng: &mut Rng,
    gradient: &mut [f32],
) -> f64 {
    let error = rbm::contrastive_divergence(coder, values, x, options.steps, rng, gradient);
    let [weight, ..] = coder.split(values);
    let [d_weight, ..] = coder.split_mut(gradient);
    d_weight.iter_mut().zip(weight).for_each(|(d, w)| *d += options.weight_decay * w);
    error
}
