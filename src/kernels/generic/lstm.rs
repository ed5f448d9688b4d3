//! One direction of an LSTM layer over several sequences side by side.

use super::lockstep::{States, step_panel};
use super::multiply::{Column, Rows, columns, multiply_panel, vectors};
use crate::format::layout::{GATES, PANEL};
use crate::kernels::simd::Simd;
use crate::kernels::{LOCKSTEP, LSTM_CHUNK, LstmWeights, Sequence, WIDE_COLUMNS, math};

/// Arguments of [`lstm`] and of [`lstm_int8`](super::lstm_int8); the lengths have been checked.
pub(in crate::kernels) struct LstmCall<'a, W> {
    pub weights: W,
    /// `[rows][input]`
    pub x: &'a [f32],
    /// Rows of the sequences, longest first.
    pub sequences: &'a [Sequence],
    /// Walk from the last step to the first.
    pub reverse: bool,
    /// `[rows][y_stride]`
    pub y: &'a mut [f32],
    pub y_stride: usize,
    pub y_offset: usize,
    /// Of [`lstm`]: cell states, previous and current outputs `[hidden / 16][LOCKSTEP][16]`, widened weights
    /// `[WIDE_COLUMNS][4][16]`, then gate sums `[rows of a chunk][hidden / 16][4][16]`.
    pub scratch: &'a mut [f32],
}

/// One direction of one LSTM layer, [`LOCKSTEP`] sequences side by side.
///
/// The input's part of the gate sums is computed for a chunk of steps at once, where one conversion of a weight
/// serves many rows, and kept small enough for the cache; then the recurrence walks the chunk.
///
/// Tile of the products: `TILE_GATES` x `TILE_ROWS`, and `PAIR_GATES` x 2, chosen to fill the registers. The recurrence of
/// a single sequence takes `PANELS` panels at a time: 8 independent chains of registers hide the latency of a
/// multiply-add.
#[inline(always)]
pub(in crate::kernels) fn lstm<
    'a,
    S: Simd,
    const TILE_GATES: usize,
    const TILE_ROWS: usize,
    const PAIR_GATES: usize,
    const PANELS: usize,
>(
    s: S,
    mut call: LstmCall<'a, LstmWeights<'a>>,
) {
    let hidden = call.weights.hidden;
    let (states, rest) = std::mem::take(&mut call.scratch).split_at_mut(3 * LOCKSTEP * hidden);
    let states = states.as_chunks_mut::<PANEL>().0.as_chunks_mut::<LOCKSTEP>().0;
    let (cells, states) = states.split_at_mut(hidden / PANEL);
    let (previous, current) = states.split_at_mut(hidden / PANEL);
    let (wide, sums) = rest.split_at_mut(WIDE_COLUMNS * GATES * PANEL);
    let mut walk = Walk {
        weights: call.weights,
        wx: columns::<GATES>(call.weights.wx),
        wh: columns::<GATES>(call.weights.wh),
        bias: vectors(call.weights.bias).as_chunks::<GATES>().0,
        y: call.y,
        y_stride: call.y_stride,
        y_offset: call.y_offset,
        cells,
        previous,
        current,
        wide: wide.as_chunks_mut::<PANEL>().0.as_chunks_mut::<GATES>().0,
        sums,
    };
    let room = LSTM_CHUNK.min(walk.sums.len() / (GATES * hidden));
    for group in call.sequences.chunks(LOCKSTEP) {
        walk.cells.fill([[0.0; PANEL]; LOCKSTEP]);
        let mut done = 0;
        while done < group[0].steps {
            let mut list = [0; LSTM_CHUNK];
            let (steps, rows) = list_rows(group, done, call.reverse, &mut list[..room]);
            let list = &list[..rows];
            walk.project::<S, TILE_GATES, TILE_ROWS, PAIR_GATES>(s, call.x, list);
            let mut first = 0;
            for step in done..done + steps {
                let rows = &list[first..][..active(group, step)];
                if let [row] = *rows {
                    walk.step_one::<S, PANELS>(s, row, step, call.reverse, first);
                } else {
                    walk.step_all(s, rows, step == 0, first);
                }
                first += rows.len();
            }
            done += steps;
        }
    }
}

/// Sequences that have this step; they come first.
#[inline(always)]
pub(super) fn active(group: &[Sequence], step: usize) -> usize {
    let mut count = 0;
    while count < group.len() && group[count].steps > step {
        count += 1;
    }
    count
}

