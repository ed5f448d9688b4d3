//! One step of the recurrence for several sequences side by side.

use super::multiply::Column;
use crate::format::layout::{GATES, PANEL};
use crate::kernels::LOCKSTEP;
use crate::kernels::math;
use crate::kernels::simd::Simd;

/// A number for each lane of a panel and each sequence. The states of a step are `[hidden / 16]` of these: the rows that
/// one weight meets are a constant distance apart, so that a single address serves all of them.
pub(super) type States = [[f32; PANEL]; LOCKSTEP];

/// One panel of a step: `sums[r * row_len..][..64]` hold the gate sums of sequence r, bias and inputs; the products with
/// `previous` are added, and `cell` and `state` of the `count` sequences receive the new c and h.
///
/// `previous` is empty in the first step. Sequences from `count` on may be computed, but no result of theirs is kept.
#[inline(always)]
#[expect(clippy::too_many_arguments)]
pub(super) fn step_panel<S: Simd>(
    s: S,
    weights: &[Column<u16, GATES>],
    previous: &[States],
    sums: &mut [f32],
    row_len: usize,
    count: usize,
    cell: &mut States,
    state: &mut States,
) {
    if !previous.is_empty() {
        let mut first = 0;
        while first < count {
            let call = Tile { weights, previous, row_len, first, count: count - first };
            // A tile is as high as its sums fit the registers, so that a widened weight serves as many sequences as can be,
            // and has 8 or more chains. Exact tiles for the last sequences: with 3 and 5 of them 1.05 to 1.13 times as
            // fast as tiles that compute more than is kept.
            first += if S::REGISTERS >= 32 {
                match count - first {
                    8 | 13.. => call.add::<S, 2, 8>(s, sums),
                    9.. => call.add::<S, 2, 12>(s, sums),
                    7 => call.add::<S, 2, 7>(s, sums),
                    6 => call.add::<S, 2, 6>(s, sums),
                    5 => call.add::<S, 2, 5>(s, sums),
                    4 => call.add::<S, 4, 4>(s, sums),
                    3 => call.add::<S, 4, 3>(s, sums),
                    _ => call.add::<S, 4, 2>(s, sums),
                }
            } else {
                match count - first {
                    5.. => call.add::<S, 1, 6>(s, sums),
                    3.. => call.add::<S, 1, 4>(s, sums),
                    _ => call.add::<S, 2, 2>(s, sums),
                }
            };
        }
    }
    for r in 0..count {
        let sums = sums[r * row_len..][..GATES * PANEL].as_chunks::<PANEL>().0;
        let mut z = [s.splat(0.0); GATES];
        for gate in 0..GATES {
            z[gate] = s.load(&sums[gate]);
        }
        let (c, h) = math::lstm_cell(s, z, s.load(&cell[r]));
        s.store(c, &mut cell[r]);
        s.store(h, &mut state[r]);
    }
}

/// Sequences of [`step_panel`] from `first` on.
struct Tile<'a> {
    weights: &'a [Column<u16, GATES>],
    previous: &'a [States],
    row_len: usize,
    first: usize,
    count: usize,
}

impl Tile<'_> {
    /// Adds the products for `ROWS` sequences, of which `count` are kept; `VECTORS` gates at a time. Returns `ROWS`.
    #[inline(always)]
    fn add<S: Simd, const VECTORS: usize, const ROWS: usize>(&self, s: S, sums: &mut [f32]) -> usize {
        let count = self.count.min(ROWS);
        for gate in (0..GATES).step_by(VECTORS) {
            // Every index of `sum` is constant once the loops are unrolled, so that it stays in registers.
            let mut sum = [[s.splat(0.0); VECTORS]; ROWS];
            for (r, sum) in sum.iter_mut().enumerate() {
                let row = (self.first + r.min(count - 1)) * self.row_len;
                let sums = sums[row..][..GATES * PANEL].as_chunks::<PANEL>().0;
                for v in 0..VECTORS {
                    sum[v] = s.load(&sums[gate + v]);
                }
            }
            let columns = self.weights.as_chunks::<PANEL>().0;
            for p in 0..self.previous.len() {
                let states = &self.previous[p][self.first..][..ROWS];
                let columns = &columns[p];
                for lane in 0..PANEL {
                    let mut weights = [s.splat(0.0); VECTORS];
                    for v in 0..VECTORS {
                        weights[v] = s.load_half(&columns[lane][gate + v]);
                    }
                    for r in 0..ROWS {
                        let h = s.splat(states[r][lane]);
                        for v in 0..VECTORS {
                            sum[r][v] = s.mul_add(weights[v], h, sum[r][v]);
                        }
                    }
                }
            }
            for (r, sum) in sum.iter().enumerate() {
                if r < count {
                    let row = (self.first + r) * self.row_len;
                    let sums = sums[row..][..GATES * PANEL].as_chunks_mut::<PANEL>().0;
                    for v in 0..VECTORS {
                        s.store(sum[v], &mut sums[gate + v]);
                    }
                }
            }
        }
        ROWS
    }
}
