//! Micro-kernels: one table of functions per instruction set, all with the same bits.
//!
//! A model takes a table once, with [`Kernels::select`], and keeps it; nothing is global. `scalar` is the
//! specification. `generic` holds the algorithms over the trait in `simd`; a new instruction set is one file that
//! implements that trait, and one line in `select`.
//!
//! The results are the same on every machine as long as the floating-point environment is the one that programs
//! start with (round to nearest, subnormals kept); the kernels neither read nor change it.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod generic;
mod int8;
mod lstm;
pub mod math;
mod scalar;
mod select;
mod simd;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use std::fmt;

use crate::format::layout;
use generic::{DenseCall, InputsCall, LstmCall};
pub use int8::{LstmWeightsInt8, lstm_int8_scratch_len};
use lstm::WIDE_COLUMNS;
pub use lstm::{Inputs, LOCKSTEP, LSTM_CHUNK, LayerWeights, LstmWeights, Sequence, lstm_scratch_len};

/// Instruction set of a kernel table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Isa {
    /// Portable code; the specification of the arithmetic.
    Scalar = 1,
    /// AVX2 with FMA and F16C, with AVX-VNNI for int8 weights on machines that have it.
    Avx2 = 2,
    /// AVX-512F, with VNNI for int8 weights on machines that have it.
    Avx512 = 3,
    /// NEON.
    Neon = 4,
}

/// Weights of a dense layer, in the panels of [`layout`]. Any bit pattern is harmless.
#[derive(Clone, Copy)]
pub struct DenseWeights<'m> {
    /// Inputs per row.
    pub input: usize,
    /// Outputs per row, a multiple of 16.
    pub outputs: usize,
    /// fp16, `[outputs / 16][input][16]`.
    pub w: &'m [u16],
    /// `[outputs]`.
    pub bias: &'m [f32],
}

/// The kernels of one instruction set.
///
/// All data may have any alignment; 64 bytes are fastest. The lengths are checked in every build, so that a slip of
/// the caller ends in a panic before anything is read.
///
/// The functions are unsafe to call because of the instructions they use: a table may be reached only where the
/// machine supports its instruction set, and `select` hands out no other.
pub struct Kernels {
    isa: Isa,
    lstm: unsafe fn(LstmWeights<'_>, LstmCall<'_>),
    lstm_inputs: unsafe fn(LstmWeights<'_>, InputsCall<'_>),
    lstm_int8: unsafe fn(LstmWeightsInt8<'_>, LstmCall<'_>),
    lstm_int8_inputs: unsafe fn(LstmWeightsInt8<'_>, InputsCall<'_>),
    dense: unsafe fn(DenseCall<'_>),
    sigmoid: unsafe fn(&mut [f32]),
    widen: unsafe fn(&[u16], &mut [f32]),
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").field("isa", &self.isa).finish_non_exhaustive()
    }
}

impl Kernels {
    /// The instruction set.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Runs a dense layer: row r of `y`, `[rows][outputs]`, is the bias plus the weights times
    /// `x[r * x_stride..][..input]`. A stride smaller than `input` makes the rows overlap, as windows over a
    /// sequence do.
    ///
    /// Each output is the bias, then one fused multiply-add per input in ascending order. An output that is NaN has
    /// the bits 0x7FC00000.
    ///
    /// # Panics
    /// If `outputs` is 0 or no multiple of 16, or if a length does not fit: weights as in [`DenseWeights`], `x` at
    /// least up to the end of the last row, `y` of `rows * outputs`.
    pub fn dense(&self, weights: &DenseWeights<'_>, x: &[f32], x_stride: usize, rows: usize, y: &mut [f32]) {
        let DenseWeights { input, outputs, w, bias } = *weights;
        assert!(is_whole_panels(outputs), "dense: number of outputs is not a multiple of 16");
        assert!(layout::dense_panels_len(outputs, input) == Some(w.len()), "dense: length of w");
        assert!(layout::dense_bias_len(outputs) == Some(bias.len()), "dense: length of bias");
        assert!(rows.checked_mul(outputs) == Some(y.len()), "dense: length of y");
        let Some(last) = rows.checked_sub(1) else { return };
        let end = last.checked_mul(x_stride).and_then(|start| start.checked_add(input));
        assert!(end.is_some_and(|end| end <= x.len()), "dense: length of x");
        let call = DenseCall { weights: *weights, x, x_stride, rows, y };
        // SAFETY: the machine supports the instruction set of every table that can be reached.
        unsafe { (self.dense)(call) }
    }

    /// Replaces every value by its logistic function, with the bits of [`math::sigmoid`].
    ///
    /// # Panics
    /// If the length is no multiple of 16.
    pub fn sigmoid(&self, values: &mut [f32]) {
        assert!(values.len().is_multiple_of(layout::PANEL), "sigmoid: length is not a multiple of 16");
        // SAFETY: as in `dense`.
        unsafe { (self.sigmoid)(values) }
    }

    /// Widens fp16 values to f32, exactly; a signalling NaN becomes quiet and keeps its payload.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn widen(&self, halves: &[u16], out: &mut [f32]) {
        assert!(halves.len() == out.len(), "widen: lengths differ");
        // SAFETY: as in `dense`.
        unsafe { (self.widen)(halves, out) }
    }
}

fn is_whole_panels(count: usize) -> bool {
    count > 0 && count.is_multiple_of(layout::PANEL)
}
