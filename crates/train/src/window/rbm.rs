//! Restricted Boltzmann machines with binary hidden units, trained by contrastive divergence.
//!
//! With weights W, hidden biases b and visible biases a, the energy of a state is -a'v - b'h - h'Wv for Bernoulli and
//! |v - a|²/2 - b'h - h'Wv for Gaussian visible units. Summing out the hidden units leaves the free energy
//! F(v) = -a'v, or |v - a|²/2, less the sum over the hidden units of ln(1 + exp(b + Wv)). The gradient of the mean log
//! likelihood is the mean of -dF over the data less its mean under the model; contrastive divergence puts the state of a
//! Gibbs chain that began at the data in the place of the model.

use fastrand::Rng;

use super::coder::{Coder, Visible, half_squared_error};
use crate::ops::dense;

/// Makes `gradient` the gradient to descend, dF(data) - dF(sample) in the mean, after `steps` Gibbs steps from `data`
/// `[rows, inputs]`; returns half the squared distance of the sample from the data, per row.
pub(super) fn contrastive_divergence(
    coder: &Coder,
    values: &[f32],
    data: &[f32],
    steps: usize,
    rng: &mut Rng,
    gradient: &mut [f32],
) -> f64 {
    let rows = data.len() / coder.inputs;
    gradient.fill(0.0);
    let mut hidden = coder.up(values, data);
    add_free_energy_gradient(coder, values, data, &hidden, 1.0 / rows as f32, gradient);
    let mut sample = Vec::new();
    for _ in 0..steps {
        bernoulli(&mut hidden, rng);
        sample = coder.down(values, &hidden);
        match coder.visible {
            Visible::Gaussian => add_gaussian(&mut sample, rng),
            Visible::Bernoulli => bernoulli(&mut sample, rng),
        }
        hidden = coder.up(values, &sample);
    }
    add_free_energy_gradient(coder, values, &sample, &hidden, -1.0 / rows as f32, gradient);
    half_squared_error(data, &sample, rows)
}

/// Adds `factor` times the sum over the rows of dF(visible); `hidden` are the probabilities of the hidden units.
fn add_free_energy_gradient(
    coder: &Coder,
    values: &[f32],
    visible: &[f32],
    hidden: &[f32],
    factor: f32,
    gradient: &mut [f32],
) {
    let [_, _, bias] = coder.split(values);
    let [d_weight, d_up, d_down] = coder.split_mut(gradient);
    let hidden: Vec<f32> = hidden.iter().map(|p| -factor * p).collect();
    dense::add_weight_gradient(&hidden, coder.outputs, visible, d_weight);
    dense::add_rows(&hidden, d_up);
    let centre = if coder.visible == Visible::Gaussian { 1.0 } else { 0.0 };
    for row in visible.chunks_exact(coder.inputs) {
        for ((d, v), a) in d_down.iter_mut().zip(row).zip(bias) {
            *d += factor * (centre * a - v);
        }
    }
}

/// Replaces probabilities by draws of 0 or 1.
fn bernoulli(probabilities: &mut [f32], rng: &mut Rng) {
    probabilities.iter_mut().for_each(|p| *p = if rng.f32() < *p { 1.0 } else { 0.0 });
}

