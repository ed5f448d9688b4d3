//! tanh, sigmoid, the LSTM cell and exp: one definition for all instruction sets, without the C library, whose
//! functions differ from system to system.

use super::scalar::Single;
use super::simd::Arithmetic;

/// Beyond this magnitude tanh is ±1 in f32; the rational function reaches 1 here.
const TANH_LIMIT: f32 = 7.998_812;

/// Coefficients of the rational approximation tanh(x) = x P(x²) / Q(x²), lowest order first, as in Eigen's
/// `ptanh_float`.
const TANH_P: [f32; 7] = [
    4.893_524_6e-3,
    6.372_619_3e-4,
    1.485_722_4e-5,
    5.122_297e-8,
    -8.604_672e-11,
    2.000_188e-13,
    -2.760_768_5e-16,
];
const TANH_Q: [f32; 4] = [4.893_525_3e-3, 2.268_434_6e-3, 1.185_347_1e-4, 1.198_258_4e-6];

/// Numerator and denominator of tanh(x). For any x, also NaN and infinities, both are finite and the denominator
/// lies in 0.0048..=2, so products of a few of them neither overflow nor vanish.
#[inline(always)]
fn tanh_fraction<A: Arithmetic>(a: A, x: A::Lanes) -> (A::Lanes, A::Lanes) {
    let x = a.clamp(x, TANH_LIMIT);
    let square = a.mul(x, x);
    (a.mul(x, polynomial(a, square, &TANH_P)), polynomial(a, square, &TANH_Q))
}

/// Horner's rule; `coefficients` begin with the constant term.
#[inline(always)]
fn polynomial<A: Arithmetic, const N: usize>(a: A, x: A::Lanes, coefficients: &[f32; N]) -> A::Lanes {
    let mut value = a.splat(coefficients[N - 1]);
    for i in (0..N - 1).rev() {
        value = a.mul_add(value, x, a.splat(coefficients[i]));
    }
    value
}

/// One step of an LSTM cell: from the gate sums i, f, g, o and the old cell state to the new cell state and output,
///
/// ```text
/// c' = sigmoid(f) c + sigmoid(i) tanh(g)        h = sigmoid(o) tanh(c')
/// ```
///
/// with sigmoid(x) = (1 + tanh(x / 2)) / 2. Division is the slowest operation here: the five fractions are brought
/// over two common denominators. Both results are finite, whatever the gate sums are, and |h| <= 1.
#[inline(always)]
pub(super) fn lstm_cell<A: Arithmetic>(a: A, sums: [A::Lanes; 4], cell: A::Lanes) -> (A::Lanes, A::Lanes) {
    let half = a.splat(0.5);
    let (i_num, i_den) = tanh_fraction(a, a.mul(sums[0], half));
    let (f_num, f_den) = tanh_fraction(a, a.mul(sums[1], half));
    let (g_num, g_den) = tanh_fraction(a, sums[2]);
    let (o_num, o_den) = tanh_fraction(a, a.mul(sums[3], half));

    let update_num = a.mul(a.add(i_den, i_num), g_num);
    let update_den = a.mul(a.add(i_den, i_den), g_den);
    let keep_num = a.add(f_den, f_num);
    let keep_den = a.add(f_den, f_den);
    let numerator = a.mul_add(a.mul(keep_num, cell), update_den, a.mul(update_num, keep_den));
    let cell = a.div(numerator, a.mul(keep_den, update_den));

    let (c_num, c_den) = tanh_fraction(a, cell);
    let output = a.div(a.mul(a.add(o_den, o_num), c_num), a.mul(a.add(o_den, o_den), c_den));
    (cell, output)
}

/// Hyperbolic tangent, within 4e-7 and never beyond ±1; NaN gives 1.
pub fn tanh(x: f32) -> f32 {
    let (numerator, denominator) = tanh_fraction(Single, x);
    numerator / denominator
}

/// Logistic function, within 3e-7 and in 0..=1; NaN gives 1.
pub fn sigmoid(x: f32) -> f32 {
    sigmoid_lanes(Single, x)
}

