//! One direction of an LSTM layer over several sequences side by side.

use super::inputs::HalfInputs;
use super::lockstep::{Gates, States, step_panel};
use super::multiply::{Column, columns, vectors};
use super::walk::{Recur, walk};
use crate::format::layout::{GATES, PANEL};
use crate::kernels::simd::Simd;
use crate::kernels::{Inputs, LOCKSTEP, LSTM_CHUNK, LstmWeights, Sequence, WIDE_COLUMNS, math};

/// Arguments of [`lstm`] and of [`lstm_int8`](super::lstm_int8); the lengths have been checked.
pub(in crate::kernels) struct LstmCall<'a> {
    pub inputs: Inputs<'a>,
    /// Rows of the sequences, longest first.
    pub sequences: &'a [Sequence],
    /// Walk from the last step to the first.
    pub reverse: bool,
    /// `[rows][y_stride]`
    pub y: &'a mut [f32],
    pub y_stride: usize,
    pub y_offset: usize,
    /// Of [`lstm`]: widened weights `[WIDE_COLUMNS][4][16]`, gate sums of a step `[LOCKSTEP][4][16]`, cell states, previous
    /// and current outputs `[hidden / 16][LOCKSTEP][16]`, then gate sums of inputs `[rows of a chunk][hidden / 16][4][16]`.
    pub scratch: &'a mut [f32],
}

/// One direction of one LSTM layer, [`LOCKSTEP`] sequences side by side.
///
/// The inputs' part of the gate sums is computed for a chunk of steps at once, where one conversion of a weight
/// serves many rows, and kept small enough for the cache; then the recurrence walks the chunk.
///
/// Tile of the products: `TILE_GATES` x `TILE_ROWS`, and `PAIR_GATES` x 2, chosen to fill the registers. The recurrence of
/// a single sequence takes `PANELS` panels at a time: 8 independent chains of registers hide the latency of a
/// multiply-add.
#[inline(always)]
pub(in crate::kernels) fn lstm<
    S: Simd,
    const TILE_GATES: usize,
    const TILE_ROWS: usize,
    const PAIR_GATES: usize,
    const PANELS: usize,
>(
    s: S,
    weights: LstmWeights<'_>,
    call: LstmCall<'_>,
) {
    let LstmCall { inputs, sequences, reverse, y, y_stride, y_offset, scratch } = call;
    let hidden = weights.hidden;
    let (wide, rest) = scratch.split_at_mut(WIDE_COLUMNS * GATES * PANEL);
    let (gates, rest) = rest.split_at_mut(LOCKSTEP * GATES * PANEL);
    let (states, chunk) = rest.split_at_mut(3 * LOCKSTEP * hidden);
    let states = states.as_chunks_mut::<PANEL>().0.as_chunks_mut::<LOCKSTEP>().0;
    let (cells, states) = states.split_at_mut(hidden / PANEL);
    let (previous, current) = states.split_at_mut(hidden / PANEL);
    let gates = gates.as_chunks_mut::<PANEL>().0.as_chunks_mut::<GATES>().0;
    let wh = columns::<GATES>(weights.wh);
    let mut projection = HalfInputs::<TILE_GATES, TILE_ROWS, PAIR_GATES> { weights, wide };
    let mut recurrence =
        Recurrence::<PANELS> { hidden, wh, reverse, y, y_stride, y_offset, cells, previous, current, gates };
    let room = LSTM_CHUNK.min(chunk.len() / (GATES * hidden));
    walk(s, &mut projection, &mut recurrence, inputs, sequences, reverse, chunk, room);
}

/// Recurrent weights, outputs and scratch of a walk over a group.
struct Recurrence<'a, const PANELS: usize> {
    hidden: usize,
    wh: &'a [Column<u16, GATES>],
    reverse: bool,
    y: &'a mut [f32],
    y_stride: usize,
    y_offset: usize,
    cells: &'a mut [States],
    /// h of the step before and of this one, kept where several sequences run.
    previous: &'a mut [States],
    current: &'a mut [States],
    /// Sums of one panel.
    gates: &'a mut [Gates],
}

