//! AVX-512F: a panel's 16 lanes are one register.

use std::arch::x86_64::*;

use crate::format::layout::PANEL;
use crate::kernels::generic::{self, DenseCall, LstmCall};
use crate::kernels::simd::{Arithmetic, CANONICAL_NAN, Simd};
use crate::kernels::{Isa, Kernels};

pub(in crate::kernels) static KERNELS: Kernels = Kernels { isa: Isa::Avx512, lstm, dense, sigmoid, widen };

#[target_feature(enable = "avx512f")]
fn lstm(call: LstmCall<'_>) {
    // SAFETY: this function runs only where AVX-512F is available.
    generic::lstm::<_, 2, 8, 4, 2>(unsafe { Avx512::new() }, call);
}

#[target_feature(enable = "avx512f")]
fn dense(call: DenseCall<'_>) {
    // SAFETY: as above.
    generic::dense::<_, 8>(unsafe { Avx512::new() }, call);
}

#[target_feature(enable = "avx512f")]
fn sigmoid(values: &mut [f32]) {
    // SAFETY: as above.
    generic::sigmoid(unsafe { Avx512::new() }, values);
}

#[target_feature(enable = "avx512f")]
fn widen(halves: &[u16], out: &mut [f32]) {
    // SAFETY: as above.
    generic::widen(unsafe { Avx512::new() }, halves, out);
}

/// Proof that the machine has AVX-512F.
#[derive(Clone, Copy)]
struct Avx512(());

impl Avx512 {
    /// # Safety
    /// The CPU and the operating system support AVX-512F.
    #[inline(always)]
    unsafe fn new() -> Self {
        Self(())
    }
}

/// Intrinsics of AVX-512F, whose availability is proven by the token, on references that are valid for the access.
macro_rules! avx512 {
    ($call:expr) => {
        // SAFETY: see the macro's description.
        unsafe { $call }
    };
}

impl Arithmetic for Avx512 {
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

impl Simd for Avx512 {
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
