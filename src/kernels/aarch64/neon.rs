//! NEON, which every aarch64 has: a panel's 16 lanes are four registers.

use std::arch::aarch64::*;

use crate::format::layout::{INPUTS, PANEL};
use crate::kernels::generic::{self, DenseCall, InputsCall, LstmCall};
use crate::kernels::simd::{Arithmetic, CANONICAL_NAN, Dot, Simd};
use crate::kernels::{Isa, Kernels, LstmWeights, LstmWeightsInt8};

pub(in crate::kernels) static KERNELS: Kernels =
    Kernels { isa: Isa::Neon, lstm, lstm_inputs, lstm_int8, lstm_int8_inputs, dense, sigmoid, widen };

#[target_feature(enable = "neon")]
fn lstm(weights: LstmWeights<'_>, call: LstmCall<'_>) {
    // Tile: 24 sums, 4 weights and 1 input of the 32 registers. One panel of the recurrence is 16 chains already.
    // SAFETY: this function runs only where NEON is available.
    generic::lstm::<_, 1, 6, 2, 1>(unsafe { Neon::new() }, weights, call);
}

#[target_feature(enable = "neon")]
fn lstm_inputs(weights: LstmWeights<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_inputs::<_, 1, 6, 2>(unsafe { Neon::new() }, weights, call);
}

#[target_feature(enable = "neon")]
fn lstm_int8(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
    // One gate of two rows at a time: 16 registers of sums, 4 of weights, 2 of inputs.
    // SAFETY: as above.
    generic::lstm_int8::<_, 1, 2, 1>(unsafe { Neon::new() }, weights, call);
}

#[target_feature(enable = "neon")]
fn lstm_int8_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_int8_inputs::<_, 1, 2, 1>(unsafe { Neon::new() }, weights, call);
}

#[target_feature(enable = "neon")]
fn dense(call: DenseCall<'_>) {
    // SAFETY: as above.
    generic::dense::<_, 6>(unsafe { Neon::new() }, call);
}

#[target_feature(enable = "neon")]
fn sigmoid(values: &mut [f32]) {
    // SAFETY: as above.
    generic::sigmoid(unsafe { Neon::new() }, values);
}

#[target_feature(enable = "neon")]
fn widen(halves: &[u16], out: &mut [f32]) {
    // SAFETY: as above.
    generic::widen(unsafe { Neon::new() }, halves, out);
}

/// Proof that the machine has NEON.
#[derive(Clone, Copy)]
struct Neon(());

impl Neon {
    /// # Safety
    /// The CPU supports NEON.
    #[inline(always)]
    unsafe fn new() -> Self {
        Self(())
    }
}

/// Intrinsics of NEON, whose availability is proven by the token, on references that are valid for the access;
/// pointers move by 4 within arrays of 16 numbers, and four outputs of four weights are 16 bytes.
macro_rules! neon {
    ($call:expr) => {
        // SAFETY: see the macro's description.
        unsafe { $call }
    };
}

/// Lanes 0..4, 4..8, 8..12 and 12..16.
#[derive(Clone, Copy)]
struct Quad(float32x4_t, float32x4_t, float32x4_t, float32x4_t);

/// One operation on each quarter.
macro_rules! each {
    ($operation:ident($($a:ident),+)) => {
        Quad(
            $operation($($a.0),+),
            $operation($($a.1),+),
            $operation($($a.2),+),
            $operation($($a.3),+),
        )
    };
}

impl Arithmetic for Neon {
    type Lanes = Quad;

    #[inline(always)]
    fn splat(self, value: f32) -> Quad {
        let value = neon!(vdupq_n_f32(value));
        Quad(value, value, value, value)
    }
    #[inline(always)]
    fn add(self, a: Quad, b: Quad) -> Quad {
        neon!(each!(vaddq_f32(a, b)))
    }
    #[inline(always)]
    fn mul(self, a: Quad, b: Quad) -> Quad {
        neon!(each!(vmulq_f32(a, b)))
    }
    #[inline(always)]
    fn div(self, a: Quad, b: Quad) -> Quad {
        neon!(each!(vdivq_f32(a, b)))
    }
    #[inline(always)]
    fn mul_add(self, a: Quad, b: Quad, c: Quad) -> Quad {
        neon!(each!(vfmaq_f32(c, a, b)))
    }
    #[inline(always)]
    fn clamp(self, a: Quad, limit: f32) -> Quad {
        let (high, low) = (self.splat(limit), self.splat(-limit));
        each!(clamp(a, high, low))
    }
}

