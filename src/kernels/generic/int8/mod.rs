//! One direction of an LSTM layer with int8 weights over several sequences side by side.

#![expect(clippy::needless_range_loop, reason = "indices are constant once unrolled: sums stay in registers")]

mod inputs;
mod products;

pub(in crate::kernels) use inputs::lstm_int8_inputs;

use super::lockstep::States;
use super::lstm::LstmCall;
use super::multiply::vectors;
use super::quantise::{LARGEST, encode};
use super::walk::{Recur, walk};
use crate::format::layout::{GATES, INPUTS, PANEL};
use crate::kernels::int8::{row_len, state_len};
use crate::kernels::simd::Dot;
use crate::kernels::{LOCKSTEP, LSTM_CHUNK, LstmWeightsInt8, math};
use inputs::Int8Inputs;
use products::{Products, rows_of};

/// What [`INPUTS`] inputs contribute to one panel.
type Group = [[[i8; INPUTS]; PANEL]; GATES];

/// A number for each output of a panel.
type Outputs<T> = [[T; PANEL]; GATES];

/// One direction of one LSTM layer, [`LOCKSTEP`] sequences side by side, in chunks as [`lstm`](super::lstm()) takes them.
///
/// The products of `VECTORS` gates of `ROWS` rows run together, of a single row in `PARTS`
/// chains each.
#[inline(always)]
pub(in crate::kernels) fn lstm_int8<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
    s: S,
    weights: LstmWeightsInt8<'_>,
    call: LstmCall<'_>,
) {
    let LstmCall { inputs, sequences, reverse, y, y_stride, y_offset, scratch } = call;
    let LstmWeightsInt8 { input, hidden, wh, scales, sums: weight_sums, .. } = weights;
    let states = state_len(hidden).expect("the length of scratch was checked");
    let row = row_len(input, hidden).expect("the length of scratch was checked");
    let (states, rows) = scratch.split_at_mut(states);
    let room = LSTM_CHUNK.min(rows.len() / row);
    let (cells, outputs) = states.split_at_mut(LOCKSTEP * hidden);
    let (previous, current) = bytes(outputs).split_at_mut(LOCKSTEP * hidden);
    let (chunk, codes) = rows.split_at_mut(room * GATES * hidden);
    let mut projection = Int8Inputs::<VECTORS, ROWS, PARTS>::new(&weights, bytes(codes));
    let mut recurrence = Recurrence::<VECTORS, ROWS, PARTS> {
        hidden,
        wh: groups(wh),
        scales: &vectors(scales).as_chunks::<GATES>().0[hidden / PANEL..],
        weight_sums: &weight_sums.as_chunks::<PANEL>().0.as_chunks::<GATES>().0[hidden / PANEL..],
        y,
        y_stride,
        y_offset,
        cells: cells.as_chunks_mut::<PANEL>().0.as_chunks_mut::<LOCKSTEP>().0,
        previous,
        current,
    };
    walk(s, &mut projection, &mut recurrence, inputs, sequences, reverse, chunk, room);
}

#[inline(always)]
fn groups(weights: &[i8]) -> &[Group] {
    weights.as_chunks::<INPUTS>().0.as_chunks::<PANEL>().0.as_chunks::<GATES>().0
}

/// The memory of `values`, to hold bytes.
#[inline(always)]
fn bytes(values: &mut [f32]) -> &mut [u8] {
    // SAFETY: the same memory, borrowed for as long; all bytes are initialised, and whatever is written is a valid f32.
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), size_of_val(values)) }
}

/// Recurrent weights, outputs and scratch of a walk over a group.
struct Recurrence<'a, const VECTORS: usize, const ROWS: usize, const PARTS: usize> {
    hidden: usize,
    wh: &'a [Group],
    scales: &'a [Outputs<f32>],
    weight_sums: &'a [Outputs<i32>],
    y: &'a mut [f32],
    y_stride: usize,
    y_offset: usize,
    cells: &'a mut [States],
    /// Codes of h of the step before and of this one, `[LOCKSTEP][hidden]`.
    previous: &'a mut [u8],
    current: &'a mut [u8],
}

