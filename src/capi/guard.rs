//! The boundary between C and Rust: panics stop here, pointers are checked here.

use super::status::{drugner_error, drugner_status};
use super::types::SizedOut;
use crate::{Error, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest text in units, so that every offset fits a signed 32-bit integer.
const LONGEST_TEXT: usize = i32::MAX as usize;

/// Runs `body`; a panic inside it gives `if_panic`.
///
/// The payload of the panic is not looked at: it could quote input.
pub(super) fn value<T>(if_panic: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(if_panic)
}

/// Runs `body` and turns its error, or its panic, into a status.
pub(super) fn plain_status(body: impl FnOnce() -> Result<(), Error>) -> drugner_status {
    match value(Err(internal()), body) {
        Ok(()) => Status::Ok as drugner_status,
        Err(error) => error.status as drugner_status,
    }
}

/// Like [`plain_status`], and describes the failure in `error` if that is not NULL.
///
/// An `error` that is not NULL and not initialised fails the call before `body` runs, so that the mistake shows
/// in the first test and not in the first failure.
///
/// # Safety
/// `error` is NULL or points to `error.struct_size` writable bytes.
pub(super) unsafe fn status(
    error: *mut drugner_error,
    body: impl FnOnce() -> Result<(), Error>,
) -> drugner_status {
    let mut failure = None;
    let status = plain_status(|| {
        let report = match error.is_null() {
            true => None,
            // SAFETY: this function's contract.
            false => Some(unsafe { SizedOut::new(error, "")? }),
        };
        let result = value(Err(internal()), body);
        if let (Some(report), Err(error)) = (report, &result) {
            failure = Some((report, drugner_error::from(error)));
        }
        result
    });
    if let Some((report, description)) = failure {
        report.write(&description);
    }
    status
}

/// The error of a caught panic.
pub(super) fn internal() -> Error {
    Error::new(Status::Internal, "a defect in the library was caught; please report it")
}

/// Refuses NULL and misaligned pointers.
pub(super) fn check_pointer<T>(pointer: *const T, if_null: &'static str) -> Result<(), Error> {
    if pointer.is_null() { Err(Error::new(Status::NullPointer, if_null)) } else { check_aligned(pointer) }
}

/// Refuses misaligned pointers.
pub(super) fn check_aligned<T>(pointer: *const T) -> Result<(), Error> {
    if pointer.is_aligned() {
        Ok(())
    } else {
        Err(Error::new(Status::InvalidArgument, "a pointer is not aligned for its type"))
    }
}

/// The object behind a handle.
///
/// # Safety
/// `pointer` is NULL or points to a `T` that lives and is not mutated during `'a`.
pub(super) unsafe fn object<'a, T>(pointer: *const T, if_null: &'static str) -> Result<&'a T, Error> {
    check_pointer(pointer, if_null)?;
    // SAFETY: not NULL and aligned, alive by contract.
    Ok(unsafe { &*pointer })
}

/// The slice behind (pointer, length); (NULL, 0) is the empty slice.
///
/// # Safety
/// `pointer` is NULL or points to `len` elements that live and are not mutated during `'a`; every bit pattern is
/// a value of `T`.
pub(super) unsafe fn slice<'a, T>(
    pointer: *const T,
    len: usize,
    if_null: &'static str,
) -> Result<&'a [T], Error> {
    if len == 0 {
        return Ok(&[]);
    }
    check_pointer(pointer, if_null)?;
    if len > isize::MAX as usize / size_of::<T>() {
        return Err(Error::new(Status::InvalidArgument, "a length exceeds the address space"));
    }
    // SAFETY: not NULL, aligned, shorter than isize::MAX bytes; the rest is this function's contract.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// The text behind (pointer, length).
///
/// # Safety
/// As for [`slice`].
pub(super) unsafe fn text<'a, T>(pointer: *const T, len: usize) -> Result<&'a [T], Error> {
    if len > LONGEST_TEXT {
        return Err(Error::new(Status::TextTooLong, "the text is longer than 2147483647 units"));
    }
    // SAFETY: this function's contract.
    unsafe { slice(pointer, len, "text is NULL and its length is not 0") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capi::{DRUGNER_E_INTERNAL, DRUGNER_E_INVALID_ARGUMENT, DRUGNER_OK};

    #[test]
    fn panic_becomes_a_status_and_its_text_stays_inside() {
        let mut error = drugner_error::default();
        // SAFETY: `error` is initialised.
        let status = unsafe { status(&raw mut error, || panic!("Pt. John Doe, warfarin")) };
        assert_eq!((status, error.status), (DRUGNER_E_INTERNAL, DRUGNER_E_INTERNAL));
        assert!(!error.message().contains("John"), "{}", error.message());
        assert_eq!(plain_status(|| panic!("again")), DRUGNER_E_INTERNAL);
        assert_eq!(value(5, || panic!("and again")), 5);
    }

    #[test]
    fn uninitialised_error_struct_fails_before_the_call() {
        let mut error = drugner_error { struct_size: 0, ..Default::default() };
        // SAFETY: `error` is a whole struct, only its declared size is wrong.
        let failed = unsafe { status(&raw mut error, || unreachable!("the body runs")) };
        assert_eq!(failed, DRUGNER_E_INVALID_ARGUMENT);
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { status(std::ptr::null_mut(), || Ok(())) }, DRUGNER_OK);
    }

    #[test]
    fn slices_are_checked() {
        let words = [1u16, 2, 3];
        // SAFETY: (pointer, length) are those of `words`, or are refused before they are used.
        unsafe {
            assert_eq!(slice(words.as_ptr(), 3, "").unwrap(), words);
            assert!(slice::<u16>(std::ptr::null(), 0, "").unwrap().is_empty());
            assert_eq!(slice::<u16>(std::ptr::null(), 1, "").unwrap_err().status, Status::NullPointer);
            let odd = words.as_ptr().byte_add(1);
            assert_eq!(slice(odd, 1, "").unwrap_err().status, Status::InvalidArgument);
            assert_eq!(
                slice(words.as_ptr(), usize::MAX / 2, "").unwrap_err().status,
                Status::InvalidArgument
            );
            assert_eq!(text(words.as_ptr(), 1 << 31).unwrap_err().status, Status::TextTooLong);
        }
    }
}
