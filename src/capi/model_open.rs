//! `drugner_model`: from opening to the last release.

use super::guard;
use super::status::{drugner_error, drugner_status};
use super::types::{Sized, init_sized, pin_layout, read_sized};
use crate::fallible::{Shared, boxed};
use crate::{Error, Isa, LoadMode, Model, ModelOptions, Status};
use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

/// A model: immutable, counted by reference, shared by any number of threads and contexts.
// The handle is a `Shared` that left Rust.
pub struct drugner_model {
    pub(super) model: Model,
}

// The header promises that any thread may use and release a model.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<drugner_model>();
};

/// Files up to 8 MiB are copied, larger ones mapped.
pub const DRUGNER_LOAD_AUTO: u32 = 0;
/// The file is mapped read-only. Truncating a mapped file ends the process: replace files by renaming.
pub const DRUGNER_LOAD_MAP: u32 = 1;
/// The file is copied into memory: for network shares and files that are replaced in place.
pub const DRUGNER_LOAD_COPY: u32 = 2;

/// Best instruction set of this machine, or the one that the environment variable DRUGNER_ISA names.
pub const DRUGNER_ISA_AUTO: u32 = 0;
/// Portable code.
pub const DRUGNER_ISA_SCALAR: u32 = 1;
/// AVX2 with FMA and F16C.
pub const DRUGNER_ISA_AVX2: u32 = 2;
/// AVX-512F.
pub const DRUGNER_ISA_AVX512: u32 = 3;
/// NEON.
pub const DRUGNER_ISA_NEON: u32 = 4;

/// Flag: do not verify the checksums of the sections. Header and section table are always verified.
pub const DRUGNER_MODEL_SKIP_CHECKSUM: u32 = 1;

/// Options of the drugner_model_open_* functions; NULL means the defaults, which are all zero.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_model_options {
    /// Set by DRUGNER_MODEL_OPTIONS_INIT.
    pub struct_size: usize,
    /// DRUGNER_LOAD_*; for drugner_model_open_file only.
    pub load_mode: u32,
    /// DRUGNER_MODEL_* flags.
    pub flags: u32,
    /// DRUGNER_ISA_*; one that this machine lacks is an error.
    pub isa: u32,
    /// Zero.
    pub reserved0: u32,
    /// Largest model accepted in bytes; 0 is 1 GiB.
    pub max_bytes: u64,
}

pin_layout!(drugner_model_options, 32, {
    struct_size: 0, load_mode: 8, flags: 12, isa: 16, reserved0: 20, max_bytes: 24,
});

// SAFETY: repr(C), begins with usize, no padding (pinned above), integers only.
unsafe impl Sized for drugner_model_options {
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl Default for drugner_model_options {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            load_mode: DRUGNER_LOAD_AUTO,
            flags: 0,
            isa: DRUGNER_ISA_AUTO,
            reserved0: 0,
            max_bytes: 0,
        }
    }
}

impl TryFrom<&drugner_model_options> for ModelOptions {
    type Error = Error;

    fn try_from(options: &drugner_model_options) -> Result<Self, Error> {
        let unknown = |what| Err(Error::new(Status::InvalidArgument, what));
        let load_mode = match options.load_mode {
            DRUGNER_LOAD_AUTO => LoadMode::Auto,
            DRUGNER_LOAD_MAP => LoadMode::Map,
            DRUGNER_LOAD_COPY => LoadMode::Copy,
            _ => return unknown("unknown load_mode"),
        };
        let isa = match options.isa {
            DRUGNER_ISA_AUTO => None,
            DRUGNER_ISA_SCALAR => Some(Isa::Scalar),
            DRUGNER_ISA_AVX2 => Some(Isa::Avx2),
            DRUGNER_ISA_AVX512 => Some(Isa::Avx512),
            DRUGNER_ISA_NEON => Some(Isa::Neon),
            _ => return unknown("unknown isa"),
        };
        if options.flags & !DRUGNER_MODEL_SKIP_CHECKSUM != 0 {
            return unknown("unknown model flags");
        }
        if options.reserved0 != 0 {
            return Err(Error::new(Status::Unsupported, "a reserved field of the model options is not zero"));
        }
        let skip_checksum = options.flags & DRUGNER_MODEL_SKIP_CHECKSUM != 0;
        Ok(Self { load_mode, skip_checksum, isa, max_bytes: options.max_bytes })
    }
}

/// Writes the defaults into the first `struct_size` bytes of `options`; for languages without the _INIT macro.
///
/// Pass sizeof(drugner_model_options). NULL and sizes that no release has are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_options_init(options: *mut drugner_model_options, struct_size: usize) {
    // SAFETY: caller's contract.
    guard::value((), || unsafe { init_sized(options, struct_size) });
}

/// Opens the model that is linked into the library: no file, no path, nothing to install.
///
/// On success `*out` is a new reference; release it with drugner_model_release.
///
/// Errors: NO_DEFAULT_MODEL, UNSUPPORTED (isa), INVALID_ARGUMENT, NULL_POINTER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_open_default(
    options: *const drugner_model_options,
    out: *mut *mut drugner_model,
    error: *mut drugner_error,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { open(options, out, error, Model::open_default) }
}

