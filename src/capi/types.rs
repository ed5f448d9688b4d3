//! What the structs of the C API share: strings, the `struct_size` rule, and pinned layouts.

use super::guard;
use crate::{Error, Status};
use std::ffi::c_char;
use std::ptr;

/// Borrowed UTF-8 string: pointer and length in bytes, not NUL-terminated.
///
/// As an output it stays valid as long as the object that it came from. `{NULL, 0}` is the empty string.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct drugner_str {
    /// First byte.
    pub data: *const c_char,
    /// Number of bytes.
    pub len: usize,
}

impl drugner_str {
    /// Borrows `text`; the caller of the C function keeps the owner of `text` alive.
    pub(super) fn borrow(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }
}

/// Pins size and field offsets of a public struct on 64-bit machines: no padding, no change by accident.
macro_rules! pin_layout {
    ($type:ty, $size:literal, { $($field:ident: $offset:literal),+ $(,)? }) => {
        #[cfg(target_pointer_width = "64")]
        const _: () = {
            assert!(size_of::<$type>() == $size);
            $(assert!(std::mem::offset_of!($type, $field) == $offset);)+
        };
    };
}
pub(super) use pin_layout;

pin_layout!(drugner_str, 16, { data: 0, len: 8 });

/// A public struct that begins with `struct_size` and grows at its end.
///
/// # Safety
/// The type is `repr(C)`, begins with a `usize`, has no padding, and every bit pattern is a value of it. Its default
/// has the size of the type in `struct_size`.
pub(super) unsafe trait Sized: Copy + Default {
    /// Size in the first release; a caller that declares less is in error.
    const FIRST_SIZE: usize;
}

/// No struct of this API comes near it; a larger `struct_size` is uninitialised memory.
const LARGEST_STRUCT: usize = 4096;

/// Reads `struct_size` and checks it.
///
/// # Safety
/// `pointer` is aligned and points to a `struct_size`.
unsafe fn declared_size<T: Sized>(pointer: *const T) -> Result<usize, Error> {
    // SAFETY: this function's contract; the field comes first.
    let declared = unsafe { pointer.cast::<usize>().read() };
    if (T::FIRST_SIZE..=LARGEST_STRUCT).contains(&declared) {
        Ok(declared)
    } else {
        Err(Error::new(
            Status::InvalidArgument,
            "struct_size is wrong: initialise the struct with its _INIT macro",
        ))
    }
}

/// Reads an input struct as far as the caller declares it; NULL gives the defaults.
///
/// # Safety
/// `pointer` is NULL or points to `struct_size` readable bytes.
pub(super) unsafe fn read_sized<T: Sized>(pointer: *const T) -> Result<T, Error> {
    let mut value = T::default();
    if pointer.is_null() {
        return Ok(value);
    }
    guard::check_aligned(pointer)?;
    // SAFETY: aligned, not NULL, readable by contract.
    let declared = unsafe { declared_size(pointer)? };
    let known = declared.min(size_of::<T>());
    // SAFETY: `declared` bytes are readable by contract and `value` has room for `known` of them.
    unsafe { ptr::copy_nonoverlapping(pointer.cast::<u8>(), (&raw mut value).cast::<u8>(), known) };
    // SAFETY: the range known..declared lies within the declared bytes.
    let surplus = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>().add(known), declared - known) };
    if surplus.iter().any(|&byte| byte != 0) {
        return Err(Error::new(
            Status::Unsupported,
            "the struct sets a field that this version of the library does not know",
        ));
    }
    Ok(value)
}

/// An output struct that has been checked and can be written without failing.
pub(super) struct SizedOut<T> {
    pointer: *mut T,
    declared: usize,
}

