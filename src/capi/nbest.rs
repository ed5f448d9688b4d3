//! `drugner_nbest_*`: the best answers to one sentence, for review.

use super::context_state::{State, drugner_context, exclusive};
use super::find::{drugner_span, flags};
use super::guard;
use super::status::drugner_status;
use super::types::{Sized, SizedOut, pin_layout};
use crate::{Context, Error, Path, Paths};
use std::ffi::c_char;
use std::ptr;

/// One answer to a sentence: all its mentions together. 16 bytes, frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct drugner_path {
    /// Index of its first mention in the spans of drugner_paths.
    pub first_span: u32,
    /// Number of its mentions; 0: the sentence holds none.
    pub span_count: u32,
    /// Probability of exactly this answer to the sentence under the network, 0 to 1, not calibrated. Never rises from one
    /// path to the next.
    pub probability: f32,
    /// Zero.
    pub reserved: u32,
}

pin_layout!(drugner_path, 16, { first_span: 0, span_count: 4, probability: 8, reserved: 12 });
// A slice of one is handed out as a slice of the other.
pin_layout!(Path, 16, { first_mention: 0, mention_count: 4, probability: 8, reserved: 12 });

/// Result of an nbest function.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_paths {
    /// Set by DRUGNER_PATHS_INIT.
    pub struct_size: usize,
    /// The paths, the best one first, no two the same. Owned by the context, as the spans are, and valid until its next
    /// call. May be NULL when there are none.
    pub paths: *const drugner_path,
    /// Number of paths; 0 only behind the last sentence.
    pub path_count: usize,
    /// The mentions of all paths, path by path; those of one are sorted by start and do not overlap. Their score is that
    /// of the mention alone, as the find functions give it. May be NULL when there are none.
    pub spans: *const drugner_span,
    /// Number of mentions of all paths together.
    pub span_count: usize,
    /// First unit of the sentence; the length of the text behind the last sentence.
    pub start: u32,
    /// One past its last unit: pass it as `at` for the next sentence.
    pub end: u32,
    /// DRUGNER_RESULT_* flags; of the text, what was read.
    pub flags: u32,
    /// Zero.
    pub reserved: u32,
}

pin_layout!(drugner_paths, 56, {
    struct_size: 0, paths: 8, path_count: 16, spans: 24, span_count: 32, start: 40, end: 44, flags: 48, reserved: 52,
});

// SAFETY: repr(C), begins with usize, no padding (pinned above), integers and raw pointers.
unsafe impl Sized for drugner_paths {
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl Default for drugner_paths {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            paths: ptr::null(),
            path_count: 0,
            spans: ptr::null(),
            span_count: 0,
            start: 0,
            end: 0,
            flags: 0,
            reserved: 0,
        }
    }
}

impl From<&Paths<'_>> for drugner_paths {
    fn from(found: &Paths<'_>) -> Self {
        Self {
            paths: if found.paths.is_empty() { ptr::null() } else { found.paths.as_ptr().cast() },
            path_count: found.paths.len(),
            spans: if found.mentions.is_empty() { ptr::null() } else { found.mentions.as_ptr().cast() },
            span_count: found.mentions.len(),
            start: found.start as u32,
            end: found.end as u32,
            flags: flags(found.invalid_text_seen, found.sentence_cut),
            ..Self::default()
        }
    }
}

/// The up to `most` best answers to one sentence of UTF-8 text of `bytes` bytes, for people who review what was found.
///
/// The sentence is the first one that ends behind byte `at`: 0 for the first of the text, `end` of the result for the
/// next, the start of a mention for its own. Sentences are those of drugner_find_utf8 and offsets count from the start
/// of the text. The first path has the mentions that drugner_find_utf8 finds in this sentence, but as the network alone finds
/// them: without DRUGNER_SPAN_ABBREVIATION, and brackets are not completed. min_score and label_mask leave none out. There
/// are fewer than `most` paths when a sentence has no more.
///
/// The sentence is looked for from the start of the text: time grows with `at`.
///
/// The context needs max_paths in its options. Allocates nothing.
///
/// Errors: BUSY, POISONED, TEXT_TOO_LONG, INVALID_TEXT (only with DRUGNER_INVALID_REJECT), INVALID_ARGUMENT (`most` is 0
/// or above max_paths; struct_size of `out`), NULL_POINTER, INTERNAL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_nbest_utf8(
    context: *mut drugner_context,
    text: *const c_char,
    bytes: usize,
    at: usize,
    most: u32,
    out: *mut drugner_paths,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { run(context, text.cast::<u8>(), bytes, out, |c, text| c.nbest_utf8(text, at, most as usize)) }
}

/// The up to `most` best answers to one sentence of UTF-16 text of `units` units; `at` and all offsets are units.
///
/// `text` is as in drugner_find_utf16. The rest is as in drugner_nbest_utf8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_nbest_utf16(
    context: *mut drugner_context,
    text: *const u16,
    units: usize,
    at: usize,
    most: u32,
    out: *mut drugner_paths,
) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { run(context, text, units, out, |c, text| c.nbest_utf16(text, at, most as usize)) }
}

/// Body of the nbest functions.
///
/// # Safety
/// `context` is NULL or a live handle, `text` is NULL or has `len` units, `out` is NULL or follows the
/// `struct_size` rule.
unsafe fn run<T>(
    context: *mut drugner_context,
    text: *const T,
    len: usize,
    out: *mut drugner_paths,
    nbest: impl for<'c> FnOnce(&'c mut Context, &[T]) -> Result<Paths<'c>, Error>,
) -> drugner_status {
    let body = |state: &mut State| {
        let context = state.context()?;
        // SAFETY: this function's contract.
        let (out, text) = unsafe { (SizedOut::new(out, "out is NULL")?, guard::text(text, len)?) };
        let found = nbest(context, text)?;
        out.write(&drugner_paths::from(&found));
        Ok(())
    };
    // SAFETY: this function's contract.
    unsafe { exclusive(context, body) }
}
