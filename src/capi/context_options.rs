//! `drugner_context_options`.

use super::guard;
use super::types::{Sized, init_sized, pin_layout};
use crate::{ContextOptions, Error, InvalidText, Status};
use std::mem::offset_of;

/// Malformed text is replaced for the network only; offsets stay those of the text and the result says so.
pub const DRUGNER_INVALID_REPLACE: u32 = 0;
/// Malformed text fails the call with DRUGNER_E_INVALID_TEXT and the position.
pub const DRUGNER_INVALID_REJECT: u32 = 1;

/// Options of a context; NULL means the defaults, which are all zero.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_context_options {
    /// Set by DRUGNER_CONTEXT_OPTIONS_INIT.
    pub struct_size: usize,
    /// Tokens per network run; 0 takes 256. A longer sentence is cut and the result says so.
    /// The memory of a context grows with it, see drugner_context_size.
    pub max_window_tokens: u32,
    /// Mentions per call; 0 takes 4096.
    pub max_spans: u32,
    /// DRUGNER_INVALID_*.
    pub invalid_text: u32,
    /// Mentions with a lower score, as drugner_span tells it, are dropped; 0 keeps all. Range 0 to 1.
    pub min_score: f32,
    /// Bit i keeps label i; 0 keeps all.
    pub label_mask: u64,
    /// Most paths of drugner_nbest_utf8, at most 8; 0: the context gets no memory for it. Only a model of the family
    /// bilstm-crf has paths; else UNSUPPORTED.
    pub max_paths: u32,
    /// Zero.
    pub reserved0: u32,
}

pin_layout!(drugner_context_options, 40, {
    struct_size: 0, max_window_tokens: 8, max_spans: 12, invalid_text: 16, min_score: 20, label_mask: 24,
    max_paths: 32, reserved0: 36,
});

// SAFETY: repr(C), begins with usize, no padding (pinned above), integers and a float.
unsafe impl Sized for drugner_context_options {
    const FIRST_SIZE: usize = offset_of!(Self, max_paths);
}

impl Default for drugner_context_options {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            max_window_tokens: 0,
            max_spans: 0,
            invalid_text: DRUGNER_INVALID_REPLACE,
            min_score: 0.0,
            label_mask: 0,
            max_paths: 0,
            reserved0: 0,
        }
    }
}

impl TryFrom<&drugner_context_options> for ContextOptions {
    type Error = Error;

    fn try_from(options: &drugner_context_options) -> Result<Self, Error> {
        let invalid_text = match options.invalid_text {
            DRUGNER_INVALID_REPLACE => InvalidText::Replace,
            DRUGNER_INVALID_REJECT => InvalidText::Reject,
            _ => return Err(Error::new(Status::InvalidArgument, "unknown invalid_text")),
        };
        if !(0.0..=1.0).contains(&options.min_score) {
            return Err(Error::new(Status::InvalidArgument, "min_score is not in the range 0 to 1"));
        }
        if options.reserved0 != 0 {
            return Err(Error::new(Status::Unsupported, "a reserved field is not zero"));
        }
        Ok(Self {
            max_window_tokens: options.max_window_tokens,
            max_spans: options.max_spans,
            invalid_text,
            min_score: options.min_score,
            label_mask: options.label_mask,
            max_paths: options.max_paths,
        })
    }
}

/// Writes the defaults into the first `struct_size` bytes of `options`; for languages without the _INIT macro.
///
/// Pass sizeof(drugner_context_options). NULL and sizes that no release has are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_options_init(
    options: *mut drugner_context_options,
    struct_size: usize,
) {
    // SAFETY: caller's contract.
    guard::value((), || unsafe { init_sized(options, struct_size) });
}
