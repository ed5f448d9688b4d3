//! One gradient step on the negative-sampling objective, common to both architectures.
//!
//! For a hidden vector `h`, the true word `o` and noise words `n`, the step lowers
//! `-ln s(h . out[o]) - sum_n ln s(-h . out[n])`, where `s` is the logistic function (Mikolov et al. 2013, eq. 4).

use super::matrix::{LANE, Lane, Matrix, dot};

/// Scores beyond this are treated as this: the gradient there is below 1e-5.
const LIMIT: f32 = 12.0;
const CELLS_PER_UNIT: f32 = 64.0;

/// The logistic function by linear interpolation: the same bits on every machine, error below 1e-5.
pub(super) struct Logistic {
    table: Vec<f32>,
}

impl Logistic {
    pub(super) fn new() -> Self {
        let cells = (2.0 * LIMIT * CELLS_PER_UNIT) as u32;
        let at = |cell| f64::from(cell) / f64::from(CELLS_PER_UNIT) - f64::from(LIMIT);
        Self { table: (0..=cells + 1).map(|cell| (1.0 / (1.0 + (-at(cell)).exp())) as f32).collect() }
    }

    #[inline(always)]
    fn at(&self, x: f32) -> f32 {
        let place = (x.clamp(-LIMIT, LIMIT) + LIMIT) * CELLS_PER_UNIT;
        // A score that is not a number gives cell 0 here, and a result that is not a number.
        let cell = place as usize;
        let (low, high) = (self.table[cell], self.table[cell + 1]);
        low + (high - low) * (place - cell as f32)
    }
}

/// Sum of the objective over many steps. The logarithm is taken of long products, not of every factor.
pub(super) struct Loss {
    sum: f64,
    product: f64,
    /// Steps.
    pub(super) steps: u64,
}

impl Loss {
    pub(super) fn new() -> Self {
        Self { sum: 0.0, product: 1.0, steps: 0 }
    }

    #[inline(always)]
    fn add(&mut self, probability: f32) {
        self.product *= f64::from(probability);
        if self.product < 1e-280 {
            self.sum -= self.product.ln();
            self.product = 1.0;
        }
    }

    pub(super) fn total(&self) -> f64 {
        self.sum - self.product.ln()
    }
}

/// Adds to every row of `outputs` named in `targets` (the true word first, then noise words) its change at learning
/// rate `rate`, and writes to `gradient` the change of the hidden vector.
#[inline]
pub(super) fn step(
    hidden: &[Lane],
    gradient: &mut [Lane],
    outputs: &mut Matrix,
    targets: &[u32],
    rate: f32,
    logistic: &Logistic,
    loss: &mut Loss,
) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { step_avx2(hidden, gradient, outputs, targets, rate, logistic, loss) };
    }
    step_anywhere(hidden, gradient, outputs, targets, rate, logistic, loss);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn step_avx2(
    hidden: &[Lane],
    gradient: &mut [Lane],
    outputs: &mut Matrix,
    targets: &[u32],
    rate: f32,
    logistic: &Logistic,
    loss: &mut Loss,
) {
    step_anywhere(hidden, gradient, outputs, targets, rate, logistic, loss);
}

/// Products and sums are never fused, so that every instruction set gives the same bits.
#[inline(always)]
fn step_anywhere(
    hidden: &[Lane],
    gradient: &mut [Lane],
    outputs: &mut Matrix,
    targets: &[u32],
    rate: f32,
    logistic: &Logistic,
    loss: &mut Loss,
) {
    gradient.fill(Lane::ZERO);
    for (place, &target) in targets.iter().enumerate() {
        let row = outputs.row_mut(target);
        let score = dot(hidden, row);
        let is_true = place == 0;
        let positive = logistic.at(score);
        loss.add(if is_true { positive } else { 1.0 - positive });
        let pull = (if is_true { 1.0 - positive } else { -positive }) * rate;
        for ((output, gradient), hidden) in row.iter_mut().zip(&mut *gradient).zip(hidden) {
            for i in 0..LANE {
                gradient.0[i] += pull * output.0[i];
                output.0[i] += pull * hidden.0[i];
            }
        }
    }
    loss.steps += 1;
}
