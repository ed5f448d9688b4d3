//! Status codes with their names, and the error struct that the caller owns.

use super::types::{Sized, pin_layout};
use crate::{Error, Status};
use std::ffi::{CStr, c_char};
use std::fmt::Write;

/// Result of every fallible function: `DRUGNER_OK` or a negative `DRUGNER_E_*` code.
///
/// A plain integer, so a code that is newer than this header is no undefined behaviour. Codes are never renumbered.
pub type drugner_status = i32;

/// Success.
pub const DRUGNER_OK: drugner_status = 0;
/// An argument has a value that the function does not accept.
pub const DRUGNER_E_INVALID_ARGUMENT: drugner_status = -1;
/// A pointer that must not be NULL is NULL.
pub const DRUGNER_E_NULL_POINTER: drugner_status = -2;
/// The option, the field or the instruction set exists but not in this library or on this machine.
pub const DRUGNER_E_UNSUPPORTED: drugner_status = -3;
/// The context is in use by another thread at this moment.
pub const DRUGNER_E_BUSY: drugner_status = -4;
/// An earlier call on this context failed inside the library; reset or destroy it.
pub const DRUGNER_E_POISONED: drugner_status = -5;
/// A defect in the library was caught; the host process is unharmed. Please report it.
pub const DRUGNER_E_INTERNAL: drugner_status = -6;
/// Memory could not be allocated.
pub const DRUGNER_E_OUT_OF_MEMORY: drugner_status = -7;
/// The caller's memory is smaller than needed.
pub const DRUGNER_E_BUFFER_TOO_SMALL: drugner_status = -8;
/// The operating system reported an error while a file was read; see os_error.
pub const DRUGNER_E_IO: drugner_status = -20;
/// The file or the metadata key does not exist.
pub const DRUGNER_E_NOT_FOUND: drugner_status = -21;
/// This build of the library contains no default model.
pub const DRUGNER_E_NO_DEFAULT_MODEL: drugner_status = -22;
/// The data do not begin like a model file.
pub const DRUGNER_E_NOT_A_MODEL: drugner_status = -40;
/// The model needs a newer library.
pub const DRUGNER_E_FORMAT_TOO_NEW: drugner_status = -41;
/// The format of the model is no longer read.
pub const DRUGNER_E_FORMAT_TOO_OLD: drugner_status = -42;
/// The file ends early.
pub const DRUGNER_E_TRUNCATED: drugner_status = -43;
/// A checksum does not match: the file is damaged.
pub const DRUGNER_E_CHECKSUM: drugner_status = -44;
/// The file breaks a rule of the format; position is the byte.
pub const DRUGNER_E_CORRUPT_MODEL: drugner_status = -45;
/// The file exceeds a limit of the library or of the options.
pub const DRUGNER_E_LIMIT: drugner_status = -46;
/// The text is longer than 2147483647 units.
pub const DRUGNER_E_TEXT_TOO_LONG: drugner_status = -60;
/// The text is not valid Unicode and the context rejects such text; position is the unit.
pub const DRUGNER_E_INVALID_TEXT: drugner_status = -61;
/// More mentions than max_spans; the result holds those before `consumed`. Call again with the text from there.
pub const DRUGNER_E_SPAN_LIMIT: drugner_status = -62;

/// Value of drugner_error.position when the failure has no place.
pub const DRUGNER_NO_POSITION: u64 = u64::MAX;

