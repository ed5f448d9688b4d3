//! `drugner_context`: scratch memory with one user at a time.

use super::guard;
use super::model_open::{drugner_model, model};
use super::status::{DRUGNER_E_BUSY, drugner_error, drugner_status};
use super::types::{Sized, SizedOut, init_sized, pin_layout, read_sized};
use crate::{Context, ContextOptions, Error, InvalidText, Model, Status};
use std::alloc::{Layout, alloc, dealloc};
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::mem::offset_of;
use std::sync::atomic::{AtomicBool, Ordering};

/// Scratch memory for calls on one model: one user at a time, on any thread.
///
/// Create one per thread, or keep a pool.
#[repr(align(64))]
pub struct drugner_context {
    /// True while a call runs. Checked before anything borrows `state`.
    busy: AtomicBool,
    state: UnsafeCell<State>,
}

/// What the holder of `busy` may touch.
pub(super) struct State {
    /// `None` after a defect: the context is poisoned, its scratch already wiped and gone.
    context: Option<Context>,
    model: Model,
    options: ContextOptions,
    memory: Memory,
    last_error: drugner_error,
}

/// Where a context lies.
#[derive(Clone, Copy)]
enum Memory {
    /// Both the handle and the scratch are the library's.
    Own,
    /// The caller's memory holds the handle and behind it, from `arena` on, the scratch.
    Placed { arena: *mut u8, bytes: usize },
}

// The header promises that a context may be used and destroyed on any thread.
const _: () = {
    const fn moves_between_threads<T: Send>() {}
    moves_between_threads::<Context>();
};

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

impl State {
    /// The context, unless it is poisoned.
    pub(super) fn context(&mut self) -> Result<&mut Context, Error> {
        let poisoned =
            || Error::new(Status::Poisoned, "an earlier call failed inside the library; reset the context");
        self.context.as_mut().ok_or_else(poisoned)
    }

    /// Replaces the context by a new one in the same memory.
    fn rebuild(&mut self) -> Result<(), Error> {
        self.context = None;
        let context = match self.memory {
            Memory::Own => Context::new(&self.model, &self.options)?,
            // SAFETY: `place` was given this memory for the life of the handle, and the context that used it is
            // gone.
            Memory::Placed { arena, bytes } => unsafe {
                Context::init_in(arena, bytes, &self.model, &self.options)?
            },
        };
        self.context = Some(context);
        Ok(())
    }
}

/// The right to use the state of a context.
struct Lock<'a>(&'a drugner_context);

impl<'a> Lock<'a> {
    fn acquire(context: &'a drugner_context) -> Option<Self> {
        let was_busy = context.busy.swap(true, Ordering::Acquire);
        // Lazily: a lock that is made and dropped would free the flag of its holder.
        (!was_busy).then(|| Self(context))
    }

