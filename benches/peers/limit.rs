//! The fastest that this core can be, whatever the program: its multiply-adds and nothing else.

use std::arch::x86_64::*;
use std::hint::black_box;
use std::time::Instant;

/// More than hide the latency of a multiply-add.
const CHAINS: usize = 12;

/// fp16 numbers in the nearest cache.
const WEIGHTS: usize = CHAINS * 512;

macro_rules! products {
    ($name:ident, $features:literal, $lanes:literal, $splat:ident, $load:ident, $widen:ident, $mul_add:ident) => {
        /// `registers` products of numbers in registers, then `widened` products of fp16 weights that are widened for
        /// each; both are rounded up.
        #[target_feature(enable = $features)]
        fn $name(registers: usize, widened: usize) {
            let weights = black_box([0x3C00_u16; WEIGHTS]);
            let (weight, input) = (black_box($splat(0.5)), black_box($splat(0.25)));
            let mut sums = [input; CHAINS];
            for _ in 0..registers.div_ceil(CHAINS * $lanes) {
                for sum in &mut sums {
                    *sum = $mul_add(weight, input, *sum);
                }
            }
            let mut groups = weights.as_chunks::<{ CHAINS * $lanes }>().0.iter().cycle();
            for _ in 0..widened.div_ceil(CHAINS * $lanes) {
                let Some(group) = groups.next() else { break };
                for (sum, halves) in sums.iter_mut().zip(group.as_chunks::<$lanes>().0) {
                    // SAFETY: the load reads `$lanes` halves of two bytes each, unaligned.
                    let halves = unsafe { $load(halves.as_ptr().cast()) };
                    *sum = $mul_add($widen(halves), input, *sum);
                }
            }
            black_box(sums);
        }
    };
}

products!(avx2, "avx2,fma,f16c", 8, _mm256_set1_ps, _mm_loadu_si128, _mm256_cvtph_ps, _mm256_fmadd_ps);
products!(avx512, "avx512f", 16, _mm512_set1_ps, _mm256_loadu_si256, _mm512_cvtph_ps, _mm512_fmadd_ps);

/// What computes products.
pub type Products = unsafe fn(usize, usize);

/// The instruction set that computes so many products fastest: on Zen 4, 512-bit conversions are slower than two of 256
/// bits.
///
/// # Panics
/// Where the machine has neither AVX-512 nor AVX2, FMA and F16C.
pub fn fastest(registers: usize, widened: usize) -> Products {
    let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let has_avx2 = has_avx2 && is_x86_feature_detected!("f16c");
    let has_avx512 = is_x86_feature_detected!("avx512f");
    let both: [(bool, Products); 2] = [(has_avx2, avx2), (has_avx512, avx512)];
    let time = |products: Products| {
        let run = |_| {
            let start = Instant::now();
            // SAFETY: only instruction sets that were detected are timed.
            unsafe { products(registers, widened) };
            start.elapsed()
        };
        (0..20).map(run).min()
    };
    let available = both.into_iter().filter(|&(available, _)| available).map(|(_, products)| products);
    available.min_by_key(|&products| time(products)).expect("a machine with AVX2 or AVX-512")
}
