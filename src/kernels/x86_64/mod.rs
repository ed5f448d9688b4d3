//! Tables for x86-64.

pub(super) mod avx2;
pub(super) mod avx512;

use std::arch::x86_64::__cpuid;

/// Whether the processor says that its vector units are 256 bits wide and not 512: it does a 512-bit operation in halves.
/// Only AMD's say anything (CPUID function 8000_001A: EAX bit 2, FP256; bit 3, FP512); Zen 4 does AVX-512 in this way.
pub(super) fn works_in_halves() -> bool {
    const FUNCTION: u32 = 0x8000_001A;
    const AUTHENTIC_AMD: [u32; 3] = [0x6874_7541, 0x6974_6E65, 0x444D_4163];
    let vendor = __cpuid(0);
    [vendor.ebx, vendor.edx, vendor.ecx] == AUTHENTIC_AMD
        && __cpuid(0x8000_0000).eax >= FUNCTION
        && __cpuid(FUNCTION).eax & 0b1100 == 0b0100
}
