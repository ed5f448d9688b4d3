//! One direction of an LSTM layer with int8 weights over several sequences side by side.

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
/// The products of `VECTORS` gates of `ROWS` rows run together, of a single row those of `PANELS` panels.
#[inline(always)]
pub(in crate::kernels) fn lstm_int8<
    'a,
    S: Dot,
    const VECTORS: usize,
    const ROWS: usize,
    const PANELS: usize,
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
            walk.project::<S, VECTORS, ROWS>(s, call.x, &list[..rows]);
            let mut first = 0;
            for step in done..done + steps {
                let rows = &list[first..][..active(group, step)];
                walk.step::<S, VECTORS, ROWS, PANELS>(s, rows, step == 0, first);
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
    fn project<S: Dot, const VECTORS: usize, const ROWS: usize>(
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
                    rest if rest >= ROWS => self.project_rows::<S, VECTORS, ROWS>(s, panel, row),
                    2.. => self.project_rows::<S, VECTORS, 2>(s, panel, row),
                    _ => self.project_rows::<S, VECTORS, 1>(s, panel, row),
                };
            }
        }
    }

    /// [`project`](Self::project) for one panel and the rows from `first` on; returns `ROWS`.
    #[inline(always)]
    fn project_rows<S: Dot, const VECTORS: usize, const ROWS: usize>(
        &mut self,
        s: S,
        panel: usize,
        first: usize,
    ) -> usize {
        let groups = self.input.div_ceil(INPUTS);
        let weights = [&self.wx[panel * groups..][..groups]];
        let stride = self.input.next_multiple_of(PANEL);
        let codes = rows_of::<ROWS>(&self.x_codes[first * stride..], stride);
        let products = products::<S, 1, ROWS, VECTORS>(s, &weights, &codes, &self.x_sums[panel..]);
        for r in 0..ROWS {
            let row_scale = s.splat(self.row_scales[first + r]);
            let at = (first + r) * GATES * self.hidden + panel * GATES * PANEL;
            let sums = self.sums[at..][..GATES * PANEL].as_chunks_mut::<PANEL>().0;
            for gate in 0..GATES {
                let scale = s.mul(s.load(&self.x_scales[panel][gate]), row_scale);
                let z = s.mul_add(products[r][0][gate], scale, s.load(&self.bias[panel][gate]));
                s.store(z, &mut sums[gate]);
            }
        }
        ROWS
    }

    /// A step of the sequences with the rows `rows`; their sums are those of the rows from `at` on of the chunk.
    #[inline(always)]
    fn step<S: Dot, const VECTORS: usize, const ROWS: usize, const PANELS: usize>(
        &mut self,
        s: S,
        rows: &[usize],
        is_first: bool,
        at: usize,
    ) {
        std::mem::swap(&mut self.previous, &mut self.current);
        let panels = self.hidden / PANEL;
        let mut panel = 0;
        if let [row] = *rows {
            while panel + PANELS <= panels {
                self.step_rows::<S, VECTORS, PANELS, 1>(s, &[row], is_first, at, panel, 0);
                panel += PANELS;
            }
        }
        while panel < panels {
            let mut first = 0;
            while first < rows.len() {
                let rest = &rows[first..];
                first += match rest.len() {
                    count if count >= ROWS => {
                        self.step_rows::<S, VECTORS, 1, ROWS>(s, rest, is_first, at, panel, first)
                    }
                    2.. => self.step_rows::<S, VECTORS, 1, 2>(s, rest, is_first, at, panel, first),
                    _ => self.step_rows::<S, VECTORS, 1, 1>(s, rest, is_first, at, panel, first),
                };
            }
            panel += 1;
        }
    }

    /// [`step`](Self::step) for `N` panels from `panel` on and the first `ROWS` of `rows`, which are those of the sequences
    /// from `first` on; returns `ROWS`.
    #[inline(always)]
    #[expect(clippy::too_many_arguments)]
    fn step_rows<S: Dot, const VECTORS: usize, const N: usize, const ROWS: usize>(
        &mut self,
        s: S,
        rows: &[usize],
        is_first: bool,
        at: usize,
        panel: usize,
        first: usize,
    ) -> usize {
        let hidden = self.hidden;
        let groups = hidden / INPUTS;
        let mut weights = [&self.wh[..0]; N];
        for n in 0..N {
            weights[n] = &self.wh[(panel + n) * groups..][..groups];
        }
        // Before the first step h is 0 and contributes nothing.
        let products = if is_first {
            [[[s.splat(0.0); GATES]; N]; ROWS]
        } else {
            let codes = rows_of::<ROWS>(&self.previous[first * hidden..], hidden);
            products::<S, N, ROWS, VECTORS>(s, &weights, &codes, &self.h_sums[panel..])
        };
        for r in 0..ROWS {
            for n in 0..N {
                let panel = panel + n;
                let from = (at + first + r) * GATES * hidden + panel * GATES * PANEL;
                let sums = self.sums[from..][..GATES * PANEL].as_chunks::<PANEL>().0;
                let mut z = [s.splat(0.0); GATES];
                for gate in 0..GATES {
                    z[gate] = s.load(&sums[gate]);
                    if !is_first {
                        z[gate] = s.mul_add(products[r][n][gate], s.load(&self.h_scales[panel][gate]), z[gate]);
                    }
                }
                let cell = &mut self.cells[panel][first + r];
                let (c, h) = math::lstm_cell(s, z, s.load(cell));
                s.store(c, cell);
                let y = rows[r] * self.y_stride + self.y_offset + panel * PANEL;
                s.store(h, &mut self.y[y..].as_chunks_mut::<PANEL>().0[0]);
                let codes = &mut self.current[(first + r) * hidden..][..hidden].as_chunks_mut::<PANEL>().0[panel];
                encode(s, h, s.splat(LARGEST), codes);
            }
        }
        ROWS
    }
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

/// Integer sums of `N` panels and `ROWS` rows as f32; `sums` are those of the weights of each panel.
#[inline(always)]
fn products<S: Dot, const N: usize, const ROWS: usize, const VECTORS: usize>(
    s: S,
    weights: &[&[Group]; N],
    codes: &[&[[u8; INPUTS]]; ROWS],
    sums: &[Outputs<i32>],
) -> [[[S::Lanes; GATES]; N]; ROWS] {
    let mut products = [[[s.splat(0.0); GATES]; N]; ROWS];
    for gate in (0..GATES).step_by(VECTORS) {
        let mut sum = [[[s.start(&sums[0][gate]); VECTORS]; N]; ROWS];
        for n in 0..N {
            for v in 0..VECTORS {
                for r in 0..ROWS {
                    sum[r][n][v] = s.start(&sums[n][gate + v]);
                }
            }
        }
        // Indices, not iterators: the compiler then sees that no access can fail.
        for k in 0..weights[0].len() {
            let mut inputs = [s.inputs(codes[0][k]); ROWS];
            for r in 1..ROWS {
                inputs[r] = s.inputs(codes[r][k]);
            }
            for n in 0..N {
                for v in 0..VECTORS {
                    let weights = s.weights(&weights[n][k][gate + v]);
                    for r in 0..ROWS {
                        sum[r][n][v] = s.dot(sum[r][n][v], weights, inputs[r]);
                    }
                }
            }
        }
        for r in 0..ROWS {
            for n in 0..N {
                for v in 0..VECTORS {
                    products[r][n][gate + v] = s.finish(sum[r][n][v]);
                }
            }
        }
    }
    products
}