/// Adds standard normal noise (Box and Muller's pairs).
fn add_gaussian(values: &mut [f32], rng: &mut Rng) {
    for pair in values.chunks_mut(2) {
        let radius = (-2.0 * (1.0 - rng.f32()).ln()).sqrt();
        let (sin, cos) = (std::f32::consts::TAU * rng.f32()).sin_cos();
        pair.iter_mut().zip([cos, sin]).for_each(|(value, side)| *value += radius * side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::coder::tests::check_gradient;

    /// Free energy of each row, in double precision.
    fn free_energy(coder: &Coder, values: &[f32], visible: &[f32]) -> Vec<f64> {
        let [weight, up, down] = coder.split(values);
        let rows = visible.chunks_exact(coder.inputs);
        rows.map(|v| {
            let own: f64 = match coder.visible {
                Visible::Gaussian => v.iter().zip(down).map(|(v, a)| f64::from(v - a).powi(2) / 2.0).sum(),
                Visible::Bernoulli => v.iter().zip(down).map(|(v, a)| -f64::from(v * a)).sum(),
            };
            let hidden = weight
                .chunks_exact(coder.inputs)
                .zip(up)
                .map(|(w, &b)| (dot(w, v) + f64::from(b)).exp().ln_1p());
            own - hidden.sum::<f64>()
        })
        .collect()
    }

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    }

    /// All states of `n` binary units.
    fn states(n: usize) -> impl Iterator<Item = Vec<f32>> {
        (0..1u32 << n).map(move |code| (0..n).map(|k| (code >> k & 1) as f32).collect())
    }

    fn machine(visible: Visible, rng: &mut Rng) -> (Coder, Vec<f32>) {
        let coder = Coder { visible, inputs: 4, outputs: 3 };
        (coder, (0..coder.len()).map(|_| rng.f32() * 2.0 - 1.0).collect())
    }

    /// The mean of dF over the rows.
    fn gradient(coder: &Coder, values: &[f32], visible: &[f32]) -> Vec<f32> {
        let mut gradient = vec![0f32; coder.len()];
        let factor = coder.inputs as f32 / visible.len() as f32;
        add_free_energy_gradient(coder, values, visible, &coder.up(values, visible), factor, &mut gradient);
        gradient
    }

    #[test]
    fn free_energy_sums_out_the_hidden_units() {
        let mut rng = Rng::with_seed(1);
        for visible in [Visible::Gaussian, Visible::Bernoulli] {
            let (coder, values) = machine(visible, &mut rng);
            let [weight, up, down] = coder.split(&values);
            let x: Vec<f32> = (0..3 * 4).map(|_| rng.f32() * 2.0 - 1.0).collect();
            for (v, free) in x.chunks_exact(4).zip(free_energy(&coder, &values, &x)) {
                let sum: f64 = states(3)
                    .map(|h| {
                        let own = match visible {
                            Visible::Gaussian => {
                                v.iter().zip(down).map(|(v, a)| f64::from(v - a).powi(2) / 2.0).sum()
                            }
                            Visible::Bernoulli => -dot(v, down),
                        };
                        let product: f64 = h
                            .iter()
                            .zip(weight.chunks_exact(4))
                            .map(|(h, w)| f64::from(*h) * dot(w, v))
                            .sum();
                        (-(own - dot(&h, up) - product)).exp()
                    })
                    .sum();
                assert!((free + sum.ln()).abs() < 1e-6, "{free} {}", -sum.ln());
            }
        }
    }

    #[test]
    fn free_energy_gradients() {
        let mut rng = Rng::with_seed(2);
        for visible in [Visible::Gaussian, Visible::Bernoulli] {
            let (coder, mut values) = machine(visible, &mut rng);
            let x: Vec<f32> = (0..5 * 4).map(|_| rng.f32() * 2.0 - 1.0).collect();
            check_gradient(&mut values, |values, out| {
                out.copy_from_slice(&gradient(&coder, values, &x));
                free_energy(&coder, values, &x).iter().sum::<f64>() / 5.0
            });
        }
    }

    /// The gradient of the negative mean log likelihood of a tiny machine, from all visible states.
    fn exact_gradient(coder: &Coder, values: &[f32], data: &[f32]) -> (f64, Vec<f32>) {
        let all: Vec<Vec<f32>> = states(coder.inputs).collect();
        let free = free_energy(coder, values, &all.concat());
        let partition: f64 = free.iter().map(|f| (-f).exp()).sum();
        let data_free = free_energy(coder, values, data);
        let loss = data_free.iter().sum::<f64>() / data_free.len() as f64 + partition.ln();
        let mut exact = gradient(coder, values, data);
        for (state, free) in all.iter().zip(free) {
            let probability = ((-free).exp() / partition) as f32;
            let model = gradient(coder, values, state);
            exact.iter_mut().zip(model).for_each(|(exact, d)| *exact -= probability * d);
        }
        (loss, exact)
    }

    #[test]
    fn likelihood_gradient_and_its_limit() {
        let mut rng = Rng::with_seed(3);
        let (coder, mut values) = machine(Visible::Bernoulli, &mut rng);
        values.iter_mut().for_each(|value| *value *= 2.0);
        let data: Vec<f32> = (0..6 * 4).map(|_| f32::from(u8::from(rng.bool()))).collect();
        check_gradient(&mut values, |values, out| {
            let (loss, exact) = exact_gradient(&coder, values, &data);
            out.copy_from_slice(&exact);
            loss
        });

        let (_, exact) = exact_gradient(&coder, &values, &data);
        let distance = |steps: usize, rng: &mut Rng| {
            let mut estimate = vec![0f32; coder.len()];
            contrastive_divergence(&coder, &values, &data.repeat(4000), steps, rng, &mut estimate);
            estimate.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        assert!(distance(100, &mut rng) < 0.02);
        assert!(distance(1, &mut rng) > 0.05, "the test cannot tell one step from many");
    }

    /// In the limit the visible units of a Gaussian machine without weights are normal around their biases.
    #[test]
    fn gaussian_samples_have_mean_and_variance() {
        let mut rng = Rng::with_seed(4);
        let mut noise = vec![0f32; 100_001];
        add_gaussian(&mut noise, &mut rng);
        let mean = |power: i32| noise.iter().map(|v| f64::from(*v).powi(power)).sum::<f64>() / 100_001.0;
        assert!(mean(1).abs() < 0.02 && (mean(2) - 1.0).abs() < 0.02 && (mean(4) - 3.0).abs() < 0.15);
    }
}
