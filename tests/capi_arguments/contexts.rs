//! The functions that make and end contexts.

use crate::table::*;
use drugner::capi::*;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

/// The rows of the functions that make contexts.
pub fn contexts(table: &mut Table, model: *mut drugner_model, context: *mut drugner_context) {
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
