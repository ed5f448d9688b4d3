//! The two matrices and one step of the objective: log s(u.v) + sum over negatives of log s(-u'.v), s the logistic
//! function.

/// Input and output vectors, `[words][dim]` each.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrices {
    pub dim: usize,
    pub input: Vec<f32>,
    pub output: Vec<f32>,
}

impl Matrices {
    /// Input uniform in +-0.5/dim, output zero, as in word2vec.
    pub fn random(words: usize, dim: usize, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let input = (0..words * dim).map(|_| (rng.f32() - 0.5) / dim as f32).collect();
        Self { dim, input, output: vec![0.0; words * dim] }
    }
}

/// Dot product in eight lanes: a fixed order that vectorises.
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

/// `to += scale * from`
#[inline]
pub fn add_scaled(to: &mut [f32], scale: f32, from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += scale * from;
    }
}

/// One gradient step for the vector `hidden` against `targets`, the first of which is the positive. The output vectors
/// are updated at once; the step of `hidden` is added to `step`. Returns the loss.
pub fn train_pair(output: &mut [f32], hidden: &[f32], targets: &[u32], rate: f32, step: &mut [f32]) -> f32 {
    let dim = hidden.len();
    let mut loss = 0.0;
    for (i, &target) in targets.iter().enumerate() {
        let row = &mut output[target as usize * dim..(target as usize + 1) * dim];
        let label = if i == 0 { 1.0 } else { 0.0 };
        let probability = 1.0 / (1.0 + (-dot(hidden, row)).exp());
        loss -= if i == 0 { probability.max(1e-7).ln() } else { (1.0 - probability).max(1e-7).ln() };
        let gradient = (label - probability) * rate;
        add_scaled(step, gradient, row);
        add_scaled(row, gradient, hidden);
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(output: &[f32], hidden: &[f32], targets: &[u32]) -> f64 {
        let dim = hidden.len();
        let score = |t: u32| f64::from(dot(hidden, &output[t as usize * dim..(t as usize + 1) * dim]));
        let log_sigmoid = |x: f64| -(1.0 + (-x).exp()).ln();
        -log_sigmoid(score(targets[0])) - targets[1..].iter().map(|&t| log_sigmoid(-score(t))).sum::<f64>()
    }

    #[test]
    fn a_step_follows_the_gradient() {
        let mut rng = fastrand::Rng::with_seed(5);
        let dim = 11;
        let output: Vec<f32> = (0..4 * dim).map(|_| rng.f32() - 0.5).collect();
        let hidden: Vec<f32> = (0..dim).map(|_| rng.f32() - 0.5).collect();
        let targets = [2, 0, 3];
        let (mut stepped, mut step) = (output.clone(), vec![0.0; dim]);
        let reported = train_pair(&mut stepped, &hidden, &targets, 1.0, &mut step);
        assert!((f64::from(reported) - loss(&output, &hidden, &targets)).abs() < 1e-4);
        let h = 1e-3;
        for i in 0..dim {
            let (mut up, mut down) = (hidden.clone(), hidden.clone());
            up[i] += h;
            down[i] -= h;
            let slope = (loss(&output, &up, &targets) - loss(&output, &down, &targets)) / f64::from(2.0 * h);
            assert!((slope + f64::from(step[i])).abs() < 1e-3, "{slope} {}", step[i]);
        }
        for i in 0..output.len() {
            let (mut up, mut down) = (output.clone(), output.clone());
            up[i] += h;
            down[i] -= h;
            let slope = (loss(&up, &hidden, &targets) - loss(&down, &hidden, &targets)) / f64::from(2.0 * h);
            assert!((slope + f64::from(stepped[i] - output[i])).abs() < 1e-3);
        }
    }
}
