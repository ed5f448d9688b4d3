//! `drugner_model`: what a model says about itself.

use super::guard;
use super::model_open::{drugner_model, model};
use super::status::{drugner_error, drugner_status};
use super::types::{Sized, SizedOut, drugner_str, pin_layout};
use crate::{Error, Isa, Model, Status};
use std::ffi::c_char;

/// The bytes of the model are a private mapping of its file.
pub const DRUGNER_STORAGE_MAPPED: u32 = 1;
/// The bytes of the model are a copy.
pub const DRUGNER_STORAGE_COPIED: u32 = 2;
/// The bytes of the model are the caller's memory.
pub const DRUGNER_STORAGE_BORROWED: u32 = 3;
/// The bytes of the model are part of the library.
pub const DRUGNER_STORAGE_LINKED: u32 = 4;

/// Sizes and identity of a model, see drugner_model_get_info.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_model_info {
    /// Set by DRUGNER_MODEL_INFO_INIT.
    pub struct_size: usize,
    /// Major version of the file's format.
    pub format_major: u32,
    /// Minor version of the file's format.
    pub format_minor: u32,
    /// Family: 1 window (dense layers over a window of words), 3 lstm, 4 bilstm-crf.
    pub architecture: u32,
    /// DRUGNER_STORAGE_*.
    pub storage: u32,
    /// Size of the file in bytes.
    pub file_size: u64,
    /// SHA-256 of the file's content after its section table: the identity of the model, for audit trails.
    pub sha256: [u8; 32],
    /// Words in the vocabulary.
    pub vocabulary: u32,
    /// Network inputs per token or window.
    pub input: u32,
    /// Units of a hidden layer: per direction of a recurrent one, of the first dense one; 0 without hidden layer.
    pub hidden: u32,
    /// Hidden layers.
    pub layers: u32,
    /// Tags or classes of the output layer.
    pub tags: u32,
    /// Labels; the same as drugner_model_label_count.
    pub labels: u32,
    /// Zero.
    pub reserved: [u32; 2],
}

pin_layout!(drugner_model_info, 96, {
    struct_size: 0, format_major: 8, format_minor: 12, architecture: 16, storage: 20, file_size: 24, sha256: 32,
    vocabulary: 64, input: 68, hidden: 72, layers: 76, tags: 80, labels: 84, reserved: 88,
});

// SAFETY: repr(C), begins with usize, no padding (pinned above), integers only.
unsafe impl Sized for drugner_model_info {
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl Default for drugner_model_info {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            format_major: 0,
            format_minor: 0,
            architecture: 0,
            storage: 0,
            file_size: 0,
            sha256: [0; 32],
            vocabulary: 0,
            input: 0,
            hidden: 0,
            layers: 0,
            tags: 0,
            labels: 0,
            reserved: [0; 2],
        }
    }
}

const OUT_IS_NULL: &str = "out is NULL";

/// Fills `out` with sizes and identity of the model. `out` must be initialised.
///
/// Errors: NULL_POINTER, INVALID_ARGUMENT (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_get_info(
    model: *const drugner_model,
    out: *mut drugner_model_info,
) -> drugner_status {
    guard::plain_status(|| {
        // SAFETY: caller's contract.
        let (model, out) = unsafe { (self::model(model)?, SizedOut::new(out, OUT_IS_NULL)?) };
        let info = model.info();
        out.write(&drugner_model_info {
            format_major: info.format.0.into(),
            format_minor: info.format.1.into(),
            architecture: info.architecture,
            storage: info.storage,
            file_size: info.file_size,
            sha256: info.sha256,
            vocabulary: info.vocabulary,
            input: info.input,
            hidden: info.hidden,
            layers: info.layers,
            tags: info.tags,
            labels: info.labels,
            ..Default::default()
        });
        Ok(())
    })
}

/// Number of labels; 0 if `model` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_label_count(model: *const drugner_model) -> u32 {
    // SAFETY: caller's contract.
    guard::value(0, || unsafe { self::model(model) }.map_or(0, Model::label_count))
}

/// Borrows the name of label `label` (0 .. label_count - 1), such as "drug"; valid as long as the model.
///
/// Errors: NULL_POINTER, INVALID_ARGUMENT (no such label).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_label_name(
    model: *const drugner_model,
    label: u32,
    out: *mut drugner_str,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe {
        look_up(model, out, |model| {
            model
                .label(label)
                .ok_or_else(|| Error::new(Status::InvalidArgument, "the model has no such label"))
        })
    }
}

/// Borrows the identifier of concept `number`; valid as long as the model.
///
/// Errors: NULL_POINTER, INVALID_ARGUMENT (no such concept). Format version 1 has no concepts, so every number
/// is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_concept_id(
    model: *const drugner_model,
    number: u32,
    out: *mut drugner_str,
) -> drugner_status {
    let _ = number;
    // SAFETY: caller's contract.
    unsafe { look_up(model, out, |_| Err(Error::new(Status::InvalidArgument, "the model has no concepts"))) }
}

/// Borrows the value of a metadata key such as "general.license"; valid as long as the model.
///
/// Errors: NULL_POINTER, NOT_FOUND (no such key).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_meta_get(
    model: *const drugner_model,
    key: drugner_str,
    out: *mut drugner_str,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe {
        look_up(model, out, |model| {
            let key = guard::slice(key.data.cast::<u8>(), key.len, "key is NULL and its length is not 0")?;
            let value = std::str::from_utf8(key).ok().and_then(|key| model.meta(key));
            value.ok_or_else(|| Error::new(Status::NotFound, "the model has no such metadata key"))
        })
    }
}

/// Writes a string of the model to `out`.
///
/// # Safety
/// `handle` is NULL or a live handle, `out` is NULL or writable.
unsafe fn look_up(
    handle: *const drugner_model,
    out: *mut drugner_str,
    find: impl FnOnce(&Model) -> Result<&str, Error>,
) -> drugner_status {
    guard::plain_status(|| {
        // SAFETY: this function's contract.
        let model = unsafe { model(handle)? };
        guard::check_pointer(out, OUT_IS_NULL)?;
        let text = find(model)?;
        // SAFETY: checked above, writable by contract.
        unsafe { out.write(drugner_str::borrow(text)) };
        Ok(())
    })
}

/// Name of the instruction set that the model uses: "avx512", "avx2", "neon" or "scalar"; static. "" if `model` is NULL.
///
/// Results do not depend on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_isa(model: *const drugner_model) -> *const c_char {
    // SAFETY: caller's contract.
    let isa = guard::value(None, || unsafe { self::model(model) }.ok().map(Model::isa));
    match isa {
        None => c"",
        Some(Isa::Scalar) => c"scalar",
        Some(Isa::Avx2) => c"avx2",
        Some(Isa::Avx512) => c"avx512",
        Some(Isa::Neon) => c"neon",
    }
    .as_ptr()
}

/// Runs the test texts that the model file carries and compares the results bit by bit.
///
/// Worth a call at start-up: it proves that this machine computes what the maker of the model computed.
///
/// Errors: NULL_POINTER, UNSUPPORTED (the file has no test texts), CHECKSUM (a result differs), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_selftest(
    model: *const drugner_model,
    error: *mut drugner_error,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { guard::status(error, || self::model(model)?.selftest()) }
}
