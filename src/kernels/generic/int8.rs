//! One direction of an LSTM layer with int8 weights over several sequences side by side.

#![expect(clippy::needless_range_loop, reason = "indices are constant once unrolled: sums stay in registers")]

use super::lockstep::States;
use super::lstm::{LstmCall, active, list_rows};
use super::multiply::vectors;
use super::quantise::{LARGEST, encode, encode_row, largest_magnitude};
use crate::format::layout::{GATES, INPUTS, PANEL};
use crate::kernels::int8::{row_len, state_len};
use crate::kernels::simd::Dot;
use crate::kernels::{LOCKSTEP, LSTM_CHUNK, LstmWeightsInt8, math};

/// What [`INPUTS`] inputs contribute to one panel.
type Group = [[[i8; INPUTS]; PANEL]; GATES];

/// A number for each output of a panel.
type Outputs<T> = [[T; PANEL]; GATES];

/// One direction of one LSTM layer, [`LOCKSTEP`] sequences side by side, in chunks as [`lstm`](super::lstm) takes them.
///
/// The products of `VECTORS` gates of `ROWS` rows run together, of a single row in `PARTS`
/// chains each.
#[inline(always)]
pub(in crate::kernels) fn lstm_int8<
    'a,
    S: Dot,
    const VECTORS: usize,
    const ROWS: usize,
    const PARTS: usize,
>(
    s: S,
    mut call: LstmCall<'a, LstmWeightsInt8<'a>>,
) {
    let LstmWeightsInt8 { input, hidden, wx, wh, scales, bias, sums } = call.weights;
    let states = state_len(hidden).expect("the length of scratch was checked");
    let row = row_len(input, hidden).expect("the length of scratch was checked");
    let (states, rows) = std::mem::take(&mut call.scratch).split_at_mut(states);
    let room = LSTM_CHUNK.min(rows.len() / row);
    let (cells, outputs) = states.split_at_mut(LOCKSTEP * hidden);
    let (previous, current) = bytes(outputs).split_at_mut(LOCKSTEP * hidden);
    let (gate_sums, x_codes) = rows.split_at_mut(room * GATES * hidden);
    let (x_scales, h_scales) = vectors(scales).as_chunks::<GATES>().0.split_at(hidden / PANEL);
    let (x_sums, h_sums) = sums.as_chunks::<PANEL>().0.as_chunks::<GATES>().0.split_at(hidden / PANEL);
    let mut walk = Walk {
        input,
        hidden,
        wx: groups(wx),
        wh: groups(wh),
        x_scales,
        h_scales,
        x_sums,
        h_sums,
        bias: vectors(bias).as_chunks::<GATES>().0,
        y: call.y,
        y_stride: call.y_stride,
        y_offset: call.y_offset,
        cells: cells.as_chunks_mut::<PANEL>().0.as_chunks_mut::<LOCKSTEP>().0,
        previous,
        current,
        x_codes: bytes(x_codes),
        row_scales: [0.0; LSTM_CHUNK],
        sums: gate_sums,
    };
    for group in call.sequences.chunks(LOCKSTEP) {
        walk.cells.fill([[0.0; PANEL]; LOCKSTEP]);
        let mut done = 0;
        while done < group[0].steps {
            let mut list = [0; LSTM_CHUNK];
            let (steps, rows) = list_rows(group, done, call.reverse, &mut list[..room]);
            walk.project::<S, VECTORS, ROWS, PARTS>(s, call.x, &list[..rows]);
            let mut first = 0;
            for step in done..done + steps {
                let rows = &list[first..][..active(group, step)];
                walk.step::<S, VECTORS, ROWS, PARTS>(s, rows, step, first);
                first += rows.len();
            }
            done += steps;
        }
    }
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

/// Weights, outputs and scratch of a walk over a group.
struct Walk<'a> {
    input: usize,
    hidden: usize,
    wx: &'a [Group],
    wh: &'a [Group],
    x_scales: &'a [Outputs<f32>],
    h_scales: &'a [Outputs<f32>],
    x_sums: &'a [Outputs<i32>],
    h_sums: &'a [Outputs<i32>],
    bias: &'a [Outputs<f32>],
    y: &'a mut [f32],
    y_stride: usize,
    y_offset: usize,
    cells: &'a mut [States],
    /// Codes of h of the step before and of this one, `[LOCKSTEP][hidden]`.
    previous: &'a mut [u8],
    current: &'a mut [u8],
    /// Codes of the inputs of a chunk, `[rows][input, rounded up to 16]`.
    x_codes: &'a mut [u8],
    /// What a code of each row of the chunk is worth.
    row_scales: [f32; LSTM_CHUNK],
    /// `[rows of a chunk][hidden / 16][4][16]`
    sums: &'a mut [f32],
}

