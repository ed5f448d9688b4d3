//! A table of hostile arguments: every exported function with NULL, zero, huge and misaligned values and wrong struct
//! sizes. A function of the header that the table forgets fails the test.
#![cfg(feature = "capi")]

mod common;
mod hostile;

use drugner::capi::*;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

/// Function, what is wrong with its arguments, what it must return, the call. Functions without a status return
/// [`DRUGNER_OK`] here when they answer as documented.
type Row = (&'static str, &'static str, drugner_status, Box<dyn Fn() -> drugner_status>);

/// Memory of any alignment and with any `struct_size`: `[u64; N]`, at an odd address.
#[repr(align(64))]
struct Bytes([u8; 4096]);

impl Bytes {
    fn leak(struct_size: usize) -> *mut u8 {
        let mut bytes = Box::new(Self([0; 4096]));
        bytes.0[..8].copy_from_slice(&struct_size.to_le_bytes());
        Box::leak(bytes).0.as_mut_ptr()
    }
}

/// A struct at an address that its type does not allow.
fn odd<T>() -> *mut T {
    Bytes::leak(64).wrapping_add(1).cast()
}

/// A struct that declares `size` bytes.
fn sized<T>(size: usize) -> *mut T {
    Bytes::leak(size).cast()
}

/// A struct of a later version that sets a field which this one does not know.
fn later<T>() -> *mut T {
    let bytes = Bytes::leak(1024);
    // SAFETY: the memory has 4096 bytes.
    unsafe { bytes.add(1023).write(1) };
    bytes.cast()
}

/// The sizes that no struct of any release has.
const BAD_SIZES: [usize; 5] = [0, 1, 7, 4097, usize::MAX];

struct Table(Vec<Row>);

impl Table {
    fn add(
        &mut self,
        function: &'static str,
        what: &'static str,
        expected: drugner_status,
        call: impl Fn() -> drugner_status + 'static,
    ) {
        self.0.push((function, what, expected, Box::new(call)));
    }

    /// Rows for a struct argument: misaligned, of every bad size, and of a later version if it is an input.
    fn add_struct<T: 'static>(
        &mut self,
        function: &'static str,
        input: bool,
        call: impl Fn(*mut T) -> drugner_status + Clone + 'static,
    ) {
        let with = |pointer: *mut T| {
            let call = call.clone();
            move || call(pointer)
        };
        self.add(function, "a misaligned struct", DRUGNER_E_INVALID_ARGUMENT, with(odd()));
        for size in BAD_SIZES {
            self.add(function, "a bad struct_size", DRUGNER_E_INVALID_ARGUMENT, with(sized(size)));
        }
        if input {
            self.add(function, "an unknown field", DRUGNER_E_UNSUPPORTED, with(later()));
        }
    }
}

fn truth(condition: bool) -> drugner_status {
    if condition { DRUGNER_OK } else { DRUGNER_E_INTERNAL }
}

fn is_text(text: *const std::ffi::c_char) -> drugner_status {
    // SAFETY: the functions return static, NUL-terminated strings.
    truth(!text.is_null() && unsafe { std::ffi::CStr::from_ptr(text) }.to_str().is_ok())
}

fn out<T>() -> *mut T {
    Bytes::leak(64).cast()
}