impl<T: Sized> SizedOut<T> {
    /// Checks an output struct.
    ///
    /// # Safety
    /// `pointer` is NULL or points to `struct_size` bytes that stay writable while the result lives.
    pub(super) unsafe fn new(pointer: *mut T, if_null: &'static str) -> Result<Self, Error> {
        guard::check_pointer(pointer, if_null)?;
        // SAFETY: checked above, readable by contract.
        let declared = unsafe { declared_size(pointer)? };
        Ok(Self { pointer, declared })
    }

    /// Writes all fields but `struct_size`, as far as the caller declares them, and zeros what it declares beyond.
    pub(super) fn write(self, value: &T) {
        let first = size_of::<usize>();
        let known = self.declared.min(size_of::<T>());
        let target = self.pointer.cast::<u8>();
        // SAFETY: `declared` bytes are writable by the contract of `new`, `known` is at most that and at most the
        // size of `value`; `value` is a reference of this library and does not overlap the caller's struct.
        unsafe {
            ptr::copy_nonoverlapping(
                ptr::from_ref(value).cast::<u8>().add(first),
                target.add(first),
                known - first,
            );
            ptr::write_bytes(target.add(known), 0, self.declared - known);
        }
    }
}

/// Body of the `_init` functions: writes the defaults into `size` bytes.
///
/// # Safety
/// `pointer` is NULL or points to `size` writable bytes.
pub(super) unsafe fn init_sized<T: Sized>(pointer: *mut T, size: usize) {
    let size_fits = (T::FIRST_SIZE..=LARGEST_STRUCT).contains(&size);
    if !size_fits || guard::check_pointer(pointer, "").is_err() {
        return;
    }
    // SAFETY: aligned, not NULL, writable by contract; `struct_size` comes first.
    unsafe { pointer.cast::<usize>().write(size) };
    SizedOut { pointer, declared: size }.write(&T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A struct that this library knows with three fields, of which the first release had two.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Grown {
        struct_size: usize,
        first: u64,
        second: u64,
    }

    // SAFETY: repr(C), begins with usize, three words without padding, integers only.
    unsafe impl Sized for Grown {
        const FIRST_SIZE: usize = size_of::<usize>() + 8;
    }

    impl Default for Grown {
        fn default() -> Self {
            Self { struct_size: size_of::<Self>(), first: 1, second: 2 }
        }
    }

    fn read(words: &[u64]) -> Result<Grown, Status> {
        // SAFETY: the tests declare no more bytes than `words` has.
        unsafe { read_sized(words.as_ptr().cast::<Grown>()) }.map_err(|error| error.status)
    }

    #[test]
    fn input_is_read_as_far_as_declared() {
        let old = read(&[16, 7]).unwrap();
        assert_eq!((old.first, old.second), (7, 2), "a field that the caller does not know has its default");
        let same = read(&[24, 7, 8]).unwrap();
        assert_eq!((same.first, same.second), (7, 8));
        let newer = read(&[32, 7, 8, 0]).unwrap();
        assert_eq!((newer.first, newer.second), (7, 8));
        assert_eq!(read(&[32, 7, 8, 1]), Err(Status::Unsupported), "an unknown field is set");
        assert_eq!(read(&[15, 7]), Err(Status::InvalidArgument), "smaller than the first release");
        assert_eq!(read(&[0, 7]), Err(Status::InvalidArgument), "not initialised");
        assert_eq!(read(&[u64::MAX, 7]), Err(Status::InvalidArgument), "not initialised");
    }

    #[test]
    fn output_is_written_as_far_as_declared() {
        let value = Grown { struct_size: 0, first: 7, second: 8 };
        for (declared, expected) in [(16, [16, 7, 9, 9]), (24, [24, 7, 8, 9]), (32, [32, 7, 8, 0])] {
            let mut words = [declared, 9, 9, 9u64];
            // SAFETY: `words` has 32 bytes.
            let out = unsafe { SizedOut::new(words.as_mut_ptr().cast::<Grown>(), "") }.unwrap();
            out.write(&value);
            assert_eq!(words, expected);
        }
    }
}
