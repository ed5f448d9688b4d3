//! What the C API says about a model, a result and itself equals what the Rust API says.
#![cfg(feature = "capi")]

mod common;
mod hostile;

use drugner::capi::*;
use drugner::{Context, ContextOptions, Model, ModelOptions, format};
use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};

/// A handle on a copy of a model file.
struct Handle(*mut drugner_model);

impl Handle {
    fn open(bytes: &[u8], options: &drugner_model_options) -> Result<Self, drugner_status> {
        let (mut model, data) = (null_mut(), bytes.as_ptr().cast());
        // SAFETY: all pointers live; without `release` the bytes are copied.
        let status = unsafe {
            let out = &raw mut model;
            drugner_model_open_memory(data, bytes.len(), None, null_mut(), options, out, null_mut())
        };
        if status == DRUGNER_OK { Ok(Self(model)) } else { Err(status) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is ours.
        unsafe { drugner_model_release(self.0) };
    }
}

fn bytes_of(text: drugner_str) -> &'static str {
    // SAFETY: the models of these tests live until their end.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
    std::str::from_utf8(bytes).unwrap()
}

fn text(pointer: *const c_char) -> &'static str {
    // SAFETY: the functions asked here return static, NUL-terminated strings.
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap()
}

#[test]
fn a_model_describes_itself() {
    for (_, bytes) in hostile::tiny_models() {
        let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
        let handle = Handle::open(&bytes, &Default::default()).unwrap();
        let (mut info, mut name) = (drugner_model_info::default(), drugner_str { data: null(), len: 0 });
        // SAFETY: all pointers live.
        unsafe {
            assert_eq!(drugner_model_get_info(handle.0, &raw mut info), DRUGNER_OK);
            assert_eq!(drugner_model_label_count(handle.0), model.label_count());
            for (label, expected) in model.labels().enumerate() {
                assert_eq!(drugner_model_label_name(handle.0, label as u32, &raw mut name), DRUGNER_OK);
                assert_eq!(bytes_of(name), expected);
            }
            for (key, value) in model.meta_entries() {
                let key = drugner_str { data: key.as_ptr().cast(), len: key.len() };
                assert_eq!(drugner_model_meta_get(handle.0, key, &raw mut name), DRUGNER_OK);
                assert_eq!(bytes_of(name), value);
            }
            assert_eq!(text(drugner_model_isa(handle.0)), model.isa().name());
        }
        let expected = model.info();
        assert_eq!(
            (info.format_major, info.format_minor, info.architecture, info.storage),
            (
                expected.format.0.into(),
                expected.format.1.into(),
                expected.architecture,
                DRUGNER_STORAGE_COPIED
            )
        );
        assert_eq!((info.file_size, info.sha256), (bytes.len() as u64, expected.sha256));
        assert_eq!(
            [info.vocabulary, info.input, info.hidden, info.layers, info.tags, info.labels],
            [
                expected.vocabulary,
                expected.input,
                expected.hidden,
                expected.layers,
                expected.tags,
                expected.labels
            ]
        );
        assert_eq!((info.struct_size, info.reserved), (size_of::<drugner_model_info>(), [0; 2]));
    }
}

