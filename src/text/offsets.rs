//! Conversion of sorted offsets between units, in one pass over the text, by the same rules as the decoder: a
//! malformed unit is one code point.

use super::Unit;
use crate::{Error, Status};

/// Byte offsets to UTF-16 offsets; a malformed byte counts as one UTF-16 unit. In place.
///
/// Errors name the index of an offset that is smaller than the one before it, beyond the end of the text, or inside
/// a code point; the offsets before it have been converted.
pub fn utf8_to_utf16(text: &[u8], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |point| if point > 0xFFFF { 2 } else { 1 })
}

/// Byte offsets to code-point offsets. In place; errors as [`utf8_to_utf16`].
pub fn utf8_to_codepoints(text: &[u8], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |_| 1)
}

/// UTF-16 offsets to code-point offsets. In place; errors as [`utf8_to_utf16`].
pub fn utf16_to_codepoints(text: &[u16], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |_| 1)
}

fn convert<U: Unit>(text: &[U], offsets: &mut [u32], width: impl Fn(u32) -> u32) -> Result<(), Error> {
    let (mut at, mut converted, mut previous) = (0usize, 0u32, 0u32);
    for (index, offset) in offsets.iter_mut().enumerate() {
        let target = *offset as usize;
        let invalid = |detail| Err(Error::new(Status::InvalidArgument, detail).at(index as u64));
        if *offset < previous {
            return invalid("offsets must be sorted");
        }
        if target > text.len() {
            return invalid("an offset lies beyond the end of the text");
        }
        previous = *offset;
        while at < target {
            let point = U::decode(text, at);
            at += point.units as usize;
            converted += width(point.value);
        }
        if at > target {
            return invalid("an offset lies inside a code point");
        }
        *offset = converted;
    }
    Ok(())
}
