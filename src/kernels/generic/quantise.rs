//! Numbers to whole numbers of -127 to 127.

use crate::format::layout::PANEL;
use crate::kernels::simd::Dot;

/// Magnitude of the largest whole number.
pub(super) const LARGEST: f32 = 127.0;

/// A row's scale is not smaller, so that `LARGEST / scale` is finite.
const SMALLEST: f32 = f32::from_bits((127 - 119) << 23);

/// Adding it rounds a number of -127 to 127 to a whole one, which then stands in the low byte.
const ROUND: f32 = 12_582_912.0;

/// The largest magnitude in a row, at least 2^-119 and at most `f32::MAX`.
#[inline(always)]
pub(super) fn largest_magnitude(row: &[f32]) -> f32 {
    // As integers, magnitudes have the order of their numbers, infinity and then NaN behind them.
    let mut largest = SMALLEST.to_bits();
    for &value in row {
        largest = largest.max(value.to_bits() & 0x7FFF_FFFF);
    }
    f32::from_bits(largest.min(f32::MAX.to_bits()))
}

/// The codes of a row's inputs times `factor`; behind the last one the codes of 0.
#[inline(always)]
pub(super) fn encode_row<S: Dot>(s: S, row: &[f32], factor: f32, codes: &mut [[u8; PANEL]]) {
    let factor = s.splat(factor);
    let (whole, tail) = row.as_chunks::<PANEL>();
    for (values, codes) in whole.iter().zip(&mut *codes) {
        encode(s, s.load(values), factor, codes);
    }
    if !tail.is_empty() {
        let mut padded = [0.0; PANEL];
        padded[..tail.len()].copy_from_slice(tail);
        encode(s, s.load(&padded), factor, &mut codes[whole.len()]);
    }
}

/// The codes of `values` times `factor`, limited to ±127 and rounded to nearest even; of a NaN, that of 127.
#[inline(always)]
pub(super) fn encode<S: Dot>(s: S, values: S::Lanes, factor: S::Lanes, codes: &mut [u8; PANEL]) {
    let limited = s.clamp(s.mul(values, factor), LARGEST);
    let mut rounded = [0.0; PANEL];
    s.store(s.add(limited, s.splat(ROUND + f32::from(S::ZERO))), &mut rounded);
    for lane in 0..PANEL {
        codes[lane] = rounded[lane].to_bits() as u8;
    }
}
