//! The floating-point control register of the calling thread.
//!
//! Hosts change it: a library linked with `-ffast-math` makes every thread flush subnormal numbers to zero, and numeric
//! code changes the rounding. Sums would then have other bits, so the library computes in the default state of the
//! processor and gives the host its own back, exception flags included.

/// The default state, until it is dropped.
pub struct DefaultState {
    host: Register,
}

impl DefaultState {
    /// Saves the host's state and sets the default one.
    pub fn enter() -> Self {
        let host = read();
        write(DEFAULT);
        Self { host }
    }
}

impl Drop for DefaultState {
    fn drop(&mut self) {
        write(self.host);
    }
}

#[cfg(target_arch = "x86_64")]
type Register = u32;

/// All exceptions masked, round to nearest, subnormal numbers as they are.
#[cfg(target_arch = "x86_64")]
const DEFAULT: Register = 0x1F80;

#[cfg(target_arch = "x86_64")]
fn read() -> Register {
    let mut state: Register = 0;
    // SAFETY: writes the register MXCSR to four bytes that are ours.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut state, options(nostack, preserves_flags)) };
    state
}

#[cfg(target_arch = "x86_64")]
fn write(state: Register) {
    // SAFETY: reads four bytes that are ours into MXCSR; `state` is the default or what the register held, so no
    // reserved bit is set.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const state, options(nostack, preserves_flags)) };
}

#[cfg(target_arch = "aarch64")]
type Register = u64;

/// Round to nearest, no trap, subnormal numbers as they are, NaN kept.
#[cfg(target_arch = "aarch64")]
const DEFAULT: Register = 0;

#[cfg(target_arch = "aarch64")]
fn read() -> Register {
    let state: Register;
    // SAFETY: reads the register FPCR.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) state, options(nomem, nostack, preserves_flags)) };
    state
}

#[cfg(target_arch = "aarch64")]
fn write(state: Register) {
    // SAFETY: `state` is the default or what the register held.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) state, options(nostack, preserves_flags)) };
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Register = ();

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const DEFAULT: Register = ();

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read() -> Register {}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn write(_: Register) {}
