//! Targets of the C API: sequences of calls, and every field of the options.

use crate::capi_values;
use crate::hostile::{TEXTS, tiny_models};
use crate::input::Input;
use drugner::capi::*;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory of a model or a context, aligned as the API asks.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Block([u8; 64]);

fn blocks(bytes: &[u8]) -> Vec<Block> {
    let mut out = vec![Block([0; 64]); bytes.len().div_ceil(64)];
    for (block, chunk) in out.iter_mut().zip(bytes.chunks(64)) {
        block.0[..chunk.len()].copy_from_slice(chunk);
    }
    out
}

/// The tiny models, whole blocks each.
fn files() -> &'static [Vec<Block>] {
    static FILES: OnceLock<Vec<Vec<Block>>> = OnceLock::new();
    FILES.get_or_init(|| tiny_models().iter().map(|(_, bytes)| blocks(bytes)).collect())
}

/// Contexts keep to little memory, so that many runs a second are possible.
const MOST_CONTEXT: usize = 8 << 20;

unsafe extern "C" fn count_release(user: *mut c_void) {
    // SAFETY: the user pointer of every open call is an `AtomicUsize` that outlives the models.
    unsafe { &*user.cast::<AtomicUsize>() }.fetch_add(1, Ordering::Relaxed);
}

/// A status that a sequence of calls with valid handles may give.
fn known(status: drugner_status) {
    assert_ne!(status, DRUGNER_E_INTERNAL, "a panic inside the library");
    // SAFETY: static strings.
    let name = unsafe { std::ffi::CStr::from_ptr(drugner_status_name(status)) };
    assert_ne!(name, c"DRUGNER_E_UNKNOWN", "{status}");
}

/// The handles of one sequence.
#[derive(Default)]
struct Handles {
    models: [Slot<drugner_model>; 3],
    contexts: [Slot<drugner_context>; 4],
    /// Memory of contexts that lie in memory of the caller.
    memory: [Vec<Block>; 4],
    opened: usize,
    released: Box<AtomicUsize>,
}

struct Slot<T>(*mut T);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(null_mut())
    }
}

/// The bytes are calls, each with its arguments: handles live or are NULL, everything else is free.
pub fn capi(data: &[u8]) {
    let mut input = Input(data);
    let mut handles = Handles::default();
    for _ in 0..64 {
        if input.is_empty() {
            break;
        }
        // SAFETY: `Handles` keeps every handle alive that it passes on, and every array has the length that is told.
        unsafe { handles.call(&mut input) };
    }
    // SAFETY: all handles are given up here.
    unsafe {
        for context in &handles.contexts {
            drugner_context_destroy(context.0);
        }
        for model in &handles.models {
            drugner_model_release(model.0);
        }
    }
    assert_eq!(handles.released.load(Ordering::Relaxed), handles.opened, "memory is released once");
}

impl Handles {
    /// # Safety
    /// The handles live.
    unsafe fn call(&mut self, input: &mut Input<'_>) {
        let (m, c) = (input.below(self.models.len()), input.below(self.contexts.len()));
        let (model, context) = (self.models[m].0, self.contexts[c].0);
        let mut error = drugner_error::default();
        // SAFETY: this function's contract.
        unsafe {
            match input.u8() % 18 {
                0 => self.open(m, input),
                1 => {
                    drugner_model_release(model);
                    self.models[m].0 = null_mut();
                }
                2 => drugner_model_release(drugner_model_retain(model)),
                3 => self.create(c, model, input),
                4 => self.create_in_own_memory(c, model, input),
                5 => {
                    drugner_context_destroy(context);
                    self.contexts[c].0 = null_mut();
                }
                6 => known(drugner_context_reset(context)),
                7 => known(drugner_context_wipe(context)),
                8 => known(drugner_context_last_error(context, &raw mut error)),
                9 | 10 => find(context, input),
                11 => nbest(context, input),
                12 => describe(model, input),
                13 => capi_values::open_file(input),
                14 => capi_values::offsets(input),
                15 => capi_values::initialise(input),
                16 => capi_values::ask(input),
                _ => known(drugner_model_selftest(model, &raw mut error)),
            }
        }
    }

