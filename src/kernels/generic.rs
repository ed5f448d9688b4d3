//! The algorithms, written once over [`Simd`] and compiled once per instruction set.
//!
//! Each lane is one output with one chain of fused multiply-adds, inputs in ascending order. Tiles, panels and chunks
//! only choose which chains run side by side, so no choice here can change a bit of a result.
//!
//! Everything is `#[inline(always)]` and free of closures, see [`super::simd`].

use super::math;
use super::simd::Simd;
use super::{DenseWeights, LstmWeights};
use crate::format::layout::{GATES, PANEL};

/// What one input contributes to one panel: `WIDTH` vectors of weights (the gates of an LSTM, or 1).
type Column<const WIDTH: usize> = [[u16; PANEL]; WIDTH];

/// Arguments of [`lstm`]; the lengths have been checked.
pub(super) struct LstmCall<'a> {
    pub weights: LstmWeights<'a>,
    /// `[steps][input]`
    pub x: &'a [f32],
    pub steps: usize,
    /// Walk from the last step to the first.
    pub reverse: bool,
    /// `[steps][y_stride]`
    pub y: &'a mut [f32],
    pub y_stride: usize,
    pub y_offset: usize,
    /// Cell state `[hidden]`, then gate sums `[rows of a chunk][hidden / 16][4][16]`.
    pub scratch: &'a mut [f32],
}

/// Arguments of [`dense`]; the lengths have been checked.
pub(super) struct DenseCall<'a> {
    pub weights: DenseWeights<'a>,
    /// Row r is `x[r * x_stride..][..input]`.
    pub x: &'a [f32],
    pub x_stride: usize,
    pub rows: usize,
    /// `[rows][outputs]`
    pub y: &'a mut [f32],
}

/// Rows of inputs: row r is `x[r * stride..][..len of a panel]`.
#[derive(Clone, Copy)]
struct Rows<'a> {
    x: &'a [f32],
    stride: usize,
    count: usize,
}

/// One direction of one LSTM layer.
///
/// The input's part of the gate sums is computed for a chunk of steps at once, where one conversion of a weight
/// serves several steps, and kept small enough for the cache; then the recurrence walks the chunk.
///
/// Tile of the input part: `TILE_GATES` x `TILE_ROWS`, and `PAIR_GATES` x 2 for the last rows, chosen to fill the
/// registers. The recurrence takes `PANELS` panels at a time: 8 independent chains of registers hide the latency of a
/// multiply-add.
#[inline(always)]
pub(super) fn lstm<
    S: Simd,
    const TILE_GATES: usize,
    const TILE_ROWS: usize,
    const PAIR_GATES: usize,
    const PANELS: usize,
>(
    s: S,
    call: LstmCall<'_>,
) {
    let LstmCall { weights, x, steps, reverse, y, y_stride, y_offset, scratch } = call;
    let LstmWeights { input, hidden, wx, wh, bias } = weights;
    let row_len = GATES * hidden;
    let (wx, wh) = (columns::<GATES>(wx), columns::<GATES>(wh));
    let bias = vectors(bias).as_chunks::<GATES>().0;

    let (cell, sums) = scratch.split_at_mut(hidden);
    cell.fill(0.0);
    let cell = cell.as_chunks_mut::<PANEL>().0;
    let chunk = sums.len() / row_len;

    let mut done = 0;
    while done < steps {
        let count = chunk.min(steps - done);
        let first = if reverse { steps - done - count } else { done };
        let rows = Rows { x: &x[first * input..], stride: input, count };
        for panel in 0..hidden / PANEL {
            multiply_panel::<S, GATES, TILE_GATES, TILE_ROWS, PAIR_GATES>(
                s,
                &wx[panel * input..][..input],
                &bias[panel],
                rows,
                &mut sums[panel * GATES * PANEL..],
                row_len,
            );
        }
        for i in 0..count {
            let row = if reverse { count - 1 - i } else { i };
            let at = (first + row) * y_stride;
            // Before the first step h is 0 and contributes nothing.
            let (previous, current): (&[f32], &mut [f32]) = if done + i == 0 {
                (&[], &mut y[at..])
            } else if reverse {
                let (current, previous) = y.split_at_mut(at + y_stride);
                (&previous[y_offset..][..hidden], &mut current[at..])
            } else {
                let (previous, current) = y.split_at_mut(at);
                (&previous[at - y_stride + y_offset..][..hidden], current)
            };
            let output = current[y_offset..][..hidden].as_chunks_mut::<PANEL>().0;
            let sums = vectors(&sums[row * row_len..][..row_len]).as_chunks::<GATES>().0;
            step::<S, PANELS>(s, wh, previous, sums, cell, output);
        }
        done += count;
    }
}

/// One step of the recurrence: `previous` is h of the step before, empty for zeros; `output` receives the new h.
#[inline(always)]
fn step<S: Simd, const PANELS: usize>(
    s: S,
    wh: &[Column<GATES>],
    previous: &[f32],
    sums: &[[[f32; PANEL]; GATES]],
    cell: &mut [[f32; PANEL]],
    output: &mut [[f32; PANEL]],
) {
    let whole = sums.len() - sums.len() % PANELS;
    let mut panel = 0;
    while panel < whole {
        step_panels::<S, PANELS>(s, wh, previous, sums, cell, output, panel);
        panel += PANELS;
    }
    while panel < sums.len() {
        step_panels::<S, 1>(s, wh, previous, sums, cell, output, panel);
        panel += 1;
    }
}

