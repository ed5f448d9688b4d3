//! The functions that open and describe models.

use crate::TEXT;
use crate::table::*;
use drugner::capi::*;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

/// The rows of the functions that open and describe models.
pub fn models(table: &mut Table, model: *mut drugner_model) {
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
