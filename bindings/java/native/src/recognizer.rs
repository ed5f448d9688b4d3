//! Methods on recognizers: a context and the memory that its text is copied to.

use crate::env::{Class, Env, guard, pointer};
use drugner::capi::{
    DRUGNER_E_INTERNAL, DRUGNER_E_OUT_OF_MEMORY, DRUGNER_E_SPAN_LIMIT, DRUGNER_OK, drugner_context,
    drugner_context_create, drugner_context_destroy, drugner_context_last_error, drugner_context_options,
    drugner_context_reset, drugner_error, drugner_find_utf16, drugner_nbest_utf16, drugner_path,
    drugner_paths, drugner_result, drugner_span,
};
use jni_sys::{jbyteArray, jfloat, jint, jintArray, jlong, jlongArray, jstring};
use std::ptr;
use std::sync::atomic::{Ordering, compiler_fence};

/// Numbers per mention in the `int[]`: start, end, label below 16 bits of flags, bits of the score.
const FIELDS: usize = 4;
/// Mentions that one call writes to the `int[]`.
const BLOCK: usize = 64;
/// Room for text in units that stays with a recognizer; a longer note gives its memory back.
const KEPT: usize = 1 << 20;

struct Recognizer {
    context: *mut drugner_context,
    units: Vec<u16>,
    /// Mentions of the last call, in memory of the context.
    spans: *const drugner_span,
    count: usize,
    /// What to add to their offsets.
    base: usize,
}

impl Recognizer {
    /// Finds the mentions of a string from unit `from` on; the number and flags as `find` returns them.
    fn find(&mut self, env: Env, string: jstring, from: usize) -> Result<(jlong, usize), jint> {
        self.copy_text(env, string, from)?;
        let (text, len, mut result) = (self.units.as_ptr(), self.units.len(), drugner_result::default());
        // SAFETY: a live context used by this thread alone; a slice; an output of this frame.
        let status = unsafe { drugner_find_utf16(self.context, text, len, &raw mut result) };
        self.forget_text();
        if status != DRUGNER_OK && status != DRUGNER_E_SPAN_LIMIT {
            return Err(status);
        }
        (self.spans, self.count, self.base) = (result.spans, result.span_count, from);
        // Fields of 24, 8 and 31 bits: a context hands out at most 2^20 mentions, a string has less than 2^31 units.
        let consumed = (from + result.consumed) as jlong;
        Ok((consumed << 32 | jlong::from(result.flags & 0xFF) << 24, result.span_count))
    }

    /// The best answers to the sentence of a string that holds unit `at`; their mentions are those of this call.
    fn nbest(&mut self, env: Env, string: jstring, at: usize, most: u32) -> Result<drugner_paths, jint> {
        self.copy_text(env, string, 0)?;
        let (text, len, mut result) = (self.units.as_ptr(), self.units.len(), drugner_paths::default());
        // SAFETY: a live context used by this thread alone; a slice; an output of this frame.
        let status = unsafe { drugner_nbest_utf16(self.context, text, len, at, most, &raw mut result) };
        self.forget_text();
        if status != DRUGNER_OK {
            return Err(status);
        }
        (self.spans, self.count, self.base) = (result.spans, result.span_count, 0);
        Ok(result)
    }

    /// Copies a string from unit `from` on, for a new call: the mentions of the last one end here.
    fn copy_text(&mut self, env: Env, string: jstring, from: usize) -> Result<(), jint> {
        (self.spans, self.count) = (ptr::null(), 0);
        let len = env.string_length(string).saturating_sub(from);
        self.units.try_reserve(len).map_err(|_| DRUGNER_E_OUT_OF_MEMORY)?;
        self.units.resize(len, 0);
        env.string_region(string, from, &mut self.units);
        Ok(())
    }

    /// Writes mentions from number `skip` on to `out` from mention `at` on, as many as fit.
    fn write(&self, env: Env, skip: usize, out: jintArray, at: usize) {
        if self.spans.is_null() || skip >= self.count {
            return;
        }
        // SAFETY: the context keeps the spans of its last call.
        let spans = unsafe { std::slice::from_raw_parts(self.spans, self.count) };
        let room = (env.ints_length(out) / FIELDS).saturating_sub(at);
        let fitting = &spans[skip..][..room.min(self.count - skip)];
        let mut block = [0; BLOCK * FIELDS];
        for (number, spans) in fitting.chunks(BLOCK).enumerate() {
            for (fields, span) in block.chunks_exact_mut(FIELDS).zip(spans) {
                fields[0] = (self.base + span.start as usize) as jint;
                fields[1] = (self.base + span.end as usize) as jint;
                fields[2] = jint::from(span.label) | jint::from(span.flags) << 16;
                fields[3] = span.score.to_bits() as jint;
            }
            env.set_ints(out, (at + number * BLOCK) * FIELDS, &block[..spans.len() * FIELDS]);
        }
    }

    /// Overwrites the text with zeros.
    fn forget_text(&mut self) {
        for unit in &mut self.units {
            // SAFETY: a live element. Volatile: the compiler would see that nobody reads it.
            unsafe { ptr::write_volatile(unit, 0) };
        }
        compiler_fence(Ordering::SeqCst);
        self.units.clear();
        self.units.shrink_to(KEPT);
    }
}

impl Drop for Recognizer {
    fn drop(&mut self) {
        // A panic between copy and wipe leaves the text behind.
        self.forget_text();
        // SAFETY: the context is this recognizer's own.
        unsafe { drugner_context_destroy(self.context) };
    }
}

