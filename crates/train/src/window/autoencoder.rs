//! Denoising auto-encoder with tied weights: the decoder's weights are the transposed ones of the encoder, so that both
//! have the scale of the sigmoid layer that is kept, and a layer has half as many values to learn.

use fastrand::Rng;

use super::coder::{Coder, Visible, half_squared_error};
use crate::ops::dense;

/// A copy of `x` in which each number is 0 with probability `noise`.
pub(super) fn mask(x: &[f32], noise: f32, rng: &mut Rng) -> Vec<f32> {
    x.iter().map(|&value| if rng.f32() < noise { 0.0 } else { value }).collect()
}

/// Mean over the batch of half the squared error with which `x` `[rows, inputs]` comes back from `noisy`; `gradient`
/// becomes its gradient by the values.
pub(super) fn loss(coder: &Coder, values: &[f32], x: &[f32], noisy: &[f32], gradient: &mut [f32]) -> f64 {
    let rows = x.len() / coder.inputs;
    let y = coder.up(values, noisy);
    let mut d_x = coder.down(values, &y);
    let loss = half_squared_error(&d_x, x, rows);
    let scale = 1.0 / rows as f32;
    for (d, &x) in d_x.iter_mut().zip(x) {
        let slope = if coder.visible == Visible::Bernoulli { *d * (1.0 - *d) } else { 1.0 };
        *d = (*d - x) * slope * scale;
    }

    let [weight, _, _] = coder.split(values);
    let mut d_y = dense::forward(&d_x, coder.inputs, weight, &vec![0.0; coder.outputs]);
    d_y.iter_mut().zip(&y).for_each(|(d, &y)| *d *= y * (1.0 - y));
    gradient.fill(0.0);
    let [d_weight, d_up, d_down] = coder.split_mut(gradient);
    dense::add_weight_gradient(&y, coder.outputs, &d_x, d_weight);
    dense::add_weight_gradient(&d_y, coder.outputs, noisy, d_weight);
    dense::add_rows(&d_y, d_up);
    dense::add_rows(&d_x, d_down);
    loss
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::coder::tests::check_gradient;

    #[test]
    fn gradients() {
        let mut rng = Rng::with_seed(1);
        for visible in [Visible::Gaussian, Visible::Bernoulli] {
            let coder = Coder { visible, inputs: 6, outputs: 4 };
            let mut values: Vec<f32> = (0..coder.len()).map(|_| rng.f32() * 2.0 - 1.0).collect();
            let x: Vec<f32> = (0..5 * 6).map(|_| rng.f32()).collect();
            let noisy = mask(&x, 0.5, &mut rng);
            assert!(noisy.iter().zip(&x).all(|(n, x)| *n == 0.0 || n == x));
            assert!((5..25).contains(&noisy.iter().filter(|&&n| n == 0.0).count()));
            check_gradient(&mut values, |values, gradient| loss(&coder, values, &x, &noisy, gradient));
        }
    }
}
