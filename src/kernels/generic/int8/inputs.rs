//! The inputs' part of the gate sums, with int8 weights.

use super::products::{Products, rows_of};
use super::{Group, Outputs, bytes, groups};
use crate::format::layout::{GATES, INPUTS, PANEL};
use crate::kernels::generic::InputsCall;
use crate::kernels::generic::multiply::vectors;
use crate::kernels::generic::quantise::{LARGEST, encode_row, largest_magnitude};
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
    call: InputsCall<'_, LstmWeightsInt8<'_>>,
) {
    let InputsCall { weights, x, list, sums, scratch } = call;
    let inputs = InputWeights::new(&weights);
    let codes = bytes(scratch);
    let room = LSTM_CHUNK.min(codes.len() / weights.input.next_multiple_of(PANEL).max(1));
    for part in list.chunks(room) {
        let mut rows = [0; LSTM_CHUNK];
        for i in 0..part.len() {
            rows[i] = part[i] as usize;
        }
        let rows = &rows[..part.len()];
        inputs.project::<S, VECTORS, ROWS, PARTS>(s, x, rows, rows, sums, codes);
    }
}

/// The weights of the inputs.
pub(super) struct InputWeights<'a> {
    input: usize,
    hidden: usize,
    weights: &'a [Group],
    scales: &'a [Outputs<f32>],
    sums: &'a [Outputs<i32>],
    bias: &'a [Outputs<f32>],
}

impl<'a> InputWeights<'a> {
    #[inline(always)]
    pub fn new(weights: &LstmWeightsInt8<'a>) -> Self {
        let LstmWeightsInt8 { input, hidden, wx, scales, bias, sums, .. } = *weights;
        Self {
            input,
            hidden,
            weights: groups(wx),
            scales: &vectors(scales).as_chunks::<GATES>().0[..hidden / PANEL],
            sums: &sums.as_chunks::<PANEL>().0.as_chunks::<GATES>().0[..hidden / PANEL],
            bias: vectors(bias).as_chunks::<GATES>().0,
        }
    }

    /// Gate sums of the rows `list` of `x`, at most [`LSTM_CHUNK`], that of `list[i]` as number `places[i]` of `out`. `codes`
    /// is scratch, `[rows of the list][input, rounded up to 16]`.
    #[inline(always)]
    pub fn project<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
        &self,
        s: S,
        x: &[f32],
        list: &[usize],
        places: &[usize],
        out: &mut [f32],
        codes: &mut [u8],
    ) {
        let input = self.input;
        let stride = input.next_multiple_of(PANEL);
        let mut row_scales = [0.0; LSTM_CHUNK];
        for (at, &row) in list.iter().enumerate() {
            let row = &x[row * input..][..input];
            let largest = largest_magnitude(row);
            row_scales[at] = largest / LARGEST;
            let codes = codes[at * stride..][..stride].as_chunks_mut::<PANEL>().0;
            encode_row(s, row, LARGEST / largest, codes);
        }
        for panel in 0..self.hidden / PANEL {
            let mut row = 0;
            while row < list.len() {
                let rows = Rows {
                    codes: &codes[row * stride..],
                    scales: &row_scales[row..],
                    places: &places[row..],
                };
                row += match list.len() - row {
                    rest if rest >= ROWS => self.rows::<S, VECTORS, ROWS, 1>(s, panel, rows, out),
                    2.. => self.rows::<S, VECTORS, 2, 1>(s, panel, rows, out),
                    _ => self.rows::<S, VECTORS, 1, PARTS>(s, panel, rows, out),
                };
            }
        }
    }

    /// [`project`](Self::project) for one panel and the first `ROWS` rows; returns `ROWS`.
    #[inline(always)]
    fn rows<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
        &self,
        s: S,
        panel: usize,
        rows: Rows<'_>,
        out: &mut [f32],
    ) -> usize {
        let groups = self.input.div_ceil(INPUTS);
        let weights = &self.weights[panel * groups..][..groups];
        let codes = rows_of::<ROWS>(rows.codes, self.input.next_multiple_of(PANEL));
        let mut products = Products::<S, ROWS, PARTS>::start(s, &self.sums[panel]);
        products.add::<VECTORS>(s, weights, &codes);
        for r in 0..ROWS {
            let row_scale = s.splat(rows.scales[r]);
            let at = rows.places[r] * GATES * self.hidden + panel * GATES * PANEL;
            let out = out[at..][..GATES * PANEL].as_chunks_mut::<PANEL>().0;
            for gate in 0..GATES {
                let scale = s.mul(s.load(&self.scales[panel][gate]), row_scale);
                let z = s.mul_add(products.finish(s, r, gate), scale, s.load(&self.bias[panel][gate]));
                s.store(z, &mut out[gate]);
            }
        }
        ROWS
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
