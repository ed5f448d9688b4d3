//! Portable code: the specification that every other table has to equal bit for bit.
//!
//! It is compiled twice on x86-64: for any CPU, and for those with FMA and AVX2. The two differ in speed only. Without
//! FMA instructions each fused multiply-add is computed in f64 ([`fused_mul_add`]), which makes the network slower by
//! an order of magnitude.

use super::generic::{self, DenseCall, InputsCall, LstmCall};
use super::simd::{Arithmetic, CANONICAL_NAN, Dot, Simd};
use super::{Isa, Kernels, LstmWeights, LstmWeightsInt8};
use crate::format::layout::{INPUTS, PANEL};

/// The target has fused multiply-add in every CPU, so that `f32::mul_add` is one instruction.
const NATIVE_FMA: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// a b + c, rounded once, from operations that every machine has.
///
/// The product of two f32 is exact in f64. The sum is rounded to odd (a result that is not exact gets an odd last
/// bit), after which the second rounding, to f32, cannot go wrong.
fn fused_mul_add(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let addend = f64::from(c);
    let sum = product + addend;
    // What the sum lost, exactly (Knuth's two-sum).
    let back = sum - product;
    let lost = (product - (sum - back)) + (addend - back);
    let bits = sum.to_bits();
    // A NaN in `lost`, from an infinite operand, compares false and leaves the sum as it is.
    let inexact = lost.abs() > 0.0;
    let toward_zero = (lost > 0.0) != (sum > 0.0);
    let odd = if toward_zero { bits.wrapping_sub(1) } else { bits.wrapping_add(1) };
    f64::from_bits(if inexact && bits & 1 == 0 { odd } else { bits }) as f32
}

/// [`fused_mul_add`] of every lane. Not inlined: copies of it in unrolled loops make the library 0.12 MB larger.
#[inline(never)]
fn fused_mul_add_lanes(a: [f32; PANEL], b: [f32; PANEL], mut c: [f32; PANEL]) -> [f32; PANEL] {
    for lane in 0..PANEL {
        c[lane] = fused_mul_add(a[lane], b[lane], c[lane]);
    }
    c
}

/// The f32 with the value of an fp16, exact; a signalling NaN becomes quiet, as the conversion instructions do it.
/// Without branches, so that it vectorises.
#[inline(always)]
fn widen_one(half: u16) -> f32 {
    let bits = u32::from(half);
    let magnitude = bits & 0x7FFF;
    // Move exponent and fraction, and change the exponent's bias from 15 to 127.
    let normal = (magnitude << 13) + ((127 - 15) << 23);
    // Subnormal: read with the implicit bit, which is 2^-14 too much.
    let subnormal = (f32::from_bits(normal + (1 << 23)) - 1.0 / 16_384.0).to_bits();
    let value = if magnitude < 0x0400 { subnormal } else { normal };
    // The bias once more takes the largest exponent to the largest one of f32.
    let special = if magnitude >= 0x7C00 { (127 - 15) << 23 } else { 0 };
    let quiet = if magnitude > 0x7C00 { 0x0040_0000 } else { 0 };
    f32::from_bits((value + special) | quiet | (bits & 0x8000) << 16)
}

/// One lane: for functions of a single number.
#[derive(Clone, Copy)]
pub(super) struct Single;

impl Arithmetic for Single {
    type Lanes = f32;

    #[inline(always)]
    fn splat(self, value: f32) -> f32 {
        value
    }
    #[inline(always)]
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    fn mul(self, a: f32, b: f32) -> f32 {
        a * b
    }
    #[inline(always)]
    fn div(self, a: f32, b: f32) -> f32 {
        a / b
    }
    #[inline(always)]
    fn mul_add(self, a: f32, b: f32, c: f32) -> f32 {
        if NATIVE_FMA { a.mul_add(b, c) } else { fused_mul_add(a, b, c) }
    }
    #[inline(always)]
    fn clamp(self, a: f32, limit: f32) -> f32 {
        let a = if a < limit { a } else { limit };
        if a > -limit { a } else { -limit }
    }
}

/// [`PANEL`] lanes in an array. `FMA` says that `f32::mul_add` is an instruction here; the token needs no `unsafe`
/// constructor because a wrong `FMA` costs time only.
#[derive(Clone, Copy)]
struct Portable<const FMA: bool>;

impl<const FMA: bool> Arithmetic for Portable<FMA> {
    type Lanes = [f32; PANEL];

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Lanes {
        [value; PANEL]
    }
    #[inline(always)]
    fn add(self, mut a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        for lane in 0..PANEL {
            a[lane] += b[lane];
        }
        a
    }
    #[inline(always)]
    fn mul(self, mut a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        for lane in 0..PANEL {
            a[lane] *= b[lane];
        }
        a
    }
    #[inline(always)]
    fn div(self, mut a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        for lane in 0..PANEL {
            a[lane] /= b[lane];
        }
        a
    }
    #[inline(always)]
    fn mul_add(self, a: Self::Lanes, b: Self::Lanes, mut c: Self::Lanes) -> Self::Lanes {
        if !FMA {
            return fused_mul_add_lanes(a, b, c);
        }
        for lane in 0..PANEL {
            c[lane] = a[lane].mul_add(b[lane], c[lane]);
        }
        c
    }
    #[inline(always)]
    fn clamp(self, mut a: Self::Lanes, limit: f32) -> Self::Lanes {
        for value in &mut a {
            *value = Single.clamp(*value, limit);
        }
        a
    }
}

