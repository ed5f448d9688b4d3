//! UTF-8 units.

use super::{CodePoint, Unit};

impl Unit for u8 {
    /// Every byte that is not part of a well-formed sequence (overlong, surrogate, beyond U+10FFFF, cut off) is one
    /// malformed unit.
    fn decode(text: &[Self], at: usize) -> CodePoint {
        let Some(&first) = text.get(at) else {
            return CodePoint::MALFORMED;
        };
        let (len, min, bits) = match first {
            0..=0x7F => return CodePoint { value: u32::from(first), units: 1, valid: true },
            0xC2..=0xDF => (2, 0x80, u32::from(first & 0x1F)),
            0xE0..=0xEF => (3, 0x800, u32::from(first & 0x0F)),
            0xF0..=0xF4 => (4, 0x1_0000, u32::from(first & 0x07)),
            _ => return CodePoint::MALFORMED,
        };
        let Some(rest) = text.get(at + 1..at + len) else {
            return CodePoint::MALFORMED;
        };
        let mut value = bits;
        for &byte in rest {
            if byte & 0xC0 != 0x80 {
                return CodePoint::MALFORMED;
            }
            value = value << 6 | u32::from(byte & 0x3F);
        }
        if value < min || char::from_u32(value).is_none() {
            return CodePoint::MALFORMED;
        }
        CodePoint { value, units: len as u32, valid: true }
    }
}