/// The `N` panels of [`step`] from `first` on, side by side, the cell update on the registers that hold the sums.
#[inline(always)]
fn step_panels<S: Simd, const N: usize>(
    s: S,
    wh: &[Column<GATES>],
    previous: &[f32],
    sums: &[[[f32; PANEL]; GATES]],
    cell: &mut [[f32; PANEL]],
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
        let (c, h) = math::lstm_cell(s, z[n], s.load(&cell[first + n]));
        s.store(c, &mut cell[first + n]);
        s.store(h, &mut output[first + n]);
    }
}

/// A dense layer; tiles of one panel x `TILE_ROWS` rows.
#[inline(always)]
pub(super) fn dense<S: Simd, const TILE_ROWS: usize>(s: S, call: DenseCall<'_>) {
    let DenseCall { weights: DenseWeights { input, outputs, w, bias }, x, x_stride, rows, y } = call;
    let w = columns::<1>(w);
    let bias = vectors(bias).as_chunks::<1>().0;
    let rows = Rows { x, stride: x_stride, count: rows };
    for panel in 0..outputs / PANEL {
        multiply_panel::<S, 1, 1, TILE_ROWS, 1>(
            s,
            &w[panel * input..][..input],
            &bias[panel],
            rows,
            &mut y[panel * PANEL..],
            outputs,
        );
    }
}

/// `out[row][v] = bias[v] + sum over k of panel[k][v] * row[k]` for the `WIDTH` vectors of one panel and all rows.
/// Any last rows take 4, 2 and 1 at a time, with more vectors each so that enough chains run side by side.
#[inline(always)]
fn multiply_panel<
    S: Simd,
    const WIDTH: usize,
    const TILE: usize,
    const TILE_ROWS: usize,
    const PAIR: usize,
>(
    s: S,
    panel: &[Column<WIDTH>],
    bias: &[[f32; PANEL]; WIDTH],
    rows: Rows<'_>,
    out: &mut [f32],
    out_stride: usize,
) {
    let mut row = 0;
    while rows.count - row >= TILE_ROWS {
        multiply_rows::<S, WIDTH, TILE, TILE_ROWS>(s, panel, bias, rows, row, out, out_stride);
        row += TILE_ROWS;
    }
    if rows.count - row >= 4 {
        multiply_rows::<S, WIDTH, TILE, 4>(s, panel, bias, rows, row, out, out_stride);
        row += 4;
    }
    if rows.count - row >= 2 {
        multiply_rows::<S, WIDTH, PAIR, 2>(s, panel, bias, rows, row, out, out_stride);
        row += 2;
    }
    if rows.count > row {
        multiply_rows::<S, WIDTH, WIDTH, 1>(s, panel, bias, rows, row, out, out_stride);
    }
}

/// [`multiply_panel`] for the `ROWS` rows from `row` on, `VECTORS` vectors of the panel at a time.
#[inline(always)]
fn multiply_rows<S: Simd, const WIDTH: usize, const VECTORS: usize, const ROWS: usize>(
    s: S,
    panel: &[Column<WIDTH>],
    bias: &[[f32; PANEL]; WIDTH],
    rows: Rows<'_>,
    row: usize,
    out: &mut [f32],
    out_stride: usize,
) {
    let mut x = [rows.x; ROWS];
    for (r, x) in x.iter_mut().enumerate() {
        *x = &rows.x[(row + r) * rows.stride..][..panel.len()];
    }
    for first in (0..WIDTH).step_by(VECTORS) {
        let mut sum = [[s.splat(0.0); VECTORS]; ROWS];
        for sum in &mut sum {
            for v in 0..VECTORS {
                sum[v] = s.load(&bias[first + v]);
            }
        }
        for k in 0..panel.len() {
            let column = &panel[k];
            let mut weights = [s.splat(0.0); VECTORS];
            for v in 0..VECTORS {
                weights[v] = s.load_half(&column[first + v]);
            }
            for r in 0..ROWS {
                let input = s.splat(x[r][k]);
                for v in 0..VECTORS {
                    sum[r][v] = s.mul_add(weights[v], input, sum[r][v]);
                }
            }
        }
        for r in 0..ROWS {
            let out = out[(row + r) * out_stride..][..WIDTH * PANEL].as_chunks_mut::<PANEL>().0;
            for v in 0..VECTORS {
                s.store(s.canonical_nan(sum[r][v]), &mut out[first + v]);
            }
        }
    }
}

/// The logistic function of whole panels of values, in place.
#[inline(always)]
pub(super) fn sigmoid<S: Simd>(s: S, values: &mut [f32]) {
    for values in values.as_chunks_mut::<PANEL>().0 {
        s.store(math::sigmoid_lanes(s, s.load(values)), values);
    }
}

/// fp16 to f32, element by element; both slices have the same length.
#[inline(always)]
pub(super) fn widen<S: Simd>(s: S, halves: &[u16], out: &mut [f32]) {
    let (whole, tail) = halves.as_chunks::<PANEL>();
    let (out, out_tail) = out.as_chunks_mut::<PANEL>();
    for (halves, out) in whole.iter().zip(out) {
        s.store(s.load_half(halves), out);
    }
    let mut padded = [0; PANEL];
    padded[..tail.len()].copy_from_slice(tail);
    let mut widened = [0.0; PANEL];
    s.store(s.load_half(&padded), &mut widened);
    out_tail.copy_from_slice(&widened[..tail.len()]);
}

#[inline(always)]
fn columns<const WIDTH: usize>(halves: &[u16]) -> &[Column<WIDTH>] {
    halves.as_chunks::<PANEL>().0.as_chunks::<WIDTH>().0
}

#[inline(always)]
fn vectors(values: &[f32]) -> &[[f32; PANEL]] {
    values.as_chunks::<PANEL>().0
}