impl<S: Simd, const PANELS: usize> Recur<S> for Recurrence<'_, PANELS> {
    #[inline(always)]
    fn begin(&mut self) {
        self.cells.fill([[0.0; PANEL]; LOCKSTEP]);
    }

    #[inline(always)]
    fn step(&mut self, s: S, step: usize, rows: &[usize], sums: &[f32], places: &[usize]) {
        if let ([row], [place]) = (rows, places) {
            let outputs = GATES * self.hidden;
            let sums = vectors(&sums[place * outputs..][..outputs]).as_chunks::<GATES>().0;
            self.step_one(s, *row, step == 0, sums);
        } else {
            self.step_all(s, rows, step == 0, sums, places);
        }
    }
}

impl<const PANELS: usize> Recurrence<'_, PANELS> {
    /// A step of a single sequence with the sums `[hidden / 16][4][16]`.
    #[inline(always)]
    fn step_one<S: Simd>(&mut self, s: S, row: usize, is_first: bool, sums: &[[[f32; PANEL]; GATES]]) {
        let hidden = self.hidden;
        let (stride, offset) = (self.y_stride, self.y_offset);
        let start = row * stride;
        // Before the first step h is 0 and contributes nothing.
        let (previous, current): (&[f32], &mut [f32]) = if is_first {
            (&[], &mut self.y[start..])
        } else if self.reverse {
            let (current, previous) = self.y.split_at_mut(start + stride);
            (&previous[offset..][..hidden], &mut current[start..])
        } else {
            let (previous, current) = self.y.split_at_mut(start);
            (&previous[start - stride + offset..][..hidden], current)
        };
        let output = current[offset..][..hidden].as_chunks_mut::<PANEL>().0;
        let whole = sums.len() - sums.len() % PANELS;
        let mut panel = 0;
        while panel < whole {
            step_panels::<S, PANELS>(s, self.wh, previous, sums, self.cells, output, panel);
            panel += PANELS;
        }
        while panel < sums.len() {
            step_panels::<S, 1>(s, self.wh, previous, sums, self.cells, output, panel);
            panel += 1;
        }
    }

    /// A step of several sequences, with the rows `rows`; that of `rows[r]` has the sums with number `places[r]`.
    #[inline(always)]
    fn step_all<S: Simd>(&mut self, s: S, rows: &[usize], is_first: bool, sums: &[f32], places: &[usize]) {
        let hidden = self.hidden;
        std::mem::swap(&mut self.previous, &mut self.current);
        // Before the first step h is 0 and contributes nothing.
        let previous: &[States] = if is_first { &[] } else { self.previous };
        for panel in 0..hidden / PANEL {
            for (gates, place) in self.gates.iter_mut().zip(places) {
                let at = place * GATES * hidden + panel * GATES * PANEL;
                *gates = vectors(&sums[at..][..GATES * PANEL]).as_chunks::<GATES>().0[0];
            }
            let weights = &self.wh[panel * hidden..][..hidden];
            let (cell, state) = (&mut self.cells[panel], &mut self.current[panel]);
            step_panel(s, weights, previous, &mut self.gates[..rows.len()], cell, state);
            for (h, &row) in state.iter().zip(rows) {
                let y = row * self.y_stride + self.y_offset + panel * PANEL;
                self.y[y..][..PANEL].copy_from_slice(h);
            }
        }
    }
}

/// `N` panels from `first` on in one step of a single sequence, side by side, the cell update on the registers that hold
/// the sums. `previous` is h of the step before, empty for zeros; `output` receives the new h.
#[inline(always)]
fn step_panels<S: Simd, const N: usize>(
    s: S,
    wh: &[Column<u16, GATES>],
    previous: &[f32],
    sums: &[[[f32; PANEL]; GATES]],
    cells: &mut [States],
    output: &mut [[f32; PANEL]],
    first: usize,
) {
    let hidden = sums.len() * PANEL;
    let mut weights = [&wh[..0]; N];
    let mut z = [[s.splat(0.0); GATES]; N];
    for n in 0..N {
        weights[n] = &wh[(first + n) * hidden..][..previous.len()];
        for gate in 0..GATES {
            z[n][gate] = s.load(&sums[first + n][gate]);
        }
    }
    // Indices, not iterators: the compiler then sees that no access can fail.
    for k in 0..previous.len() {
        let h = s.splat(previous[k]);
        for n in 0..N {
            let column = &weights[n][k];
            for gate in 0..GATES {
                z[n][gate] = s.mul_add(s.load_half(&column[gate]), h, z[n][gate]);
            }
        }
    }
    for n in 0..N {
        let (c, h) = math::lstm_cell(s, z[n], s.load(&cells[first + n][0]));
        s.store(c, &mut cells[first + n][0]);
        s.store(h, &mut output[first + n]);
    }
}
