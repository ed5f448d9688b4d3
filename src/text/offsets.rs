//! Conversion of offsets between units, in one pass over the text.
//!
//! A malformed unit is one code point and one unit in the other encoding, as in the decoder. Offsets must not
//! decrease; each lies on a code point boundary, the end of the text included. Otherwise the conversion stops with
//! [`Status::InvalidArgument`], whose position is the index of the refused offset, and the rest of the output is
//! unspecified.

use super::{CodePoint, Unit};
use crate::{Error, Status};

/// Converts byte offsets into UTF-8 `text` to offsets in UTF-16 units; `input` and `output` are equally long.
pub fn utf8_to_utf16(text: &[u8], input: &[u32], output: &mut [u32]) -> Result<(), Error> {
    utf8_to_utf16_in_place(text, copied(input, output)?)
}

/// Converts byte offsets into UTF-8 `text` to code point offsets; `input` and `output` are equally long.
pub fn utf8_to_codepoints(text: &[u8], input: &[u32], output: &mut [u32]) -> Result<(), Error> {
    utf8_to_codepoints_in_place(text, copied(input, output)?)
}

/// Converts unit offsets into UTF-16 `text` to code point offsets; `input` and `output` are equally long.
pub fn utf16_to_codepoints(text: &[u16], input: &[u32], output: &mut [u32]) -> Result<(), Error> {
    utf16_to_codepoints_in_place(text, copied(input, output)?)
}

/// [`utf8_to_utf16`] that replaces the offsets.
pub fn utf8_to_utf16_in_place(text: &[u8], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |cp| if cp.value >= 0x1_0000 { 2 } else { 1 })
}

/// [`utf8_to_codepoints`] that replaces the offsets.
pub fn utf8_to_codepoints_in_place(text: &[u8], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |_| 1)
}

/// [`utf16_to_codepoints`] that replaces the offsets.
pub fn utf16_to_codepoints_in_place(text: &[u16], offsets: &mut [u32]) -> Result<(), Error> {
    convert(text, offsets, |_| 1)
}

fn copied<'o>(input: &[u32], output: &'o mut [u32]) -> Result<&'o mut [u32], Error> {
    if input.len() != output.len() {
        return Err(Error::new(Status::InvalidArgument, "input and output must have the same length"));
    }
    output.copy_from_slice(input);
    Ok(output)
}

fn convert<U: Unit>(text: &[U], offsets: &mut [u32], width: impl Fn(CodePoint) -> u32) -> Result<(), Error> {
    let refused = |index: usize, detail: &'static str| {
        Err(Error::new(Status::InvalidArgument, detail).at(index as u64))
    };
    let (mut at, mut converted, mut previous) = (0_usize, 0_usize, 0_usize);
    for (index, offset) in offsets.iter_mut().enumerate() {
        let target = *offset as usize;
        if target > text.len() {
            return refused(index, "an offset lies beyond the end of the text");
        }
        if target < previous {
            return refused(index, "the offsets are not sorted");
        }
        while at < target {
            let cp = U::decode(text, at);
            at += cp.units as usize;
            converted += width(cp) as usize;
        }
        if at > target {
            return refused(index, "an offset lies inside a code point");
        }
        previous = target;
        *offset = converted as u32;
    }
    Ok(())
}
