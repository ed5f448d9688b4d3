//! Conversion of sorted offsets between units, in one pass over the text, by the same rules as the decoder: a
//! malformed unit is one code point.

use super::Unit;
use crate::{Error, Status};

/// Byte offsets to UTF-16 offsets, in place; a malformed byte counts as one UTF-16 unit.
///
/// Errors name the index of an offset that is smaller than the one before it, beyond the end of the text, or inside
/// a code point; the offsets are then unchanged.
pub fn utf8_to_utf16(text: &[u8], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |point| if point > 0xFFFF { 2 } else { 1 })
}

/// Byte offsets to code-point offsets, in place; errors as [`utf8_to_utf16`].
pub fn utf8_to_codepoints(text: &[u8], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |_| 1)
}

/// UTF-16 offsets to code-point offsets, in place; errors as [`utf8_to_utf16`].
pub fn utf16_to_codepoints(text: &[u16], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |_| 1)
}

/// Whether offsets can be converted, with the errors of [`utf8_to_utf16`].
pub fn check<U: Unit>(text: &[U], offsets: &[u32]) -> Result<(), Error> {
    let mut cursor = Cursor { text, at: 0, converted: 0, width: |_| 1 };
    offsets.iter().enumerate().try_for_each(|(index, &offset)| {
        cursor.advance(offset).map(|_| ()).map_err(|error| error.at(index as u64))
    })
}

fn convert<U: Unit>(text: &[U], offsets: &mut [u32], width: fn(u32) -> u32) -> Result<(), Error> {
    check(text, offsets)?;
    let mut cursor = Cursor { text, at: 0, converted: 0, width };
    for offset in offsets {
        *offset = cursor.advance(*offset)?;
    }
    Ok(())
}

/// A place in a text, in its own unit and in another.
struct Cursor<'t, U: Unit> {
    text: &'t [U],
    at: usize,
    converted: u32,
    width: fn(u32) -> u32,
}

impl<U: Unit> Cursor<'_, U> {
    /// Moves forward to `offset` and returns the place in the other unit.
    fn advance(&mut self, offset: u32) -> Result<u32, Error> {
        let invalid = |detail| Err(Error::new(Status::InvalidArgument, detail));
        let target = offset as usize;
        if target < self.at {
            return invalid("offsets are not in ascending order");
        }
        if target > self.text.len() {
            return invalid("an offset lies beyond the end of the text");
        }
        while self.at < target {
            let point = U::decode(self.text, self.at);
            self.at += point.units as usize;
            self.converted += (self.width)(point.value);
        }
        if self.at > target { invalid("an offset lies inside a character") } else { Ok(self.converted) }
    }
}
