//! `drugner_find_*`: from a text to its mentions.

use super::context_state::{drugner_context, exclusive};
use super::guard;
use super::status::drugner_status;
use super::types::{Sized, SizedOut, pin_layout};
use crate::{Context, Error, Found, Mention, Status};
use std::ffi::c_char;
use std::ptr;

/// One mention of a drug: where it is and what it is. 32 bytes, frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct drugner_span {
    /// First unit of the mention, counted from the start of the text that was passed.
    pub start: u32,
    /// One past its last unit; `start < end`.
    pub end: u32,
    /// See drugner_model_label_name.
    pub label: u16,
    /// DRUGNER_SPAN_* flags.
    pub flags: u16,
    /// Probability of exactly this span with this label, 0 to 1; calibrated if the model has a calibration table.
    pub score: f32,
    /// See drugner_model_concept_id; UINT32_MAX for none.
    pub concept_id: u32,
    /// Zero.
    pub reserved: [u32; 3],
}

macro_rules! pin_span {
    ($type:ty, $concept:ident) => {
        pin_layout!($type, 32, {
            start: 0, end: 4, label: 8, flags: 10, score: 12, $concept: 16, reserved: 20,
        });
    };
}
// A slice of one is handed out as a slice of the other.
pin_span!(drugner_span, concept_id);
pin_span!(Mention, concept);

/// Span flag: the short form of a mention before it, as the text says: `ginseng saponin (GSP)`; label and score are those
/// of the long form.
pub const DRUGNER_SPAN_ABBREVIATION: u16 = 1;
const _: () = assert!(DRUGNER_SPAN_ABBREVIATION == Mention::ABBREVIATION);

/// Result flag: the text contained malformed units.
pub const DRUGNER_RESULT_INVALID_TEXT_SEEN: u32 = 1;
/// Result flag: a sentence was longer than max_window_tokens and was cut.
pub const DRUGNER_RESULT_SENTENCE_CUT: u32 = 2;

/// Result of a find function.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_result {
    /// Set by DRUGNER_RESULT_INIT.
    pub struct_size: usize,
    /// The mentions, sorted by start, not overlapping. Owned by the context and valid until its next call. May be
    /// NULL when there are none.
    pub spans: *const drugner_span,
    /// Number of mentions.
    pub span_count: usize,
    /// Units processed: the length of the text, less only with DRUGNER_E_SPAN_LIMIT.
    pub consumed: usize,
    /// DRUGNER_RESULT_* flags.
    pub flags: u32,
    /// Zero.
    pub reserved: u32,
}

pin_layout!(drugner_result, 40, {
    struct_size: 0, spans: 8, span_count: 16, consumed: 24, flags: 32, reserved: 36,
});

// SAFETY: repr(C), begins with usize, no padding (pinned above), integers and a raw pointer.
unsafe impl Sized for drugner_result {
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl Default for drugner_result {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            spans: ptr::null(),
            span_count: 0,
            consumed: 0,
            flags: 0,
            reserved: 0,
        }
    }
}

/// The flags of a result or of paths.
pub(super) fn flags(invalid_text_seen: bool, sentence_cut: bool) -> u32 {
    let flag = |condition: bool, flag: u32| if condition { flag } else { 0 };
    flag(invalid_text_seen, DRUGNER_RESULT_INVALID_TEXT_SEEN)
        | flag(sentence_cut, DRUGNER_RESULT_SENTENCE_CUT)
}

impl From<&Found<'_>> for drugner_result {
    fn from(found: &Found<'_>) -> Self {
        Self {
            spans: if found.mentions.is_empty() { ptr::null() } else { found.mentions.as_ptr().cast() },
            span_count: found.mentions.len(),
            consumed: found.consumed,
            flags: flags(found.invalid_text_seen, found.sentence_cut),
            ..Self::default()
        }
    }
}

/// Finds the mentions in UTF-8 text of `bytes` bytes; offsets are bytes.
///
/// The text needs no terminator and may contain NUL; (NULL, 0) is the empty text. It is not kept after return.
///
/// With DRUGNER_E_SPAN_LIMIT the result is written, too: it holds all mentions before `consumed`, which is greater
/// than 0. Call again with the text from there and add `consumed` to the offsets.
///
/// Errors: BUSY, POISONED, TEXT_TOO_LONG, INVALID_TEXT (only with DRUGNER_INVALID_REJECT), SPAN_LIMIT,
/// INVALID_ARGUMENT (struct_size of `out`), NULL_POINTER, INTERNAL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_find_utf8(
    context: *mut drugner_context,
    text: *const c_char,
    bytes: usize,
    out: *mut drugner_result,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { find(context, text.cast::<u8>(), bytes, out, Context::find_utf8) }
}

/// Finds the mentions in UTF-16 text of `units` units; offsets are units, as Java, JavaScript and C# count them.
///
/// `text` is in the byte order of the machine, without byte order mark, aligned to 2 bytes. The rest is as in
/// drugner_find_utf8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_find_utf16(
    context: *mut drugner_context,
    text: *const u16,
    units: usize,
    out: *mut drugner_result,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { find(context, text, units, out, Context::find_utf16) }
}

/// Body of the find functions.
///
/// # Safety
/// `context` is NULL or a live handle, `text` is NULL or has `len` units, `out` is NULL or follows the
/// `struct_size` rule.
unsafe fn find<T>(
    context: *mut drugner_context,
    text: *const T,
    len: usize,
    out: *mut drugner_result,
    find: impl for<'c> FnOnce(&'c mut Context, &[T]) -> Result<Found<'c>, Error>,
) -> drugner_status {
    let body = |state: &mut super::context_state::State| {
        let context = state.context()?;
        // SAFETY: this function's contract.
        let (out, text) = unsafe { (SizedOut::new(out, "out is NULL")?, guard::text(text, len)?) };
        let found = find(context, text)?;
        out.write(&drugner_result::from(&found));
        if found.complete {
            Ok(())
        } else {
            Err(Error::new(Status::SpanLimit, "more mentions than max_spans; call again from consumed"))
        }
    };
    // SAFETY: this function's contract.
    unsafe { exclusive(context, body) }
}
