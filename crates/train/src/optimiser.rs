//! Optimisers over flat vectors of values, and clipping.

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// First and second moments of the gradient.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Adam {
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
pub(crate) fn clip(gradient: &mut [f32], limit: f32) -> f32 {
    let norm = gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt() as f32;
    if norm > limit {
        gradient.iter_mut().for_each(|g| *g *= limit / norm);
    }
    norm
}

/// An optimiser with what it remembers of earlier gradients.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Optimiser {
    /// Gradient descent with momentum: the last step.
    Sgd(Vec<f32>),
    /// Adam.
    Adam(Adam),
}

impl Optimiser {
    /// One update of `values` against `gradient`; Adam has no use for `momentum`.
    pub fn update(&mut self, values: &mut [f32], gradient: &[f32], rate: f32, momentum: f32) {
        match self {
            Self::Adam(adam) => adam.update(values, gradient, rate),
            Self::Sgd(last) => {
                for ((value, &g), last) in values.iter_mut().zip(gradient).zip(last) {
                    *last = momentum * *last - rate * g;
                    *value += *last;
                }
            }
        }
    }
}
