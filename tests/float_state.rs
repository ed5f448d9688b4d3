//! Hosts with another floating-point state get the same bits, and their state back.
#![cfg(target_arch = "x86_64")]

mod common;
mod hostile;

use drugner::kernels::Kernels;
use drugner::{Context, ContextOptions, Mention, Model, ModelOptions};

const DEFAULT: u32 = 0x1F80;
/// Flush to zero and subnormal numbers are zero: what `-ffast-math` sets.
const FAST_MATH: u32 = DEFAULT | 1 << 15 | 1 << 6;

fn state() -> u32 {
    let mut state = 0u32;
    // SAFETY: writes the register to a local variable.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut state, options(nostack, preserves_flags)) };
    state
}

fn set_state(state: u32) {
    // SAFETY: the states of this test set no reserved bit.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const state, options(nostack, preserves_flags)) };
}

/// Runs `body` in a state and demands that it leaves the state alone.
fn in_state<T>(wanted: u32, body: impl FnOnce() -> T) -> T {
    set_state(wanted);
    let result = body();
    let after = state();
    set_state(DEFAULT);
    assert_eq!(after, wanted, "the state of the host changes");
    result
}

fn bits(mentions: &[Mention]) -> Vec<[u32; 3]> {
    mentions.iter().map(|m| [m.start, m.end, m.score.to_bits()]).collect()
}

#[test]
fn the_state_of_the_host_changes_nothing_and_stays() {
    // Rounding down, up, to zero; and the state of fast mathematics.
    let states = [DEFAULT | 1 << 13, DEFAULT | 2 << 13, DEFAULT | 3 << 13, FAST_MATH, DEFAULT];
    for seed in 0..16 {
        let bytes = hostile::generator::valid_model(seed);
        let (text, units): (String, Vec<u16>) = {
            let text = common::note(seed, 60);
            let units = text.encode_utf16().collect();
            (text, units)
        };
        for kernels in Kernels::available() {
            let options = ModelOptions { isa: Some(kernels.isa()), ..ModelOptions::default() };
            let open = || Model::open_copy(&bytes, &options).unwrap();
            let model = open();
            let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
            let expected = bits(context.find_utf8(text.as_bytes()).unwrap().mentions);
            for state in states {
                let opened = in_state(state, open);
                let mut context = Context::new(&opened, &ContextOptions::default()).unwrap();
                let found = in_state(state, || context.find_utf8(text.as_bytes()).unwrap().mentions.to_vec());
                assert_eq!(bits(&found), expected, "seed {seed}, state {state:x}");
                let found = in_state(state, || context.find_utf16(&units).unwrap().mentions.to_vec());
                assert!(
                    found.iter().map(|m| m.score.to_bits()).eq(expected.iter().map(|&[.., score]| score))
                );
            }
        }
    }
}
