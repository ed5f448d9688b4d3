//! Hostile arguments of the C API that need no model. Misuse that C programmers commit is in `tests/c/errors.c`.
#![cfg(feature = "capi")]

use drugner::capi::*;
use proptest::prelude::*;
use std::ptr;

/// Opens the default model with `options` and returns the status; what could be opened is released.
fn open_default(options: *const drugner_model_options) -> drugner_status {
    let mut model = ptr::null_mut();
    // SAFETY: the tests declare no more bytes than they have.
    unsafe {
        let status = drugner_model_open_default(options, &raw mut model, ptr::null_mut());
        assert_eq!(status == DRUGNER_OK, !model.is_null());
        drugner_model_release(model);
        status
    }
}

#[test]
fn misaligned_pointers_are_refused() {
    let words = [[0u64; 32]; 2];
    // SAFETY: the moved pointers still point into `words`, and the functions refuse them unread.
    unsafe {
        let odd = words.as_ptr().byte_add(1);
        assert_eq!(open_default(odd.cast()), DRUGNER_E_INVALID_ARGUMENT);
        let mut model = ptr::null_mut();
        let error = odd.cast_mut().cast();
        assert_eq!(
            drugner_model_open_default(ptr::null(), &raw mut model, error),
            DRUGNER_E_INVALID_ARGUMENT
        );
        assert_eq!(
            drugner_find_utf8(odd.cast_mut().cast(), ptr::null(), 0, ptr::null_mut()),
            DRUGNER_E_INVALID_ARGUMENT
        );
        assert_eq!(
            drugner_offsets_utf8_to_utf16(ptr::null(), 0, odd.cast(), odd.cast_mut().cast(), 1),
            DRUGNER_E_INVALID_ARGUMENT
        );
    }
}

#[test]
fn error_says_which_option_is_wrong() {
    let mut error = drugner_error::default();
    let mut model = ptr::null_mut();
    let path = c"/no/such/folder/model.drugner";
    let options = drugner_model_options { isa: 1000, ..Default::default() };
    // SAFETY: all pointers live.
    unsafe {
        let status =
            drugner_model_open_file(path.as_ptr(), &raw const options, &raw mut model, &raw mut error);
        assert_eq!((status, error.status), (DRUGNER_E_INVALID_ARGUMENT, DRUGNER_E_INVALID_ARGUMENT));
        assert!(error.message().contains("isa"), "{}", error.message());
    }
}

proptest! {
    #[test]
    fn any_options_are_read_or_refused(
        size in prop_oneof![Just(32u64), 0u64..80, any::<u64>()],
        codes in prop::array::uniform4(prop_oneof![Just(0u32), 0u32..5, any::<u32>()]),
        surplus in prop_oneof![Just([0u64; 6]), prop::array::uniform6(any::<u64>())],
    ) {
        let [load_mode, flags, isa, reserved] = codes;
        let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        let mut words = vec![size, pair(load_mode, flags), pair(isa, reserved), 0];
        words.extend(surplus);
        let declared = size as usize;
        // Sizes beyond the array would read foreign memory: of these, only those that are refused unread.
        prop_assume!(declared <= 80 || declared > 4096);

        let status = open_default(words.as_ptr().cast());
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let expected = if !(32..=4096).contains(&declared) {
            Some(DRUGNER_E_INVALID_ARGUMENT)
        } else if bytes[32..declared].iter().any(|&byte| byte != 0) {
            Some(DRUGNER_E_UNSUPPORTED)
        } else if load_mode > DRUGNER_LOAD_COPY || isa > DRUGNER_ISA_NEON || flags > 1 {
            Some(DRUGNER_E_INVALID_ARGUMENT)
        } else if reserved != 0 {
            Some(DRUGNER_E_UNSUPPORTED)
        } else {
            None
        };
        match expected {
            Some(expected) => prop_assert_eq!(status, expected),
            None => prop_assert_ne!(status, DRUGNER_E_INVALID_ARGUMENT),
        }
    }

    #[test]
    fn any_offsets_are_converted_or_refused(
        text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(0xc3), Just(0xa4)], 0..12),
        offsets in prop::collection::vec(0u32..14, 0..4),
    ) {
        // Characters in the order of the text; a malformed byte is one.
        let mut starts = vec![0u32];
        for chunk in text.utf8_chunks() {
            let valid = chunk.valid().chars().map(|character| character.len_utf8() as u32);
            for bytes in valid.chain(chunk.invalid().iter().map(|_| 1)) {
                starts.push(starts.last().unwrap() + bytes);
            }
        }
        let place = |&offset: &u32| starts.iter().position(|&start| start == offset).map(|place| place as u32);
        let expected: Option<Vec<u32>> = offsets.iter().map(place).collect();
        let expected = expected.filter(|_| offsets.is_sorted());

        let mut out = offsets.clone();
        let (array, count) = (out.as_mut_ptr(), out.len());
        // SAFETY: all arrays live; in and out may be the same.
        let status = unsafe {
            drugner_offsets_utf8_to_codepoints(text.as_ptr().cast(), text.len(), array, array, count)
        };
        prop_assert_eq!(status, if expected.is_some() { DRUGNER_OK } else { DRUGNER_E_INVALID_ARGUMENT });
        prop_assert_eq!(out, expected.unwrap_or(offsets));
    }
}
