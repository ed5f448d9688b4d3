//! Dense layers and the softmax loss over plain slices, on the calling thread.
//!
//! A layer's weights are `[outputs, inputs]`; rows of inputs and outputs stand one after the other.

use super::activation::{exp, sigmoid};
use super::matrix::{Matrix, multiply};

/// `x weightᵀ + bias`: `x` `[rows, inputs]`, the result `[rows, outputs]`.
pub(crate) fn forward(x: &[f32], inputs: usize, weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let rows = x.len() / inputs;
    let mut out = repeat(bias, rows);
    let weight = Matrix::new(weight, bias.len(), inputs).transposed();
    multiply(&mut out, true, Matrix::new(x, rows, inputs), weight);
    out
}

/// `y weight + bias`, the layer read backwards: `y` `[rows, outputs]`, `bias` `[inputs]`, the result `[rows, inputs]`.
pub(crate) fn reverse(y: &[f32], outputs: usize, weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let rows = y.len() / outputs;
    let mut out = repeat(bias, rows);
    multiply(&mut out, true, Matrix::new(y, rows, outputs), Matrix::new(weight, outputs, bias.len()));
    out
}

/// Gradient of the inputs, `[rows, inputs]`, from that of the outputs, `[rows, outputs]`.
pub(crate) fn input_gradient(d_out: &[f32], outputs: usize, weight: &[f32]) -> Vec<f32> {
    reverse(d_out, outputs, weight, &vec![0.0; weight.len() / outputs])
}

/// Adds the gradient of the weights, `d_outᵀ x`, to `weight`.
pub(crate) fn add_weight_gradient(d_out: &[f32], outputs: usize, x: &[f32], weight: &mut [f32]) {
    let rows = d_out.len() / outputs;
    let d_out = Matrix::new(d_out, rows, outputs).transposed();
    multiply(weight, true, d_out, Matrix::new(x, rows, weight.len() / outputs));
}

/// Adds the sum of `rows` to `sum`: the gradient of a bias.
pub(crate) fn add_rows(rows: &[f32], sum: &mut [f32]) {
    for row in rows.chunks_exact(sum.len()) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}

/// The logistic function of every value.
pub(crate) fn sigmoid_in_place(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = sigmoid(*value));
}

/// Mean cross-entropy of the softmax of `scores` `[rows, classes]` against the right classes, one or more; `scores`
/// becomes its gradient.
pub(crate) fn softmax_cross_entropy(scores: &mut [f32], right: &[u8]) -> f64 {
    let classes = scores.len() / right.len();
    let scale = 1.0 / right.len() as f32;
    let mut loss = 0.0;
    for (row, &right) in scores.chunks_exact_mut(classes).zip(right) {
        let right = usize::from(right);
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let score = row[right] - largest;
        let mut sum = 0.0;
        for value in row.iter_mut() {
            *value = exp(*value - largest);
            sum += *value;
        }
        loss += f64::from(sum).ln() - f64::from(score);
        row.iter_mut().for_each(|value| *value *= scale / sum);
        row[right] -= scale;
    }
    loss / right.len() as f64
}

fn repeat(row: &[f32], times: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(row.len() * times);
    (0..times).for_each(|_| out.extend_from_slice(row));
    out
}
