//! UTF-8: a well-formed sequence (Unicode, table 3-7) is one code point. Any byte that does not begin one is one
//! U+FFFD by itself: stray and missing continuations, overlong forms, surrogates, values above U+10FFFF.

use super::{CodePoint, Unit};

impl Unit for u8 {
    #[inline]
    fn decode(text: &[u8], at: usize) -> CodePoint {
        match text.get(at) {
            Some(&byte) if byte < 0x80 => CodePoint::scalar(byte.into(), 1),
            Some(&lead) => decode_sequence(lead, &text[at + 1..]),
            None => CodePoint::REPLACEMENT,
        }
    }
}

fn decode_sequence(lead: u8, rest: &[u8]) -> CodePoint {
    let bits = |byte: u8| u32::from(byte & 0x3F);
    let well_formed = |bytes: &[u8]| bytes.iter().all(|byte| byte & 0xC0 == 0x80);
    match (lead, rest) {
        (0xC2..=0xDF, &[a, ..]) if well_formed(&[a]) => {
            CodePoint::scalar(u32::from(lead & 0x1F) << 6 | bits(a), 2)
        }
        (0xE0..=0xEF, &[a, b, ..]) if well_formed(&[a, b]) => {
            let value = u32::from(lead & 0x0F) << 12 | bits(a) << 6 | bits(b);
            match value {
                0..=0x7FF | 0xD800..=0xDFFF => CodePoint::REPLACEMENT,
                _ => CodePoint::scalar(value, 3),
            }
        }
        (0xF0..=0xF4, &[a, b, c, ..]) if well_formed(&[a, b, c]) => {
            let value = u32::from(lead & 0x07) << 18 | bits(a) << 12 | bits(b) << 6 | bits(c);
            match value {
                0x1_0000..=0x10_FFFF => CodePoint::scalar(value, 4),
                _ => CodePoint::REPLACEMENT,
            }
        }
        _ => CodePoint::REPLACEMENT,
    }
}
