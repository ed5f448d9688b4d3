//! Adam with clipping, and the learning rate over a training run.

use super::options::TaggerOptions;

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// First and second moments of the gradient.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adam {
    /// Updates made so far.
    pub step: u64,
    pub first: Vec<f32>,
    pub second: Vec<f32>,
}

impl Adam {
    pub fn new(len: usize) -> Self {
        Adam { step: 0, first: vec![0.0; len], second: vec![0.0; len] }
    }

    /// One update of `values` against `gradient`.
    pub fn update(&mut self, values: &mut [f32], gradient: &[f32], rate: f32) {
        self.step += 1;
        let step = self.step as f64;
        let correction1 = (1.0 - f64::from(BETA1).powf(step)) as f32;
        let correction2 = (1.0 - f64::from(BETA2).powf(step)) as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((value, &g), (first, second)) in values.iter_mut().zip(gradient).zip(moments) {
            *first = BETA1 * *first + (1.0 - BETA1) * g;
            *second = BETA2 * *second + (1.0 - BETA2) * g * g;
            *value -= rate * (*first / correction1) / ((*second / correction2).sqrt() + EPSILON);
        }
    }
}

/// Scales `gradient` down to a norm of at most `limit`; returns the norm before.
pub(super) fn clip(gradient: &mut [f32], limit: f32) -> f32 {
    let norm = gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt() as f32;
    if norm > limit {
        gradient.iter_mut().for_each(|g| *g *= limit / norm);
    }
    norm
}

/// Learning rate after `step` updates at `progress` (0 to 1) of the run: a linear rise, then a cosine.
pub(super) fn learning_rate(options: &TaggerOptions, step: u64, progress: f64) -> f32 {
    let rise = ((step + 1) as f64 / options.warm_up.max(1) as f64).min(1.0);
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
    let floor = f64::from(options.final_rate);
    (f64::from(options.learning_rate) * rise * (floor + (1.0 - floor) * cosine)) as f32
}
