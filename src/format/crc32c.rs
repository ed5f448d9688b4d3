//! CRC-32C (Castagnoli), the checksum of header, section table and sections. It finds accidents, not attackers.

const POLYNOMIAL: u32 = 0x82F6_3B78;

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

/// Checksum of `bytes`.
pub fn crc32c(bytes: &[u8]) -> u32 {
    !extend(START, bytes)
}

/// State before the first byte; the checksum is the complement of the state behind the last.
pub const START: u32 = !0;

/// Bytes that [`extend`] takes at once fastest, and multiples of it.
pub const BLOCK: usize = 3 << 15;

/// The state behind further bytes.
pub fn extend(state: u32, bytes: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sse4.2") {
        // SAFETY: the instruction set was detected on the line above.
        return unsafe { hardware::extend(state, bytes) };
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("crc") {
        // SAFETY: as above.
        return unsafe { hardware::extend(state, bytes) };
    }
    portable(state, bytes)
}

fn portable(state: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(state, |crc, &byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(byte)) & 0xFF) as usize])
}

/// With the processor's instructions for this polynomial.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod hardware {
    use super::{BLOCK, POLYNOMIAL};
    #[cfg(target_arch = "aarch64")]
    use std::arch::aarch64::{__crc32cb as add_byte, __crc32cd as add_word};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{_mm_crc32_u8 as add_byte, _mm_crc32_u64};

    /// Three lanes at a time hide the latency of the instruction: 2.6 times as fast as one.
    const LANE: usize = BLOCK / 3;

    /// A product of polynomials modulo [`POLYNOMIAL`]; bit 31 is the coefficient of x^0, as in a checksum.
    const fn multiply(a: u32, b: u32) -> u32 {
        let (mut product, mut shifted, mut bit) = (0, b, 32);
        while bit > 0 {
            bit -= 1;
            if a >> bit & 1 == 1 {
                product ^= shifted;
            }
            shifted = shifted >> 1 ^ if shifted & 1 == 1 { POLYNOMIAL } else { 0 };
        }
        product
    }

    /// x to the power of 2^`exponent`.
    const fn power(exponent: u32) -> u32 {
        let (mut power, mut i) = (1 << 30, 0);
        while i < exponent {
            power = multiply(power, power);
            i += 1;
        }
        power
    }

    /// What a state is multiplied by when a lane of zeros follows, and two.
    const ONE_LANE: u32 = power((8 * LANE).ilog2());
    const TWO_LANES: u32 = multiply(ONE_LANE, ONE_LANE);
    const _: () = assert!(LANE.is_power_of_two());

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "sse4.2")]
    fn add_word(crc: u32, word: u64) -> u32 {
        _mm_crc32_u64(u64::from(crc), word) as u32
    }

    /// # Safety
    /// The CPU has SSE4.2, or the CRC instructions of aarch64.
    #[cfg_attr(target_arch = "x86_64", target_feature(enable = "sse4.2"))]
    #[cfg_attr(target_arch = "aarch64", target_feature(enable = "crc"))]
    pub unsafe fn extend(state: u32, bytes: &[u8]) -> u32 {
        let mut crc = state;
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for block in blocks {
            let words = block.as_chunks::<8>().0;
            let (first, words) = words.split_at(LANE / 8);
            let (second, third) = words.split_at(LANE / 8);
            let mut lanes = [crc, 0, 0];
            for i in 0..LANE / 8 {
                lanes[0] = add_word(lanes[0], u64::from_le_bytes(first[i]));
                lanes[1] = add_word(lanes[1], u64::from_le_bytes(second[i]));
                lanes[2] = add_word(lanes[2], u64::from_le_bytes(third[i]));
            }
            crc = multiply(lanes[0], TWO_LANES) ^ multiply(lanes[1], ONE_LANE) ^ lanes[2];
        }
        let (words, rest) = rest.as_chunks::<8>();
        for word in words {
            crc = add_word(crc, u64::from_le_bytes(*word));
        }
        for &byte in rest {
            crc = add_byte(crc, byte);
        }
        crc
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
    }

    /// Short, and around the lengths that are cut into lanes.
    #[test]
    fn hardware_equals_portable_at_every_length() {
        let bytes: Vec<u8> =
            (0..2 * BLOCK as u32 + 9).map(|i| (i.wrapping_mul(0x9E37_79B9) >> 24) as u8).collect();
        for end in (0..200).chain(BLOCK - 9..BLOCK + 9).chain([bytes.len()]) {
            assert_eq!(extend(START, &bytes[..end]), portable(START, &bytes[..end]), "{end}");
        }
    }
}