    /// # Safety
    /// The handle in the slot lives or is NULL.
    unsafe fn open(&mut self, slot: usize, input: &mut Input<'_>) {
        let file = &files()[input.below(files().len())];
        let (data, whole) = (file.as_ptr().cast::<u8>(), file.len() * 64);
        let (skip, len) = match input.u8() % 4 {
            0 => (1, whole - 1),
            1 => (0, input.below(whole)),
            _ => (0, whole),
        };
        let release: Option<unsafe extern "C" fn(*mut c_void)> =
            if input.u8().is_multiple_of(2) { Some(count_release) } else { None };
        self.opened += usize::from(release.is_some());
        let user = (&raw const *self.released).cast_mut().cast();
        let mut options = drugner_model_options { isa: u32::from(input.u8() % 3), ..Default::default() };
        options.max_bytes = if input.u8().is_multiple_of(8) { 64 } else { 0 };
        let (mut new, mut error) = (null_mut(), drugner_error::default());
        // SAFETY: the files are never freed.
        let status = unsafe {
            let data = data.add(skip).cast();
            drugner_model_open_memory(
                data,
                len,
                release,
                user,
                &raw const options,
                &raw mut new,
                &raw mut error,
            )
        };
        known(status);
        assert_eq!(status == DRUGNER_OK, !new.is_null());
        if !new.is_null() {
            // SAFETY: the slot's handle is given up.
            unsafe { drugner_model_release(self.models[slot].0) };
            self.models[slot].0 = new;
        }
    }

    /// # Safety
    /// `model` lives or is NULL.
    unsafe fn create(&mut self, slot: usize, model: *const drugner_model, input: &mut Input<'_>) {
        let options = context_options(input);
        // SAFETY: this function's contract; the slot's old handle is given up.
        unsafe {
            if size(model, &options).is_some() {
                let mut new = null_mut();
                known(drugner_context_create(model, &raw const options, &raw mut new, null_mut()));
                drugner_context_destroy(self.contexts[slot].0);
                self.contexts[slot].0 = new;
            }
        }
    }

    /// # Safety
    /// `model` lives or is NULL.
    unsafe fn create_in_own_memory(
        &mut self,
        slot: usize,
        model: *const drugner_model,
        input: &mut Input<'_>,
    ) {
        let options = context_options(input);
        // SAFETY: this function's contract; the slot's old handle is given up before its memory is.
        unsafe {
            let Some(bytes) = size(model, &options) else { return };
            drugner_context_destroy(self.contexts[slot].0);
            let short = input.below(2);
            self.memory[slot] = vec![Block([0xAA; 64]); bytes.div_ceil(64)];
            let memory = self.memory[slot].as_mut_ptr().cast();
            let mut new = null_mut();
            let status = drugner_context_init(
                memory,
                bytes - short,
                model,
                &raw const options,
                &raw mut new,
                null_mut(),
            );
            assert_eq!(status, if short == 1 { DRUGNER_E_BUFFER_TOO_SMALL } else { DRUGNER_OK });
            self.contexts[slot].0 = new;
        }
    }
}

/// Bytes of a context, if the options are valid and it is small.
///
/// # Safety
/// `model` lives or is NULL.
unsafe fn size(model: *const drugner_model, options: *const drugner_context_options) -> Option<usize> {
    let mut bytes = 0;
    // SAFETY: this function's contract.
    let status = unsafe { drugner_context_size(model, options, &raw mut bytes) };
    known(status);
    (status == DRUGNER_OK && bytes <= MOST_CONTEXT).then_some(bytes)
}

fn context_options(input: &mut Input<'_>) -> drugner_context_options {
    drugner_context_options {
        max_window_tokens: u32::from(input.u8()),
        max_spans: u32::from(input.u8() % 8),
        invalid_text: u32::from(input.u8() % 2),
        min_score: f32::from(input.u8() % 4) / 4.0,
        label_mask: u64::from(input.u8() % 16),
        max_paths: u32::from(input.u8() % 4),
        ..Default::default()
    }
}

fn text<'a>(input: &mut Input<'a>) -> &'a [u8] {
    match input.u8() % 2 {
        0 => TEXTS[input.below(TEXTS.len())],
        _ => input.take(64),
    }
}

/// # Safety
/// `context` lives or is NULL.
unsafe fn find(context: *mut drugner_context, input: &mut Input<'_>) {
    let mut result = drugner_result::default();
    let text = text(input);
    let units: Vec<u16> = text.iter().map(|&byte| u16::from(byte) * 0x101).collect();
    // SAFETY: this function's contract.
    unsafe {
        let (status, len) = match input.u8() % 2 {
            0 => (drugner_find_utf8(context, text.as_ptr().cast(), text.len(), &raw mut result), text.len()),
            _ => (drugner_find_utf16(context, units.as_ptr(), units.len(), &raw mut result), units.len()),
        };
        known(status);
        if status != DRUGNER_OK && status != DRUGNER_E_SPAN_LIMIT {
            assert!(result.spans.is_null() && result.consumed == 0, "a failed call writes nothing");
            return;
        }
        assert!(result.consumed <= len && (status == DRUGNER_OK) == (result.consumed == len));
        if result.span_count > 0 {
            let spans = std::slice::from_raw_parts(result.spans, result.span_count);
            assert!(spans.iter().all(|span| span.start < span.end && span.end as usize <= result.consumed));
        }
    }
}