/// Lists the rows of as many steps from `done` on as `list` has room for, step by step; returns the number of steps and
/// of rows.
#[inline(always)]
pub(super) fn list_rows(
    group: &[Sequence],
    done: usize,
    reverse: bool,
    list: &mut [usize],
) -> (usize, usize) {
    let (mut step, mut rows) = (done, 0);
    while step < group[0].steps {
        let count = active(group, step);
        if list.len() - rows < count {
            break;
        }
        for sequence in &group[..count] {
            let Sequence { first, steps } = *sequence;
            list[rows] = if reverse { first + steps - 1 - step } else { first + step };
            rows += 1;
        }
        step += 1;
    }
    (step - done, rows)
}

/// Weights, outputs and scratch of a walk over a group.
struct Walk<'a> {
    weights: LstmWeights<'a>,
    wx: &'a [Column<u16, GATES>],
    wh: &'a [Column<u16, GATES>],
    bias: &'a [[[f32; PANEL]; GATES]],
    y: &'a mut [f32],
    y_stride: usize,
    y_offset: usize,
    cells: &'a mut [States],
    /// h of the step before and of this one, kept where several sequences run.
    previous: &'a mut [States],
    current: &'a mut [States],
    wide: &'a mut [Column<f32, GATES>],
    /// `[rows of a chunk][hidden / 16][4][16]`
    sums: &'a mut [f32],
}

impl Walk<'_> {
    /// Sums of the rows `list`: bias and inputs.
    #[inline(always)]
    fn project<S: Simd, const TILE_GATES: usize, const TILE_ROWS: usize, const PAIR_GATES: usize>(
        &mut self,
        s: S,
        x: &[f32],
        list: &[usize],
    ) {
        let LstmWeights { input, hidden, .. } = self.weights;
        let row_len = GATES * hidden;
        for panel in 0..hidden / PANEL {
            let weights = &self.wx[panel * input..][..input];
            let bias = &self.bias[panel];
            let sums = &mut self.sums[panel * GATES * PANEL..];
            let rows = Rows { x, list, stride: input, first: 0 };
            if S::REGISTERS < 32 || list.len() <= TILE_ROWS || input == 0 {
                multiply_panel::<S, _, GATES, TILE_GATES, TILE_ROWS, PAIR_GATES>(
                    s,
                    weights,
                    Some(bias),
                    rows,
                    sums,
                    row_len,
                );
                continue;
            }
            // Weights that serve several tiles are widened once: with AVX-512 1.07 times as fast at 128 inputs and 16
            // sequences of 32 steps, with AVX2 1.02 times as slow.
            let mut first = 0;
            while first < input {
                let count = self.wide.len().min(input - first);
                let wide = &mut self.wide[..count];
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
                    row_len,
                );
                first += count;
            }
        }
    }

    /// A step of a single sequence; its sums are those of row `at` of the chunk.
    #[inline(always)]
    fn step_one<S: Simd, const PANELS: usize>(
        &mut self,
        s: S,
        row: usize,
        step: usize,
        reverse: bool,
        at: usize,
    ) {
        let hidden = self.weights.hidden;
        let (stride, offset) = (self.y_stride, self.y_offset);
        let start = row * stride;
        // Before the first step h is 0 and contributes nothing.
        let (previous, current): (&[f32], &mut [f32]) = if step == 0 {
            (&[], &mut self.y[start..])
        } else if reverse {
            let (current, previous) = self.y.split_at_mut(start + stride);
            (&previous[offset..][..hidden], &mut current[start..])
        } else {
            let (previous, current) = self.y.split_at_mut(start);
            (&previous[start - stride + offset..][..hidden], current)
        };
        let output = current[offset..][..hidden].as_chunks_mut::<PANEL>().0;
        let sums = vectors(&self.sums[at * GATES * hidden..][..GATES * hidden]).as_chunks::<GATES>().0;
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

    /// A step of several sequences, with the rows `rows`; their sums are those of the rows from `at` on of the chunk.
    #[inline(always)]
    fn step_all<S: Simd>(&mut self, s: S, rows: &[usize], is_first: bool, at: usize) {
        let hidden = self.weights.hidden;
        let row_len = GATES * hidden;
        std::mem::swap(&mut self.previous, &mut self.current);
        // Before the first step h is 0 and contributes nothing.
        let previous: &[States] = if is_first { &[] } else { self.previous };
        for panel in 0..hidden / PANEL {
            let sums = &mut self.sums[at * row_len + panel * GATES * PANEL..];
            let weights = &self.wh[panel * hidden..][..hidden];
            let (cell, state) = (&mut self.cells[panel], &mut self.current[panel]);
            step_panel(s, weights, previous, sums, row_len, rows.len(), cell, state);
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