    fn state(&mut self) -> &mut State {
        // SAFETY: the flag is ours, so no other thread borrows the state, and `&mut self` excludes ourselves.
        unsafe { &mut *self.0.state.get() }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

/// Runs `body` with exclusive use of the context and keeps its error.
///
/// A second caller at the same time gets `DRUGNER_E_BUSY`. A panic in `body` poisons the context.
///
/// # Safety
/// `context` is NULL or a live handle.
pub(super) unsafe fn exclusive(
    context: *const drugner_context,
    body: impl FnOnce(&mut State) -> Result<(), Error>,
) -> drugner_status {
    // SAFETY: this function's contract. The reference is shared; what changes lies in cells.
    let context = match unsafe { guard::object(context, "context is NULL") } {
        Ok(context) => context,
        Err(error) => return error.status as drugner_status,
    };
    let Some(mut lock) = Lock::acquire(context) else { return DRUGNER_E_BUSY };
    let state = lock.state();
    let result = guard::value(Err(guard::internal()), || body(state));
    if matches!(&result, Err(error) if error.status == Status::Internal) {
        guard::value((), || state.context = None);
    }
    state.last_error = result.as_ref().err().map(drugner_error::from).unwrap_or_default();
    state.last_error.status
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

/// Creates a context in memory of the library. The context holds a reference to the model.
///
/// On success `*out` is the only owner; end it with drugner_context_destroy.
///
/// Errors: OUT_OF_MEMORY, LIMIT, INVALID_ARGUMENT, UNSUPPORTED, NULL_POINTER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_create(
    model: *const drugner_model,
    options: *const drugner_context_options,
    out: *mut *mut drugner_context,
    error: *mut drugner_error,
) -> drugner_status {
    let body = || {
        guard::check_pointer(out, "out is NULL")?;
        // SAFETY: caller's contract.
        let (model, options) = unsafe { arguments(model, options)? };
        let layout = Layout::new::<drugner_context>();
        let context = Context::new(model, &options)?;
        // SAFETY: the layout is not empty.
        let handle = unsafe { alloc(layout) }.cast::<drugner_context>();
        if handle.is_null() {
            return Err(Error::new(Status::OutOfMemory, "no memory for a context"));
        }
        // SAFETY: `handle` is new memory of the right layout; `out` was checked.
        unsafe {
            handle.write(new_context(context, model, options, Memory::Own));
            out.write(handle);
        }
        Ok(())
    };
    // SAFETY: caller's contract.
    unsafe { guard::status(error, body) }
}

/// Stores in `*bytes` how much memory drugner_context_init needs for this model and these options.
///
/// Errors: NULL_POINTER, INVALID_ARGUMENT, UNSUPPORTED, LIMIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_size(
    model: *const drugner_model,
    options: *const drugner_context_options,
    bytes: *mut usize,
) -> drugner_status {
    guard::plain_status(|| {
        guard::check_pointer(bytes, "bytes is NULL")?;
        // SAFETY: caller's contract.
        let (model, options) = unsafe { arguments(model, options)? };
        let size = size_of::<drugner_context>() + Context::arena_size(model, &options)?;
        // SAFETY: checked above, writable by contract.
        unsafe { bytes.write(size) };
        Ok(())
    })
}

/// Creates a context inside the caller's memory; its scratch is not allocated by the library.
///
/// `memory` is aligned to 64 bytes and has at least drugner_context_size bytes; it belongs to the context until
/// drugner_context_destroy, which does not free it.
///
/// Errors: BUFFER_TOO_SMALL, INVALID_ARGUMENT (alignment too), LIMIT, UNSUPPORTED, NULL_POINTER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_init(
    memory: *mut c_void,
    bytes: usize,
    model: *const drugner_model,
    options: *const drugner_context_options,
    out: *mut *mut drugner_context,
    error: *mut drugner_error,
) -> drugner_status {
    let body = || {
        guard::check_pointer(out, "out is NULL")?;
        let handle = memory.cast::<drugner_context>();
        guard::check_pointer(handle, "memory is NULL")?;
        // SAFETY: caller's contract.
        let (model, options) = unsafe { arguments(model, options)? };
        let head = size_of::<drugner_context>();
        let arena_bytes = match bytes.checked_sub(head) {
            Some(rest) if rest >= Context::arena_size(model, &options)? => rest,
            _ => {
                return Err(Error::new(
                    Status::BufferTooSmall,
                    "memory is smaller than drugner_context_size",
                ));
            }
        };
        // SAFETY: the caller gives `bytes` bytes; `head` of them are the handle, whose size is a multiple of its
        // alignment of 64, the rest is the arena. `out` was checked.
        unsafe {
            let arena = memory.cast::<u8>().add(head);
            let context = Context::init_in(arena, arena_bytes, model, &options)?;
            handle.write(new_context(context, model, options, Memory::Placed { arena, bytes: arena_bytes }));
            out.write(handle);
        }
        Ok(())
    };
    // SAFETY: caller's contract.
    unsafe { guard::status(error, body) }
}

/// Model and options of a context.
///
/// # Safety
/// `handle` is NULL or a live handle, `options` is NULL or follows the `struct_size` rule.
unsafe fn arguments<'a>(
    handle: *const drugner_model,
    options: *const drugner_context_options,
) -> Result<(&'a Model, ContextOptions), Error> {
    // SAFETY: this function's contract.
    let (model, options) = unsafe { (model(handle)?, read_sized(options)?) };
    Ok((model, ContextOptions::try_from(&options)?))
}

fn new_context(context: Context, model: &Model, options: ContextOptions, memory: Memory) -> drugner_context {
    let state = State {
        context: Some(context),
        model: model.clone(),
        options,
        memory,
        last_error: drugner_error::default(),
    };
    drugner_context { busy: AtomicBool::new(false), state: UnsafeCell::new(state) }
}

/// Wipes the context and makes it as new, in the same memory; also after DRUGNER_E_INTERNAL.
///
/// Spans of earlier results become invalid.
///
/// Errors: NULL_POINTER, BUSY; OUT_OF_MEMORY for a context not in the caller's memory, which leaves it poisoned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_reset(context: *mut drugner_context) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe { exclusive(context, State::rebuild) }
}

