//! The inputs' part of the gate sums, with int8 weights.

use super::products::{Products, rows_of};
use super::{Group, Outputs, bytes, groups};
use crate::format::layout::{GATES, INPUTS, PANEL};
use crate::kernels::generic::InputsCall;
use crate::kernels::generic::multiply::vectors;
use crate::kernels::generic::quantise::{LARGEST, encode_row, largest_magnitude};
use crate::kernels::generic::walk::{Project, project_list};
use crate::kernels::simd::Dot;
use crate::kernels::{LSTM_CHUNK, LstmWeightsInt8};

/// Gate sums of the rows of a list, each in its own place.
#[inline(always)]
pub(in crate::kernels) fn lstm_int8_inputs<
    S: Dot,
    const VECTORS: usize,
    const ROWS: usize,
    const PARTS: usize,
>(
    s: S,
    weights: LstmWeightsInt8<'_>,
    call: InputsCall<'_>,
) {
    let InputsCall { x, list, sums, scratch } = call;
    let codes = bytes(scratch);
    let room = LSTM_CHUNK.min(codes.len() / weights.input.next_multiple_of(PANEL).max(1));
    let mut projection = Int8Inputs::<VECTORS, ROWS, PARTS>::new(&weights, codes);
    project_list(s, &mut projection, x, list, sums, room);
}

/// Weights, and scratch for the inputs in whole numbers, `[rows of a chunk][input, rounded up to 16]`. The products are taken as
/// in [`lstm_int8`](super::lstm_int8).
pub(super) struct Int8Inputs<'a, const VECTORS: usize, const ROWS: usize, const PARTS: usize> {
    input: usize,
    hidden: usize,
    weights: &'a [Group],
    scales: &'a [Outputs<f32>],
    sums: &'a [Outputs<i32>],
    bias: &'a [Outputs<f32>],
    codes: &'a mut [u8],
}

impl<'a, const VECTORS: usize, const ROWS: usize, const PARTS: usize> Int8Inputs<'a, VECTORS, ROWS, PARTS> {
    #[inline(always)]
    pub fn new(weights: &LstmWeightsInt8<'a>, codes: &'a mut [u8]) -> Self {
        let LstmWeightsInt8 { input, hidden, wx, scales, bias, sums, .. } = *weights;
        Self {
            input,
            hidden,
            weights: groups(wx),
            scales: &vectors(scales).as_chunks::<GATES>().0[..hidden / PANEL],
            sums: &sums.as_chunks::<PANEL>().0.as_chunks::<GATES>().0[..hidden / PANEL],
            bias: vectors(bias).as_chunks::<GATES>().0,
            codes,
        }
    }

    /// Sums of one panel and the first `COUNT` rows; returns `COUNT`.
    #[inline(always)]
    fn rows<S: Dot, const COUNT: usize, const CHAINS: usize>(
        &self,
        s: S,
        panel: usize,
        rows: Rows<'_>,
        out: &mut [f32],
    ) -> usize {
        let groups = self.input.div_ceil(INPUTS);
        let weights = &self.weights[panel * groups..][..groups];
        let codes = rows_of::<COUNT>(rows.codes, self.input.next_multiple_of(PANEL));
        let mut products = Products::<S, COUNT, CHAINS>::start(s, &self.sums[panel]);
        products.add::<VECTORS>(s, weights, &codes);
        for r in 0..COUNT {
            let row_scale = s.splat(rows.scales[r]);
            let at = rows.places[r] * GATES * self.hidden + panel * GATES * PANEL;
            let out = out[at..][..GATES * PANEL].as_chunks_mut::<PANEL>().0;
            for gate in 0..GATES {
                let scale = s.mul(s.load(&self.scales[panel][gate]), row_scale);
                let z = s.mul_add(products.finish(s, r, gate), scale, s.load(&self.bias[panel][gate]));
                s.store(z, &mut out[gate]);
            }
        }
        COUNT
    }
}

impl<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize> Project<S>
    for Int8Inputs<'_, VECTORS, ROWS, PARTS>
{
    #[inline(always)]
    fn project(&mut self, s: S, x: &[f32], list: &[usize], places: &[usize], sums: &mut [f32]) {
        let input = self.input;
        let stride = input.next_multiple_of(PANEL);
        let mut row_scales = [0.0; LSTM_CHUNK];
        for (at, &row) in list.iter().enumerate() {
            let row = &x[row * input..][..input];
            let largest = largest_magnitude(row);
            row_scales[at] = largest / LARGEST;
            let codes = self.codes[at * stride..][..stride].as_chunks_mut::<PANEL>().0;
            encode_row(s, row, LARGEST / largest, codes);
        }
        for panel in 0..self.hidden / PANEL {
            let mut row = 0;
            while row < list.len() {
                let rows = Rows {
                    codes: &self.codes[row * stride..],
                    scales: &row_scales[row..],
                    places: &places[row..],
                };
                row += match list.len() - row {
                    rest if rest >= ROWS => self.rows::<S, ROWS, 1>(s, panel, rows, sums),
                    2.. => self.rows::<S, 2, 1>(s, panel, rows, sums),
                    _ => self.rows::<S, 1, PARTS>(s, panel, rows, sums),
                };
            }
        }
    }
}

/// Rows in whole numbers.
#[derive(Clone, Copy)]
struct Rows<'a> {
    /// `[rows][input, rounded up to 16]`
    codes: &'a [u8],
    /// What a code of each row is worth.
    scales: &'a [f32],
    places: &'a [usize],
}
