//! NEON, which every aarch64 has: a panel's 16 lanes are four registers.

use std::arch::aarch64::*;

use crate::format::layout::PANEL;
use crate::kernels::generic::{self, DenseCall, LstmCall};
use crate::kernels::simd::{Arithmetic, CANONICAL_NAN, Simd};
use crate::kernels::{Isa, Kernels};

pub(in crate::kernels) static KERNELS: Kernels = Kernels { isa: Isa::Neon, lstm, dense, sigmoid, widen };

#[target_feature(enable = "neon")]
fn lstm(call: LstmCall<'_>) {
    // Tile: 24 sums, 4 weights and 1 input of the 32 registers. One panel of the recurrence is 16 chains already.
    // SAFETY: this function runs only where NEON is available.
    generic::lstm::<_, 1, 6, 2, 1>(unsafe { Neon::new() }, call);
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
/// pointers move by 4 within arrays of 16.
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
