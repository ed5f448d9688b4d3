//! What an instruction set has to offer: arithmetic on 16 lanes.
//!
//! The implementations are zero-sized tokens. A token can be made only with `unsafe`, by code that knows that the
//! machine has the instruction set; whoever holds one may therefore use its methods freely, and the algorithms built
//! on them ([`super::generic`], [`super::math`]) are safe code.
//!
//! Every method is rounded once, to nearest even, so all implementations give the same bits. The bits of a NaN are
//! the exception (they depend on operand order and machine); [`Arithmetic::clamp`] and [`Simd::canonical_nan`] end
//! every path on which one could come out.
//!
//! Methods and the functions that call them are `#[inline(always)]` and contain no closures: code has to end up
//! inside the one function that carries `#[target_feature]`, and a closure would be compiled without it.

use crate::format::layout::{INPUTS, PANEL};

/// Arithmetic, lane by lane.
pub(super) trait Arithmetic: Copy {
    /// The lanes of one register, or of a group of registers.
    type Lanes: Copy;

    /// `value` in every lane.
    fn splat(self, value: f32) -> Self::Lanes;
    /// a + b
    fn add(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// a b
    fn mul(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// a / b
    fn div(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// a b + c, rounded once.
    fn mul_add(self, a: Self::Lanes, b: Self::Lanes, c: Self::Lanes) -> Self::Lanes;
    /// `a < limit ? a : limit`, then `a > -limit ? a : -limit`: a NaN becomes `limit`.
    fn clamp(self, a: Self::Lanes, limit: f32) -> Self::Lanes;
}

/// [`Arithmetic`] on [`PANEL`] lanes, and their way to and from memory of any alignment.
pub(super) trait Simd: Arithmetic {
    /// Registers for [`PANEL`] lanes each.
    const REGISTERS: usize;

    /// Loads one value per lane.
    fn load(self, values: &[f32; PANEL]) -> Self::Lanes;
    /// Loads one fp16 value per lane and widens it exactly; a signalling NaN becomes quiet.
    fn load_half(self, halves: &[u16; PANEL]) -> Self::Lanes;
    /// Stores one value per lane.
    fn store(self, lanes: Self::Lanes, values: &mut [f32; PANEL]);
    /// Replaces every NaN by `f32::from_bits(0x7FC0_0000)`.
    fn canonical_nan(self, lanes: Self::Lanes) -> Self::Lanes;
}

/// Exact integer sums of products of weights and inputs that are whole numbers of -127 to 127. Where a weight is -128, the
/// instruction sets may differ.
///
/// An input's code is the low byte of its value plus [`ZERO`](Self::ZERO).
pub(super) trait Dot: Simd {
    /// Code of 0: 128 where the instructions want inputs without sign, else 0.
    const ZERO: u8;
    /// [`PANEL`] sums, modulo 2^32.
    type Sums: Copy;
    /// The weights of [`PANEL`] outputs for [`INPUTS`] inputs.
    type Weights: Copy;
    /// [`INPUTS`] inputs, for every output.
    type Inputs: Copy;

    /// Sums of nothing, ready for codes; `weights` are the sums of all weights that follow.
    fn start(self, weights: &[i32; PANEL]) -> Self::Sums;
    /// Loads weights.
    fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> Self::Weights;
    /// Spreads codes.
    fn inputs(self, codes: [u8; INPUTS]) -> Self::Inputs;
    /// Adds the products.
    fn dot(self, sums: Self::Sums, weights: Self::Weights, inputs: Self::Inputs) -> Self::Sums;
    /// Adds sums of other products.
    fn add_sums(self, a: Self::Sums, b: Self::Sums) -> Self::Sums;
    /// The sums, rounded to nearest even.
    fn finish(self, sums: Self::Sums) -> Self::Lanes;
}

/// The NaN that [`Simd::canonical_nan`] puts in place of all others.
pub(super) const CANONICAL_NAN: f32 = f32::from_bits(0x7FC0_0000);