impl Walk<'_> {
    /// Sums of the rows `list`: bias and inputs.
    #[inline(always)]
    fn project<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
        &mut self,
        s: S,
        x: &[f32],
        list: &[usize],
    ) {
        let input = self.input;
        let stride = input.next_multiple_of(PANEL);
        for (at, &row) in list.iter().enumerate() {
            let row = &x[row * input..][..input];
            let largest = largest_magnitude(row);
            self.row_scales[at] = largest / LARGEST;
            let codes = self.x_codes[at * stride..][..stride].as_chunks_mut::<PANEL>().0;
            encode_row(s, row, LARGEST / largest, codes);
        }
        for panel in 0..self.hidden / PANEL {
            let mut row = 0;
            while row < list.len() {
                row += match list.len() - row {
                    rest if rest >= ROWS => self.project_rows::<S, VECTORS, ROWS, 1>(s, panel, row),
                    2.. => self.project_rows::<S, VECTORS, 2, 1>(s, panel, row),
                    _ => self.project_rows::<S, VECTORS, 1, PARTS>(s, panel, row),
                };
            }
        }
    }

    /// [`project`](Self::project) for one panel and the rows from `first` on; returns `ROWS`.
    #[inline(always)]
    fn project_rows<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
        &mut self,
        s: S,
        panel: usize,
        first: usize,
    ) -> usize {
        let groups = self.input.div_ceil(INPUTS);
        let weights = &self.wx[panel * groups..][..groups];
        let stride = self.input.next_multiple_of(PANEL);
        let codes = rows_of::<ROWS>(&self.x_codes[first * stride..], stride);
        let mut products = Products::<S, ROWS, PARTS>::start(s, &self.x_sums[panel]);
        products.add::<VECTORS>(s, weights, &codes);
        for r in 0..ROWS {
            let row_scale = s.splat(self.row_scales[first + r]);
            let at = (first + r) * GATES * self.hidden + panel * GATES * PANEL;
            let sums = self.sums[at..][..GATES * PANEL].as_chunks_mut::<PANEL>().0;
            for gate in 0..GATES {
                let scale = s.mul(s.load(&self.x_scales[panel][gate]), row_scale);
                let z = s.mul_add(products.finish(s, r, gate), scale, s.load(&self.bias[panel][gate]));
                s.store(z, &mut sums[gate]);
            }
        }
        ROWS
    }

    /// A step of the sequences with the rows `rows`; their sums are those of the rows from `at` on of the chunk.
    #[inline(always)]
    fn step<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
        &mut self,
        s: S,
        rows: &[usize],
        step: usize,
        at: usize,
    ) {
        std::mem::swap(&mut self.previous, &mut self.current);
        let panels = self.hidden / PANEL;
        for i in 0..panels {
            // Back and forth, because the weights of a step's last panels are still in the nearest cache: 1.08 times as
            // fast at 128 units and a single sequence with AVX-512.
            let panel = if step.is_multiple_of(2) { i } else { panels - 1 - i };
            let mut first = 0;
            while first < rows.len() {
                let rest = &rows[first..];
                let place = Place { is_first: step == 0, at, panel, first };
                first += match rest.len() {
                    count if count >= ROWS => self.step_rows::<S, VECTORS, ROWS, 1>(s, rest, place),
                    2.. => self.step_rows::<S, VECTORS, 2, 1>(s, rest, place),
                    _ => self.step_rows::<S, VECTORS, 1, PARTS>(s, rest, place),
                };
            }
        }
    }

    /// [`step`](Self::step) for the first `ROWS` of `rows` at a place; returns `ROWS`.
    #[inline(always)]
    fn step_rows<S: Dot, const VECTORS: usize, const ROWS: usize, const PARTS: usize>(
        &mut self,
        s: S,
        rows: &[usize],
        place: Place,
    ) -> usize {
        let Place { is_first, at, panel, first } = place;
        let hidden = self.hidden;
        let groups = hidden / INPUTS;
        let mut products = Products::<S, ROWS, PARTS>::start(s, &self.h_sums[panel]);
        // Before the first step h is 0 and contributes nothing.
        if !is_first {
            let codes = rows_of::<ROWS>(&self.previous[first * hidden..], hidden);
            products.add::<VECTORS>(s, &self.wh[panel * groups..][..groups], &codes);
        }
        for r in 0..ROWS {
            let from = (at + first + r) * GATES * hidden + panel * GATES * PANEL;
            let sums = self.sums[from..][..GATES * PANEL].as_chunks::<PANEL>().0;
            let mut z = [s.splat(0.0); GATES];
            for gate in 0..GATES {
                z[gate] = s.load(&sums[gate]);
                if !is_first {
                    let scale = s.load(&self.h_scales[panel][gate]);
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
        ROWS
    }
}

/// What a part of a step computes.
#[derive(Clone, Copy)]
struct Place {
    is_first: bool,
    /// Row of the chunk that holds the sums of the first sequence.
    at: usize,
    panel: usize,
    /// First sequence.
    first: usize,
}

/// The first `ROWS` rows of `codes`, `[rows][stride]`.
#[inline(always)]
fn rows_of<const ROWS: usize>(codes: &[u8], stride: usize) -> [&[[u8; INPUTS]]; ROWS] {
    let mut rows = [codes.as_chunks::<INPUTS>().0; ROWS];
    for r in 0..ROWS {
        rows[r] = codes[r * stride..][..stride].as_chunks::<INPUTS>().0;
    }
    rows
}

/// Integer sums of a panel's products with `ROWS` rows. `PARTS` chains add up each sum, which is exact in any order.
struct Products<S: Dot, const ROWS: usize, const PARTS: usize>([[[S::Sums; GATES]; ROWS]; PARTS]);

impl<S: Dot, const ROWS: usize, const PARTS: usize> Products<S, ROWS, PARTS> {
    /// No product yet; `sums` are those of the weights that are to come.
    #[inline(always)]
    fn start(s: S, sums: &Outputs<i32>) -> Self {
        let mut parts = [[[s.start(&[0; PANEL]); GATES]; ROWS]; PARTS];
        for r in 0..ROWS {
            for gate in 0..GATES {
                parts[0][r][gate] = s.start(&sums[gate]);
            }
        }
        Self(parts)
    }

    /// Adds products, those of `VECTORS` gates side by side.
    #[inline(always)]
    fn add<const VECTORS: usize>(&mut self, s: S, weights: &[Group], codes: &[&[[u8; INPUTS]]; ROWS]) {
        for gate in (0..GATES).step_by(VECTORS) {
            // Every index of `sum` is constant once the loops are unrolled, so that it stays in registers.
            let mut sum = [[[self.0[0][0][0]; VECTORS]; ROWS]; PARTS];
            for part in 0..PARTS {
                for r in 0..ROWS {
                    for v in 0..VECTORS {
                        sum[part][r][v] = self.0[part][r][gate + v];
                    }
                }
            }
            // Indices, not iterators: the compiler then sees that no access can fail.
            let mut k = 0;
            while k + PARTS <= weights.len() {
                for part in 0..PARTS {
                    add_group(s, &weights[k + part], codes, k + part, gate, &mut sum[part]);
                }
                k += PARTS;
            }
            while k < weights.len() {
                add_group(s, &weights[k], codes, k, gate, &mut sum[0]);
                k += 1;
            }
            for part in 0..PARTS {
                for r in 0..ROWS {
                    for v in 0..VECTORS {
                        self.0[part][r][gate + v] = sum[part][r][v];
                    }
                }
            }
        }
    }

    /// The sums of a row and gate as f32.
    #[inline(always)]
    fn finish(&self, s: S, row: usize, gate: usize) -> S::Lanes {
        let mut total = self.0[0][row][gate];
        for part in 1..PARTS {
            total = s.add_sums(total, self.0[part][row][gate]);
        }
        s.finish(total)
    }
}

/// Adds the products of the group `k` for `VECTORS` gates from `gate` on.
#[inline(always)]
fn add_group<S: Dot, const ROWS: usize, const VECTORS: usize>(
    s: S,
    weights: &Group,
    codes: &[&[[u8; INPUTS]]; ROWS],
    k: usize,
    gate: usize,
    sum: &mut [[S::Sums; VECTORS]; ROWS],
) {
    let mut inputs = [s.inputs(codes[0][k]); ROWS];
    for r in 1..ROWS {
        inputs[r] = s.inputs(codes[r][k]);
    }
    for v in 0..VECTORS {
        let weights = s.weights(&weights[gate + v]);
        for r in 0..ROWS {
            sum[r][v] = s.dot(sum[r][v], weights, inputs[r]);
        }
    }
}
