//! One step of the recurrence for several sequences side by side.

use super::multiply::Column;
use crate::format::layout::{GATES, PANEL};
use crate::kernels::LOCKSTEP;
use crate::kernels::math;
use crate::kernels::simd::Simd;

/// A number for each lane of a panel and each sequence. The states of a step are `[hidden / 16]` of these: the rows that
/// one weight meets are a constant distance apart, so that a single address serves all of them.
pub(super) type States = [[f32; PANEL]; LOCKSTEP];

/// Gate sums of a panel.
pub(super) type Gates = [[f32; PANEL]; GATES];

/// One panel of a step: `gates` hold the gate sums of each sequence, bias and inputs; the products with `previous` are
/// added, and `cell` and `state` of these sequences receive the new c and h.
///
/// `previous` is empty in the first step. Sequences behind the last may be computed, but no result of theirs is kept.
#[inline(always)]
pub(super) fn step_panel<S: Simd>(
    s: S,
    weights: &[Column<u16, GATES>],
    previous: &[States],
    gates: &mut [Gates],
    cell: &mut States,
    state: &mut States,
) {
    let count = gates.len();
    if !previous.is_empty() {
        let mut first = 0;
        while first < count {
            let call = Tile { weights, previous, first };
            let gates = &mut gates[first..];
            // A tile is as high as its sums fit the registers, so that a widened weight serves as many sequences as can be,
            // and has 8 or more chains. Exact tiles for the last sequences: with 3 and 5 of them 1.05 to 1.13 times as
            // fast as tiles that compute more than is kept.
            first += if S::REGISTERS >= 32 {
                match count - first {
                    8 | 13.. => call.add::<S, 2, 8>(s, gates),
                    9.. => call.add::<S, 2, 12>(s, gates),
                    7 => call.add::<S, 2, 7>(s, gates),
                    6 => call.add::<S, 2, 6>(s, gates),
                    5 => call.add::<S, 2, 5>(s, gates),
                    4 => call.add::<S, 4, 4>(s, gates),
                    3 => call.add::<S, 4, 3>(s, gates),
                    _ => call.add::<S, 4, 2>(s, gates),
                }
            } else {
                match count - first {
                    5.. => call.add::<S, 1, 6>(s, gates),
                    3.. => call.add::<S, 1, 4>(s, gates),
                    _ => call.add::<S, 2, 2>(s, gates),
                }
            };
        }
    }
    for r in 0..count {
        let mut z = [s.splat(0.0); GATES];
        for gate in 0..GATES {
            z[gate] = s.load(&gates[r][gate]);
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
    first: usize,
}

impl Tile<'_> {
    /// Adds the products for `ROWS` sequences, of which those of `gates` are kept; `VECTORS` gates at a time. Returns `ROWS`.
    #[inline(always)]
    fn add<S: Simd, const VECTORS: usize, const ROWS: usize>(&self, s: S, gates: &mut [Gates]) -> usize {
        let count = gates.len().min(ROWS);
        for gate in (0..GATES).step_by(VECTORS) {
            // Every index of `sum` is constant once the loops are unrolled, so that it stays in registers.
            let mut sum = [[s.splat(0.0); VECTORS]; ROWS];
            for (r, sum) in sum.iter_mut().enumerate() {
                for v in 0..VECTORS {
                    sum[v] = s.load(&gates[r.min(count - 1)][gate + v]);
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
                    for v in 0..VECTORS {
                        s.store(sum[v], &mut gates[r][gate + v]);
                    }
                }
            }
        }
        ROWS
    }
}