/// By comparison, not by minimum and maximum, which keep a NaN.
#[inline(always)]
fn clamp(a: float32x4_t, high: float32x4_t, low: float32x4_t) -> float32x4_t {
    neon!({
        let a = vbslq_f32(vcltq_f32(a, high), a, high);
        vbslq_f32(vcgtq_f32(a, low), a, low)
    })
}

#[inline(always)]
fn canonical(a: float32x4_t) -> float32x4_t {
    neon!(vbslq_f32(vceqq_f32(a, a), a, vdupq_n_f32(CANONICAL_NAN)))
}

impl Simd for Neon {
    const REGISTERS: usize = 8;

    #[inline(always)]
    fn load(self, values: &[f32; PANEL]) -> Quad {
        let v = values.as_ptr();
        neon!(Quad(vld1q_f32(v), vld1q_f32(v.add(4)), vld1q_f32(v.add(8)), vld1q_f32(v.add(12))))
    }
    #[inline(always)]
    fn load_half(self, halves: &[u16; PANEL]) -> Quad {
        neon!({
            let (a, b) = (vld1q_u16(halves.as_ptr()), vld1q_u16(halves.as_ptr().add(8)));
            let (a, b) = (vreinterpretq_f16_u16(a), vreinterpretq_f16_u16(b));
            Quad(
                vcvt_f32_f16(vget_low_f16(a)),
                vcvt_high_f32_f16(a),
                vcvt_f32_f16(vget_low_f16(b)),
                vcvt_high_f32_f16(b),
            )
        })
    }
    #[inline(always)]
    fn store(self, lanes: Quad, values: &mut [f32; PANEL]) {
        let v = values.as_mut_ptr();
        neon!({
            vst1q_f32(v, lanes.0);
            vst1q_f32(v.add(4), lanes.1);
            vst1q_f32(v.add(8), lanes.2);
            vst1q_f32(v.add(12), lanes.3);
        });
    }
    #[inline(always)]
    fn canonical_nan(self, a: Quad) -> Quad {
        each!(canonical(a))
    }
}

impl Dot for Neon {
    const ZERO: u8 = 0;
    /// For each quarter, two sums for each of its first two outputs, then of its last two.
    type Sums = [[int32x4_t; 2]; 4];
    type Weights = [int8x16_t; 4];
    /// The inputs twice.
    type Inputs = int8x8_t;

    #[inline(always)]
    fn start(self, _: &[i32; PANEL]) -> Self::Sums {
        [[neon!(vdupq_n_s32(0)); 2]; 4]
    }
    #[inline(always)]
    fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> Self::Weights {
        let mut quarters = [neon!(vdupq_n_s8(0)); 4];
        for (quarter, weights) in quarters.iter_mut().zip(weights.as_chunks::<4>().0) {
            *quarter = neon!(vld1q_s8(weights.as_ptr().cast()));
        }
        quarters
    }
    #[inline(always)]
    fn inputs(self, codes: [u8; INPUTS]) -> int8x8_t {
        neon!(vreinterpret_s8_u32(vdup_n_u32(u32::from_ne_bytes(codes))))
    }
    #[inline(always)]
    fn dot(self, mut sums: Self::Sums, weights: Self::Weights, inputs: int8x8_t) -> Self::Sums {
        for quarter in 0..4 {
            // A product fits 16 bits, a sum of two does not.
            let [low, high] = sums[quarter];
            sums[quarter] = neon!([
                vpadalq_s16(low, vmull_s8(vget_low_s8(weights[quarter]), inputs)),
                vpadalq_s16(high, vmull_s8(vget_high_s8(weights[quarter]), inputs)),
            ]);
        }
        sums
    }
    #[inline(always)]
    fn add_sums(self, mut a: Self::Sums, b: Self::Sums) -> Self::Sums {
        for quarter in 0..4 {
            for half in 0..2 {
                a[quarter][half] = neon!(vaddq_s32(a[quarter][half], b[quarter][half]));
            }
        }
        a
    }
    #[inline(always)]
    fn finish(self, sums: Self::Sums) -> Quad {
        let [a, b, c, d] = sums;
        Quad(quarter(a), quarter(b), quarter(c), quarter(d))
    }
}

#[inline(always)]
fn quarter([low, high]: [int32x4_t; 2]) -> float32x4_t {
    neon!(vcvtq_f32_s32(vpaddq_s32(low, high)))
}
