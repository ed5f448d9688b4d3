//! Tensor operations that candle has not: each is one node of the graph with its own backward pass; and dense layers
//! over plain slices.
//!
//! All run on the CPU in `f32`. Every sum has a fixed order, so a result does not depend on the number of threads.

mod activation;
pub mod characters;
pub mod crf;
pub(crate) mod dense;
pub mod lstm;
mod matrix;

pub(crate) use activation::exp;
pub use characters::max_trigram;
pub use crf::{CrfMask, ILLEGAL, crf_loss, viterbi};
pub use lstm::lstm;
pub(crate) use matrix::{Matrix, multiply};

use candle_core::{CpuStorage, Layout, Result};

/// The values of a contiguous `f32` operand.
fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("the operand is not contiguous");
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}
