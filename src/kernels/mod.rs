//! Micro-kernels: one table of functions per instruction set, all with the same bits.

/// Instruction set of a kernel table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Isa {
    /// Portable code; the specification of the arithmetic.
    Scalar = 1,
    /// AVX2 with FMA and F16C.
    Avx2 = 2,
    /// AVX-512F.
    Avx512 = 3,
}
