//! Matrices of word rows, padded to whole vector registers.

use fastrand::Rng;

/// Numbers in a [`Lane`].
pub(super) const LANE: usize = 16;

/// A cache line of numbers: one AVX-512 register, two of AVX2, four of NEON or SSE.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lane(pub(super) [f32; LANE]);

impl Lane {
    pub(super) const ZERO: Self = Self([0.0; LANE]);
}

/// One row a word. The padding of a row stays zero: every change of a row is a combination of other rows.
#[derive(Clone)]
pub(super) struct Matrix {
    lanes: Vec<Lane>,
    /// Lanes in a row.
    pub(super) stride: usize,
    dim: usize,
}

impl Matrix {
    pub(super) fn zeros(rows: usize, dim: usize) -> Self {
        let stride = dim.div_ceil(LANE);
        Self { lanes: vec![Lane::ZERO; rows * stride], stride, dim }
    }

    /// Numbers of `-0.5 / dim .. 0.5 / dim`, as in word2vec.
    pub(super) fn random(rows: usize, dim: usize, rng: &mut Rng) -> Self {
        let mut values = vec![0.0; rows * dim];
        values.fill_with(|| (rng.f32() - 0.5) / dim as f32);
        Self::from_values(&values, dim)
    }

    /// `values`: rows of `dim` numbers, one after another.
    pub(super) fn from_values(values: &[f32], dim: usize) -> Self {
        let mut matrix = Self::zeros(values.len() / dim, dim);
        for (row, values) in matrix.lanes.chunks_exact_mut(matrix.stride).zip(values.chunks_exact(dim)) {
            for (lane, values) in row.iter_mut().zip(values.chunks(LANE)) {
                lane.0[..values.len()].copy_from_slice(values);
            }
        }
        matrix
    }

    /// The rows without their padding.
    pub(super) fn values(&self) -> Vec<f32> {
        let rows = self.lanes.chunks_exact(self.stride);
        rows.flat_map(|row| row.iter().flat_map(|lane| lane.0).take(self.dim)).collect()
    }

    #[inline(always)]
    pub(super) fn row(&self, row: u32) -> &[Lane] {
        &self.lanes[row as usize * self.stride..][..self.stride]
    }

    #[inline(always)]
    pub(super) fn row_mut(&mut self, row: u32) -> &mut [Lane] {
        &mut self.lanes[row as usize * self.stride..][..self.stride]
    }

    /// Blocks of `rows` rows, in order.
    pub(super) fn blocks_mut(&mut self, rows: usize) -> std::slice::ChunksMut<'_, Lane> {
        self.lanes.chunks_mut(rows * self.stride)
    }
}

/// Sum of products, in an order that does not depend on the processor.
#[inline(always)]
pub(super) fn dot(a: &[Lane], b: &[Lane]) -> f32 {
    let mut sums = [0.0; LANE];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.0.iter().zip(&b.0)) {
            *sum += a * b;
        }
    }
    let mut width = LANE / 2;
    while width > 0 {
        for i in 0..width {
            sums[i] += sums[i + width];
        }
        width /= 2;
    }
    sums[0]
}

/// `y += factor * x`.
#[inline(always)]
pub(super) fn axpy(factor: f32, x: &[Lane], y: &mut [Lane]) {
    for (x, y) in x.iter().zip(y) {
        for i in 0..LANE {
            y.0[i] += factor * x.0[i];
        }
    }
}
