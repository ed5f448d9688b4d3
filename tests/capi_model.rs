//! The C API on the default model: hostile texts, portions, storage kinds. The plain way is `tests/c/smoke.c`.
#![cfg(feature = "capi")]

use drugner::capi::*;
use std::ptr;

#[cfg(not(feature = "embedded-model"))]
#[test]
fn build_without_default_model_says_so() {
    let mut error = drugner_error::default();
    let mut model = ptr::null_mut();
    // SAFETY: all pointers live.
    let status = unsafe { drugner_model_open_default(ptr::null(), &raw mut model, &raw mut error) };
    assert_eq!((status, error.status), (DRUGNER_E_NO_DEFAULT_MODEL, DRUGNER_E_NO_DEFAULT_MODEL));
    assert!(model.is_null());
}

#[test]
fn missing_file_is_not_found_and_no_model_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.drugner");
    assert_eq!(open_file(&path).0, DRUGNER_E_NOT_FOUND);
    std::fs::write(&path, [b'x'; 4096]).unwrap();
    let (status, error) = open_file(&path);
    assert_eq!((status, error.status), (DRUGNER_E_NOT_A_MODEL, DRUGNER_E_NOT_A_MODEL));
    assert!(!error.message().is_empty());
}

fn open_file(path: &std::path::Path) -> (drugner_status, drugner_error) {
    let path = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    let (mut model, mut error) = (ptr::null_mut(), drugner_error::default());
    // SAFETY: all pointers live.
    let status =
        unsafe { drugner_model_open_file(path.as_ptr(), ptr::null(), &raw mut model, &raw mut error) };
    assert!(model.is_null());
    (status, error)
}

#[cfg(feature = "embedded-model")]
mod with_model {
    use super::*;
    use proptest::prelude::*;

    const NOTE: &str =
        "Aspirin and warfarin were stopped.\n\u{c4}ltere Patientin: \u{1f48a} ibuprofen, aspirin.";

    /// A context on the default model, whose handle it alone keeps alive.
    struct Finder(*mut drugner_context);

    impl Finder {
        fn new(options: &drugner_context_options) -> Self {
            let (mut model, mut context) = (ptr::null_mut(), ptr::null_mut());
            // SAFETY: all pointers live.
            unsafe {
                let status = drugner_model_open_default(ptr::null(), &raw mut model, ptr::null_mut());
                assert_eq!(status, DRUGNER_OK);
                let status = drugner_context_create(model, options, &raw mut context, ptr::null_mut());
                assert_eq!(status, DRUGNER_OK);
                drugner_model_release(model);
            }
            Self(context)
        }

        fn utf8(&self, text: &[u8]) -> (drugner_status, drugner_result, Vec<drugner_span>) {
            let mut result = drugner_result::default();
            // SAFETY: all pointers live.
            let status =
                unsafe { drugner_find_utf8(self.0, text.as_ptr().cast(), text.len(), &raw mut result) };
            (status, result, spans(&result))
        }

        fn utf16(&self, text: &[u16]) -> (drugner_status, drugner_result, Vec<drugner_span>) {
            let mut result = drugner_result::default();
            // SAFETY: all pointers live.
            let status = unsafe { drugner_find_utf16(self.0, text.as_ptr(), text.len(), &raw mut result) };
            (status, result, spans(&result))
        }
    }

    impl Drop for Finder {
        fn drop(&mut self) {
            // SAFETY: the handle is ours.
            unsafe { drugner_context_destroy(self.0) };
        }
    }

    fn spans(result: &drugner_result) -> Vec<drugner_span> {
        if result.span_count == 0 {
            return Vec::new();
        }
        // SAFETY: the library says so; the context has not been used since.
        unsafe { std::slice::from_raw_parts(result.spans, result.span_count) }.to_vec()
    }

    fn well_formed(spans: &[drugner_span], length: usize) -> bool {
        spans.iter().all(|span| span.start < span.end && span.end as usize <= length)
            && spans.is_sorted_by(|left, right| left.end <= right.start)
    }

    #[test]
    fn utf8_and_utf16_agree_through_offset_conversion() {
        let finder = Finder::new(&Default::default());
        let (status, _, bytes) = finder.utf8(NOTE.as_bytes());
        assert_eq!((status, bytes.is_empty()), (DRUGNER_OK, false));
        let mut offsets: Vec<u32> = bytes.iter().flat_map(|span| [span.start, span.end]).collect();
        let (array, count) = (offsets.as_mut_ptr(), offsets.len());
        // SAFETY: all arrays live; in and out may be the same.
        let status =
            unsafe { drugner_offsets_utf8_to_utf16(NOTE.as_ptr().cast(), NOTE.len(), array, array, count) };
        assert_eq!(status, DRUGNER_OK);
        let units: Vec<u16> = NOTE.encode_utf16().collect();
        let (status, result, found) = finder.utf16(&units);
        assert_eq!((status, result.consumed), (DRUGNER_OK, units.len()));
        assert_eq!(found.iter().flat_map(|span| [span.start, span.end]).collect::<Vec<_>>(), offsets);
        assert!(
            found
                .iter()
                .zip(&bytes)
                .all(|(a, b)| (a.label, a.score.to_bits()) == (b.label, b.score.to_bits()))
        );
    }

    #[test]
    fn portions_are_within_the_limit_and_reach_the_end() {
        let options = drugner_context_options { max_spans: 1, ..Default::default() };
        let (finder, mut base, mut portions) = (Finder::new(&options), 0, 0);
        loop {
            let rest = &NOTE.as_bytes()[base..];
            let (status, result, spans) = finder.utf8(rest);
            assert!(spans.len() <= 1 && well_formed(&spans, result.consumed));
            base += result.consumed;
            portions += 1;
            match status {
                DRUGNER_OK => break,
                DRUGNER_E_SPAN_LIMIT => assert!(result.consumed > 0),
                _ => panic!("status {status}"),
            }
        }
        assert_eq!(base, NOTE.len());
        assert!(portions > 1);
    }

    #[test]
    fn failed_find_leaves_the_result_alone() {
        let options = drugner_context_options { invalid_text: DRUGNER_INVALID_REJECT, ..Default::default() };
        let (status, result, _) = Finder::new(&options).utf8(b"aspirin \xff");
        assert_eq!((status, result.consumed, result.spans), (DRUGNER_E_INVALID_TEXT, 0, ptr::null()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_give_spans_inside_the_text(
            text in prop::collection::vec(prop_oneof![4 => 32u8..127, 1 => any::<u8>()], 0..300)
        ) {
            let (status, result, spans) = Finder::new(&Default::default()).utf8(&text);
            prop_assert_eq!((status, result.consumed), (DRUGNER_OK, text.len()));
            prop_assert!(well_formed(&spans, text.len()));
            let malformed = std::str::from_utf8(&text).is_err();
            prop_assert_eq!(result.flags & DRUGNER_RESULT_INVALID_TEXT_SEEN != 0, malformed);
        }

        #[test]
        fn any_units_give_spans_inside_the_text(
            text in prop::collection::vec(prop_oneof![4 => 32u16..127, 1 => any::<u16>(), 1 => 0xd800u16..0xe000], 0..300)
        ) {
            let (status, result, spans) = Finder::new(&Default::default()).utf16(&text);
            prop_assert_eq!((status, result.consumed), (DRUGNER_OK, text.len()));
            prop_assert!(well_formed(&spans, text.len()));
            let malformed = String::from_utf16(&text).is_err();
            prop_assert_eq!(result.flags & DRUGNER_RESULT_INVALID_TEXT_SEEN != 0, malformed);
        }
    }
}
