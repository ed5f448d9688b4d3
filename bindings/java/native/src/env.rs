//! The few functions of the JNI that the binding uses.

use drugner::capi::{DRUGNER_E_INTERNAL, DRUGNER_OK, drugner_error, drugner_status};
use jni_sys::{JNIEnv, JNINativeInterface_, jbyteArray, jclass, jint, jintArray, jlong, jlongArray, jstring};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

/// Units that one call copies out of a string: the collector waits for no more than that.
const BLOCK: i32 = 1 << 15;

/// The environment of the calling thread.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Env(NonNull<JNIEnv>);

/// First parameter of a static method, not used.
pub(crate) type Class = jclass;

impl Env {
    fn raw(self) -> *mut JNIEnv {
        self.0.as_ptr()
    }

    fn table(&self) -> &JNINativeInterface_ {
        // SAFETY: the virtual machine passes a pointer to a table that lives as long as the thread.
        unsafe { &**self.0.as_ptr() }
    }

    /// Number of UTF-16 units of a string.
    pub(crate) fn string_length(self, string: jstring) -> usize {
        // SAFETY: a live string, see the crate.
        unsafe { (self.table().v1_2.GetStringLength)(self.raw(), string) }.unsigned_abs() as usize
    }

    /// Copies the units of a string from `from` on; `out` is as long as that part.
    pub(crate) fn string_region(self, string: jstring, from: usize, out: &mut [u16]) {
        for (block, units) in out.chunks_mut(BLOCK as usize).enumerate() {
            let start = from as jint + block as jint * BLOCK;
            // SAFETY: a live string; the caller took its length, so the region lies inside.
            unsafe {
                (self.table().v1_2.GetStringRegion)(
                    self.raw(),
                    string,
                    start,
                    units.len() as jint,
                    units.as_mut_ptr(),
                );
            }
        }
    }

    fn array_length(self, array: jni_sys::jarray) -> usize {
        // SAFETY: a live array, see the crate.
        unsafe { (self.table().v1_2.GetArrayLength)(self.raw(), array) }.unsigned_abs() as usize
    }

    /// Number of elements of an `int[]`.
    pub(crate) fn ints_length(self, array: jintArray) -> usize {
        self.array_length(array)
    }

    /// Writes `values` to `array[at..]`; the caller checked that they fit.
    pub(crate) fn set_ints(self, array: jintArray, at: usize, values: &[jint]) {
        // SAFETY: a live array; `values` is a slice.
        unsafe {
            (self.table().v1_2.SetIntArrayRegion)(
                self.raw(),
                array,
                at as jint,
                values.len() as jint,
                values.as_ptr(),
            );
        }
    }

    /// Writes as much of `bytes` as fits into `array`; returns the number of all `bytes`.
    pub(crate) fn set_bytes(self, array: jbyteArray, bytes: &[u8]) -> jint {
        let fits = bytes.len().min(self.array_length(array)) as jint;
        // SAFETY: a live array that has `fits` elements; bytes of either sign have one layout.
        unsafe {
            (self.table().v1_2.SetByteArrayRegion)(self.raw(), array, 0, fits, bytes.as_ptr().cast());
        }
        bytes.len() as jint
    }

    /// A copy of a `byte[]` and a final NUL.
    pub(crate) fn bytes_with_nul(self, array: jbyteArray) -> Vec<u8> {
        let len = self.array_length(array);
        let mut bytes = vec![0; len + 1];
        // SAFETY: a live array that has `len` elements, and room for them.
        unsafe {
            (self.table().v1_2.GetByteArrayRegion)(
                self.raw(),
                array,
                0,
                len as jint,
                bytes.as_mut_ptr().cast(),
            );
        }
        bytes
    }

    /// Stores a new handle in `out[0]`, or the message of an error in `message`.
    pub(crate) fn handle<T>(
        self,
        status: drugner_status,
        handle: *mut T,
        out: jlongArray,
        error: &drugner_error,
        message: jbyteArray,
    ) -> jint {
        if status == DRUGNER_OK {
            let value = handle.expose_provenance() as jlong;
            // SAFETY: a live array of one element.
            unsafe { (self.table().v1_2.SetLongArrayRegion)(self.raw(), out, 0, 1, &raw const value) };
        } else {
            self.set_message(error, message);
        }
        status
    }

    /// Writes the message of an error as zero-terminated UTF-8.
    pub(crate) fn set_message(self, error: &drugner_error, message: jbyteArray) {
        self.set_bytes(message, &error.message.map(|byte| byte as u8));
    }
}

/// The pointer in a handle.
pub(crate) fn pointer<T>(handle: jlong) -> *mut T {
    std::ptr::with_exposed_provenance_mut(handle as usize)
}

/// Runs `body`; a panic, which must not enter Java, becomes an internal error. Its payload is not looked at.
pub(crate) fn guard<T: From<jint>>(body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| T::from(DRUGNER_E_INTERNAL))
}
