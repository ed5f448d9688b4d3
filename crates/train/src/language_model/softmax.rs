//! The output layer of a language model: a softmax over the true word and a sample of others.
//!
//! Scores are corrected by the logarithm of how often the sample is expected to hold a word, so that the sample stands for the
//! whole vocabulary (Jean et al. 2015, section 3). Rows are trained by Adagrad with one sum of squares per row.

use fastrand::Rng;

use crate::ops::{Matrix, exp, multiply};

/// Output layer of one direction.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Softmax {
    /// Units of the LSTM, and 1 for the bias.
    pub width: usize,
    /// `[words][width]`
    pub rows: Vec<f32>,
    /// `[words]`
    pub squares: Vec<f32>,
}

/// What is to be predicted in one step.
pub(super) struct Task<'a> {
    /// `[targets][width]`: states, the last number of each is 1.
    pub states: &'a [f32],
    /// True words.
    pub targets: &'a [u32],
    /// The sample.
    pub negatives: &'a [u32],
    /// Of every word: the logarithm of its expected number in the sample.
    pub ln_expected: &'a [f32],
}

impl Softmax {
    pub fn new(words: usize, width: usize, rng: &mut Rng) -> Self {
        let rows = (0..words * width).map(|_| (rng.f32() - 0.5) * 0.1).collect();
        Self { width, rows, squares: vec![0.0; words] }
    }

    fn row(&self, word: u32) -> &[f32] {
        &self.rows[word as usize * self.width..][..self.width]
    }

    /// The sum of the negative log likelihoods, the gradient of their mean by the states, and by the rows of the negatives
    /// and of the targets.
    fn gradients(&self, task: &Task<'_>) -> (f64, Vec<f32>, [Vec<f32>; 2]) {
        let (width, count, sample) = (self.width, task.targets.len(), task.negatives.len());
        let gather =
            |words: &[u32]| words.iter().flat_map(|&word| self.row(word)).copied().collect::<Vec<f32>>();
        let (true_rows, noise_rows) = (gather(task.targets), gather(task.negatives));
        let states = Matrix::new(task.states, count, width);
        let noise = Matrix::new(&noise_rows, sample, width);
        let mut scores = vec![0f32; count * sample];
        multiply(&mut scores, false, states, noise.transposed());
        let mut d_states = vec![0f32; count * width];
        let mut d_targets = vec![0f32; count * width];
        let scale = 1.0 / count as f32;
        let mut loss = 0.0;
        for (i, scores) in scores.chunks_exact_mut(sample).enumerate() {
            let target = task.targets[i];
            let (state, row) = (&task.states[i * width..][..width], &true_rows[i * width..][..width]);
            let own =
                state.iter().zip(row).map(|(a, b)| a * b).sum::<f32>() - task.ln_expected[target as usize];
            let mut highest = own;
            for (score, &word) in scores.iter_mut().zip(task.negatives) {
                // The true word among the negatives would be told apart from itself.
                *score = if word == target { -1e30 } else { *score - task.ln_expected[word as usize] };
                highest = highest.max(*score);
            }
            let own_weight = exp(own - highest);
            let mut total = own_weight;
            for score in &mut *scores {
                *score = exp(*score - highest);
                total += *score;
            }
            loss -= f64::from(own - highest) - f64::from(total).ln();
            scores.iter_mut().for_each(|score| *score *= scale / total);
            let error = (own_weight / total - 1.0) * scale;
            let d_state = &mut d_states[i * width..][..width];
            d_state.iter_mut().zip(row).for_each(|(d, value)| *d = error * value);
            let d_target = &mut d_targets[i * width..][..width];
            d_target.iter_mut().zip(state).for_each(|(d, value)| *d = error * value);
        }
        let scores = Matrix::new(&scores, count, sample);
        multiply(&mut d_states, true, scores, noise);
        let mut d_negatives = vec![0f32; sample * width];
        multiply(&mut d_negatives, false, scores.transposed(), states);
        (loss, d_states, [d_negatives, d_targets])
    }