impl<const FMA: bool> Simd for Portable<FMA> {
    const REGISTERS: usize = 8;

    #[inline(always)]
    fn load(self, values: &[f32; PANEL]) -> Self::Lanes {
        *values
    }
    #[inline(always)]
    fn load_half(self, halves: &[u16; PANEL]) -> Self::Lanes {
        let mut lanes = [0.0; PANEL];
        for lane in 0..PANEL {
            lanes[lane] = widen_one(halves[lane]);
        }
        lanes
    }
    #[inline(always)]
    fn store(self, lanes: Self::Lanes, values: &mut [f32; PANEL]) {
        *values = lanes;
    }
    #[inline(always)]
    fn canonical_nan(self, mut lanes: Self::Lanes) -> Self::Lanes {
        for value in &mut lanes {
            *value = if value.is_nan() { CANONICAL_NAN } else { *value };
        }
        lanes
    }
}

impl<const FMA: bool> Dot for Portable<FMA> {
    const ZERO: u8 = 0;
    type Sums = [i32; PANEL];
    type Weights = [[i8; INPUTS]; PANEL];
    type Inputs = [u8; INPUTS];

    #[inline(always)]
    fn start(self, _: &[i32; PANEL]) -> Self::Sums {
        [0; PANEL]
    }
    #[inline(always)]
    fn weights(self, weights: &[[i8; INPUTS]; PANEL]) -> Self::Weights {
        *weights
    }
    #[inline(always)]
    fn inputs(self, codes: [u8; INPUTS]) -> Self::Inputs {
        codes
    }
    #[inline(always)]
    fn dot(self, mut sums: Self::Sums, weights: Self::Weights, codes: Self::Inputs) -> Self::Sums {
        for lane in 0..PANEL {
            for input in 0..INPUTS {
                let product = i32::from(weights[lane][input]) * i32::from(codes[input] as i8);
                sums[lane] = sums[lane].wrapping_add(product);
            }
        }
        sums
    }
    #[inline(always)]
    fn add_sums(self, mut a: Self::Sums, b: Self::Sums) -> Self::Sums {
        for lane in 0..PANEL {
            a[lane] = a[lane].wrapping_add(b[lane]);
        }
        a
    }
    #[inline(always)]
    fn finish(self, sums: Self::Sums) -> Self::Lanes {
        let mut lanes = [0.0; PANEL];
        for lane in 0..PANEL {
            lanes[lane] = sums[lane] as f32;
        }
        lanes
    }
}

/// For every CPU of the target.
pub(super) static PORTABLE: Kernels =
    Kernels { isa: Isa::Scalar, lstm, lstm_inputs, lstm_int8, lstm_int8_inputs, dense, sigmoid, widen };

fn lstm(weights: LstmWeights<'_>, call: LstmCall<'_>) {
    generic::lstm::<_, 1, 4, 2, 1>(Portable::<NATIVE_FMA>, weights, call);
}

fn lstm_inputs(weights: LstmWeights<'_>, call: InputsCall<'_>) {
    generic::lstm_inputs::<_, 1, 4, 2>(Portable::<NATIVE_FMA>, weights, call);
}

fn lstm_int8(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
    generic::lstm_int8::<_, 1, 2, 1>(Portable::<NATIVE_FMA>, weights, call);
}

fn lstm_int8_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
    generic::lstm_int8_inputs::<_, 1, 2, 1>(Portable::<NATIVE_FMA>, weights, call);
}

fn dense(call: DenseCall<'_>) {
    generic::dense::<_, 4>(Portable::<NATIVE_FMA>, call);
}

fn sigmoid(values: &mut [f32]) {
    generic::sigmoid(Portable::<NATIVE_FMA>, values);
}

fn widen(halves: &[u16], out: &mut [f32]) {
    generic::widen(Portable::<NATIVE_FMA>, halves, out);
}

/// The same text for x86-64 CPUs with FMA and AVX2, left to the compiler to vectorise.
#[cfg(target_arch = "x86_64")]
pub(super) mod fma {
    use super::{
        DenseCall, InputsCall, Isa, Kernels, LstmCall, LstmWeights, LstmWeightsInt8, Portable, generic,
    };

    pub(in super::super) static KERNELS: Kernels =
        Kernels { isa: Isa::Scalar, lstm, lstm_inputs, lstm_int8, lstm_int8_inputs, dense, sigmoid, widen };

    #[target_feature(enable = "avx2,fma")]
    fn lstm(weights: LstmWeights<'_>, call: LstmCall<'_>) {
        generic::lstm::<_, 1, 4, 2, 1>(Portable::<true>, weights, call);
    }

