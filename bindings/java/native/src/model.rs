//! Methods on models, and what the library says about itself.

use crate::env::{Class, Env, guard, pointer};
use drugner::capi::{
    DRUGNER_E_INVALID_ARGUMENT, DRUGNER_OK, drugner_abi_version, drugner_error, drugner_model,
    drugner_model_get_info, drugner_model_info, drugner_model_isa, drugner_model_label_name,
    drugner_model_meta_get, drugner_model_open_default, drugner_model_open_file, drugner_model_options,
    drugner_model_release, drugner_model_selftest, drugner_status, drugner_str, drugner_version_number,
    drugner_version_string,
};
use jni_sys::{jbyteArray, jint, jlong, jlongArray};
use std::ffi::{CStr, c_char};
use std::ptr;

/// `int abiVersion()`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_abiVersion(_: Env, _: Class) -> jint {
    drugner_abi_version() as jint
}

/// `int versionNumber()`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_versionNumber(_: Env, _: Class) -> jint {
    drugner_version_number() as jint
}

/// `int version(byte[] out)`: the text of the version; returns its length.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_version(env: Env, _: Class, out: jbyteArray) -> jint {
    guard(|| env.set_bytes(out, c_string(drugner_version_string())))
}

/// `int openDefault(long[] handle, byte[] message)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_openDefault(
    env: Env,
    _: Class,
    out: jlongArray,
    message: jbyteArray,
) -> jint {
    guard(|| {
        let (mut model, mut error) = (ptr::null_mut(), drugner_error::default());
        // SAFETY: outputs of this frame.
        let status = unsafe { drugner_model_open_default(ptr::null(), &raw mut model, &raw mut error) };
        env.handle(status, model, out, &error, message)
    })
}

/// `int openFile(byte[] path, int loadMode, long[] handle, byte[] message)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_openFile(
    env: Env,
    _: Class,
    path: jbyteArray,
    load_mode: jint,
    out: jlongArray,
    message: jbyteArray,
) -> jint {
    guard(|| {
        let (mut model, mut error) = (ptr::null_mut(), drugner_error::default());
        let options = drugner_model_options { load_mode: load_mode as u32, ..Default::default() };
        let path = env.bytes_with_nul(path);
        // SAFETY: a path with its NUL; outputs of this frame.
        let status = unsafe {
            let path = path.as_ptr().cast::<c_char>();
            drugner_model_open_file(path, &raw const options, &raw mut model, &raw mut error)
        };
        env.handle(status, model, out, &error, message)
    })
}

/// `void releaseModel(long model)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_releaseModel(_: Env, _: Class, model: jlong) {
    // SAFETY: a handle, see the crate.
    unsafe { drugner_model_release(pointer(model)) }
}

/// `int label(long model, int label, byte[] out)`: its name; returns the length or a status.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_label(
    env: Env,
    _: Class,
    model: jlong,
    label: jint,
    out: jbyteArray,
) -> jint {
    // SAFETY: a handle, see the crate; the output is of `text`'s frame.
    guard(|| text(env, out, |name| unsafe { drugner_model_label_name(pointer(model), label as u32, name) }))
}

/// `int meta(long model, byte[] key, byte[] out)`: the value; returns its length, which may exceed `out`, or a status.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_meta(
    env: Env,
    _: Class,
    model: jlong,
    key: jbyteArray,
    out: jbyteArray,
) -> jint {
    guard(|| {
        let key = env.bytes_with_nul(key);
        let key = drugner_str { data: key.as_ptr().cast(), len: key.len() - 1 };
        // SAFETY: a handle, see the crate; `key` is alive; the output is of `text`'s frame.
        text(env, out, |value| unsafe { drugner_model_meta_get(pointer(model), key, value) })
    })
}

/// `int sha256(long model, byte[] out)`: the 32 bytes; returns 32 or a status.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_sha256(
    env: Env,
    _: Class,
    model: jlong,
    out: jbyteArray,
) -> jint {
    guard(|| {
        let mut info = drugner_model_info::default();
        // SAFETY: a handle, see the crate; the output is of this frame.
        match unsafe { drugner_model_get_info(pointer(model), &raw mut info) } {
            DRUGNER_OK => env.set_bytes(out, &info.sha256),
            status => status,
        }
    })
}

/// `int isa(long model, byte[] out)`: the name of the instruction set; returns its length.
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_isa(
    env: Env,
    _: Class,
    model: jlong,
    out: jbyteArray,
) -> jint {
    // SAFETY: a handle, see the crate.
    guard(|| env.set_bytes(out, c_string(unsafe { drugner_model_isa(pointer::<drugner_model>(model)) })))
}

/// `int selftest(long model, byte[] message)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_drugner_Native_selftest(
    env: Env,
    _: Class,
    model: jlong,
    message: jbyteArray,
) -> jint {
    guard(|| {
        let mut error = drugner_error::default();
        // SAFETY: a handle, see the crate; the output is of this frame.
        let status = unsafe { drugner_model_selftest(pointer(model), &raw mut error) };
        if status != DRUGNER_OK {
            env.set_message(&error, message);
        }
        status
    })
}

/// Copies the text that `get` borrows from a model.
fn text(env: Env, out: jbyteArray, get: impl FnOnce(*mut drugner_str) -> drugner_status) -> jint {
    let mut text = drugner_str { data: ptr::null(), len: 0 };
    let status = get(&raw mut text);
    if status != DRUGNER_OK {
        return status;
    }
    if text.data.is_null() {
        return 0;
    }
    let Ok(_) = jint::try_from(text.len) else { return DRUGNER_E_INVALID_ARGUMENT };
    // SAFETY: the model, which the caller keeps open, owns these bytes.
    env.set_bytes(out, unsafe { std::slice::from_raw_parts(text.data.cast(), text.len) })
}

fn c_string(text: *const c_char) -> &'static [u8] {
    // SAFETY: the functions whose results come here return static C strings.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}