/// Opens a model file. `path` is NUL-terminated: UTF-8, on Unix any bytes.
///
/// On success `*out` is a new reference; release it with drugner_model_release. The file is not trusted: whatever
/// it contains, the result is a model or an error.
///
/// Errors: NOT_FOUND, IO (see os_error), the group from NOT_A_MODEL to LIMIT (see position), UNSUPPORTED (isa,
/// mapping), OUT_OF_MEMORY, INVALID_ARGUMENT, NULL_POINTER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_open_file(
    path: *const c_char,
    options: *const drugner_model_options,
    out: *mut *mut drugner_model,
    error: *mut drugner_error,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe {
        open(options, out, error, |options| {
            guard::check_pointer(path, "path is NULL")?;
            Model::open_file(path_from(CStr::from_ptr(path))?, options)
        })
    }
}

#[cfg(unix)]
fn path_from(path: &CStr) -> Result<&Path, Error> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Path::new(std::ffi::OsStr::from_bytes(path.to_bytes())))
}

#[cfg(not(unix))]
fn path_from(path: &CStr) -> Result<&Path, Error> {
    path.to_str().map(Path::new).map_err(|_| Error::new(Status::InvalidArgument, "the path is not UTF-8"))
}

/// Opens a model in memory: `data` holds the `len` bytes of a model file.
///
/// - `release` is NULL: the bytes are copied and `data` is not used after return.
/// - `release` is a function: the bytes are used in place. They must be aligned to 64 bytes and stay unchanged until
///   the library calls `release(user)`, exactly once, on any thread: when the last reference is gone, or before
///   this function returns when it fails, for whatever reason. `release` must not throw.
///
/// Errors: as drugner_model_open_file without those of files; INVALID_ARGUMENT also for misaligned data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_open_memory(
    data: *const c_void,
    len: usize,
    release: Option<unsafe extern "C" fn(user: *mut c_void)>,
    user: *mut c_void,
    options: *const drugner_model_options,
    out: *mut *mut drugner_model,
    error: *mut drugner_error,
) -> drugner_status {
    let release = release.map(|function| Release { function, user });
    let data = data.cast::<u8>();
    // SAFETY: caller's contract; `slice` has checked data and len before they are borrowed.
    unsafe {
        open(options, out, error, |options| {
            let bytes = guard::slice(data, len, "data is NULL and its length is not 0")?;
            match release {
                None => Model::open_copy(bytes, options),
                Some(_) if !data.addr().is_multiple_of(64) => {
                    Err(Error::new(Status::InvalidArgument, "data used in place must be aligned to 64 bytes"))
                }
                Some(release) => {
                    Model::open_borrowed(bytes.as_ptr(), len, boxed(move || drop(release))?, options)
                }
            }
        })
    }
}

/// Adds a reference and returns `model`. NULL gives NULL. May run concurrently with everything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_retain(model: *mut drugner_model) -> *mut drugner_model {
    if !model.is_null() {
        // SAFETY: caller's contract; handles come from `into_raw`. The caller's own reference is given back.
        unsafe {
            let reference = Shared::from_raw(model.cast_const());
            let _ = (reference.clone().into_raw(), reference.into_raw());
        }
    }
    model
}

/// Drops a reference; the model ends with the last one. NULL is allowed. May run concurrently with everything.
///
/// A context holds a reference of its own: models and contexts may be released in any order, on any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_model_release(model: *mut drugner_model) {
    if !model.is_null() {
        // SAFETY: caller's contract; handles come from `into_raw` and this reference is given up.
        guard::value((), || drop(unsafe { Shared::from_raw(model.cast_const()) }));
    }
}

/// The model behind a handle.
///
/// # Safety
/// `handle` is NULL or a handle whose reference is kept during `'a`.
pub(super) unsafe fn model<'a>(handle: *const drugner_model) -> Result<&'a Model, Error> {
    // SAFETY: this function's contract.
    let object = unsafe { guard::object(handle, "model is NULL")? };
    Ok(&object.model)
}

/// Calls the caller's release function when it is dropped, so exactly once on every way out.
struct Release {
    function: unsafe extern "C" fn(user: *mut c_void),
    user: *mut c_void,
}

// SAFETY: the header says that `release` may run on any thread.
unsafe impl Send for Release {}
// SAFETY: nothing can be done with a shared reference to it.
unsafe impl Sync for Release {}

impl Drop for Release {
    fn drop(&mut self) {
        // SAFETY: the contract of drugner_model_open_memory; dropping happens once.
        unsafe { (self.function)(self.user) };
    }
}

/// What the open functions have in common.
///
/// # Safety
/// `options` and `error` follow the `struct_size` rule or are NULL, `out` is NULL or writable.
unsafe fn open(
    options: *const drugner_model_options,
    out: *mut *mut drugner_model,
    error: *mut drugner_error,
    open: impl FnOnce(&ModelOptions) -> Result<Model, Error>,
) -> drugner_status {
    let body = || {
        guard::check_pointer(out, "out is NULL")?;
        // SAFETY: this function's contract.
        let options = unsafe { read_sized(options)? };
        let model = open(&ModelOptions::try_from(&options)?)?;
        let handle = Shared::new(drugner_model { model })?.into_raw().cast_mut();
        // SAFETY: checked above, writable by contract.
        unsafe { out.write(handle) };
        Ok(())
    };
    // SAFETY: this function's contract.
    unsafe { guard::status(error, body) }
}
