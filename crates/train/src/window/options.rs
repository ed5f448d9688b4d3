//! Settings of a window classifier.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Sizes and training settings of a window classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowOptions {
    /// Units of each hidden layer, each 1 to 65536; at most 16 layers. Without any the classifier is linear.
    pub hidden: Vec<usize>,
    /// Number of classes, 2 to 256.
    pub classes: usize,
    /// Passes over the windows, at least 1.
    pub epochs: usize,
    /// Windows per step, at least 1; for pre-training too.
    pub batch: usize,
    /// How the gradient becomes a step.
    pub optimiser: OptimiserKind,
    /// Learning rate on the mean gradient of a batch, above 0; about 0.001 for Adam.
    pub learning_rate: f32,
    /// Share of the last step that is added to the next, in [0, 1); of no use to Adam.
    pub momentum: f32,
    /// Half this times the sum of squared weights is added to the loss; at least 0.
    pub weight_decay: f32,
    /// Probability that a hidden unit is dropped for a step, in [0, 1).
    pub dropout: f32,
    /// Epochs without a better development score after which training stops; 0: never.
    pub patience: usize,
    /// What the hidden layers learn before back-propagation.
    pub pretraining: Pretraining,
    /// Seed of every random choice.
    pub seed: u64,
}

/// How a gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimiserKind {
    /// Gradient descent with momentum.
    Sgd,
    /// Adam.
    Adam,
}

/// What the hidden layers learn, one after the other, before back-propagation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pretraining {
    /// Nothing: a multi-layer perceptron.
    None,
    /// Each layer is a restricted Boltzmann machine: a deep belief network.
    Rbm(RbmOptions),
    /// Each layer is a denoising auto-encoder: stacked auto-encoders.
    Denoising(DenoisingOptions),
}

/// Settings of restricted Boltzmann machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RbmOptions {
    /// Passes over the windows per layer, at least 1.
    pub epochs: usize,
    /// Gibbs steps of contrastive divergence, at least 1.
    pub steps: usize,
    /// Learning rate of the first layer, whose visible units are Gaussian.
    pub gaussian_learning_rate: f32,
    /// Learning rate of the other layers, whose visible units are binary.
    pub learning_rate: f32,
    /// As in [`WindowOptions`].
    pub momentum: f32,
    /// As in [`WindowOptions`].
    pub weight_decay: f32,
}

/// Settings of denoising auto-encoders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DenoisingOptions {
    /// Passes over the windows per layer, at least 1.
    pub epochs: usize,
    /// Probability that an input is masked by 0, in [0, 1).
    pub noise: f32,
    /// Learning rate on half the squared error, summed over a window's inputs.
    pub learning_rate: f32,
    /// As in [`WindowOptions`].
    pub momentum: f32,
}

impl Default for WindowOptions {
    fn default() -> Self {
        WindowOptions {
            hidden: vec![100, 100],
            classes: 6,
            epochs: 100,
            batch: 100,
            optimiser: OptimiserKind::Sgd,
            learning_rate: 0.3,
            momentum: 0.5,
            weight_decay: 0.0,
            dropout: 0.0,
            patience: 0,
            pretraining: Pretraining::None,
            seed: 1,
        }
    }
}

impl Default for RbmOptions {
    fn default() -> Self {
        RbmOptions {
            epochs: 20,
            steps: 1,
            gaussian_learning_rate: 0.01,
            learning_rate: 0.1,
            momentum: 0.5,
            weight_decay: 1e-4,
        }
    }
}

impl Default for DenoisingOptions {
    fn default() -> Self {
        DenoisingOptions { epochs: 20, noise: 0.5, learning_rate: 0.01, momentum: 0.5 }
    }
}

impl WindowOptions {
    /// Checks that every value lies in its range.
    pub fn check(&self) -> Result<()> {
        ensure!(self.hidden.len() <= 16, "hidden has more than 16 layers");
        ensure!(
            self.hidden.iter().all(|size| (1..=65_536).contains(size)),
            "hidden: a size is not in 1..=65536"
        );
        ensure!((2..=256).contains(&self.classes), "classes is not in 2..=256");
        ensure!(self.epochs > 0, "epochs is 0");
        ensure!(self.batch > 0, "batch is 0");
        check_descent(self.learning_rate, self.momentum, self.weight_decay)?;
        ensure!((0.0..1.0).contains(&self.dropout), "dropout is not in [0, 1)");
        match &self.pretraining {
            Pretraining::None => {}
            Pretraining::Rbm(rbm) => {
                ensure!(rbm.epochs > 0 && rbm.steps > 0, "rbm: epochs or steps is 0");
                check_descent(rbm.learning_rate, rbm.momentum, rbm.weight_decay)?;
                check_descent(rbm.gaussian_learning_rate, rbm.momentum, rbm.weight_decay)?;
            }
            Pretraining::Denoising(denoising) => {
                ensure!(denoising.epochs > 0, "denoising: epochs is 0");
                ensure!((0.0..1.0).contains(&denoising.noise), "noise is not in [0, 1)");
                check_descent(denoising.learning_rate, denoising.momentum, 0.0)?;
            }
        }
        Ok(())
    }
}

fn check_descent(rate: f32, momentum: f32, weight_decay: f32) -> Result<()> {
    ensure!(rate > 0.0 && rate.is_finite(), "a learning rate is not a positive number");
    ensure!((0.0..1.0).contains(&momentum), "momentum is not in [0, 1)");
    ensure!(weight_decay >= 0.0 && weight_decay.is_finite(), "weight_decay is not 0 or a positive number");
    Ok(())
}
