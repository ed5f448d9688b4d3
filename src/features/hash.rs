//! Hash functions of the word and name tables; part of the file format.

/// Start value of [`fnv`].
pub const FNV_START: u64 = 0xCBF2_9CE4_8422_2325;

/// One step of FNV-1a.
#[inline]
pub fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
}

/// Spreads a hash over all bits (the finaliser of SplitMix64).
#[inline]
pub fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}