    #[target_feature(enable = "avx2,fma")]
    fn lstm_inputs(weights: LstmWeights<'_>, call: InputsCall<'_>) {
        generic::lstm_inputs::<_, 1, 4, 2>(Portable::<true>, weights, call);
    }

    #[target_feature(enable = "avx2,fma")]
    fn lstm_int8(weights: LstmWeightsInt8<'_>, call: LstmCall<'_>) {
        generic::lstm_int8::<_, 1, 2, 1>(Portable::<true>, weights, call);
    }

    #[target_feature(enable = "avx2,fma")]
    fn lstm_int8_inputs(weights: LstmWeightsInt8<'_>, call: InputsCall<'_>) {
        generic::lstm_int8_inputs::<_, 1, 2, 1>(Portable::<true>, weights, call);
    }

    #[target_feature(enable = "avx2,fma")]
    fn dense(call: DenseCall<'_>) {
        generic::dense::<_, 4>(Portable::<true>, call);
    }

    #[target_feature(enable = "avx2,fma")]
    fn sigmoid(values: &mut [f32]) {
        generic::sigmoid(Portable::<true>, values);
    }

    #[target_feature(enable = "avx2,fma")]
    fn widen(halves: &[u16], out: &mut [f32]) {
        generic::widen(Portable::<true>, halves, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        /// Any bits, and exponents close enough together for the sum to round.
        #[test]
        fn fused_mul_add_is_rounded_once(a: u32, b: u32, c: u32, near in 0_u32..64, close: bool) {
            let (a, b, mut c) = (f32::from_bits(a), f32::from_bits(b), f32::from_bits(c));
            if close && (a * b).is_finite() {
                let exponent = ((a * b).to_bits() >> 23 & 0xFF).saturating_add(near).saturating_sub(32).min(254);
                c = f32::from_bits(c.to_bits() & 0x807F_FFFF | exponent << 23);
            }
            let (ours, expected) = (fused_mul_add(a, b, c), a.mul_add(b, c));
            prop_assert!(ours.to_bits() == expected.to_bits() || ours.is_nan() && expected.is_nan());
        }
    }

    #[test]
    fn fused_mul_add_breaks_ties_by_what_lies_beyond_f64() {
        // The product ends in half an ulp of the f32 result; the tiny addend decides and would vanish in f64.
        let (a, b) = (1.0 + f32::EPSILON, 1.0 + f32::EPSILON);
        for c in [1e-38, -1e-38, 1e-30, -1e-30, 0.0, -0.0] {
            assert_eq!(fused_mul_add(a, b, c).to_bits(), a.mul_add(b, c).to_bits());
        }
        let tie = (1.0_f32 + 2.0_f32.powi(-12)).mul_add(1.0 + 2.0_f32.powi(-12), 0.0);
        assert_eq!(fused_mul_add(1.0 + 2.0_f32.powi(-12), 1.0 + 2.0_f32.powi(-12), 1e-38), tie.next_up());
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn both_compilations_give_the_same_bits() {
        use crate::kernels::{Inputs, LOCKSTEP, LstmWeights, Sequence, lstm_scratch_len};

        if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
            return; // There is only one to run.
        }
        let (input, hidden, steps) = (5, 32, 7);
        // Multiplicative hashes as weights: every fp16 pattern class occurs, infinities and NaN included.
        let halves =
            |len: usize| -> Vec<u16> { (0..len).map(|i| ((i as u32 * 0x9E37) >> 3) as u16).collect() };
        let (wx, wh, bias) = (halves(4 * hidden * input), halves(4 * hidden * hidden), vec![0.1; 4 * hidden]);
        for mask in [0xFFFF, 0xBBFF] {
            let masked = |halves: &[u16]| -> Vec<u16> { halves.iter().map(|half| half & mask).collect() };
            let (wx, wh) = (masked(&wx), masked(&wh));
            let weights = LstmWeights { input, hidden, wx: &wx, wh: &wh, bias: &bias };
            let x: Vec<f32> = (0..steps * input).map(|i| (i as f32 - 17.0) / 9.0).collect();
            let outputs = [&PORTABLE, &fma::KERNELS].map(|kernels| {
                let mut y = vec![0.0; steps * hidden];
                let mut scratch = vec![0.0; lstm_scratch_len(hidden, LOCKSTEP).unwrap()];
                kernels.lstm(
                    weights,
                    Inputs::Rows(&x),
                    &[Sequence { first: 0, steps }],
                    false,
                    &mut y,
                    hidden,
                    0,
                    &mut scratch,
                );
                y.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            });
            assert_eq!(outputs[0], outputs[1]);
        }
    }

    #[test]
    fn widen_one_equals_the_half_crate_for_all_values() {
        for bits in 0..=u16::MAX {
            assert_eq!(
                widen_one(bits).to_bits(),
                half::f16::from_bits(bits).to_f32().to_bits(),
                "{bits:#06x}"
            );
        }
    }
}