/// Name and meaning of every code.
const DESCRIPTIONS: [(Status, &CStr, &CStr); 22] = [
    (Status::Ok, c"DRUGNER_OK", c"success"),
    (Status::InvalidArgument, c"DRUGNER_E_INVALID_ARGUMENT", c"an argument has a value that is not accepted"),
    (Status::NullPointer, c"DRUGNER_E_NULL_POINTER", c"a pointer that must not be NULL is NULL"),
    (Status::Unsupported, c"DRUGNER_E_UNSUPPORTED", c"not available in this library or on this machine"),
    (Status::Busy, c"DRUGNER_E_BUSY", c"the context is in use by another thread"),
    (
        Status::Poisoned,
        c"DRUGNER_E_POISONED",
        c"an earlier call failed inside the library; reset the context",
    ),
    (Status::Internal, c"DRUGNER_E_INTERNAL", c"a defect in the library was caught; please report it"),
    (Status::OutOfMemory, c"DRUGNER_E_OUT_OF_MEMORY", c"memory could not be allocated"),
    (Status::BufferTooSmall, c"DRUGNER_E_BUFFER_TOO_SMALL", c"the caller's memory is too small"),
    (Status::Io, c"DRUGNER_E_IO", c"the operating system could not read the file"),
    (Status::NotFound, c"DRUGNER_E_NOT_FOUND", c"the file or the key does not exist"),
    (Status::NoDefaultModel, c"DRUGNER_E_NO_DEFAULT_MODEL", c"this build contains no default model"),
    (Status::NotAModel, c"DRUGNER_E_NOT_A_MODEL", c"the data do not begin like a model file"),
    (Status::FormatTooNew, c"DRUGNER_E_FORMAT_TOO_NEW", c"the model needs a newer library"),
    (Status::FormatTooOld, c"DRUGNER_E_FORMAT_TOO_OLD", c"the format of the model is no longer read"),
    (Status::Truncated, c"DRUGNER_E_TRUNCATED", c"the file ends early"),
    (Status::Checksum, c"DRUGNER_E_CHECKSUM", c"a checksum does not match: the file is damaged"),
    (Status::CorruptModel, c"DRUGNER_E_CORRUPT_MODEL", c"the file breaks a rule of the format"),
    (Status::Limit, c"DRUGNER_E_LIMIT", c"the file exceeds a limit"),
    (Status::TextTooLong, c"DRUGNER_E_TEXT_TOO_LONG", c"the text is longer than 2147483647 units"),
    (Status::InvalidText, c"DRUGNER_E_INVALID_TEXT", c"the text is not valid Unicode"),
    (Status::SpanLimit, c"DRUGNER_E_SPAN_LIMIT", c"more mentions than max_spans; call again from consumed"),
];

// The header's numbers are those of the enum.
const _: () = {
    assert!(DRUGNER_OK == Status::Ok as i32);
    assert!(DRUGNER_E_INVALID_ARGUMENT == Status::InvalidArgument as i32);
    assert!(DRUGNER_E_NULL_POINTER == Status::NullPointer as i32);
    assert!(DRUGNER_E_UNSUPPORTED == Status::Unsupported as i32);
    assert!(DRUGNER_E_BUSY == Status::Busy as i32);
    assert!(DRUGNER_E_POISONED == Status::Poisoned as i32);
    assert!(DRUGNER_E_INTERNAL == Status::Internal as i32);
    assert!(DRUGNER_E_OUT_OF_MEMORY == Status::OutOfMemory as i32);
    assert!(DRUGNER_E_BUFFER_TOO_SMALL == Status::BufferTooSmall as i32);
    assert!(DRUGNER_E_IO == Status::Io as i32);
    assert!(DRUGNER_E_NOT_FOUND == Status::NotFound as i32);
    assert!(DRUGNER_E_NO_DEFAULT_MODEL == Status::NoDefaultModel as i32);
    assert!(DRUGNER_E_NOT_A_MODEL == Status::NotAModel as i32);
    assert!(DRUGNER_E_FORMAT_TOO_NEW == Status::FormatTooNew as i32);
    assert!(DRUGNER_E_FORMAT_TOO_OLD == Status::FormatTooOld as i32);
    assert!(DRUGNER_E_TRUNCATED == Status::Truncated as i32);
    assert!(DRUGNER_E_CHECKSUM == Status::Checksum as i32);
    assert!(DRUGNER_E_CORRUPT_MODEL == Status::CorruptModel as i32);
    assert!(DRUGNER_E_LIMIT == Status::Limit as i32);
    assert!(DRUGNER_E_TEXT_TOO_LONG == Status::TextTooLong as i32);
    assert!(DRUGNER_E_INVALID_TEXT == Status::InvalidText as i32);
    assert!(DRUGNER_E_SPAN_LIMIT == Status::SpanLimit as i32);
};

