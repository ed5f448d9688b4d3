//! UTF-16: a surrogate pair is one code point, a surrogate without its partner is one U+FFFD.

use super::{CodePoint, Unit};

impl Unit for u16 {
    #[inline]
    fn decode(text: &[u16], at: usize) -> CodePoint {
        match text.get(at) {
            Some(&unit) if !matches!(unit, 0xD800..=0xDFFF) => CodePoint::scalar(unit.into(), 1),
            Some(&high @ 0xD800..=0xDBFF) => match text.get(at + 1) {
                Some(&low @ 0xDC00..=0xDFFF) => {
                    CodePoint::scalar(0x1_0000 + (u32::from(high & 0x3FF) << 10 | u32::from(low & 0x3FF)), 2)
                }
                _ => CodePoint::REPLACEMENT,
            },
            _ => CodePoint::REPLACEMENT,
        }
    }
}