/// [`sigmoid`] of every lane: (1 + tanh(x / 2)) / 2.
#[inline(always)]
pub(super) fn sigmoid_lanes<A: Arithmetic>(a: A, x: A::Lanes) -> A::Lanes {
    let (numerator, denominator) = tanh_fraction(a, a.mul(x, a.splat(0.5)));
    a.div(a.add(denominator, numerator), a.add(denominator, denominator))
}

/// Largest argument of [`exp`] with a finite result.
const EXP_MAX: f32 = 88.722_83;
/// Below this the result rounds to zero.
const EXP_MIN: f32 = -103.972_08;

/// e to the power of x, within 0.51 ulp (subnormal results included) for all x up to 88.72283; above it stays at
/// its value there, the largest finite one, so no argument overflows. Minus infinity gives 0, NaN gives NaN.
pub fn exp(x: f32) -> f32 {
    if x < EXP_MIN {
        return 0.0;
    }
    // Not `min`, which would hide a NaN.
    let x = f64::from(if x > EXP_MAX { EXP_MAX } else { x });

    // e^x = 2^n e^r with |r| <= ln(2) / 2. Adding and subtracting 1.5 * 2^52 rounds to an integer.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let n = (x * std::f64::consts::LOG2_E + ROUND) - ROUND;
    let r = x - n * std::f64::consts::LN_2;

    // Taylor series to degree 8: the first missing term is below 3e-10, 1/200 ulp of the f32 result.
    const FACTORIALS: [f64; 9] = [1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0];
    let mut series = 0.0;
    for i in (0..FACTORIALS.len()).rev() {
        series = series * r + 1.0 / FACTORIALS[i];
    }

    // |n| <= 150 lies well inside the exponents of f64; a NaN casts to 0 and stays in `series`.
    let power = f64::from_bits(((n as i64 + 1023) as u64) << 52);
    (series * power) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `stride`-th f32, both signs, infinities included, NaN not.
    fn floats(stride: usize) -> impl Iterator<Item = f32> {
        (0..=0x7F80_0000_u32)
            .step_by(stride)
            .chain([0x7F80_0000])
            .flat_map(|bits| [f32::from_bits(bits), -f32::from_bits(bits)])
    }

    #[test]
    fn tanh_and_sigmoid_are_accurate_and_bounded() {
        for x in floats(977) {
            let (t, s) = (tanh(x), sigmoid(x));
            assert!((f64::from(t) - f64::from(x).tanh()).abs() < 4e-7 && t.abs() <= 1.0, "tanh({x}) = {t}");
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(s) - exact).abs() < 3e-7 && (0.0..=1.0).contains(&s), "sigmoid({x}) = {s}");
        }
    }

    #[test]
    fn exp_is_accurate_to_half_an_ulp() {
        for x in floats(499) {
            let value = exp(x);
            assert!(value.is_finite() && value >= 0.0, "exp({x}) = {value}");
            let exact = f64::from(x.min(EXP_MAX)).exp();
            let ulp = f64::from(value.next_up()) - f64::from(value);
            assert!((f64::from(value) - exact).abs() <= 0.51 * ulp, "exp({x}) = {value}, not {exact}");
        }
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn exp_keeps_its_ends() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(EXP_MIN.next_down()), 0.0);
        assert_eq!(exp(f32::INFINITY), exp(EXP_MAX));
        assert!(f64::from(EXP_MAX.next_up()).exp() > f64::from(f32::MAX));
    }

    #[test]
    fn a_cell_is_finite_and_bounded_for_any_sums() {
        let odd =
            [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, -0.0, 1e-42, -3.0];
        for i in odd {
            for f in odd {
                for g in odd {
                    for o in odd {
                        let (cell, output) = lstm_cell(Single, [i, f, g, o], 2.5);
                        assert!(cell.abs() <= 3.5 + 1e-6 && output.abs() <= 1.0, "{i} {f} {g} {o}");
                    }
                }
            }
        }
    }
}
