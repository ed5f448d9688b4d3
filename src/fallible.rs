//! Allocation that fails with [`Status::OutOfMemory`] where the standard library would end the process.
//!
//! Everything that opening a model or creating a context allocates comes from here or from `try_reserve`.

use crate::{Error, Status};
use std::alloc::{Layout, alloc};
use std::borrow::Cow;
use std::fmt::{self, Write};
#[cfg(any(feature = "capi", test))]
use std::mem::offset_of;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

/// The error of a failed allocation.
pub fn out_of_memory() -> Error {
    Error::new(Status::OutOfMemory, "out of memory")
}

/// A vector of the elements of an iterator that knows their number.
pub fn collect<T>(elements: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>, Error> {
    try_collect(elements.map(Ok))
}

/// Like [`collect`], up to the first error.
pub fn try_collect<T>(elements: impl ExactSizeIterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let mut out = Vec::new();
    out.try_reserve_exact(elements.len()).map_err(|_| out_of_memory())?;
    for element in elements.take(out.capacity()) {
        out.push(element?);
    }
    Ok(out)
}

/// A copy of `text`.
pub fn string(text: &str) -> Result<String, Error> {
    let mut out = String::new();
    out.try_reserve_exact(text.len()).map_err(|_| out_of_memory())?;
    out.push_str(text);
    Ok(out)
}

/// Formats, or takes `otherwise` when there is no memory for it.
pub fn format(text: fmt::Arguments<'_>, otherwise: &'static str) -> Cow<'static, str> {
    struct Growing(String);
    impl Write for Growing {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.try_reserve(text.len()).map_err(|_| fmt::Error)?;
            self.0.push_str(text);
            Ok(())
        }
    }
    let mut out = Growing(String::new());
    match out.write_fmt(text) {
        Ok(()) => Cow::Owned(out.0),
        Err(fmt::Error) => Cow::Borrowed(otherwise),
    }
}

/// `Box::new`; `value` is dropped when there is no memory.
pub fn boxed<T>(value: T) -> Result<Box<T>, Error> {
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        return Ok(Box::new(value));
    }
    // SAFETY: the layout is not empty.
    let memory = NonNull::new(unsafe { alloc(layout) }.cast::<T>()).ok_or_else(out_of_memory)?;
    // SAFETY: `memory` is new, of the layout of `T`, from the global allocator, which is what a box holds.
    unsafe {
        memory.write(value);
        Ok(Box::from_raw(memory.as_ptr()))
    }
}

/// A value shared by counted references, as `std::sync::Arc`, without weak ones.
pub struct Shared<T> {
    memory: NonNull<Counted<T>>,
}

struct Counted<T> {
    references: AtomicUsize,
    value: T,
}

// SAFETY: references give shared access to the value from any thread, and the last one drops it on its own.
unsafe impl<T: Send + Sync> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// The first reference; `value` is dropped when there is no memory.
    pub fn new(value: T) -> Result<Self, Error> {
        let counted = boxed(Counted { references: AtomicUsize::new(1), value })?;
        Ok(Self { memory: NonNull::from(Box::leak(counted)) })
    }

    /// Gives up the reference as a pointer to the value, to be taken back with [`from_raw`](Self::from_raw).
    #[cfg(any(feature = "capi", test))]
    pub fn into_raw(self) -> *const T {
        let memory = self.memory;
        std::mem::forget(self);
        // SAFETY: the reference was live; the place of the field is not read.
        unsafe { &raw const (*memory.as_ptr()).value }
    }

    /// Takes a reference back.
    ///
    /// # Safety
    /// `value` comes from [`into_raw`](Self::into_raw), and this reference has not been taken back.
    #[cfg(any(feature = "capi", test))]
    pub unsafe fn from_raw(value: *const T) -> Self {
        // SAFETY: the value is a field of `Counted` at this offset.
        let counted = unsafe { value.byte_sub(offset_of!(Counted<T>, value)) };
        // SAFETY: a pointer into live memory is not null.
        Self { memory: unsafe { NonNull::new_unchecked(counted.cast::<Counted<T>>().cast_mut()) } }
    }

    fn counted(&self) -> &Counted<T> {
        // SAFETY: the value lives as long as a reference.
        unsafe { self.memory.as_ref() }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        let before = self.counted().references.fetch_add(1, Ordering::Relaxed);
        if before > isize::MAX as usize {
            // Only a program that leaks references gets here; a count that wraps would free memory in use.
            std::process::abort();
        }
        Self { memory: self.memory }
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        if self.counted().references.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        // What other threads did with the value happened before it is dropped.
        fence(Ordering::Acquire);
        // SAFETY: this was the last reference, and `new` leaked a box.
        drop(unsafe { Box::from_raw(self.memory.as_ptr()) });
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.counted().value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_last_reference_drops_the_value() {
        let value = Arc::new(());
        let first = Shared::new((7u8, Arc::clone(&value))).unwrap();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let reference = first.clone();
                std::thread::spawn(move || (0..1000).map(|_| reference.clone().0).max())
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == Some(7)));
        let raw = first.clone().into_raw();
        drop(first);
        assert_eq!(Arc::strong_count(&value), 2);
        // SAFETY: `raw` is a reference that was given up.
        let last = unsafe { Shared::from_raw(raw) };
        drop(last);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn collections_have_what_was_put_in() {
        assert_eq!(collect([1, 2, 3].into_iter()).unwrap(), [1, 2, 3]);
        let failing = [Ok(1), Err(out_of_memory()), Ok(3)];
        assert_eq!(try_collect(failing.into_iter()).unwrap_err().status, Status::OutOfMemory);
        assert_eq!(string("aspirin").unwrap(), "aspirin");
        assert_eq!(format(format_args!("{}-{}", 5, "FU"), ""), "5-FU");
        assert_eq!(*boxed(7).unwrap(), 7);
        assert_eq!(*boxed([(); 2]).unwrap(), [(); 2]);
    }
}