#[test]
fn every_instruction_set_has_its_number() {
    let (_, bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let numbers = [
        ("scalar", DRUGNER_ISA_SCALAR),
        ("avx2", DRUGNER_ISA_AVX2),
        ("avx512", DRUGNER_ISA_AVX512),
        ("neon", DRUGNER_ISA_NEON),
    ];
    for (name, isa) in numbers {
        let options = drugner_model_options { isa, ..Default::default() };
        match Handle::open(&bytes, &options) {
            // SAFETY: the handle lives.
            Ok(handle) => assert_eq!(text(unsafe { drugner_model_isa(handle.0) }), name),
            Err(status) => assert_eq!((status, name == "scalar"), (DRUGNER_E_UNSUPPORTED, false)),
        }
    }
}

#[test]
fn options_are_initialised_as_their_defaults() {
    let mut context = [0xAAu8; size_of::<drugner_context_options>()].map(u64::from);
    let mut model = [0xAAu8; size_of::<drugner_model_options>()].map(u64::from);
    let defaults = drugner_context_options::default();
    // SAFETY: the arrays are larger than the structs, and aligned as they are.
    unsafe {
        let options = context.as_mut_ptr().cast::<drugner_context_options>();
        drugner_context_options_init(options, size_of::<drugner_context_options>());
        let (found, expected) = (*options, defaults);
        assert_eq!(
            (found.struct_size, found.max_window_tokens, found.max_spans, found.invalid_text),
            (expected.struct_size, 0, 0, DRUGNER_INVALID_REPLACE)
        );
        assert_eq!(
            (found.min_score, found.label_mask, found.max_paths, found.reserved0),
            (expected.min_score, 0, 0, 0)
        );
        let options = model.as_mut_ptr().cast::<drugner_model_options>();
        drugner_model_options_init(options, size_of::<drugner_model_options>());
        let found = *options;
        assert_eq!(found.struct_size, size_of::<drugner_model_options>());
        assert_eq!((found.load_mode, found.flags, found.isa, found.max_bytes), (0, 0, 0, 0));
    }
}

#[test]
fn references_keep_a_model_alive() {
    let (_, bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let handle = Handle::open(&bytes, &Default::default()).unwrap();
    // SAFETY: each reference is released once.
    unsafe {
        let second = drugner_model_retain(handle.0);
        assert_eq!(second, handle.0);
        drugner_model_release(second);
        assert!(drugner_model_label_count(handle.0) > 0);
    }
}

/// The flags of a result and of paths, the label mask and the lowest score.
#[test]
fn results_say_what_the_rust_api_says() {
    let bytes = common::model(3, &common::Sizes::default());
    let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
    let handle = Handle::open(&bytes, &Default::default()).unwrap();
    let cut = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
               seventeen eighteen";
    let mut seen = [false; 2];
    for (min_score, label_mask) in [(0.0, 0), (0.5, 0), (0.0, 5)] {
        for text in [b"aspirin 5 mg".as_slice(), b"\xFF aspirin", cut.as_bytes()] {
            let rust = ContextOptions {
                max_window_tokens: 16,
                min_score,
                label_mask,
                max_paths: 2,
                ..ContextOptions::default()
            };
            let options = drugner_context_options {
                max_window_tokens: 16,
                min_score,
                label_mask,
                max_paths: 2,
                ..Default::default()
            };
            let mut context = null_mut();
            let (mut result, mut paths) = (drugner_result::default(), drugner_paths::default());
            let mut expected = Context::new(&model, &rust).unwrap();
            // SAFETY: all pointers live.
            unsafe {
                assert_eq!(
                    drugner_context_create(handle.0, &raw const options, &raw mut context, null_mut()),
                    DRUGNER_OK
                );
                let (data, len) = (text.as_ptr().cast(), text.len());
                assert_eq!(drugner_find_utf8(context, data, len, &raw mut result), DRUGNER_OK);
                let found = expected.find_utf8(text).unwrap();
                let flag = |condition: bool, flag: u32| if condition { flag } else { 0 };
                assert_eq!(
                    result.flags,
                    flag(found.invalid_text_seen, DRUGNER_RESULT_INVALID_TEXT_SEEN)
                        | flag(found.sentence_cut, DRUGNER_RESULT_SENTENCE_CUT)
                );
                seen = [seen[0] | found.invalid_text_seen, seen[1] | found.sentence_cut];
                assert_eq!(result.span_count, found.mentions.len());
                for (i, mention) in found.mentions.iter().enumerate() {
                    let span = *result.spans.add(i);
                    assert_eq!(
                        (span.start, span.end, span.label, span.score.to_bits()),
                        (mention.start, mention.end, mention.label, mention.score.to_bits())
                    );
                }
                assert_eq!(drugner_nbest_utf8(context, data, len, 0, 2, &raw mut paths), DRUGNER_OK);
                let found = expected.nbest_utf8(text, 0, 2).unwrap();
                assert_eq!(
                    paths.flags,
                    flag(found.invalid_text_seen, DRUGNER_RESULT_INVALID_TEXT_SEEN)
                        | flag(found.sentence_cut, DRUGNER_RESULT_SENTENCE_CUT)
                );
                assert_eq!((paths.path_count, paths.span_count), (found.paths.len(), found.mentions.len()));
                assert_eq!((paths.start as usize, paths.end as usize), (found.start, found.end));
                for (i, path) in found.paths.iter().enumerate() {
                    let ours = *paths.paths.add(i);
                    assert_eq!(
                        (ours.first_span, ours.span_count, ours.probability.to_bits()),
                        (path.first_mention, path.mention_count, path.probability.to_bits())
                    );
                }
                for (i, mention) in found.mentions.iter().enumerate() {
                    let span = *paths.spans.add(i);
                    assert_eq!(
                        (span.start, span.end, span.label),
                        (mention.start, mention.end, mention.label)
                    );
                }
                drugner_context_destroy(context);
            }
        }
    }
    assert_eq!(seen, [true, true], "both flags occur");
}

#[test]
fn paths_of_a_later_sentence_begin_there() {
    let bytes = common::model(3, &common::Sizes::default());
    let handle = Handle::open(&bytes, &Default::default()).unwrap();
    let options = drugner_context_options { max_paths: 2, ..Default::default() };
    let (mut context, mut paths) = (null_mut(), drugner_paths::default());
    let text = b"One.\n\nTwo aspirin.";
    // SAFETY: all pointers live.
    unsafe {
        let out = &raw mut context;
        assert_eq!(drugner_context_create(handle.0, &raw const options, out, null_mut()), DRUGNER_OK);
        let (data, len) = (text.as_ptr().cast(), text.len());
        assert_eq!(drugner_nbest_utf8(context, data, len, 4, 2, &raw mut paths), DRUGNER_OK);
        drugner_context_destroy(context);
    }
    assert_eq!((paths.start, paths.end), (6, 18));
}

#[test]
fn a_file_is_opened_by_its_path_or_the_error_of_the_system_is_told() {
    let (_, mut bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, flags: u32| {
        let path = CString::new(folder.path().join(name).to_str().unwrap()).unwrap();
        let options = drugner_model_options { flags, ..Default::default() };
        let (mut model, mut error) = (null_mut(), drugner_error::default());
        // SAFETY: all pointers live; the handle is released below.
        let status = unsafe {
            drugner_model_open_file(path.as_ptr(), &raw const options, &raw mut model, &raw mut error)
        };
        drop(Handle(model));
        (status, error.os_error)
    };
    let not_found = std::fs::metadata(folder.path().join("none")).unwrap_err().raw_os_error().unwrap();
    assert_eq!(open("none", 0), (DRUGNER_E_NOT_FOUND, not_found));
    std::fs::write(folder.path().join("whole"), &bytes).unwrap();
    assert_eq!(open("whole", 0), (DRUGNER_OK, 0));
    assert_eq!(open("whole", DRUGNER_MODEL_SKIP_CHECKSUM), (DRUGNER_OK, 0));

    // The checksum of the first section of the file, in its entry behind the header.
    bytes[format::HEADER_SIZE + 40] ^= 1;
    hostile::repair_table(&mut bytes);
    std::fs::write(folder.path().join("damaged"), &bytes).unwrap();
    assert_eq!(open("damaged", 0), (DRUGNER_E_CHECKSUM, 0));
    assert_eq!(open("damaged", DRUGNER_MODEL_SKIP_CHECKSUM), (DRUGNER_OK, 0));
}

#[test]
fn the_library_says_what_it_is() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(text(drugner_version_string()), version);
    let info = text(drugner_build_info());
    assert!(info.starts_with(&format!("drugner {version} {}", std::env::consts::ARCH)), "{info}");
    assert_eq!(info.contains(" mmap"), cfg!(feature = "mmap"));
    let number = version.split('.').fold(0, |number, part| number << 8 | part.parse::<u32>().unwrap()) << 8;
    assert_eq!(drugner_version_number(), number);
    assert_eq!(text(drugner_status_name(DRUGNER_E_IO)), "DRUGNER_E_IO");
    assert_eq!(text(drugner_status_name(12345)), "DRUGNER_E_UNKNOWN");
    assert!(text(drugner_status_message(DRUGNER_E_IO)).contains("system"));
    assert_eq!(text(drugner_status_message(12345)), "unknown status code");
}
