//! Running one direction of an LSTM layer, with weights of either kind.

use super::random::{PLAIN, Place, UNTOUCHED, bits, tables};
use drugner::format::layout::GATES;
use drugner::kernels::{Inputs, Kernels, LayerWeights, Sequence};
use proptest::prelude::*;

/// The outputs of all rows of `x`; what belongs to no sequence must stay as it was.
pub fn run(
    weights: LayerWeights<'_>,
    kernels: &Kernels,
    x: &[f32],
    sequences: &[Sequence],
    reverse: bool,
    place: Place,
) -> Vec<u32> {
    let Place { before, after, chunk, skip, apart } = place;
    let (input, hidden) = weights.sizes();
    let rows = x.len() / input;
    let stride = before + hidden + after;
    let mut y = vec![UNTOUCHED; skip + rows * stride];
    // Scratch may hold anything, here what would show if it were read.
    let mut scratch = vec![f32::NAN; skip + weights.scratch_len(chunk).unwrap()];
    let scratch = &mut scratch[skip..];
    let written = |row: usize| sequences.iter().any(|s| (s.first..s.first + s.steps).contains(&row));

    if apart {
        let y = &mut y[skip..];
        let len = GATES * hidden;
        let places: Vec<u32> = (1..=rows as u32).rev().collect();
        let mut moved = vec![f32::NAN; (rows + 1) * input];
        for (row, &place) in x.chunks_exact(input).zip(&places) {
            moved[place as usize * input..][..input].copy_from_slice(row);
        }
        let list: Vec<u32> = (0..rows).filter(|&row| written(row)).map(|row| places[row]).collect();
        let mut sums = vec![UNTOUCHED; skip + (rows + 1) * len];
        kernels.lstm_inputs(weights, &moved, &list, &mut sums[skip..], scratch);
        let sums = &sums[skip..];
        for (row, sums) in sums.chunks_exact(len).enumerate() {
            assert!(list.contains(&(row as u32)) || sums.iter().all(|&sum| sum == UNTOUCHED));
        }
        let inputs = Inputs::Sums { sums, places: &places };
        kernels.lstm(weights, inputs, sequences, reverse, y, stride, before, scratch);
    } else {
        let y = &mut y[skip..];
        kernels.lstm(weights, Inputs::Rows(x), sequences, reverse, y, stride, before, scratch);
    }

    let mut outputs = Vec::new();
    for (number, row) in y[skip..].chunks_exact(stride).enumerate() {
        let output = &row[before..][..hidden];
        let written = written(number);
        assert!(row[..before].iter().chain(&row[before + hidden..]).all(|&v| v == UNTOUCHED));
        assert!(output.iter().all(|v| if written { v.abs() <= 1.0 } else { *v == UNTOUCHED }));
        outputs.extend(bits(output));
    }
    outputs
}

/// Every table must give what the scalar one gives for each sequence alone.
pub fn has_the_bits_of_scalar_one_by_one(
    weights: LayerWeights<'_>,
    x: &[f32],
    sequences: &[Sequence],
    reverse: bool,
    place: Place,
) -> Result<(), TestCaseError> {
    let (input, hidden) = weights.sizes();
    let tables = tables();
    let mut expected = vec![UNTOUCHED.to_bits(); x.len() / input * hidden];
    for sequence in sequences {
        let alone = run(weights, tables[tables.len() - 1], x, std::slice::from_ref(sequence), reverse, PLAIN);
        let range = sequence.first * hidden..(sequence.first + sequence.steps) * hidden;
        expected[range.clone()].copy_from_slice(&alone[range]);
    }
    for kernels in tables {
        let found = run(weights, kernels, x, sequences, reverse, place);
        prop_assert!(found == expected, "{:?}", kernels.isa());
    }
    Ok(())
}
