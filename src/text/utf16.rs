//! UTF-16 units.

use super::{CodePoint, Unit};

impl Unit for u16 {
    /// A surrogate without its partner is one malformed unit.
    fn decode(text: &[Self], at: usize) -> CodePoint {
        let Some(&first) = text.get(at) else {
            return CodePoint::MALFORMED;
        };
        match (first, text.get(at + 1)) {
            (0xD800..=0xDBFF, Some(&second @ 0xDC00..=0xDFFF)) => {
                let value = 0x1_0000 + (u32::from(first - 0xD800) << 10) + u32::from(second - 0xDC00);
                CodePoint { value, units: 2, valid: true }
            }
            (0xD800..=0xDFFF, _) => CodePoint::MALFORMED,
            _ => CodePoint { value: u32::from(first), units: 1, valid: true },
        }
    }
}
