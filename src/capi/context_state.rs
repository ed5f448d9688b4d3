//! `drugner_context`: one user at a time, and the state that this user may touch.

use super::guard;
use super::status::{DRUGNER_E_BUSY, drugner_error, drugner_status};
use crate::{Context, ContextOptions, Error, Model, Status};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Scratch memory for calls on one model: one user at a time, on any thread.
///
/// Create one per thread, or keep a pool.
#[repr(align(64))]
pub struct drugner_context {
    /// True while a call runs. Checked before anything borrows `state`.
    pub(super) busy: AtomicBool,
    pub(super) state: UnsafeCell<State>,
}

/// What the holder of `busy` may touch.
pub(super) struct State {
    /// `None` after a defect: the context is poisoned, its scratch already wiped and gone.
    pub(super) context: Option<Context>,
    pub(super) model: Model,
    pub(super) options: ContextOptions,
    pub(super) memory: Memory,
    pub(super) last_error: drugner_error,
}

/// Where a context lies.
#[derive(Clone, Copy)]
pub(super) enum Memory {
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

impl State {
    /// The context, unless it is poisoned.
    pub(super) fn context(&mut self) -> Result<&mut Context, Error> {
        let poisoned =
            || Error::new(Status::Poisoned, "an earlier call failed inside the library; reset the context");
        self.context.as_mut().ok_or_else(poisoned)
    }

    /// Replaces the context by a new one in the same memory.
    pub(super) fn rebuild(&mut self) -> Result<(), Error> {
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
pub(super) struct Lock<'a>(&'a drugner_context);

impl<'a> Lock<'a> {
    pub(super) fn acquire(context: &'a drugner_context) -> Option<Self> {
        let was_busy = context.busy.swap(true, Ordering::Acquire);
        // Lazily: a lock that is made and dropped would free the flag of its holder.
        (!was_busy).then(|| Self(context))
    }

    pub(super) fn state(&mut self) -> &mut State {
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
