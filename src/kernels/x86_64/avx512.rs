//! AVX-512F, with VNNI where the machine has it: a panel's 16 lanes are one register.

use std::arch::x86_64::*;

use super::avx2;
use crate::format::layout::{INPUTS, PANEL};
use crate::kernels::generic::{self, DenseCall, InputsCall, LstmCall};
use crate::kernels::simd::{Arithmetic, CANONICAL_NAN, Dot, Simd};
use crate::kernels::{Isa, Kernels, LstmWeights, LstmWeightsInt8};

/// With VNNI.
pub(in crate::kernels) static KERNELS: Kernels =
    Kernels { isa: Isa::Avx512, lstm, lstm_inputs, lstm_int8, lstm_int8_inputs, dense, sigmoid, widen };

/// With VNNI, for processors that do 512-bit operations in halves: fp16 as AVX2 does it, which is faster
/// on Zen 4.
pub(in crate::kernels) static KERNELS_IN_HALVES: Kernels = Kernels {
    isa: Isa::Avx512,
    lstm: avx2::lstm,
    lstm_inputs: avx2::lstm_inputs,
    lstm_int8,
    lstm_int8_inputs,
    dense: avx2::dense,
    sigmoid: avx2::sigmoid,
    widen: avx2::widen,
};

/// Without VNNI: int8 as AVX2 does it.
pub(in crate::kernels) static KERNELS_WITHOUT_VNNI: Kernels = Kernels {
    isa: Isa::Avx512,
    lstm,
    lstm_inputs,
    lstm_int8: avx2::lstm_int8,
    lstm_int8_inputs: avx2::lstm_int8_inputs,
    dense,
    sigmoid,
    widen,
};

#[target_feature(enable = "avx512f")]
fn lstm(weights: LstmWeights<'_>, call: LstmCall<'_>) {
    // SAFETY: this function runs only where AVX-512F is available.
    generic::lstm::<_, 2, 8, 4, 2>(unsafe { Avx512::<false>::new() }, weights, call);
}

#[target_feature(enable = "avx512f")]
fn lstm_inputs(weights: LstmWeights<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_inputs::<_, 2, 8, 4>(unsafe { Avx512::<false>::new() }, weights, call);
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn lstm_int8(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
    // 16 sums, 4 inputs, and weights from memory; of a single row 8 sums, which hide the latency.
    // SAFETY: this function runs only where AVX-512F and VNNI are available.
    generic::lstm_int8::<_, 4, 4, 2>(unsafe { Avx512::<true>::new() }, weights, call);
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn lstm_int8_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
    // SAFETY: as above.
    generic::lstm_int8_inputs::<_, 4, 4, 2>(unsafe { Avx512::<true>::new() }, weights, call);
}

#[target_feature(enable = "avx512f")]
fn dense(call: DenseCall<'_>) {
    // SAFETY: as above.
    generic::dense::<_, 8>(unsafe { Avx512::<false>::new() }, call);
}

#[target_feature(enable = "avx512f")]
fn sigmoid(values: &mut [f32]) {
    // SAFETY: as above.
    generic::sigmoid(unsafe { Avx512::<false>::new() }, values);
}

#[target_feature(enable = "avx512f")]
fn widen(halves: &[u16], out: &mut [f32]) {
    // SAFETY: as above.
    generic::widen(unsafe { Avx512::<false>::new() }, halves, out);
}

/// Proof that the machine has AVX-512F, and VNNI if `VNNI`.
#[derive(Clone, Copy)]
struct Avx512<const VNNI: bool>(());

impl<const VNNI: bool> Avx512<VNNI> {
    /// # Safety
    /// The CPU and the operating system support AVX-512F, and VNNI if `VNNI`.
    #[inline(always)]
    unsafe fn new() -> Self {
        Self(())
    }
}

/// Intrinsics of AVX-512F and VNNI, whose availability is proven by the token, on references that are valid for the access.
macro_rules! avx512 {
    ($call:expr) => {
        // SAFETY: see the macro's description.
        unsafe { $call }
    };
}

impl<const VNNI: bool> Arithmetic for Avx512<VNNI> {
    type Lanes = __m512;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        avx512!(_mm512_set1_ps(value))
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_add_ps(a, b))
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_mul_ps(a, b))
    }
    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_div_ps(a, b))
    }
    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        avx512!(_mm512_fmadd_ps(a, b, c))
    }
    #[inline(always)]
    fn clamp(self, a: __m512, limit: f32) -> __m512 {
        avx512!(_mm512_max_ps(_mm512_min_ps(a, _mm512_set1_ps(limit)), _mm512_set1_ps(-limit)))
    }
}

impl<const VNNI: bool> Simd for Avx512<VNNI> {
    const REGISTERS: usize = 32;

    #[inline(always)]
    fn load(self, values: &[f32; PANEL]) -> __m512 {
        avx512!(_mm512_loadu_ps(values.as_ptr()))
    }
    #[inline(always)]
    fn load_half(self, halves: &[u16; PANEL]) -> __m512 {
        // Unlike `_mm512_cvtph_ps`, this form may read memory: at most 1.03 times as fast.
        avx512!(_mm512_cvt_roundph_ps::<_MM_FROUND_CUR_DIRECTION>(_mm256_loadu_si256(halves.as_ptr().cast())))
    }
    #[inline(always)]
    fn store(self, lanes: __m512, values: &mut [f32; PANEL]) {
        avx512!(_mm512_storeu_ps(values.as_mut_ptr(), lanes));
    }
    #[inline(always)]
    fn canonical_nan(self, lanes: __m512) -> __m512 {
        avx512!({
            let nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(lanes, lanes);
            _mm512_mask_mov_ps(lanes, nan, _mm512_set1_ps(CANONICAL_NAN))
        })
    }
}

impl Dot for Avx512<true> {
    /// The instruction multiplies numbers without sign by numbers with a sign: inputs are raised by 128, and the sums begin
    /// with what that adds.
    const ZERO: u8 = 128;
    type Sums = __m512i;
    type Weights = __m512i;
    type Inputs = __m512i;

    #[inline(always)]
    fn start(self, weights: &[i32; PANEL]) -> __m512i {
        avx512!({
            let raised = _mm512_slli_epi32::<7>(_mm512_loadu_si512(weights.as_ptr().cast()));
            _mm512_sub_epi32(_mm512_setzero_si512(), raised)
        })
    }
    #[inline(always)]
    fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> __m512i {
        avx512!(_mm512_loadu_si512(weights.as_ptr().cast()))
    }
    #[inline(always)]
    fn inputs(self, codes: [u8; INPUTS]) -> __m512i {
        avx512!(_mm512_set1_epi32(i32::from_ne_bytes(codes)))
    }
    #[inline(always)]
    fn dot(self, sums: __m512i, weights: __m512i, inputs: __m512i) -> __m512i {
        avx512!(_mm512_dpbusd_epi32(sums, inputs, weights))
    }
    #[inline(always)]
    fn add_sums(self, a: __m512i, b: __m512i) -> __m512i {
        avx512!(_mm512_add_epi32(a, b))
    }
    #[inline(always)]
    fn finish(self, sums: __m512i) -> __m512 {
        avx512!(_mm512_cvtepi32_ps(sums))
    }
}