/// The recognizer of a handle.
///
/// # Safety
/// See the crate: the handle is live and used by this thread alone.
unsafe fn recognizer<'a>(handle: jlong) -> &'a mut Recognizer {
    // SAFETY: this function's contract.
    unsafe { &mut *pointer(handle) }
}

/// `int createRecognizer(long model, int maxWindowTokens, int maxSpans, int invalidText, float minScore,
/// long labelMask, int maxPaths, long[] handle, byte[] message)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_createRecognizer(
    env: Env,
    _: Class,
    model: jlong,
    max_window_tokens: jint,
    max_spans: jint,
    invalid_text: jint,
    min_score: jfloat,
    label_mask: jlong,
    max_paths: jint,
    out: jlongArray,
    message: jbyteArray,
) -> jint {
    guard(|| {
        let options = drugner_context_options {
            max_window_tokens: max_window_tokens as u32,
            max_spans: max_spans as u32,
            invalid_text: invalid_text as u32,
            min_score,
            label_mask: label_mask as u64,
            max_paths: max_paths as u32,
            ..Default::default()
        };
        let (mut context, mut error) = (ptr::null_mut(), drugner_error::default());
        // SAFETY: a handle, see the crate; outputs of this frame.
        let status = unsafe {
            drugner_context_create(pointer(model), &raw const options, &raw mut context, &raw mut error)
        };
        let recognizer = if status == DRUGNER_OK {
            let units = Vec::new();
            Box::into_raw(Box::new(Recognizer { context, units, spans: ptr::null(), count: 0, base: 0 }))
        } else {
            ptr::null_mut()
        };
        env.handle(status, recognizer, out, &error, message)
    })
}

/// `long find(long recognizer, String text, int from, int[] out, int at)`
///
/// Finds the mentions of `text` from unit `from` on and writes them to `out` from mention `at` on, as many as fit;
/// offsets count from the start of `text`. Returns a negative status or consumed << 32 | flags << 24 | mentions;
/// more text than `consumed` units needs another call from there.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_find(
    env: Env,
    _: Class,
    handle: jlong,
    text: jstring,
    from: jint,
    out: jintArray,
    at: jint,
) -> jlong {
    guard(|| {
        // SAFETY: see the crate.
        let recognizer = unsafe { recognizer(handle) };
        match recognizer.find(env, text, from as usize) {
            Ok((packed, count)) => {
                recognizer.write(env, 0, out, at as usize);
                packed | count as jlong
            }
            Err(status) => jlong::from(status),
        }
    })
}

/// `int nbest(long recognizer, String text, int at, int most, int[] head, int[] out)`
///
/// The up to `most` best answers to the sentence of `text` that holds unit `at`. Writes the sentence's start, its end,
/// flags and the number of answers to `head`, then for each answer the number of its mentions and the bits of its
/// probability; `head` has room for `most` answers. Writes the mentions of all answers to `out`, as many as fit. Returns
/// a negative status or the number of mentions.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_nbest(
    env: Env,
    _: Class,
    handle: jlong,
    text: jstring,
    at: jint,
    most: jint,
    head: jintArray,
    out: jintArray,
) -> jint {
    guard(|| {
        // SAFETY: see the crate.
        let recognizer = unsafe { recognizer(handle) };
        let found = match recognizer.nbest(env, text, at as usize, most as u32) {
            Ok(found) => found,
            Err(status) => return status,
        };
        let paths: &[drugner_path] = if found.path_count == 0 {
            &[]
        } else {
            // SAFETY: the context keeps the paths of its last call.
            unsafe { std::slice::from_raw_parts(found.paths, found.path_count) }
        };
        let sentence = [found.start, found.end, found.flags, paths.len() as u32];
        env.set_ints(head, 0, &sentence.map(|number| number as jint));
        for (number, path) in paths.iter().enumerate() {
            let fields = [path.span_count as jint, path.probability.to_bits() as jint];
            env.set_ints(head, sentence.len() + number * fields.len(), &fields);
        }
        recognizer.write(env, 0, out, 0);
        found.span_count as jint
    })
}

/// `void rest(long recognizer, int skip, int[] out, int at)`: mentions of the last call that did not fit.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_rest(
    env: Env,
    _: Class,
    handle: jlong,
    skip: jint,
    out: jintArray,
    at: jint,
) {
    guard(|| {
        // SAFETY: see the crate.
        unsafe { recognizer(handle) }.write(env, skip as usize, out, at as usize);
        0
    });
}

/// `int lastError(long recognizer, byte[] message)`: makes the recognizer usable again after an internal error.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_lastError(
    env: Env,
    _: Class,
    handle: jlong,
    message: jbyteArray,
) -> jint {
    guard(|| {
        // SAFETY: see the crate.
        let recognizer = unsafe { recognizer(handle) };
        let mut error = drugner_error::default();
        // SAFETY: a live context; an output of this frame.
        let status = unsafe { drugner_context_last_error(recognizer.context, &raw mut error) };
        if status != DRUGNER_OK {
            return status;
        }
        env.set_message(&error, message);
        if error.status == DRUGNER_E_INTERNAL {
            // SAFETY: a live context.
            return unsafe { drugner_context_reset(recognizer.context) };
        }
        DRUGNER_OK
    })
}

/// `void destroyRecognizer(long recognizer)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_destroyRecognizer(_: Env, _: Class, handle: jlong) {
    guard(|| {
        // SAFETY: a handle that is used for the last time, see the crate.
        drop(unsafe { Box::from_raw(pointer::<Recognizer>(handle)) });
        0
    });
}