/// Overwrites all scratch memory, which holds traces of the last text, with zeros. reset and destroy do so, too.
///
/// Spans of earlier results become invalid.
///
/// Errors: NULL_POINTER, BUSY. A poisoned context has been wiped when the defect was caught.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_wipe(context: *mut drugner_context) -> drugner_status {
    // SAFETY: caller's contract.
    unsafe {
        exclusive(context, |state| {
            if let Some(context) = &mut state.context {
                context.wipe();
            }
            Ok(())
        })
    }
}

/// Wipes and ends the context and drops its reference to the model. NULL is allowed.
///
/// Do not destroy a context during a call on it: that call finishes unharmed, but the context then leaks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_destroy(context: *mut drugner_context) {
    guard::value((), || {
        // SAFETY: caller's contract.
        let Ok(shared) = (unsafe { guard::object(context, "") }) else { return };
        let Some(mut lock) = Lock::acquire(shared) else { return };
        let memory = lock.state().memory;
        // The flag stays set: a late call on a handle in the caller's memory is refused as busy.
        std::mem::forget(lock);
        // SAFETY: nobody else holds the flag, and the caller gives the handle up.
        unsafe { (*shared.state.get()).context = None };
        // SAFETY: as above; the state is not used any more.
        unsafe { shared.state.get().drop_in_place() };
        if let Memory::Own = memory {
            // SAFETY: drugner_context_create allocated the handle with this layout.
            unsafe { dealloc(context.cast::<u8>(), Layout::new::<drugner_context>()) };
        }
    });
}

/// Copies what the last call on this context (except this function, and calls that were BUSY) reported.
///
/// After a success `out->status` is DRUGNER_OK. Keeps the position of an INVALID_TEXT error, for example.
///
/// Errors: NULL_POINTER, BUSY, INVALID_ARGUMENT (struct_size of `out`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn drugner_context_last_error(
    context: *const drugner_context,
    out: *mut drugner_error,
) -> drugner_status {
    guard::plain_status(|| {
        // SAFETY: caller's contract.
        let (context, out) =
            unsafe { (guard::object(context, "context is NULL")?, SizedOut::new(out, "out is NULL")?) };
        let Some(mut lock) = Lock::acquire(context) else {
            return Err(Error::new(Status::Busy, "the context is in use by another thread"));
        };
        out.write(&lock.state().last_error);
        Ok(())
    })
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;
    use crate::capi::*;
    use std::ptr;

    fn context() -> *mut drugner_context {
        let (mut model, mut context) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: all pointers live.
        unsafe {
            assert_eq!(drugner_model_open_default(ptr::null(), &raw mut model, ptr::null_mut()), DRUGNER_OK);
            let status = drugner_context_create(model, ptr::null(), &raw mut context, ptr::null_mut());
            assert_eq!(status, DRUGNER_OK);
            drugner_model_release(model);
        }
        context
    }

    #[test]
    fn panic_poisons_until_reset() {
        let context = context();
        let mut result = drugner_result::default();
        let mut error = drugner_error::default();
        let mut find = || {
            // SAFETY: all pointers live.
            unsafe { drugner_find_utf8(context, c"aspirin".as_ptr(), 7, &raw mut result) }
        };
        assert_eq!(find(), DRUGNER_OK);
        // SAFETY: the context lives.
        unsafe {
            assert_eq!(exclusive(context, |_| panic!("defect")), DRUGNER_E_INTERNAL);
            assert_eq!(drugner_context_last_error(context, &raw mut error), DRUGNER_OK);
            assert_eq!(error.status, DRUGNER_E_INTERNAL);
            assert_eq!(find(), DRUGNER_E_POISONED);
            assert_eq!(drugner_context_wipe(context), DRUGNER_OK);
            assert_eq!(find(), DRUGNER_E_POISONED);
            assert_eq!(drugner_context_reset(context), DRUGNER_OK);
            assert_eq!(find(), DRUGNER_OK);
            drugner_context_destroy(context);
        }
    }

    #[test]
    fn second_user_is_refused() {
        let context = context();
        let mut error = drugner_error::default();
        // SAFETY: the context lives; the calls inside go through the handle, as another thread would.
        unsafe {
            let status = exclusive(context, |_| {
                assert_eq!(drugner_context_reset(context), DRUGNER_E_BUSY);
                assert_eq!(drugner_context_last_error(context, &raw mut error), DRUGNER_E_BUSY);
                drugner_context_destroy(context);
                Ok(())
            });
            assert_eq!(status, DRUGNER_OK);
            assert_eq!(drugner_context_reset(context), DRUGNER_OK);
            drugner_context_destroy(context);
        }
    }
}