impl<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize> Recur<S>
    for Recurrence<'_, VECTORS, ROWS, PARTS>
{
    #[inline(always)]
    fn begin(&mut self) {
        self.cells.fill([[0.0; PANEL]; LOCKSTEP]);
    }

    #[inline(always)]
    fn step(&mut self, s: S, step: usize, rows: &[usize], sums: &[f32], places: &[usize]) {
        std::mem::swap(&mut self.previous, &mut self.current);
        let panels = self.hidden / PANEL;
        for i in 0..panels {
            // Back and forth, because the weights of a step's last panels are still in the nearest cache: 1.08 times as
            // fast at 128 units and a single sequence with AVX-512.
            let panel = if step.is_multiple_of(2) { i } else { panels - 1 - i };
            let mut first = 0;
            while first < rows.len() {
                let place = Place {
                    is_first: step == 0,
                    panel,
                    first,
                    rows: &rows[first..],
                    places: &places[first..],
                };
                first += match rows.len() - first {
                    count if count >= ROWS => self.step_rows::<S, ROWS, 1>(s, sums, place),
                    2.. => self.step_rows::<S, 2, 1>(s, sums, place),
                    _ => self.step_rows::<S, 1, PARTS>(s, sums, place),
                };
            }
        }
    }
}

impl<const VECTORS: usize, const ROWS: usize, const PARTS: usize> Recurrence<'_, VECTORS, ROWS, PARTS> {
    /// A step of the first `COUNT` sequences at a place; returns `COUNT`.
    #[inline(always)]
    fn step_rows<S: Dot, const COUNT: usize, const CHAINS: usize>(
        &mut self,
        s: S,
        sums: &[f32],
        place: Place<'_>,
    ) -> usize {
        let Place { is_first, panel, first, rows, places } = place;
        let hidden = self.hidden;
        let groups = hidden / INPUTS;
        let mut products = Products::<S, COUNT, CHAINS>::start(s, &self.weight_sums[panel]);
        // Before the first step h is 0 and contributes nothing.
        if !is_first {
            let codes = rows_of::<COUNT>(&self.previous[first * hidden..], hidden);
            products.add::<VECTORS>(s, &self.wh[panel * groups..][..groups], &codes);
        }
        for r in 0..COUNT {
            let from = places[r] * GATES * hidden + panel * GATES * PANEL;
            let sums = sums[from..][..GATES * PANEL].as_chunks::<PANEL>().0;
            let mut z = [s.splat(0.0); GATES];
            for gate in 0..GATES {
                z[gate] = s.load(&sums[gate]);
                if !is_first {
                    let scale = s.load(&self.scales[panel][gate]);
                    z[gate] = s.mul_add(products.finish(s, r, gate), scale, z[gate]);
                }
            }
            let cell = &mut self.cells[panel][first + r];
            let (c, h) = math::lstm_cell(s, z, s.load(cell));
            s.store(c, cell);
            let y = rows[r] * self.y_stride + self.y_offset + panel * PANEL;
            s.store(h, &mut self.y[y..].as_chunks_mut::<PANEL>().0[0]);
            let codes = &mut self.current[(first + r) * hidden + panel * PANEL..];
            encode(s, h, s.splat(LARGEST), &mut codes.as_chunks_mut::<PANEL>().0[0]);
        }
        COUNT
    }
}

/// What a part of a step computes.
#[derive(Clone, Copy)]
struct Place<'a> {
    is_first: bool,
    panel: usize,
    /// First sequence.
    first: usize,
    /// Rows of the sequences from there on, and where the gate sums of their inputs lie.
    rows: &'a [usize],
    places: &'a [usize],
}