fn describe(status: drugner_status) -> Option<(&'static CStr, &'static CStr)> {
    let found = DESCRIPTIONS.iter().find(|(known, ..)| *known as drugner_status == status);
    found.map(|&(_, name, message)| (name, message))
}

/// Name of a code such as `DRUGNER_E_IO`, or `DRUGNER_E_UNKNOWN`; static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_status_name(status: drugner_status) -> *const c_char {
    describe(status).map_or(c"DRUGNER_E_UNKNOWN", |(name, _)| name).as_ptr()
}

/// Meaning of a code in English; static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_status_message(status: drugner_status) -> *const c_char {
    describe(status).map_or(c"unknown status code", |(_, message)| message).as_ptr()
}

/// What went wrong, in memory of the caller.
///
/// May be NULL wherever it is a parameter. Written only when the call fails. There is no "last error" of a
/// thread: errors are where the caller put them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_error {
    /// Set by DRUGNER_ERROR_INIT.
    pub struct_size: usize,
    /// The code that the function returned.
    pub status: drugner_status,
    /// errno of a failed system call, 0 if none.
    pub os_error: i32,
    /// Byte of the model file or unit of the text, else DRUGNER_NO_POSITION.
    pub position: u64,
    /// One English sentence, NUL-terminated UTF-8. Never contains input text.
    pub message: [c_char; 232],
}

pin_layout!(drugner_error, 256, { struct_size: 0, status: 8, os_error: 12, position: 16, message: 24 });

// SAFETY: repr(C), begins with usize, no padding (pinned above), integers only.
unsafe impl Sized for drugner_error {
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl Default for drugner_error {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            status: DRUGNER_OK,
            os_error: 0,
            position: DRUGNER_NO_POSITION,
            message: [0; 232],
        }
    }
}

impl From<&Error> for drugner_error {
    fn from(error: &Error) -> Self {
        let mut message = Message::default();
        // Fails when the message is cut, which is wanted.
        let _ = write!(message, "{error}");
        Self {
            status: error.status as drugner_status,
            os_error: error.os_error,
            position: error.position.unwrap_or(DRUGNER_NO_POSITION),
            message: message.bytes.map(|byte| byte as c_char),
            ..Self::default()
        }
    }
}

impl drugner_error {
    /// The message up to its NUL.
    pub fn message(&self) -> String {
        let bytes: Vec<u8> =
            self.message.iter().map(|&byte| byte as u8).take_while(|&byte| byte != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Collects text up to the last character that leaves room for the final NUL.
pub(super) struct Message {
    bytes: [u8; 232],
    len: usize,
}

impl Message {
    /// The text with its NUL.
    pub(super) fn as_ptr(&self) -> *const c_char {
        self.bytes.as_ptr().cast()
    }
}

impl Default for Message {
    fn default() -> Self {
        Self { bytes: [0; 232], len: 0 }
    }
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for character in text.chars() {
            let room = &mut self.bytes[self.len..231];
            if character.len_utf8() > room.len() {
                return Err(std::fmt::Error);
            }
            self.len += character.encode_utf8(room).len();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_message_ends_at_a_character() {
        for padding in 0..4 {
            let detail = "a".repeat(padding) + &"\u{20ac}".repeat(100);
            let error = drugner_error::from(&Error::new(Status::Io, detail.clone()).at(7));
            let message = error.message();
            assert!(detail.starts_with(&message), "cut inside a character");
            assert!((229..=231).contains(&message.len()), "cut too early: {}", message.len());
            assert_eq!((error.message[231], error.position), (0, 7));
        }
    }

    #[test]
    fn every_code_has_its_name() {
        for (status, name, message) in DESCRIPTIONS {
            assert!(!message.is_empty());
            let words = name.to_str().unwrap().trim_start_matches("DRUGNER_").trim_start_matches("E_");
            let expected = format!("{status:?}").to_uppercase();
            assert_eq!(words.replace('_', ""), expected);
        }
    }
}
