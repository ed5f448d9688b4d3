//! The functions that create, reset, wipe and end contexts.

use super::context_options::drugner_context_options;
use super::context_state::{Lock, Memory, State, drugner_context, exclusive};
use super::guard;
use super::model_open::{drugner_model, model};
use super::status::{drugner_error, drugner_status};
use super::types::{SizedOut, read_sized};
use crate::{Context, ContextOptions, Error, Model, Status};
use std::alloc::{Layout, alloc, dealloc};
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::sync::atomic::AtomicBool;

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

/// Overwrites all scratch memory, which holds traces of the texts before, with zeros. reset and destroy do so, too.
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
