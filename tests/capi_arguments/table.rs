//! Rows of hostile arguments, and the memory that they point to.

use drugner::capi::*;

/// Function, what is wrong with its arguments, what it must return, the call. Functions without a status return
/// [`DRUGNER_OK`] here when they answer as documented.
pub type Row = (&'static str, &'static str, drugner_status, Box<dyn Fn() -> drugner_status>);

/// Memory of any alignment and with any `struct_size`: `[u64; N]`, at an odd address.
#[repr(align(64))]
pub struct Bytes([u8; 4096]);

impl Bytes {
    pub fn leak(struct_size: usize) -> *mut u8 {
        let mut bytes = Box::new(Self([0; 4096]));
        bytes.0[..8].copy_from_slice(&struct_size.to_le_bytes());
        Box::leak(bytes).0.as_mut_ptr()
    }
}

/// A struct at an address that its type does not allow.
pub fn odd<T>() -> *mut T {
    Bytes::leak(64).wrapping_add(1).cast()
}

/// A struct that declares `size` bytes.
pub fn sized<T>(size: usize) -> *mut T {
    Bytes::leak(size).cast()
}

/// A struct of a later version that sets a field which this one does not know.
pub fn later<T>() -> *mut T {
    let bytes = Bytes::leak(1024);
    // SAFETY: the memory has 4096 bytes.
    unsafe { bytes.add(1023).write(1) };
    bytes.cast()
}

/// The sizes that no struct of any release has.
pub const BAD_SIZES: [usize; 5] = [0, 1, 7, 4097, usize::MAX];

pub struct Table(pub Vec<Row>);

impl Table {
    pub fn add(
        &mut self,
        function: &'static str,
        what: &'static str,
        expected: drugner_status,
        call: impl Fn() -> drugner_status + 'static,
    ) {
        self.0.push((function, what, expected, Box::new(call)));
    }

    /// Rows for a struct argument: misaligned, of every bad size, and of a later version if it is an input.
    pub fn add_struct<T: 'static>(
        &mut self,
        function: &'static str,
        input: bool,
        call: impl Fn(*mut T) -> drugner_status + Clone + 'static,
    ) {
        let with = |pointer: *mut T| {
            let call = call.clone();
            move || call(pointer)
        };
        self.add(function, "a misaligned struct", DRUGNER_E_INVALID_ARGUMENT, with(odd()));
        for size in BAD_SIZES {
            self.add(function, "a bad struct_size", DRUGNER_E_INVALID_ARGUMENT, with(sized(size)));
        }
        if input {
            self.add(function, "an unknown field", DRUGNER_E_UNSUPPORTED, with(later()));
        }
    }
}

pub fn truth(condition: bool) -> drugner_status {
    if condition { DRUGNER_OK } else { DRUGNER_E_INTERNAL }
}

pub fn is_text(text: *const std::ffi::c_char) -> drugner_status {
    // SAFETY: the functions return static, NUL-terminated strings.
    truth(!text.is_null() && unsafe { std::ffi::CStr::from_ptr(text) }.to_str().is_ok())
}

pub fn out<T>() -> *mut T {
    Bytes::leak(64).cast()
}
