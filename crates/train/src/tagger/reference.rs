//! The tagger's forward pass in plain loops: the meaning of [`TaggerWeights`], for checking faster forms of it.

use super::data::{DistinctWords, Example, WordVectors};
use super::weights::{Direction, TaggerSizes, TaggerWeights};
use crate::ops::characters::{BEGIN, END};

/// Scores of the tags of each token, `[tokens, tags]`. The example's tags are not read. Panics when an index of the example
/// is out of range or the word vectors have not the weights' length.
pub fn emissions(
    weights: &TaggerWeights,
    words: WordVectors,
    example: &Example,
    distinct: &DistinctWords,
) -> Vec<f32> {
    let sizes = &weights.sizes;
    assert_eq!(words.dim, sizes.word_dim);
    let mut rows: Vec<Vec<f32>> = (0..example.words.len())
        .map(|t| {
            let mut row = words.row(example.words[t]).to_vec();
            row.extend(characters(weights, &distinct.0[example.chars[t] as usize]));
            let shape = usize::from(example.shapes[t]) * sizes.shape_dim;
            row.extend(&weights.shape_embedding[shape..shape + sizes.shape_dim]);
            row.extend((0..sizes.lexicon_flags).map(|bit| (example.lexicon[t] >> bit & 1) as f32));
            row
        })
        .collect();
    for [forward, backward] in &weights.layers {
        let mut states = direction(forward, sizes.hidden, rows.iter());
        let reversed = direction(backward, sizes.hidden, rows.iter().rev());
        for (state, other) in states.iter_mut().zip(reversed.iter().rev()) {
            state.extend(other);
        }
        rows = states;
    }
    let dense = weights.dense_weight.chunks_exact(2 * sizes.hidden).zip(&weights.dense_bias);
    rows.iter().flat_map(|row| dense.clone().map(|(weight, bias)| dot(weight, row) + bias)).collect()
}

/// Character features of one word, `[filters]`.
fn characters(weights: &TaggerWeights, word: &[u8]) -> Vec<f32> {
    let TaggerSizes { character_dim, .. } = weights.sizes;
    let framed: Vec<f32> = [&[BEGIN], word, &[END]]
        .concat()
        .iter()
        .flat_map(|&c| &weights.char_embedding[usize::from(c) * character_dim..][..character_dim])
        .copied()
        .collect();
    let filters = weights.conv_weight.chunks_exact(3 * character_dim).zip(&weights.conv_bias);
    filters
        .map(|(filter, bias)| {
            let windows = framed.windows(3 * character_dim).step_by(character_dim);
            let largest = windows.map(|window| dot(filter, window)).fold(f32::NEG_INFINITY, f32::max);
            (largest + bias).max(0.0)
        })
        .collect()
}

/// States of one LSTM direction, in the order of `rows`.
fn direction<'a>(
    weights: &Direction,
    hidden: usize,
    rows: impl Iterator<Item = &'a Vec<f32>>,
) -> Vec<Vec<f32>> {
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    let mut state = vec![0f32; hidden];
    let mut cell = vec![0f32; hidden];
    rows.map(|row| {
        let gates: Vec<f32> = weights
            .wx
            .chunks_exact(row.len())
            .zip(weights.wh.chunks_exact(hidden))
            .zip(&weights.bias)
            .map(|((wx, wh), bias)| dot(wx, row) + dot(wh, &state) + bias)
            .collect();
        for k in 0..hidden {
            let [input, forget, candidate, output] = [0, 1, 2, 3].map(|gate| gates[gate * hidden + k]);
            cell[k] = sigmoid(forget) * cell[k] + sigmoid(input) * candidate.tanh();
            state[k] = sigmoid(output) * cell[k].tanh();
        }
        state.clone()
    })
    .collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
