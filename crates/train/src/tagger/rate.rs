//! The learning rate over a training run.

use super::options::TaggerOptions;

/// Learning rate after `step` updates at `progress` (0 to 1) of the run: a linear rise, then a cosine.
pub(crate) fn learning_rate(options: &TaggerOptions, step: u64, progress: f64) -> f32 {
    let rise = ((step + 1) as f64 / options.warm_up.max(1) as f64).min(1.0);
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
    let floor = f64::from(options.final_rate);
    (f64::from(options.learning_rate) * rise * (floor + (1.0 - floor) * cosine)) as f32
}
