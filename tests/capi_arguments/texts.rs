//! The functions that read text.

use crate::table::*;
use crate::{TEXT, UNITS, paths, result};
use drugner::capi::*;
use std::ptr::{null, null_mut};

/// The rows of the functions that read text.
pub fn texts(table: &mut Table, context: *mut drugner_context) {
    use DRUGNER_E_INVALID_ARGUMENT as INVALID;
    use DRUGNER_E_NULL_POINTER as NULL;
    use DRUGNER_E_TEXT_TOO_LONG as LONG;
    let (text, units) = (TEXT.as_ptr(), UNITS.as_ptr());
    // SAFETY: of all calls: as in `models`.
    unsafe {
        let name = "drugner_find_utf8";
        table.add(name, "context is NULL", NULL, move || drugner_find_utf8(null_mut(), text, 7, result()));
        table
            .add(name, "context is misaligned", INVALID, move || drugner_find_utf8(odd(), text, 7, result()));
        table.add(name, "text is NULL", NULL, move || drugner_find_utf8(context, null(), 1, result()));
        table.add(name, "no text", DRUGNER_OK, move || drugner_find_utf8(context, null(), 0, result()));
        table.add(name, "out is NULL", NULL, move || drugner_find_utf8(context, text, 7, null_mut()));
        for len in [1 << 31, usize::MAX] {
            table.add(name, "a huge length", LONG, move || drugner_find_utf8(context, text, len, result()));
        }
        table.add_struct(name, false, move |out| drugner_find_utf8(context, text, 7, out));

        let name = "drugner_find_utf16";
        table.add(name, "context is NULL", NULL, move || drugner_find_utf16(null_mut(), units, 3, result()));
        table.add(name, "text is NULL", NULL, move || drugner_find_utf16(context, null(), 1, result()));
        table.add(name, "text is misaligned", INVALID, move || {
            drugner_find_utf16(context, odd(), 1, result())
        });
        table.add(name, "no text", DRUGNER_OK, move || drugner_find_utf16(context, null(), 0, result()));
        table.add(name, "out is NULL", NULL, move || drugner_find_utf16(context, units, 3, null_mut()));
        for len in [1 << 31, usize::MAX] {
            table.add(name, "a huge length", LONG, move || drugner_find_utf16(context, units, len, result()));
        }
        table.add_struct(name, false, move |out| drugner_find_utf16(context, units, 3, out));

        let name = "drugner_nbest_utf8";
        table.add(name, "context is NULL", NULL, move || {
            drugner_nbest_utf8(null_mut(), text, 7, 0, 1, paths())
        });
        table.add(name, "text is NULL", NULL, move || drugner_nbest_utf8(context, null(), 1, 0, 1, paths()));
        table.add(name, "no text", DRUGNER_OK, move || drugner_nbest_utf8(context, null(), 0, 0, 1, paths()));
        table.add(name, "a huge length", LONG, move || {
            drugner_nbest_utf8(context, text, usize::MAX, 0, 1, paths())
        });
        table.add(name, "a huge place", DRUGNER_OK, move || {
            drugner_nbest_utf8(context, text, 7, usize::MAX, 1, paths())
        });
        for most in [0, 3, u32::MAX] {
            table.add(name, "no path or too many", INVALID, move || {
                drugner_nbest_utf8(context, text, 7, 0, most, paths())
            });
        }
        table.add(name, "out is NULL", NULL, move || drugner_nbest_utf8(context, text, 7, 0, 1, null_mut()));
        table.add_struct(name, false, move |out| drugner_nbest_utf8(context, text, 7, 0, 1, out));

        let name = "drugner_nbest_utf16";
        table.add(name, "context is NULL", NULL, move || {
            drugner_nbest_utf16(null_mut(), units, 3, 0, 1, paths())
        });
        table.add(name, "text is misaligned", INVALID, move || {
            drugner_nbest_utf16(context, odd(), 1, 0, 1, paths())
        });
        table.add(name, "a huge length", LONG, move || {
            drugner_nbest_utf16(context, units, usize::MAX, 0, 1, paths())
        });
        table.add(name, "a huge place", DRUGNER_OK, move || {
            drugner_nbest_utf16(context, units, 3, usize::MAX, 1, paths())
        });
        table.add_struct(name, false, move |out| drugner_nbest_utf16(context, units, 3, 0, 1, out));
    }
    offsets(table);
}

pub fn offsets(table: &mut Table) {
    use DRUGNER_E_INVALID_ARGUMENT as INVALID;
    use DRUGNER_E_NULL_POINTER as NULL;
    type Convert =
        unsafe extern "C" fn(*const std::ffi::c_char, usize, *const u32, *mut u32, usize) -> drugner_status;
    let functions: [(&str, Convert); 2] = [
        ("drugner_offsets_utf8_to_utf16", drugner_offsets_utf8_to_utf16),
        ("drugner_offsets_utf8_to_codepoints", drugner_offsets_utf8_to_codepoints),
    ];
    let text = TEXT.as_ptr();
    for (name, convert) in functions {
        // SAFETY: of all calls: as in `models`.
        unsafe {
            table.add(name, "text is NULL", NULL, move || convert(null(), 1, out(), out(), 1));
            table.add(name, "in is NULL", NULL, move || convert(text, 7, null(), out(), 1));
            table.add(name, "in is misaligned", INVALID, move || convert(text, 7, odd(), out(), 1));
            table.add(name, "out is NULL", NULL, move || convert(text, 7, out(), null_mut(), 1));
            table.add(name, "out is misaligned", INVALID, move || convert(text, 7, out(), odd(), 1));
            table.add(name, "nothing", DRUGNER_OK, move || convert(null(), 0, null(), null_mut(), 0));
            table.add(name, "a huge text", DRUGNER_E_TEXT_TOO_LONG, move || {
                convert(text, usize::MAX, out(), out(), 1)
            });
            table.add(name, "a huge count", INVALID, move || convert(text, 7, out(), out(), usize::MAX));
            table.add(name, "an offset behind the end", INVALID, move || {
                let offset = 8u32;
                convert(text, 7, &raw const offset, out(), 1)
            });
        }
    }
}
