//! Loss and gradient of a batch of sequences.
//!
//! The words of all sequences stand packed, one after the other, but for the recurrence, which wants them padded to one
//! length; it alone is a graph of tensor operations.

use candle_core::{Device, Tensor, Var};

use super::options::Sequence;
use super::weights::SequenceWeights;
use crate::ops::{dense, lstm};

/// Sequences of one step, packed.
pub(super) struct Batch {
    lengths: Vec<usize>,
    /// Longest length.
    time: usize,
    /// `[words, width]`.
    x: Vec<f32>,
    /// `[words]`.
    classes: Vec<u8>,
}

impl Batch {
    pub fn new<'a>(sequences: impl Iterator<Item = &'a Sequence>) -> Self {
        let mut batch = Batch { lengths: Vec::new(), time: 0, x: Vec::new(), classes: Vec::new() };
        for Sequence { x, classes } in sequences {
            batch.lengths.push(classes.len());
            batch.time = batch.time.max(classes.len());
            batch.x.extend_from_slice(x);
            batch.classes.extend_from_slice(classes);
        }
        batch
    }

    pub fn words(&self) -> usize {
        self.classes.len()
    }

    pub fn sequences(&self) -> usize {
        self.lengths.len()
    }

    /// Places of the packed words in the padded array, in order.
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let sequences = self.lengths.iter().enumerate();
        sequences.flat_map(|(sequence, &length)| sequence * self.time..sequence * self.time + length)
    }

    /// `[words, n]` to `[sequences, time, n]`, padded with zeros.
    fn pad(&self, packed: &[f32], n: usize) -> Vec<f32> {
        let mut padded = vec![0f32; self.lengths.len() * self.time * n];
        for (place, row) in self.places().zip(packed.chunks_exact(n)) {
            padded[place * n..][..n].copy_from_slice(row);
        }
        padded
    }

    /// The inverse of [`Self::pad`].
    fn pack(&self, padded: &[f32], n: usize) -> Vec<f32> {
        self.places().flat_map(|place| &padded[place * n..][..n]).copied().collect()
    }
}

/// Mean cross-entropy of the batch's words, with its gradient by the weights. `factors` `[sequences, directions *
/// hidden]` multiply the LSTM's units: dropout.
pub(super) fn loss(
    weights: &SequenceWeights,
    batch: &Batch,
    factors: Option<&[f32]>,
) -> candle_core::Result<(f64, SequenceWeights)> {
    let SequenceWeights { width, hidden, .. } = *weights;
    let directions = 1 + usize::from(weights.bidirectional);
    let (gates, units) = (directions * 4 * hidden, directions * hidden);
    let (sequences, time) = (batch.lengths.len(), batch.time);

    let z = batch.pad(&dense::forward(&batch.x, width, &weights.wx, &weights.bias), gates);
    let z = Var::from_vec(z, (sequences, time, directions, 4 * hidden), &Device::Cpu)?;
    let wh = Var::from_slice(&weights.wh, (directions, 4 * hidden, hidden), &Device::Cpu)?;
    let states = lstm(&z, &wh, &batch.lengths)?;
    let mut kept = batch.pack(&states.flatten_all()?.to_vec1::<f32>()?, units);
    let drop = |values: &mut [f32]| {
        for (place, row) in batch.places().zip(values.chunks_exact_mut(units)) {
            if let Some(factors) = factors {
                let factors = &factors[place / time * units..][..units];
                row.iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor);
            }
        }
    };
    drop(&mut kept);

    let mut gradient = SequenceWeights {
        wx: vec![0.0; weights.wx.len()],
        bias: vec![0.0; gates],
        dense: vec![0.0; weights.dense.len()],
        dense_bias: vec![0.0; weights.classes],
        wh: Vec::new(),
        ..*weights
    };
    let mut d_scores = dense::forward(&kept, units, &weights.dense, &weights.dense_bias);
    let loss = dense::softmax_cross_entropy(&mut d_scores, &batch.classes);
    dense::add_weight_gradient(&d_scores, weights.classes, &kept, &mut gradient.dense);
    dense::add_rows(&d_scores, &mut gradient.dense_bias);
    let mut d_states = dense::input_gradient(&d_scores, weights.classes, &weights.dense);
    drop(&mut d_states);

    // A sum whose gradient by the states is `d_states`.
    let d_states = Tensor::from_vec(batch.pad(&d_states, units), (sequences, time, units), &Device::Cpu)?;
    let gradients = (states * d_states)?.sum_all()?.backward()?;
    let values = |variable: &Var| match gradients.get(variable) {
        Some(gradient) => gradient.flatten_all()?.to_vec1::<f32>(),
        None => candle_core::bail!("the recurrence has no gradient"),
    };
    gradient.wh = values(&wh)?;
    let d_z = batch.pack(&values(&z)?, gates);
    dense::add_weight_gradient(&d_z, gates, &batch.x, &mut gradient.wx);
    dense::add_rows(&d_z, &mut gradient.bias);
    Ok((loss, gradient))
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::sequence::{SequenceOptions, forward};

    fn example(bidirectional: bool, rng: &mut Rng) -> (SequenceWeights, Vec<Sequence>) {
        let options = SequenceOptions { hidden: 3, classes: 3, bidirectional, ..Default::default() };
        let mut weights = SequenceWeights::initial(&options, 2, rng);
        let values: Vec<f32> = weights.flatten().iter().map(|value| value + rng.f32() - 0.5).collect();
        weights.fill(&values);
        let sequences = [4usize, 1, 6].map(|words| Sequence {
            x: (0..words * 2).map(|_| rng.f32() * 2.0 - 1.0).collect(),
            classes: (0..words).map(|_| rng.u8(..3)).collect(),
        });
        (weights, sequences.to_vec())
    }

    /// Training and the plain forward pass are two readings of the same weights.
    #[test]
    fn loss_agrees_with_the_plain_forward_pass() {
        let mut rng = Rng::with_seed(1);
        for bidirectional in [false, true] {
            let (weights, sequences) = example(bidirectional, &mut rng);
            let (got, _) = loss(&weights, &Batch::new(sequences.iter()), None).unwrap();
            let mut expected = 0.0;
            for sequence in &sequences {
                let scores = forward(&weights, &sequence.x);
                for (scores, &class) in scores.chunks_exact(3).zip(&sequence.classes) {
                    let sum: f64 = scores.iter().map(|&score| f64::from(score).exp()).sum();
                    expected += sum.ln() - f64::from(scores[usize::from(class)]);
                }
            }
            assert!((got - expected / 11.0).abs() < 1e-5, "{got} {}", expected / 11.0);
        }
    }

    #[test]
    fn gradients() {
        let mut rng = Rng::with_seed(2);
        for (bidirectional, dropped) in [(false, false), (true, false), (true, true)] {
            let (mut weights, sequences) = example(bidirectional, &mut rng);
            let batch = Batch::new(sequences.iter());
            let factors = [0.0, 2.0, 2.0, 0.0, 2.0, 2.0].repeat(3);
            let factors = dropped.then_some(&factors[..]);
            let mut values = weights.flatten();
            crate::window::check_gradient(&mut values, |values, out| {
                weights.fill(values);
                let (loss, gradient) = loss(&weights, &batch, factors).unwrap();
                out.copy_from_slice(&gradient.flatten());
                loss
            });
        }
    }
}
