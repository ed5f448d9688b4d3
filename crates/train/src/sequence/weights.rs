//! The weights of a sequence classifier, and its forward pass written plainly.

use fastrand::Rng;

use super::options::SequenceOptions;
use crate::ops::dense;
use crate::tagger::orthogonal;

/// Weights of a sequence classifier. Gates stand in the order input, forget, cell, output; the forward direction first.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceWeights {
    /// Numbers per word.
    pub width: usize,
    /// LSTM units per direction.
    pub hidden: usize,
    /// Number of classes.
    pub classes: usize,
    /// There are two directions, not one.
    pub bidirectional: bool,
    /// `[directions, 4 * hidden, width]`.
    pub wx: Vec<f32>,
    /// `[directions, 4 * hidden, hidden]`.
    pub wh: Vec<f32>,
    /// `[directions, 4 * hidden]`.
    pub bias: Vec<f32>,
    /// `[classes, directions * hidden]`.
    pub dense: Vec<f32>,
    /// `[classes]`.
    pub dense_bias: Vec<f32>,
}

impl SequenceWeights {
    /// Zeros.
    pub(super) fn zeros(options: &SequenceOptions, width: usize) -> Self {
        let (hidden, classes, directions) = (options.hidden, options.classes, options.directions());
        let gates = directions * 4 * hidden;
        SequenceWeights {
            width,
            hidden,
            classes,
            bidirectional: options.bidirectional,
            wx: vec![0.0; gates * width],
            wh: vec![0.0; gates * hidden],
            bias: vec![0.0; gates],
            dense: vec![0.0; classes * directions * hidden],
            dense_bias: vec![0.0; classes],
        }
    }

    /// The values before training: recurrent weights orthogonal per gate, others after Glorot, the forget gates' biases
    /// 1 and all others 0.
    pub(super) fn initial(options: &SequenceOptions, width: usize, rng: &mut Rng) -> Self {
        let mut weights = Self::zeros(options, width);
        let h = options.hidden;
        let mut glorot = |values: &mut [f32], inputs: usize, outputs: usize| {
            let limit = (6.0 / (inputs + outputs) as f32).sqrt();
            values.iter_mut().for_each(|value| *value = (rng.f32() * 2.0 - 1.0) * limit);
        };
        glorot(&mut weights.wx, width, h);
        glorot(&mut weights.dense, options.directions() * h, options.classes);
        weights.wh.chunks_exact_mut(h * h).for_each(|gate| orthogonal(gate, h, rng));
        weights.bias.chunks_exact_mut(4 * h).for_each(|bias| bias[h..2 * h].fill(1.0));
        weights
    }

    /// The arrays in one order; together they are the flat vector that training works on.
    fn arrays(&self) -> [&Vec<f32>; 5] {
        [&self.wx, &self.wh, &self.bias, &self.dense, &self.dense_bias]
    }

    /// All values.
    pub(super) fn flatten(&self) -> Vec<f32> {
        self.arrays().into_iter().flatten().copied().collect()
    }

    /// Sets all values from a flat vector.
    pub(super) fn fill(&mut self, mut values: &[f32]) {
        let arrays = [&mut self.wx, &mut self.wh, &mut self.bias, &mut self.dense, &mut self.dense_bias];
        for array in arrays {
            let (own, rest) = values.split_at(array.len());
            array.copy_from_slice(own);
            values = rest;
        }
    }
}

/// Scores of the classes, `[words, classes]`, for one sequence `x` `[words, width]`. Panics when the sizes do not agree.
pub fn forward(weights: &SequenceWeights, x: &[f32]) -> Vec<f32> {
    let SequenceWeights { width, hidden, .. } = *weights;
    assert!(x.len().is_multiple_of(width));
    let words = x.len() / width;
    let directions = 1 + usize::from(weights.bidirectional);
    let mut states = vec![0f32; words * directions * hidden];
    for direction in 0..directions {
        let wx = &weights.wx[direction * 4 * hidden * width..][..4 * hidden * width];
        let wh = &weights.wh[direction * 4 * hidden * hidden..][..4 * hidden * hidden];
        let mut gates = dense::forward(x, width, wx, &weights.bias[direction * 4 * hidden..][..4 * hidden]);
        let (mut state, mut cell) = (vec![0f32; hidden], vec![0f32; hidden]);
        for step in 0..words {
            let word = if direction == 0 { step } else { words - 1 - step };
            let gates = &mut gates[word * 4 * hidden..][..4 * hidden];
            for (gate, row) in gates.iter_mut().zip(wh.chunks_exact(hidden)) {
                *gate += row.iter().zip(&state).map(|(w, s)| w * s).sum::<f32>();
            }
            let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
            for k in 0..hidden {
                let [input, forget, candidate, output] = [0, 1, 2, 3].map(|gate| gates[gate * hidden + k]);
                cell[k] = sigmoid(forget) * cell[k] + sigmoid(input) * candidate.tanh();
                state[k] = sigmoid(output) * cell[k].tanh();
            }
            states[(word * directions + direction) * hidden..][..hidden].copy_from_slice(&state);
        }
    }
    dense::forward(&states, directions * hidden, &weights.dense, &weights.dense_bias)
}
