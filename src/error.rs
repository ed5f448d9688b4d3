//! The one error type of the library and its status codes.

use std::borrow::Cow;
use std::fmt;

/// Status codes of the C API; the values are frozen, gaps are for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Success.
    Ok = 0,
    /// An argument has a value that the function does not accept.
    InvalidArgument = -1,
    /// A pointer that must not be NULL is NULL.
    NullPointer = -2,
    /// The option or the instruction set exists but is not available here.
    Unsupported = -3,
    /// The context is in use by another thread at this moment.
    Busy = -4,
    /// An earlier call on this context failed inside the library; reset or destroy it.
    Poisoned = -5,
    /// A defect in the library was caught; the host process is unharmed.
    Internal = -6,
    /// Memory could not be allocated.
    OutOfMemory = -7,
    /// The caller's memory is smaller than needed.
    BufferTooSmall = -8,
    /// The operating system reported an error while reading a file.
    Io = -20,
    /// The file does not exist.
    NotFound = -21,
    /// This build contains no default model.
    NoDefaultModel = -22,
    /// The data do not begin like a model file.
    NotAModel = -40,
    /// The model needs a newer library.
    FormatTooNew = -41,
    /// The model's format is no longer read.
    FormatTooOld = -42,
    /// The file ends early.
    Truncated = -43,
    /// A checksum does not match: the file is damaged.
    Checksum = -44,
    /// The file breaks a rule of the format.
    CorruptModel = -45,
    /// The file exceeds a limit of the library or of the options.
    Limit = -46,
    /// The text is longer than 2^31 - 1 units.
    TextTooLong = -60,
    /// The text is not valid Unicode and the context rejects such text.
    InvalidText = -61,
    /// The context's mention buffer is full; call again from `consumed`.
    SpanLimit = -62,
}

/// A failed call: what happened and where. The message never contains input text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// Kind of the failure.
    pub status: Status,
    /// `errno` of a failed system call, 0 if none.
    pub os_error: i32,
    /// Byte in the model file or unit in the text, if the failure has a place.
    pub position: Option<u64>,
    /// One English sentence: what is wrong and what helps.
    pub detail: Cow<'static, str>,
}

impl Error {
    /// An error without a position. A `&'static str` detail allocates nothing.
    pub fn new(status: Status, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, os_error: 0, position: None, detail: detail.into() }
    }

    /// The same error at a byte of the file or a unit of the text.
    #[must_use]
    pub fn at(mut self, position: u64) -> Self {
        self.position = Some(position);
        self
    }

    /// An error of the operating system. Allocates nothing if the system gave a number.
    pub fn io(error: &std::io::Error, action: &'static str) -> Self {
        let status = if error.kind() == std::io::ErrorKind::NotFound { Status::NotFound } else { Status::Io };
        Self { status, os_error: error.raw_os_error().unwrap_or(0), position: None, detail: action.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        if self.os_error != 0 {
            let kind = std::io::Error::from_raw_os_error(self.os_error).kind();
            write!(f, ": {kind} (system error {})", self.os_error)?;
        }
        match self.position {
            Some(position) => write!(f, " (at {position})"),
            None => Ok(()),
        }
    }
}
