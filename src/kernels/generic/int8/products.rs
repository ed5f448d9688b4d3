//! Exact integer sums of products.

use super::{Group, Outputs};
use crate::format::layout::{GATES, INPUTS, PANEL};
use crate::kernels::simd::Dot;

/// The first `ROWS` rows of `codes`, `[rows][stride]`.
#[inline(always)]
pub(super) fn rows_of<const ROWS: usize>(codes: &[u8], stride: usize) -> [&[[u8; INPUTS]]; ROWS] {
    let mut rows = [codes.as_chunks::<INPUTS>().0; ROWS];
    for r in 0..ROWS {
        rows[r] = codes[r * stride..][..stride].as_chunks::<INPUTS>().0;
    }
    rows
}

/// Integer sums of a panel's products with `ROWS` rows. `PARTS` chains add up each sum, which is exact in any order.
pub(super) struct Products<S: Dot, const ROWS: usize, const PARTS: usize>([[[S::Sums; GATES]; ROWS]; PARTS]);

impl<S: Dot, const ROWS: usize, const PARTS: usize> Products<S, ROWS, PARTS> {
    /// No product yet; `sums` are those of the weights that are to come.
    #[inline(always)]
    pub fn start(s: S, sums: &Outputs<i32>) -> Self {
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
    pub fn add<const VECTORS: usize>(&mut self, s: S, weights: &[Group], codes: &[&[[u8; INPUTS]]; ROWS]) {
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
    pub fn finish(&self, s: S, row: usize, gate: usize) -> S::Lanes {
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
