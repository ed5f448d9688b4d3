//! Rows of inputs times one panel of weights.

use crate::format::layout::PANEL;
use crate::kernels::simd::Simd;

/// What one input contributes to one panel: `WIDTH` vectors of weights (the gates of an LSTM, or 1).
pub(super) type Column<T, const WIDTH: usize> = [[T; PANEL]; WIDTH];

/// The weights of [`PANEL`] outputs for one input, as they lie in memory.
pub(super) trait Weights<S: Simd>: Copy {
    fn lanes(&self, s: S) -> S::Lanes;
}

impl<S: Simd> Weights<S> for [u16; PANEL] {
    #[inline(always)]
    fn lanes(&self, s: S) -> S::Lanes {
        s.load_half(self)
    }
}

impl<S: Simd> Weights<S> for [f32; PANEL] {
    #[inline(always)]
    fn lanes(&self, s: S) -> S::Lanes {
        s.load(self)
    }
}

/// Rows of inputs: row r is `x[list[r] * stride + first..]`, and its results go to `out[places[r] * out_stride..]`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub x: &'a [f32],
    pub list: &'a [usize],
    pub stride: usize,
    pub first: usize,
    pub places: &'a [usize],
    pub out_stride: usize,
}

#[inline(always)]
pub(super) fn columns<const WIDTH: usize>(halves: &[u16]) -> &[Column<u16, WIDTH>] {
    halves.as_chunks::<PANEL>().0.as_chunks::<WIDTH>().0
}

#[inline(always)]
pub(super) fn vectors(values: &[f32]) -> &[[f32; PANEL]] {
    values.as_chunks::<PANEL>().0
}

/// Row r of the results is `start[v] + sum over k of panel[k][v] * row r [k]` for the `WIDTH` vectors of one panel and all rows.
/// Without `start` the sums go on from what `out` holds.
///
/// `TILE` vectors x `TILE_ROWS` rows at a time; the last rows take 4, 2 and 1 at a time, with more vectors each so that
/// enough chains run side by side.
#[inline(always)]
pub(super) fn multiply_panel<
    S: Simd,
    W,
    const WIDTH: usize,
    const TILE: usize,
    const TILE_ROWS: usize,
    const PAIR: usize,
>(
    s: S,
    panel: &[[W; WIDTH]],
    start: Option<&[[f32; PANEL]; WIDTH]>,
    rows: Rows<'_>,
    out: &mut [f32],
) where
    W: Weights<S>,
{
    let count = rows.list.len();
    let mut row = 0;
    while count - row >= TILE_ROWS {
        multiply_rows::<S, W, WIDTH, TILE, TILE_ROWS>(s, panel, start, rows, row, out);
        row += TILE_ROWS;
    }
    if count - row >= 4 {
        multiply_rows::<S, W, WIDTH, TILE, 4>(s, panel, start, rows, row, out);
        row += 4;
    }
    if count - row >= 2 {
        multiply_rows::<S, W, WIDTH, PAIR, 2>(s, panel, start, rows, row, out);
        row += 2;
    }
    if count > row {
        multiply_rows::<S, W, WIDTH, WIDTH, 1>(s, panel, start, rows, row, out);
    }
}

/// [`multiply_panel`] for the `ROWS` rows from `row` on, `TILE` vectors of the panel at a time.
#[inline(always)]
fn multiply_rows<S: Simd, W: Weights<S>, const WIDTH: usize, const TILE: usize, const ROWS: usize>(
    s: S,
    panel: &[[W; WIDTH]],
    start: Option<&[[f32; PANEL]; WIDTH]>,
    rows: Rows<'_>,
    row: usize,
    out: &mut [f32],
) {
    let places = &rows.places[row..][..ROWS];
    let mut x = [rows.x; ROWS];
    for (x, &number) in x.iter_mut().zip(&rows.list[row..][..ROWS]) {
        *x = &rows.x[number * rows.stride + rows.first..][..panel.len()];
    }
    for first in (0..WIDTH).step_by(TILE) {
        let mut sum = [[s.splat(0.0); TILE]; ROWS];
        for (r, sum) in sum.iter_mut().enumerate() {
            let from = match start {
                Some(start) => start,
                None => {
                    &vectors(&out[places[r] * rows.out_stride..][..WIDTH * PANEL]).as_chunks::<WIDTH>().0[0]
                }
            };
            for v in 0..TILE {
                sum[v] = s.load(&from[first + v]);
            }
        }
        // Indices, not iterators: the compiler then sees that no access can fail.
        for k in 0..panel.len() {
            let column = &panel[k];
            let mut weights = [s.splat(0.0); TILE];
            for v in 0..TILE {
                weights[v] = column[first + v].lanes(s);
            }
            for r in 0..ROWS {
                let input = s.splat(x[r][k]);
                for v in 0..TILE {
                    sum[r][v] = s.mul_add(weights[v], input, sum[r][v]);
                }
            }
        }
        for r in 0..ROWS {
            let out = out[places[r] * rows.out_stride..][..WIDTH * PANEL].as_chunks_mut::<PANEL>().0;
            for v in 0..TILE {
                s.store(s.canonical_nan(sum[r][v]), &mut out[first + v]);
            }
        }
    }
}