/// # Safety
/// `context` lives or is NULL.
unsafe fn nbest(context: *mut drugner_context, input: &mut Input<'_>) {
    let mut out = drugner_paths::default();
    let text = text(input);
    let units: Vec<u16> = text.iter().map(|&byte| u16::from(byte) * 0x101).collect();
    let (at, most) = (input.below(80), u32::from(input.u8() % 5));
    // SAFETY: this function's contract.
    unsafe {
        let status = match input.u8() % 2 {
            0 => drugner_nbest_utf8(context, text.as_ptr().cast(), text.len(), at, most, &raw mut out),
            _ => drugner_nbest_utf16(context, units.as_ptr(), units.len(), at, most, &raw mut out),
        };
        known(status);
        if status == DRUGNER_OK && out.path_count > 0 {
            let paths = std::slice::from_raw_parts(out.paths, out.path_count);
            let fits = |path: &drugner_path| (path.first_span + path.span_count) as usize <= out.span_count;
            assert!(paths.len() <= most as usize && paths.iter().all(fits) && out.end as usize <= text.len());
        }
    }
}

/// # Safety
/// `model` lives or is NULL.
unsafe fn describe(model: *const drugner_model, input: &mut Input<'_>) {
    let mut info = drugner_model_info::default();
    let mut value = drugner_str { data: null(), len: 0 };
    let key = input.take(12);
    let key = drugner_str { data: key.as_ptr().cast(), len: key.len() };
    // SAFETY: this function's contract.
    unsafe {
        known(drugner_model_get_info(model, &raw mut info));
        assert_eq!(info.labels, drugner_model_label_count(model));
        known(drugner_model_label_name(model, u32::from(input.u8() % 8), &raw mut value));
        known(drugner_model_concept_id(model, input.u32(), &raw mut value));
        known(drugner_model_meta_get(model, key, &raw mut value));
        assert!(!drugner_model_isa(model).is_null());
    }
}

/// The bytes are an options struct of any size and content, for the model or the context.
pub fn options(data: &[u8]) {
    let mut input = Input(data);
    let of_model = input.u8().is_multiple_of(2);
    let declared = usize::from(input.u8()) % 72;
    let mut words = [0u64; 9];
    words[0] = if input.u8().is_multiple_of(16) { u64::MAX } else { declared as u64 };
    for word in &mut words[1..] {
        *word = match input.u8() % 3 {
            0 => 0,
            1 => u64::from(input.u8()) << (8 * (input.u8() % 8)),
            _ => input.u64(),
        };
    }
    let file = &files()[input.below(files().len())];
    let (options, fixed) =
        (words.as_ptr(), drugner_model_options { max_bytes: 1 << 20, ..Default::default() });
    let model_options = if of_model { options.cast() } else { &raw const fixed };
    let (mut model, mut error) = (null_mut(), drugner_error::default());
    // SAFETY: the struct has 72 bytes, more than it declares, or declares more than any struct has.
    unsafe {
        let (data, len) = (file.as_ptr().cast(), file.len() * 64);
        let status = drugner_model_open_memory(
            data,
            len,
            None,
            null_mut(),
            model_options,
            &raw mut model,
            &raw mut error,
        );
        known(status);
        assert_eq!((status == DRUGNER_OK, status), (!model.is_null(), error.status));
        let context_options = if of_model { null() } else { options.cast() };
        let mut bytes = 0;
        let status = drugner_context_size(model, context_options, &raw mut bytes);
        known(status);
        if status == DRUGNER_OK && bytes <= MOST_CONTEXT {
            let mut context = null_mut();
            let status = drugner_context_create(model, context_options, &raw mut context, &raw mut error);
            assert_eq!(status, DRUGNER_OK);
            let mut result = drugner_result::default();
            let text = TEXTS[input.below(TEXTS.len())];
            known(drugner_find_utf8(context, text.as_ptr().cast(), text.len(), &raw mut result));
            drugner_context_destroy(context);
        }
        drugner_model_release(model);
    }
}
