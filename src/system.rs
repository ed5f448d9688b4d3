//! What opening a model asks the operating system, where the standard library would end the process for lack of memory.

use crate::Error;
use std::fs::File;
use std::path::Path;

/// Calls `body` with the value of an environment variable, which is not copied.
#[cfg(unix)]
pub fn with_variable<T>(name: &std::ffi::CStr, body: impl FnOnce(Option<&[u8]>) -> T) -> T {
    // SAFETY: `name` ends with a NUL. The value lives until the host changes this variable, which C and POSIX forbid while
    // another thread reads it.
    let value = unsafe { libc::getenv(name.as_ptr()).as_ref() };
    // SAFETY: a value ends with a NUL.
    body(value.map(|value| unsafe { std::ffi::CStr::from_ptr(value) }.to_bytes()))
}

/// Calls `body` with the value of an environment variable.
#[cfg(not(unix))]
pub fn with_variable<T>(name: &std::ffi::CStr, body: impl FnOnce(Option<&[u8]>) -> T) -> T {
    let value = name.to_str().ok().and_then(std::env::var_os);
    body(value.as_deref().map(std::ffi::OsStr::as_encoded_bytes))
}

/// Opens a file for reading; a pipe, too, without waiting for its writer.
#[cfg(unix)]
pub fn open(path: &Path, action: &'static str) -> Result<File, Error> {
    use crate::{Status, fallible};
    use std::io;
    use std::os::fd::{FromRawFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;

    let bytes = path.as_os_str().as_bytes();
    if bytes.contains(&0) {
        return Err(Error::new(Status::InvalidArgument, "the model path contains a NUL"));
    }
    let mut short = [0; 256];
    let long;
    let name: &[u8] = if bytes.len() < short.len() {
        short[..bytes.len()].copy_from_slice(bytes);
        &short
    } else {
        long = fallible::collect((0..bytes.len() + 1).map(|i| bytes.get(i).copied().unwrap_or(0)))?;
        &long
    };
    loop {
        let flags = libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK;
        // SAFETY: `name` ends with a NUL.
        let descriptor = unsafe { libc::open(name.as_ptr().cast(), flags) };
        if descriptor >= 0 {
            // SAFETY: it was opened here and is known to nobody else.
            return Ok(File::from(unsafe { OwnedFd::from_raw_fd(descriptor) }));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(Error::io(&error, action));
        }
    }
}

/// Opens a file for reading.
#[cfg(not(unix))]
pub fn open(path: &Path, action: &'static str) -> Result<File, Error> {
    File::open(path).map_err(|error| Error::io(&error, action))
}
