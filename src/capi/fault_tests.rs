//! A panic in any stage gives INTERNAL, a poisoned and wiped context, and a living process, and says nothing of the
//! text, on standard error neither.

use super::*;
use crate::fault::with_panic_in;
use crate::model::storage::Aligned;
use std::ptr::{null, null_mut};

/// Stands for what a patient's note says.
const MARKER: &str = "Xyzzyprazole";

const STAGES: [&str; 4] = ["text", "features", "network", "mentions"];

fn note() -> String {
    format!("Patient {MARKER} takes aspirin and {MARKER}, warfarin 5 mg.")
}

fn model() -> *mut drugner_model {
    let mut model = null_mut();
    // SAFETY: all pointers live.
    let status = unsafe { drugner_model_open_default(null(), &raw mut model, null_mut()) };
    assert_eq!(status, DRUGNER_OK);
    model
}

fn without_marker(error: &drugner_error) {
    assert!(!error.message().is_empty() && !error.message().contains("Xyzzy"), "{}", error.message());
}

#[test]
fn a_panic_in_any_stage_poisons_the_context_until_it_is_reset() {
    let (model, text) = (model(), note());
    let options = drugner_context_options { max_paths: 1, ..Default::default() };
    let mut context = null_mut();
    let (mut result, mut paths, mut error) =
        (drugner_result::default(), drugner_paths::default(), drugner_error::default());
    // SAFETY: all pointers live.
    unsafe {
        assert_eq!(
            drugner_context_create(model, &raw const options, &raw mut context, null_mut()),
            DRUGNER_OK
        );
        let (data, len) = (text.as_ptr().cast(), text.len());
        let mut find = || drugner_find_utf8(context, data, len, &raw mut result);
        for stage in STAGES {
            assert_eq!(find(), DRUGNER_OK);
            assert_eq!(with_panic_in(stage, &mut find), DRUGNER_E_INTERNAL, "{stage}");
            assert_eq!(drugner_context_last_error(context, &raw mut error), DRUGNER_OK);
            assert_eq!(error.status, DRUGNER_E_INTERNAL);
            without_marker(&error);
            assert_eq!(find(), DRUGNER_E_POISONED);
            assert_eq!(drugner_context_reset(context), DRUGNER_OK);
        }
        let nbest = || drugner_nbest_utf8(context, data, len, 0, 1, &raw mut paths);
        assert_eq!(with_panic_in("nbest", nbest), DRUGNER_E_INTERNAL);
        assert_eq!(find(), DRUGNER_E_POISONED);
        drugner_context_destroy(context);
        drugner_model_release(model);
    }
}

#[test]
fn a_panic_while_opening_gives_no_handle() {
    let (mut opened, mut context, mut error) = (null_mut(), null_mut(), drugner_error::default());
    let model = model();
    // SAFETY: all pointers live.
    unsafe {
        let open = || drugner_model_open_default(null(), &raw mut opened, &raw mut error);
        assert_eq!(with_panic_in("open", open), DRUGNER_E_INTERNAL);
        without_marker(&error);
        let create = || drugner_context_create(model, null(), &raw mut context, &raw mut error);
        assert_eq!(with_panic_in("create", create), DRUGNER_E_INTERNAL);
        assert!(opened.is_null() && context.is_null());
        drugner_model_release(model);
    }
}

/// What a call refuses, it does not quote.
#[test]
fn a_refusal_says_nothing_of_the_text() {
    let (model, mut context) = (model(), null_mut());
    let options =
        drugner_context_options { invalid_text: DRUGNER_INVALID_REJECT, max_spans: 1, ..Default::default() };
    let (mut result, mut error) = (drugner_result::default(), drugner_error::default());
    let malformed = [note().as_bytes(), b"\xFF", note().as_bytes()].concat();
    let units: Vec<u16> = note().encode_utf16().chain([0xD800]).collect();
    let full = note().repeat(3);
    // SAFETY: all pointers live.
    unsafe {
        let status = drugner_context_create(model, &raw const options, &raw mut context, null_mut());
        assert_eq!(status, DRUGNER_OK);
        let result = &raw mut result;
        let utf8 = |text: &[u8]| drugner_find_utf8(context, text.as_ptr().cast(), text.len(), result);
        let utf16 = || drugner_find_utf16(context, units.as_ptr(), units.len(), result);
        let calls: [(drugner_status, &dyn Fn() -> drugner_status); 3] = [
            (DRUGNER_E_INVALID_TEXT, &|| utf8(&malformed)),
            (DRUGNER_E_INVALID_TEXT, &utf16),
            (DRUGNER_E_SPAN_LIMIT, &|| utf8(full.as_bytes())),
        ];
        for (status, call) in calls {
            assert_eq!(call(), status);
            assert_eq!(drugner_context_last_error(context, &raw mut error), DRUGNER_OK);
            without_marker(&error);
        }
        drugner_context_destroy(context);
        drugner_model_release(model);
    }
}

/// The memory of a context holds the words of its text; a panic, a wipe and the end of the context leave zeros.
#[test]
fn nothing_of_the_text_stays_in_memory() {
    let (model, text) = (model(), note());
    let mut bytes = 0;
    // SAFETY: all pointers live; the memory outlives the contexts.
    unsafe {
        assert_eq!(drugner_context_size(model, null(), &raw mut bytes), DRUGNER_OK);
        let mut memory = Aligned::zeroed(bytes).unwrap();
        memory.bytes_mut().fill(0xAA);
        let start = memory.bytes_mut().as_mut_ptr();
        let arena = || {
            let whole = std::slice::from_raw_parts(start, bytes);
            whole[size_of::<drugner_context>()..].to_vec()
        };
        let holds_text = || arena().windows(MARKER.len()).any(|w| w == MARKER.to_lowercase().as_bytes());
        let is_wiped = || arena().iter().all(|&byte| byte == 0);
        let mut result = drugner_result::default();
        type End = unsafe fn(*mut drugner_context);
        let wipe: End = |context| assert_eq!(drugner_context_wipe(context), DRUGNER_OK);
        let reset: End = |context| assert_eq!(drugner_context_reset(context), DRUGNER_OK);
        let nothing: End = |_| {};
        for (stage, end) in [("none", wipe), ("none", reset), ("features", nothing), ("network", nothing)] {
            let mut context = null_mut();
            let place = start.cast();
            let status = drugner_context_init(place, bytes, model, null(), &raw mut context, null_mut());
            assert_eq!(status, DRUGNER_OK);
            let mut find = || drugner_find_utf8(context, text.as_ptr().cast(), text.len(), &raw mut result);
            assert_eq!(find(), DRUGNER_OK);
            assert!(holds_text(), "the search finds the marker where it is");
            if stage != "none" {
                assert_eq!(with_panic_in(stage, &mut find), DRUGNER_E_INTERNAL);
            }
            end(context);
            assert!(is_wiped(), "{stage}");
            if stage == "none" {
                assert_eq!(find(), DRUGNER_OK);
                assert!(holds_text());
            }
            drugner_context_destroy(context);
            assert!(is_wiped(), "after destroy");
        }
        drugner_model_release(model);
    }
}

/// The panics above in a process of their own, whose output is read.
#[test]
fn injected_panics_print_nothing_of_the_text() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["capi::fault_tests::a_panic_in_any_stage", "--nocapture", "--test-threads=1"])
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(output.status.success(), "{printed}");
    for stage in STAGES {
        assert!(printed.contains(&format!("injected into the stage {stage}")), "{stage} panics there");
    }
    assert!(!printed.to_lowercase().contains("xyzzy"), "the text is printed");
}
