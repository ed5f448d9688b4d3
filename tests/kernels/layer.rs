//! Running one direction of an LSTM layer, with weights of either kind.

use super::random::{PLAIN, Place, UNTOUCHED, bits, tables};
use drugner::format::layout::GATES;
use drugner::kernels::{Inputs, Kernels, Sequence};
use proptest::prelude::*;

/// One direction of a layer.
pub trait Direction {
    /// Inputs, units.
    fn sizes(&self) -> (usize, usize);

    /// Numbers of scratch for chunks of `chunk` rows.
    fn scratch_len(&self, chunk: usize) -> usize;

    /// The kernel.
    fn lstm(
        &self,
        kernels: &Kernels,
        inputs: Inputs<'_>,
        walk: (&[Sequence], bool),
        out: (&mut [f32], usize, usize),
        scratch: &mut [f32],
    );

    /// The kernel that computes the gate sums of inputs alone.
    fn lstm_inputs(&self, kernels: &Kernels, x: &[f32], list: &[u32], sums: &mut [f32], scratch: &mut [f32]);
}

/// The outputs of all rows of `x`; what belongs to no sequence must stay as it was.
pub fn run(
    layer: &impl Direction,
    kernels: &Kernels,
    x: &[f32],
    sequences: &[Sequence],
    reverse: bool,
    place: Place,
) -> Vec<u32> {
    let Place { before, after, chunk, skip, apart } = place;
    let (input, hidden) = layer.sizes();
    let rows = x.len() / input;
    let stride = before + hidden + after;
    let mut y = vec![UNTOUCHED; skip + rows * stride];
    // Scratch may hold anything, here what would show if it were read.
    let mut scratch = vec![f32::NAN; skip + layer.scratch_len(chunk)];
    let scratch = &mut scratch[skip..];
    let written = |row: usize| sequences.iter().any(|s| (s.first..s.first + s.steps).contains(&row));

    let out = (&mut y[skip..], stride, before);
    if apart {
        let len = GATES * hidden;
        let places: Vec<u32> = (1..=rows as u32).rev().collect();
        let mut moved = vec![f32::NAN; (rows + 1) * input];
        for (row, &place) in x.chunks_exact(input).zip(&places) {
            moved[place as usize * input..][..input].copy_from_slice(row);
        }
        let list: Vec<u32> = (0..rows).filter(|&row| written(row)).map(|row| places[row]).collect();
        let mut sums = vec![UNTOUCHED; skip + (rows + 1) * len];
        layer.lstm_inputs(kernels, &moved, &list, &mut sums[skip..], scratch);
        let sums = &sums[skip..];
        for (row, sums) in sums.chunks_exact(len).enumerate() {
            assert!(list.contains(&(row as u32)) || sums.iter().all(|&sum| sum == UNTOUCHED));
        }
        layer.lstm(kernels, Inputs::Sums { sums, places: &places }, (sequences, reverse), out, scratch);
    } else {
        layer.lstm(kernels, Inputs::Rows(x), (sequences, reverse), out, scratch);
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
    layer: &impl Direction,
    x: &[f32],
    sequences: &[Sequence],
    reverse: bool,
    place: Place,
) -> Result<(), TestCaseError> {
    let (input, hidden) = layer.sizes();
    let tables = tables();
    let mut expected = vec![UNTOUCHED.to_bits(); x.len() / input * hidden];
    for sequence in sequences {
        let alone = run(layer, tables[tables.len() - 1], x, std::slice::from_ref(sequence), reverse, PLAIN);
        let range = sequence.first * hidden..(sequence.first + sequence.steps) * hidden;
        expected[range.clone()].copy_from_slice(&alone[range]);
    }
    for kernels in tables {
        let found = run(layer, kernels, x, sequences, reverse, place);
        prop_assert!(found == expected, "{:?}", kernels.isa());
    }
    Ok(())
}