fn model() -> *mut drugner_model {
    let (_, bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let mut model = null_mut();
    let (data, len) = (bytes.as_ptr().cast(), bytes.len());
    // SAFETY: all pointers live; without `release` the bytes are copied.
    let status =
        unsafe { drugner_model_open_memory(data, len, None, null_mut(), null(), &raw mut model, null_mut()) };
    assert_eq!(status, DRUGNER_OK);
    model
}

fn context(model: *const drugner_model) -> *mut drugner_context {
    let mut context = null_mut();
    let options = drugner_context_options { max_paths: 2, ..Default::default() };
    // SAFETY: all pointers live.
    let status = unsafe { drugner_context_create(model, &raw const options, &raw mut context, null_mut()) };
    assert_eq!(status, DRUGNER_OK);
    context
}

fn result() -> *mut drugner_result {
    Box::leak(Box::default())
}

fn paths() -> *mut drugner_paths {
    Box::leak(Box::default())
}

const TEXT: &std::ffi::CStr = c"aspirin";
const UNITS: [u16; 3] = [97, 98, 99];

/// The rows of the functions that open and describe models.
fn models(table: &mut Table, model: *mut drugner_model) {
    use DRUGNER_E_INVALID_ARGUMENT as INVALID;
    use DRUGNER_E_NULL_POINTER as NULL;
    // SAFETY: of all calls: pointers live or are refused unread, which is what the table tests.
    unsafe {
        let name = "drugner_model_options_init";
        table.add(name, "NULL", DRUGNER_OK, || {
            drugner_model_options_init(null_mut(), 32);
            DRUGNER_OK
        });
        for size in BAD_SIZES {
            table.add(name, "a bad size leaves the memory alone", DRUGNER_OK, move || {
                let memory = Bytes::leak(99);
                drugner_model_options_init(memory.cast(), size);
                truth(*memory == 99)
            });
        }

        let name = "drugner_model_open_default";
        let expected = if cfg!(feature = "embedded-model") { DRUGNER_OK } else { DRUGNER_E_NO_DEFAULT_MODEL };
        table.add(name, "no options, no error", expected, || {
            let mut model = null_mut();
            let status = drugner_model_open_default(null(), &raw mut model, null_mut());
            drugner_model_release(model);
            status
        });
        table.add(name, "out is NULL", NULL, || drugner_model_open_default(null(), null_mut(), null_mut()));
        table.add(name, "out is misaligned", INVALID, || {
            drugner_model_open_default(null(), odd(), null_mut())
        });
        table.add_struct(name, true, |options| drugner_model_open_default(options, out(), null_mut()));
        table.add_struct(name, false, |error| drugner_model_open_default(null(), out(), error));

        let name = "drugner_model_open_file";
        let path = c"/nowhere".as_ptr();
        table.add(name, "path is NULL", NULL, || drugner_model_open_file(null(), null(), out(), null_mut()));
        table.add(name, "path is empty", DRUGNER_E_NOT_FOUND, || {
            drugner_model_open_file(c"".as_ptr(), null(), out(), null_mut())
        });
        table.add(name, "out is NULL", NULL, move || {
            drugner_model_open_file(path, null(), null_mut(), null_mut())
        });
        table
            .add_struct(name, true, move |options| drugner_model_open_file(path, options, out(), null_mut()));
        table.add_struct(name, false, move |error| drugner_model_open_file(path, null(), out(), error));

        let name = "drugner_model_open_memory";
        let open = |data: *const c_void, len| {
            drugner_model_open_memory(data, len, None, null_mut(), null(), out(), null_mut())
        };
        table.add(name, "data is NULL", NULL, move || open(null(), 1));
        table.add(name, "no data", DRUGNER_E_NOT_A_MODEL, move || open(null(), 0));
        table.add(name, "len is huge", INVALID, move || open(TEXT.as_ptr().cast(), usize::MAX));
        table.add(name, "out is NULL", NULL, || {
            drugner_model_open_memory(null(), 0, None, null_mut(), null(), null_mut(), null_mut())
        });
        table.add_struct(name, true, |options| {
            drugner_model_open_memory(null(), 0, None, null_mut(), options, out(), null_mut())
        });
        table.add_struct(name, false, |error| {
            drugner_model_open_memory(null(), 0, None, null_mut(), null(), out(), error)
        });

        table.add("drugner_model_retain", "NULL", DRUGNER_OK, || {
            truth(drugner_model_retain(null_mut()).is_null())
        });
        table.add("drugner_model_release", "NULL", DRUGNER_OK, || {
            drugner_model_release(null_mut());
            DRUGNER_OK
        });

        let name = "drugner_model_get_info";
        table.add(name, "model is NULL", NULL, || drugner_model_get_info(null(), out()));
        table.add(name, "model is misaligned", INVALID, || drugner_model_get_info(odd(), out()));
        table.add(name, "out is NULL", NULL, move || drugner_model_get_info(model, null_mut()));
        table.add_struct(name, false, move |info| drugner_model_get_info(model, info));
        let name = "drugner_model_label_count";
        table.add(name, "NULL", DRUGNER_OK, || truth(drugner_model_label_count(null()) == 0));
        let name = "drugner_model_label_name";
        table.add(name, "model is NULL", NULL, || drugner_model_label_name(null(), 0, out()));
        table.add(name, "out is NULL", NULL, move || drugner_model_label_name(model, 0, null_mut()));
        table.add(name, "out is misaligned", INVALID, move || drugner_model_label_name(model, 0, odd()));
        table.add(name, "a huge label", INVALID, move || drugner_model_label_name(model, u32::MAX, out()));
        let name = "drugner_model_concept_id";
        table.add(name, "model is NULL", NULL, || drugner_model_concept_id(null(), 0, out()));
        table.add(name, "out is NULL", NULL, move || drugner_model_concept_id(model, 0, null_mut()));
        table.add(name, "a huge number", INVALID, move || drugner_model_concept_id(model, u32::MAX, out()));
        let name = "drugner_model_meta_get";
        let key = |len| drugner_str { data: TEXT.as_ptr(), len };
        let nothing = |len| drugner_str { data: null(), len };
        table.add(name, "model is NULL", NULL, move || drugner_model_meta_get(null(), key(1), out()));
        table.add(name, "key is NULL", NULL, move || drugner_model_meta_get(model, nothing(1), out()));
        table.add(name, "key is empty", DRUGNER_E_NOT_FOUND, move || {
            drugner_model_meta_get(model, nothing(0), out())
        });
        table
            .add(name, "key is huge", INVALID, move || drugner_model_meta_get(model, key(usize::MAX), out()));
        table.add(name, "out is NULL", NULL, move || drugner_model_meta_get(model, key(7), null_mut()));
        table.add("drugner_model_isa", "NULL", DRUGNER_OK, || is_text(drugner_model_isa(null())));
        let name = "drugner_model_selftest";
        table.add(name, "model is NULL", NULL, || drugner_model_selftest(null(), null_mut()));
        table.add(name, "no self-test", DRUGNER_E_UNSUPPORTED, move || {
            drugner_model_selftest(model, null_mut())
        });
        table.add_struct(name, false, move |error| drugner_model_selftest(model, error));
    }
}

/// The rows of the functions that make contexts.
fn contexts(table: &mut Table, model: *mut drugner_model, context: *mut drugner_context) {
    use DRUGNER_E_INVALID_ARGUMENT as INVALID;
    use DRUGNER_E_NULL_POINTER as NULL;
    // SAFETY: of all calls: as in `models`.
    unsafe {
        let name = "drugner_context_options_init";
        table.add(name, "NULL", DRUGNER_OK, || {
            drugner_context_options_init(null_mut(), 40);
            DRUGNER_OK
        });
        for size in BAD_SIZES {
            table.add(name, "a bad size leaves the memory alone", DRUGNER_OK, move || {
                let memory = Bytes::leak(99);
                drugner_context_options_init(memory.cast(), size);
                truth(*memory == 99)
            });
        }

        let name = "drugner_context_create";
        table.add(name, "model is NULL", NULL, || drugner_context_create(null(), null(), out(), null_mut()));
        table.add(name, "model is misaligned", INVALID, || {
            drugner_context_create(odd(), null(), out(), null_mut())
        });
        table.add(name, "out is NULL", NULL, move || {
            drugner_context_create(model, null(), null_mut(), null_mut())
        });
        table.add_struct(name, true, move |o| drugner_context_create(model, o, out(), null_mut()));
        table.add_struct(name, false, move |e| drugner_context_create(model, null(), out(), e));
        type Change = fn(&mut drugner_context_options);
        let with = move |change: Change| {
            let mut options = drugner_context_options::default();
            change(&mut options);
            drugner_context_create(model, &raw const options, out(), null_mut())
        };
        let huge: [(&'static str, Change); 9] = [
            ("a window of 15", |o| o.max_window_tokens = 15),
            ("a huge window", |o| o.max_window_tokens = u32::MAX),
            ("huge max_spans", |o| o.max_spans = u32::MAX),
            ("an unknown invalid_text", |o| o.invalid_text = u32::MAX),
            ("min_score is NaN", |o| o.min_score = f32::NAN),
            ("min_score is infinite", |o| o.min_score = f32::INFINITY),
            ("min_score below 0", |o| o.min_score = -f32::MIN_POSITIVE),
            ("min_score above 1", |o| o.min_score = 1.0 + f32::EPSILON),
            ("nine paths", |o| o.max_paths = 9),
        ];
        for (what, change) in huge {
            table.add(name, what, INVALID, move || with(change));
        }
        table.add(name, "a reserved field", DRUGNER_E_UNSUPPORTED, move || with(|o| o.reserved0 = 1));

        let name = "drugner_context_size";
        table.add(name, "model is NULL", NULL, || drugner_context_size(null(), null(), out()));
        table.add(name, "bytes is NULL", NULL, move || drugner_context_size(model, null(), null_mut()));
        table.add(name, "bytes is misaligned", INVALID, move || drugner_context_size(model, null(), odd()));
        table.add_struct(name, true, move |options| drugner_context_size(model, options, out()));

        let name = "drugner_context_init";
        let memory = out::<c_void>();
        table.add(name, "memory is NULL", NULL, move || {
            drugner_context_init(null_mut(), 1 << 20, model, null(), out(), null_mut())
        });
        table.add(name, "memory is misaligned", INVALID, move || {
            drugner_context_init(memory.byte_add(8), 1 << 30, model, null(), out(), null_mut())
        });
        for bytes in [0, 1, 64, 4096] {
            table.add(name, "memory is too small", DRUGNER_E_BUFFER_TOO_SMALL, move || {
                drugner_context_init(memory, bytes, model, null(), out(), null_mut())
            });
        }
        table.add(name, "model is NULL", NULL, move || {
            drugner_context_init(memory, 4096, null(), null(), out(), null_mut())
        });
        table.add(name, "out is NULL", NULL, move || {
            drugner_context_init(memory, 4096, model, null(), null_mut(), null_mut())
        });
        table
            .add_struct(name, true, move |o| drugner_context_init(memory, 4096, model, o, out(), null_mut()));
        table.add_struct(name, false, move |e| drugner_context_init(memory, 4096, model, null(), out(), e));

        let name = "drugner_context_reset";
        table.add(name, "NULL", NULL, || drugner_context_reset(null_mut()));
        table.add(name, "misaligned", INVALID, || drugner_context_reset(odd()));
        let name = "drugner_context_wipe";
        table.add(name, "NULL", NULL, || drugner_context_wipe(null_mut()));
        table.add(name, "misaligned", INVALID, || drugner_context_wipe(odd()));
        for what in ["NULL", "misaligned"] {
            table.add("drugner_context_destroy", what, DRUGNER_OK, move || {
                drugner_context_destroy(if what == "NULL" { null_mut() } else { odd() });
                DRUGNER_OK
            });
        }
        let name = "drugner_context_last_error";
        table.add(name, "context is NULL", NULL, || drugner_context_last_error(null(), out()));
        table.add(name, "context is misaligned", INVALID, || drugner_context_last_error(odd(), out()));
        table.add(name, "out is NULL", NULL, move || drugner_context_last_error(context, null_mut()));
        table.add_struct(name, false, move |error| drugner_context_last_error(context, error));
    }
}

/// The rows of the functions that read text.
fn texts(table: &mut Table, context: *mut drugner_context) {
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

fn offsets(table: &mut Table) {
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

/// The rows of the functions that take numbers or nothing.
fn constants(table: &mut Table) {
    for status in [i32::MIN, -1000, -9, 1, i32::MAX] {
        table.add("drugner_status_name", "an unknown code", DRUGNER_OK, move || {
            is_text(drugner_status_name(status))
        });
        table.add("drugner_status_message", "an unknown code", DRUGNER_OK, move || {
            is_text(drugner_status_message(status))
        });
    }
    table.add("drugner_version_string", "-", DRUGNER_OK, || is_text(drugner_version_string()));
    table.add("drugner_build_info", "-", DRUGNER_OK, || is_text(drugner_build_info()));
    table.add("drugner_version_number", "-", DRUGNER_OK, || truth(drugner_version_number() > 0));
    table.add("drugner_abi_version", "-", DRUGNER_OK, || truth(drugner_abi_version() == DRUGNER_ABI_VERSION));
    table.add("drugner_format_version_newest", "-", DRUGNER_OK, || {
        truth(drugner_format_version_newest() == 1)
    });
    table.add("drugner_format_version_oldest", "-", DRUGNER_OK, || {
        truth(drugner_format_version_oldest() == 1)
    });
}

#[test]
fn hostile_arguments_are_refused() {
    let model = model();
    let context = context(model);
    let mut table = Table(Vec::new());
    models(&mut table, model);
    contexts(&mut table, model, context);
    texts(&mut table, context);
    constants(&mut table);
    for (function, what, expected, call) in &table.0 {
        assert_eq!(call(), *expected, "{function}: {what}");
        // The handles that all rows share stay as they were.
        // SAFETY: the context lives.
        let after = unsafe { drugner_find_utf8(context, TEXT.as_ptr(), 7, result()) };
        assert_eq!(after, DRUGNER_OK, "after {function}: {what}");
    }
    // SAFETY: both are ours.
    unsafe {
        drugner_context_destroy(context);
        drugner_model_release(model);
    }
    let header = include_str!("../include/drugner.h");
    let functions = header.lines().filter_map(|line| {
        let (before, _) = line.split_once('(')?;
        let name = before.rsplit([' ', '*']).next()?;
        (name.starts_with("drugner_") && !line.starts_with(' ') && before.contains(' ')).then_some(name)
    });
    let mut count = 0;
    for name in functions {
        assert!(table.0.iter().any(|row| row.0 == name), "the table has no row for {name}");
        count += 1;
    }
    assert!(count >= 33, "{count} functions found in the header");
}
