//! `drugner_offsets_*`: byte offsets of UTF-8 text in other units.

use super::guard;
use super::status::drugner_status;
use crate::Error;
use crate::text::offsets;
use std::ffi::c_char;
use std::ptr;

/// Converts byte offsets of UTF-8 text to offsets of the same text in UTF-16 units.
///
/// `in` holds `count` offsets in ascending order (equal ones are allowed); each lies at the start of a character or
/// at the end of the text. `out` receives `count` offsets and may be the same array as `in`. Every malformed byte
/// counts as one replacement character. Time grows with the length of the text up to the last offset.
///
/// On failure `out` is unchanged.
///
/// Errors: NULL_POINTER, TEXT_TOO_LONG, INVALID_ARGUMENT (not ascending, beyond the end, inside a character).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_offsets_utf8_to_utf16(
    text: *const c_char,
    bytes: usize,
    r#in: *const u32,
    out: *mut u32,
    count: usize,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { convert(text, bytes, r#in, out, count, offsets::utf8_to_utf16) }
}

/// Converts byte offsets of UTF-8 text to offsets of the same text in code points, as Python counts them.
///
/// The rest is as in drugner_offsets_utf8_to_utf16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_offsets_utf8_to_codepoints(
    text: *const c_char,
    bytes: usize,
    r#in: *const u32,
    out: *mut u32,
    count: usize,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { convert(text, bytes, r#in, out, count, offsets::utf8_to_codepoints) }
}

/// Body of the conversions.
///
/// # Safety
/// (`text`, `bytes`), (`input`, `count`) and (`output`, `count`) are live arrays or NULL; `output` is writable and
/// does not overlap `text`.
unsafe fn convert(
    text: *const c_char,
    bytes: usize,
    input: *const u32,
    output: *mut u32,
    count: usize,
    convert: fn(&[u8], &mut [u32]) -> Result<(), Error>,
) -> drugner_status {
    guard::plain_status(|| {
        // SAFETY: this function's contract.
        let text = unsafe { guard::text(text.cast::<u8>(), bytes)? };
        if count == 0 {
            return Ok(());
        }
        guard::check_pointer(output, "out is NULL and count is not 0")?;
        {
            // SAFETY: this function's contract; `output` is not written while this borrow lives.
            let input = unsafe { guard::slice(input, count, "in is NULL and count is not 0")? };
            offsets::check(text, input)?;
        }
        // SAFETY: both arrays have `count` elements; the copy allows overlap.
        unsafe { ptr::copy(input, output, count) };
        // SAFETY: `output` has `count` elements, now initialised; `input` is not used any more.
        convert(text, unsafe { std::slice::from_raw_parts_mut(output, count) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capi::{DRUGNER_E_INVALID_ARGUMENT, DRUGNER_OK};
    use proptest::prelude::*;

    fn utf16(text: &[u8], offsets: &mut [u32]) -> drugner_status {
        let (text, bytes, count) = (text.as_ptr().cast(), text.len(), offsets.len());
        let array = offsets.as_mut_ptr();
        // SAFETY: all arrays live; in and out may be the same.
        unsafe { drugner_offsets_utf8_to_utf16(text, bytes, array, array, count) }
    }

    #[test]
    fn one_to_four_bytes_and_malformed_bytes() {
        // a, 2 bytes, 3 bytes, 4 bytes (two UTF-16 units), a broken 3-byte sequence of 2 bytes, b
        let text = b"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\x8a\xe2\x82b";
        let bytes = [0, 1, 3, 6, 6, 10, 11, 12, 13];
        let mut offsets = bytes;
        assert_eq!(utf16(text, &mut offsets), DRUGNER_OK);
        assert_eq!(offsets, [0, 1, 2, 3, 3, 5, 6, 7, 8]);
        let mut points = [0; 9];
        // SAFETY: all arrays live.
        let status = unsafe {
            drugner_offsets_utf8_to_codepoints(
                text.as_ptr().cast(),
                13,
                bytes.as_ptr(),
                points.as_mut_ptr(),
                9,
            )
        };
        assert_eq!((status, points), (DRUGNER_OK, [0, 1, 2, 3, 3, 4, 5, 6, 7]));
    }

    #[test]
    fn bad_offsets_are_refused_and_the_array_is_unchanged() {
        for bad in [[0, 3, 1], [0, 1, 5], [0, 2, 4]] {
            let mut offsets = bad;
            assert_eq!(utf16("a\u{e4}b".as_bytes(), &mut offsets), DRUGNER_E_INVALID_ARGUMENT);
            assert_eq!(offsets, bad);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in ".{0,40}", picks in proptest::collection::vec(0usize..41, 0..9)) {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let mut bytes: Vec<u32> = picks.iter().map(|&pick| starts[pick % starts.len()] as u32).collect();
            bytes.sort_unstable();
            let expected: Vec<u32> =
                bytes.iter().map(|&at| text.get(..at as usize).unwrap().encode_utf16().count() as u32).collect();
            prop_assert_eq!(utf16(text.as_bytes(), &mut bytes), DRUGNER_OK);
            prop_assert_eq!(bytes, expected);
        }
    }
}
