//! The inputs' part of the gate sums of an LSTM layer.

use super::multiply::{Column, Rows, columns, multiply_panel, vectors};
use super::walk::{Project, project_list};
use crate::format::layout::{GATES, PANEL};
use crate::kernels::simd::Simd;
use crate::kernels::{LSTM_CHUNK, LstmWeights, WIDE_COLUMNS};

/// Arguments of [`lstm_inputs`] and of [`lstm_int8_inputs`](super::lstm_int8_inputs); the lengths have been checked.
pub(in crate::kernels) struct InputsCall<'a> {
    /// `[rows][input]`
    pub x: &'a [f32],
    /// Numbers of rows.
    pub list: &'a [u32],
    /// `[rows][hidden / 16][4][16]`
    pub sums: &'a mut [f32],
    /// As that of a call of [`lstm`](super::lstm).
    pub scratch: &'a mut [f32],
}

/// Gate sums of the rows of a list, each in its own place.
#[inline(always)]
pub(in crate::kernels) fn lstm_inputs<
    S: Simd,
    const TILE_GATES: usize,
    const TILE_ROWS: usize,
    const PAIR_GATES: usize,
>(
    s: S,
    weights: LstmWeights<'_>,
    call: InputsCall<'_>,
) {
    let InputsCall { x, list, sums, scratch } = call;
    let (wide, _) = scratch.split_at_mut(WIDE_COLUMNS * GATES * PANEL);
    let mut projection = HalfInputs::<TILE_GATES, TILE_ROWS, PAIR_GATES> { weights, wide };
    project_list(s, &mut projection, x, list, sums, LSTM_CHUNK);
}

/// Weights, and scratch for widened ones, `[WIDE_COLUMNS][4][16]`. The tiles are those of [`lstm`](super::lstm()).
pub(super) struct HalfInputs<'a, const TILE_GATES: usize, const TILE_ROWS: usize, const PAIR_GATES: usize> {
    pub weights: LstmWeights<'a>,
    pub wide: &'a mut [f32],
}

impl<S: Simd, const TILE_GATES: usize, const TILE_ROWS: usize, const PAIR_GATES: usize> Project<S>
    for HalfInputs<'_, TILE_GATES, TILE_ROWS, PAIR_GATES>
{
    #[inline(always)]
    fn project(&mut self, s: S, x: &[f32], list: &[usize], places: &[usize], sums: &mut [f32]) {
        let LstmWeights { input, hidden, wx, bias, .. } = self.weights;
        let (wx, bias) = (columns::<GATES>(wx), vectors(bias).as_chunks::<GATES>().0);
        let wide: &mut [Column<f32, GATES>] = self.wide.as_chunks_mut::<PANEL>().0.as_chunks_mut::<GATES>().0;
        let out_stride = GATES * hidden;
        for panel in 0..hidden / PANEL {
            let weights = &wx[panel * input..][..input];
            let bias = &bias[panel];
            let rows = Rows { x, list, stride: input, first: 0, places, out_stride };
            let sums = &mut sums[panel * GATES * PANEL..];
            if S::REGISTERS < 32 || list.len() <= TILE_ROWS || input == 0 {
                multiply_panel::<S, _, GATES, TILE_GATES, TILE_ROWS, PAIR_GATES>(
                    s,
                    weights,
                    Some(bias),
                    rows,
                    sums,
                );
                continue;
            }
            // Weights that serve several tiles are widened once: with AVX-512 1.07 times as fast at 128 inputs and 16
            // sequences of 32 steps, with AVX2 1.02 times as slow.
            let mut first = 0;
            while first < input {
                let count = wide.len().min(input - first);
                let wide = &mut wide[..count];
                for k in 0..count {
                    for gate in 0..GATES {
                        s.store(s.load_half(&weights[first + k][gate]), &mut wide[k][gate]);
                    }
                }
                let start = if first == 0 { Some(bias) } else { None };
                multiply_panel::<S, _, GATES, TILE_GATES, TILE_ROWS, PAIR_GATES>(
                    s,
                    wide,
                    start,
                    Rows { first, ..rows },
                    sums,
                );
                first += count;
            }
        }
    }
}
