//! AVX2 with FMA and F16C, with AVX-VNNI where the machine has it: a panel's 16 lanes are two registers.

use std::arch::x86_64::*;

use crate::format::layout::{INPUTS, PANEL};
use crate::kernels::generic::{self, DenseCall, InputsCall, LstmCall};
use crate::kernels::simd::{Arithmetic, CANONICAL_NAN, Dot, Simd};
use crate::kernels::{Isa, Kernels, LstmWeights, LstmWeightsInt8};

pub(in crate::kernels) static KERNELS: Kernels =
    Kernels { isa: Isa::Avx2, lstm, lstm_inputs, lstm_int8, lstm_int8_inputs, dense, sigmoid, widen };

/// With AVX-VNNI for int8 weights.
pub(in crate::kernels) static KERNELS_WITH_VNNI: Kernels =
    Kernels { lstm_int8: lstm_vnni, lstm_int8_inputs: lstm_vnni_inputs, ..KERNELS };

/// The same with AVX-512's encoding of the instruction, so that a machine without AVX-VNNI tests it.
pub(in crate::kernels) static KERNELS_WITH_VNNI_OF_AVX512: Kernels =
    Kernels { lstm_int8: lstm_vnni_of_avx512, lstm_int8_inputs: lstm_vnni_of_avx512_inputs, ..KERNELS };

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn lstm(weights: LstmWeights<'_>, call: LstmCall<'_>) {
    // Tile: 12 sums, 2 weights and 1 input fill the 16 registers. One panel of the recurrence is 8 chains already.
    // SAFETY: this function runs only where AVX2, FMA and F16C are available.
    generic::lstm::<_, 1, 6, 2, 1>(unsafe { Avx2::<PLAIN>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn lstm_inputs(weights: LstmWeights<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_inputs::<_, 1, 6, 2>(unsafe { Avx2::<PLAIN>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn lstm_int8(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
    // Two gates of two rows at a time: 8 registers of sums, 2 of weights, 4 of inputs.
    // SAFETY: as above.
    generic::lstm_int8::<_, 2, 2, 1>(unsafe { Avx2::<PLAIN>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn lstm_int8_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_int8_inputs::<_, 2, 2, 1>(unsafe { Avx2::<PLAIN>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c,avxvnni")]
fn lstm_vnni(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
    // Two gates of three rows at a time: 12 registers of sums, 3 of inputs, and weights from memory; of a single row 8 sums,
    // which hide the latency. With AVX-512's encoding on Zen 4 2.0 times as fast as without VNNI at 128 units.
    // SAFETY: this function runs only where AVX-VNNI is available, too.
    generic::lstm_int8::<_, 2, 3, 2>(unsafe { Avx2::<AVX_VNNI>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c,avxvnni")]
fn lstm_vnni_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_int8_inputs::<_, 2, 3, 2>(unsafe { Avx2::<AVX_VNNI>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c,avx512vnni,avx512vl")]
fn lstm_vnni_of_avx512(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
    // SAFETY: this function runs only where AVX-512's VNNI is available for 256 bits, too.
    generic::lstm_int8::<_, 2, 3, 2>(unsafe { Avx2::<AVX512_VNNI>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c,avx512vnni,avx512vl")]
fn lstm_vnni_of_avx512_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_int8_inputs::<_, 2, 3, 2>(unsafe { Avx2::<AVX512_VNNI>::new() }, weights, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn dense(call: DenseCall<'_>) {
    // SAFETY: as above.
    generic::dense::<_, 6>(unsafe { Avx2::<PLAIN>::new() }, call);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn sigmoid(values: &mut [f32]) {
    // SAFETY: as above.
    generic::sigmoid(unsafe { Avx2::<PLAIN>::new() }, values);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn widen(halves: &[u16], out: &mut [f32]) {
    // SAFETY: as above.
    generic::widen(unsafe { Avx2::<PLAIN>::new() }, halves, out);
}

/// Kinds of [`Avx2`]: without VNNI, with AVX-VNNI, with the same instruction as AVX-512 encodes it.
const PLAIN: u8 = 0;
const AVX_VNNI: u8 = 1;
const AVX512_VNNI: u8 = 2;

/// Proof that the machine has AVX2, FMA and F16C, and the VNNI of its kind.
#[derive(Clone, Copy)]
struct Avx2<const KIND: u8>(());

impl<const KIND: u8> Avx2<KIND> {
    /// # Safety
    /// The CPU and the operating system support AVX2, FMA and F16C, and the VNNI of the kind.
    #[inline(always)]
    unsafe fn new() -> Self {
        Self(())
    }
}

/// Intrinsics of AVX2, FMA, F16C and VNNI, whose availability is proven by the token, on references that are valid for the
/// access; pointers move by 8 within arrays of 16 numbers, or by 32 bytes within 16 times 4 weights.
macro_rules! avx2 {
    ($call:expr) => {
        // SAFETY: see the macro's description.
        unsafe { $call }
    };
}

/// Lanes 0..8 and 8..16.
#[derive(Clone, Copy)]
struct Pair(__m256, __m256);

impl<const KIND: u8> Arithmetic for Avx2<KIND> {
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

impl<const KIND: u8> Simd for Avx2<KIND> {
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

impl Dot for Avx2<PLAIN> {
    const ZERO: u8 = 0;
    type Sums = Integers;
    type Weights = Integers;
    /// Inputs and their magnitudes.
    type Inputs = [__m256i; 2];

    #[inline(always)]
    fn start(self, _: &[i32; PANEL]) -> Integers {
        let zero = avx2!(_mm256_setzero_si256());
        Integers(zero, zero)
    }
    #[inline(always)]
    fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> Integers {
        let weights = weights.as_ptr().cast::<__m256i>();
        avx2!(Integers(_mm256_loadu_si256(weights), _mm256_loadu_si256(weights.add(1))))
    }
    #[inline(always)]
    fn inputs(self, codes: [u8; INPUTS]) -> [__m256i; 2] {
        avx2!({
            let inputs = _mm256_set1_epi32(i32::from_ne_bytes(codes));
            [inputs, _mm256_abs_epi8(inputs)]
        })
    }
    #[inline(always)]
    fn dot(self, sums: Integers, weights: Integers, inputs: [__m256i; 2]) -> Integers {
        Integers(dot(sums.0, weights.0, inputs), dot(sums.1, weights.1, inputs))
    }
    #[inline(always)]
    fn add_sums(self, a: Integers, b: Integers) -> Integers {
        avx2!(Integers(_mm256_add_epi32(a.0, b.0), _mm256_add_epi32(a.1, b.1)))
    }
    #[inline(always)]
    fn finish(self, sums: Integers) -> Pair {
        avx2!(Pair(_mm256_cvtepi32_ps(sums.0), _mm256_cvtepi32_ps(sums.1)))
    }
}

/// As with AVX-512's VNNI, in two registers.
macro_rules! vnni {
    ($kind:ident, $dot:ident) => {
        impl Dot for Avx2<$kind> {
            const ZERO: u8 = 128;
            type Sums = Integers;
            type Weights = Integers;
            type Inputs = __m256i;

            #[inline(always)]
            fn start(self, weights: &[i32; PANEL]) -> Integers {
                avx2!({
                    let weights = weights.as_ptr().cast::<__m256i>();
                    let low = _mm256_slli_epi32::<7>(_mm256_loadu_si256(weights));
                    let high = _mm256_slli_epi32::<7>(_mm256_loadu_si256(weights.add(1)));
                    let zero = _mm256_setzero_si256();
                    Integers(_mm256_sub_epi32(zero, low), _mm256_sub_epi32(zero, high))
                })
            }
            #[inline(always)]
            fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> Integers {
                Avx2::<PLAIN>(()).weights(weights)
            }
            #[inline(always)]
            fn inputs(self, codes: [u8; INPUTS]) -> __m256i {
                avx2!(_mm256_set1_epi32(i32::from_ne_bytes(codes)))
            }
            #[inline(always)]
            fn dot(self, sums: Integers, weights: Integers, inputs: __m256i) -> Integers {
                avx2!(Integers($dot(sums.0, inputs, weights.0), $dot(sums.1, inputs, weights.1)))
            }
            #[inline(always)]
            fn add_sums(self, a: Integers, b: Integers) -> Integers {
                Avx2::<PLAIN>(()).add_sums(a, b)
            }
            #[inline(always)]
            fn finish(self, sums: Integers) -> Pair {
                Avx2::<PLAIN>(()).finish(sums)
            }
        }
    };
}

vnni!(AVX_VNNI, _mm256_dpbusd_avx_epi32);
vnni!(AVX512_VNNI, _mm256_dpbusd_epi32);

/// Lanes 0..8 and 8..16: a whole number each, or four weights each.
#[derive(Clone, Copy)]
struct Integers(__m256i, __m256i);

/// The signs of the inputs go to the weights, for the instruction multiplies numbers without sign by numbers with a sign. A
/// sum of two products is at most 2 * 127 * 127, which 16 bits hold.
#[inline(always)]
fn dot(sums: __m256i, weights: __m256i, [inputs, magnitudes]: [__m256i; 2]) -> __m256i {
    avx2!({
        let pairs = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(weights, inputs));
        _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    })
}
