//! AVX2 with FMA and F16C: a panel's 16 lanes are two registers.

use std::arch::x86_64::*;

use crate::format::layout::{INPUTS, PANEL};
use crate::kernels::generic::{self, DenseCall, LstmCall};
use crate::kernels::simd::{Arithmetic, CANONICAL_NAN, Dot, Simd};
use crate::kernels::{Isa, Kernels, LstmWeights, LstmWeightsInt8};

pub(in crate::kernels) static KERNELS: Kernels =
    Kernels { isa: Isa::Avx2, lstm, lstm_int8, dense, sigmoid, widen };

#[target_feature(enable = "avx2,fma,f16c")]
fn lstm<'a>(call: LstmCall<'a, LstmWeights<'a>>) {
    // Tile: 12 sums, 2 weights and 1 input fill the 16 registers. One panel of the recurrence is 8 chains already.
    // SAFETY: this function runs only where AVX2, FMA and F16C are available.
    generic::lstm::<_, 1, 6, 2, 1>(unsafe { Avx2::new() }, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn lstm_int8<'a>(call: LstmCall<'a, LstmWeightsInt8<'a>>) {
    // One gate of two rows at a time: 8 registers of sums, 4 of weights, 2 of inputs.
    // SAFETY: as above.
    generic::lstm_int8::<_, 1, 2, 1>(unsafe { Avx2::new() }, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
fn dense(call: DenseCall<'_>) {
    // SAFETY: as above.
    generic::dense::<_, 6>(unsafe { Avx2::new() }, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
fn sigmoid(values: &mut [f32]) {
    // SAFETY: as above.
    generic::sigmoid(unsafe { Avx2::new() }, values);
}

#[target_feature(enable = "avx2,fma,f16c")]
fn widen(halves: &[u16], out: &mut [f32]) {
    // SAFETY: as above.
    generic::widen(unsafe { Avx2::new() }, halves, out);
}

/// Proof that the machine has AVX2, FMA and F16C.
#[derive(Clone, Copy)]
struct Avx2(());

impl Avx2 {
    /// # Safety
    /// The CPU and the operating system support AVX2, FMA and F16C.
    #[inline(always)]
    unsafe fn new() -> Self {
        Self(())
    }
}

/// Intrinsics of AVX2, FMA and F16C, whose availability is proven by the token, on references that are valid for the
/// access; pointers move by 8 within arrays of 16 numbers, and four outputs of four weights are 16 bytes.
macro_rules! avx2 {
    ($call:expr) => {
        // SAFETY: see the macro's description.
        unsafe { $call }
    };
}

/// Lanes 0..8 and 8..16.
#[derive(Clone, Copy)]
struct Pair(__m256, __m256);

impl Arithmetic for Avx2 {
    type Lanes = Pair;

    #[inline(always)]
    fn splat(self, value: f32) -> Pair {
        let value = avx2!(_mm256_set1_ps(value));
        Pair(value, value)
    }
    #[inline(always)]
    fn add(self, a: Pair, b: Pair) -> Pair {
        avx2!(Pair(_mm256_add_ps(a.0, b.0), _mm256_add_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn mul(self, a: Pair, b: Pair) -> Pair {
        avx2!(Pair(_mm256_mul_ps(a.0, b.0), _mm256_mul_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn div(self, a: Pair, b: Pair) -> Pair {
        avx2!(Pair(_mm256_div_ps(a.0, b.0), _mm256_div_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn mul_add(self, a: Pair, b: Pair, c: Pair) -> Pair {
        avx2!(Pair(_mm256_fmadd_ps(a.0, b.0, c.0), _mm256_fmadd_ps(a.1, b.1, c.1)))
    }
    #[inline(always)]
    fn clamp(self, a: Pair, limit: f32) -> Pair {
        avx2!({
            let (high, low) = (_mm256_set1_ps(limit), _mm256_set1_ps(-limit));
            Pair(_mm256_max_ps(_mm256_min_ps(a.0, high), low), _mm256_max_ps(_mm256_min_ps(a.1, high), low))
        })
    }
}

impl Simd for Avx2 {
    const REGISTERS: usize = 8;

    #[inline(always)]
    fn load(self, values: &[f32; PANEL]) -> Pair {
        avx2!(Pair(_mm256_loadu_ps(values.as_ptr()), _mm256_loadu_ps(values.as_ptr().add(8))))
    }
    #[inline(always)]
    fn load_half(self, halves: &[u16; PANEL]) -> Pair {
        avx2!(Pair(
            _mm256_cvtph_ps(_mm_loadu_si128(halves.as_ptr().cast())),
            _mm256_cvtph_ps(_mm_loadu_si128(halves.as_ptr().add(8).cast())),
        ))
    }
    #[inline(always)]
    fn store(self, lanes: Pair, values: &mut [f32; PANEL]) {
        avx2!({
            _mm256_storeu_ps(values.as_mut_ptr(), lanes.0);
            _mm256_storeu_ps(values.as_mut_ptr().add(8), lanes.1);
        });
    }
    #[inline(always)]
    fn canonical_nan(self, lanes: Pair) -> Pair {
        avx2!({
            let canonical = _mm256_set1_ps(CANONICAL_NAN);
            Pair(
                _mm256_blendv_ps(lanes.0, canonical, _mm256_cmp_ps::<_CMP_UNORD_Q>(lanes.0, lanes.0)),
                _mm256_blendv_ps(lanes.1, canonical, _mm256_cmp_ps::<_CMP_UNORD_Q>(lanes.1, lanes.1)),
            )
        })
    }
}

/// For outputs 0..4, 4..8, 8..12 and 12..16.
#[derive(Clone, Copy)]
struct Quarters([__m256i; 4]);

impl Dot for Avx2 {
    const ZERO: u8 = 0;
    /// Two sums for each output, side by side.
    type Sums = Quarters;
    /// 16-bit numbers, so that a product of two fits whatever they are.
    type Weights = Quarters;
    type Inputs = __m256i;

    #[inline(always)]
    fn start(self, _: &[i32; PANEL]) -> Quarters {
        Quarters([avx2!(_mm256_setzero_si256()); 4])
    }
    #[inline(always)]
    fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> Quarters {
        let mut quarters = [avx2!(_mm256_setzero_si256()); 4];
        for (quarter, weights) in quarters.iter_mut().zip(weights.as_chunks::<4>().0) {
            *quarter = avx2!(_mm256_cvtepi8_epi16(_mm_loadu_si128(weights.as_ptr().cast())));
        }
        Quarters(quarters)
    }
    #[inline(always)]
    fn inputs(self, codes: [u8; INPUTS]) -> __m256i {
        avx2!(_mm256_cvtepi8_epi16(_mm_set1_epi32(i32::from_ne_bytes(codes))))
    }
    #[inline(always)]
    fn dot(self, mut sums: Quarters, weights: Quarters, inputs: __m256i) -> Quarters {
        for quarter in 0..4 {
            let products = avx2!(_mm256_madd_epi16(weights.0[quarter], inputs));
            sums.0[quarter] = avx2!(_mm256_add_epi32(sums.0[quarter], products));
        }
        sums
    }
    #[inline(always)]
    fn finish(self, Quarters([a, b, c, d]): Quarters) -> Pair {
        // The addition of neighbours leaves outputs 0, 1, 4, 5, 2, 3, 6, 7.
        avx2!({
            let low = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(a, b));
            let high = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(c, d));
            Pair(_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high))
        })
    }
}