    /// Trains the rows; returns the sum of the negative log likelihoods and the gradient of their mean by the states.
    pub fn step(&mut self, task: &Task<'_>, rate: f32) -> (f64, Vec<f32>) {
        let (loss, d_states, [d_negatives, d_targets]) = self.gradients(task);
        // One update for each word, however often it stands in the step.
        let negatives = task.negatives.iter().zip(d_negatives.chunks_exact(self.width));
        let mut updates: Vec<(u32, &[f32])> = negatives
            .chain(task.targets.iter().zip(d_targets.chunks_exact(self.width)))
            .map(|(&word, gradient)| (word, gradient))
            .collect();
        updates.sort_by_key(|&(word, _)| word);
        let mut sum = vec![0f32; self.width];
        for group in updates.chunk_by(|a, b| a.0 == b.0) {
            sum.fill(0.0);
            for (_, gradient) in group {
                sum.iter_mut().zip(*gradient).for_each(|(sum, value)| *sum += value);
            }
            let word = group[0].0 as usize;
            let square = &mut self.squares[word];
            *square += sum.iter().map(|value| value * value).sum::<f32>() / self.width as f32;
            let step = rate / (square.sqrt() + 1e-8);
            let row = &mut self.rows[word * self.width..][..self.width];
            row.iter_mut().zip(&sum).for_each(|(value, gradient)| *value -= step * gradient);
        }
        (loss, d_states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task<'a>(states: &'a [f32], ln_expected: &'a [f32]) -> Task<'a> {
        Task { states, targets: &[2, 0, 2], negatives: &[1, 0, 3, 3], ln_expected }
    }

    /// The mean loss in double precision, from its definition.
    fn plain_loss(softmax: &Softmax, task: &Task<'_>) -> f64 {
        let score = |i: usize, word: u32| {
            let state = &task.states[i * softmax.width..][..softmax.width];
            let dot: f64 =
                state.iter().zip(softmax.row(word)).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            (dot - f64::from(task.ln_expected[word as usize])).exp()
        };
        let one = |(i, &target): (usize, &u32)| {
            let others: f64 =
                task.negatives.iter().filter(|&&word| word != target).map(|&word| score(i, word)).sum();
            -(score(i, target) / (score(i, target) + others)).ln()
        };
        task.targets.iter().enumerate().map(one).sum::<f64>() / task.targets.len() as f64
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let mut rng = Rng::with_seed(4);
        let softmax = Softmax::new(4, 3, &mut rng);
        let states: Vec<f32> = (0..9).map(|_| rng.f32() * 2.0 - 1.0).collect();
        let ln_expected = [0.5, -0.25, 0.125, -1.0];
        let (loss, d_states, [d_negatives, d_targets]) = softmax.gradients(&task(&states, &ln_expected));
        let plain = plain_loss(&softmax, &task(&states, &ln_expected));
        assert!((loss / 3.0 - plain).abs() < 1e-5, "{loss} {plain}");
        let slope = |softmax: [&Softmax; 2], states: [&[f32]; 2]| {
            let [up, down] = [0, 1].map(|i| plain_loss(softmax[i], &task(states[i], &ln_expected)));
            (up - down) / 2e-3
        };
        for (i, &d) in d_states.iter().enumerate() {
            let (mut up, mut down) = (states.clone(), states.clone());
            (up[i], down[i]) = (up[i] + 1e-3, down[i] - 1e-3);
            let slope = slope([&softmax, &softmax], [&up, &down]);
            assert!((slope - f64::from(d)).abs() < 1e-4, "state {i}: {slope} {d}");
        }
        let mut d_rows = vec![0f32; softmax.rows.len()];
        let words = [1u32, 0, 3, 3, 2, 0, 2];
        for (word, gradient) in words.iter().zip(d_negatives.chunks(3).chain(d_targets.chunks(3))) {
            let row = &mut d_rows[*word as usize * 3..][..3];
            row.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value);
        }
        for (i, &d) in d_rows.iter().enumerate() {
            let (mut up, mut down) = (softmax.clone(), softmax.clone());
            (up.rows[i], down.rows[i]) = (up.rows[i] + 1e-3, down.rows[i] - 1e-3);
            let slope = slope([&up, &down], [&states, &states]);
            assert!((slope - f64::from(d)).abs() < 1e-4, "row value {i}: {slope} {d}");
        }
    }

    #[test]
    fn steps_lower_the_loss() {
        let mut rng = Rng::with_seed(4);
        let mut softmax = Softmax::new(4, 3, &mut rng);
        let states: Vec<f32> = (0..9).map(|_| rng.f32() * 2.0 - 1.0).collect();
        let ln_expected = [0.0; 4];
        let losses: Vec<f64> = (0..50).map(|_| softmax.step(&task(&states, &ln_expected), 0.1).0).collect();
        assert!(losses[49] < 0.5 * losses[0], "{losses:?}");
    }
}
