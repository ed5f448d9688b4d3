//! Calls of the C API that need no handle, and those that open files.

use crate::hostile::tiny_models;
use crate::input::Input;
use drugner::capi::*;
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A folder with a model file.
fn folder() -> &'static TempDir {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("model"), &tiny_models()[0].1).unwrap();
        folder
    })
}

/// Opens a path in a folder of its own, or the model that is linked in, and gives it back.
pub fn open_file(input: &mut Input<'_>) {
    let options = drugner_model_options { load_mode: u32::from(input.u8() % 4), ..Default::default() };
    let (mut model, mut error) = (null_mut(), drugner_error::default());
    let name: Vec<u8> = input.take(20).iter().copied().filter(|byte| !matches!(byte, 0 | b'/')).collect();
    let path = match input.u8() % 4 {
        0 => folder().path().join("model"),
        1 => folder().path().to_owned(),
        _ => folder().path().join(String::from_utf8_lossy(&name).as_ref()),
    };
    let path = CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: all pointers live.
    unsafe {
        // Megabytes are read: seldom.
        let status = if input.u8() == 7 {
            drugner_model_open_default(&raw const options, &raw mut model, &raw mut error)
        } else {
            drugner_model_open_file(path.as_ptr(), &raw const options, &raw mut model, &raw mut error)
        };
        assert_eq!((status == DRUGNER_OK, status), (!model.is_null(), error.status));
        assert_ne!(status, DRUGNER_E_INTERNAL);
        drugner_model_release(model);
    }
    assert_eq!(error.message().is_empty(), error.status == DRUGNER_OK);
}

/// Converts any offsets of any text.
pub fn offsets(input: &mut Input<'_>) {
    let text = input.take(40);
    let mut given = [0u32; 6];
    let count = input.below(given.len() + 1);
    given.fill_with(|| u32::from(input.u8() % 44));
    if input.u8().is_multiple_of(2) {
        given[..count].sort_unstable();
    }
    let to_utf16 = input.u8().is_multiple_of(2);
    let convert = if to_utf16 { drugner_offsets_utf8_to_utf16 } else { drugner_offsets_utf8_to_codepoints };
    let mut out = [u32::MAX; 6];
    // SAFETY: the arrays have `count` elements.
    let status =
        unsafe { convert(text.as_ptr().cast(), text.len(), given.as_ptr(), out.as_mut_ptr(), count) };
    match status {
        DRUGNER_OK => assert!(out[..count].iter().zip(&given).all(|(out, given)| out <= given)),
        status => assert_eq!((status, out), (DRUGNER_E_INVALID_ARGUMENT, [u32::MAX; 6])),
    }
}

/// Writes default options of any size into memory of that size.
pub fn initialise(input: &mut Input<'_>) {
    let size = input.below(80);
    let mut memory = MaybeUninit::<[u64; 10]>::uninit();
    let of_model = input.u8().is_multiple_of(2);
    // SAFETY: the memory is aligned and larger than `size`.
    unsafe {
        if of_model {
            drugner_model_options_init(memory.as_mut_ptr().cast(), size);
        } else {
            drugner_context_options_init(memory.as_mut_ptr().cast(), size);
        }
    }
}

/// Asks for names, versions and the meaning of any code.
pub fn ask(input: &mut Input<'_>) {
    let text = |pointer: *const c_char| {
        // SAFETY: the functions asked here return static, NUL-terminated strings.
        assert!(!unsafe { CStr::from_ptr(pointer) }.is_empty());
    };
    let status = input.u32() as drugner_status;
    text(drugner_status_name(status));
    text(drugner_status_message(status));
    text(drugner_version_string());
    text(drugner_build_info());
    assert!(drugner_format_version_oldest() <= drugner_format_version_newest());
    assert!(drugner_version_number() > 0 && drugner_abi_version() == DRUGNER_ABI_VERSION);
}
