//! Version of the library, of its binary interface and of the model format.

use super::guard;
use super::status::Message;
use std::ffi::{CStr, c_char};
use std::fmt::Write;
use std::sync::OnceLock;

/// Version string of this crate as C string.
const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("the version contains a NUL"),
};

/// Packed version: `major << 24 | minor << 16 | patch << 8`.
const NUMBER: u32 = u32::from_be_bytes([
    number(env!("CARGO_PKG_VERSION_MAJOR")),
    number(env!("CARGO_PKG_VERSION_MINOR")),
    number(env!("CARGO_PKG_VERSION_PATCH")),
    0,
]);

/// Parses one part of the version.
const fn number(text: &str) -> u8 {
    match u8::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("a part of the version does not fit a byte"),
    }
}

/// Version of the library that runs: `major << 24 | minor << 16 | patch << 8`.
///
/// `DRUGNER_VERSION_NUMBER` is the version that the program was compiled with.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_version_number() -> u32 {
    NUMBER
}

/// Version of the library that runs as text such as `0.1.0`; static.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_version_string() -> *const c_char {
    VERSION.as_ptr()
}

/// Number of the binary interface. It changes when programs must be compiled anew, and only then.
///
/// Equal to `DRUGNER_ABI_VERSION` in a program that fits the library.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_abi_version() -> u32 {
    DRUGNER_ABI_VERSION
}

/// Binary interface that this header describes.
pub const DRUGNER_ABI_VERSION: u32 = 1;

/// Version, processor, system, build profile and features in one line for bug reports; static.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_build_info() -> *const c_char {
    static INFO: OnceLock<Message> = OnceLock::new();
    guard::value(VERSION.as_ptr(), || INFO.get_or_init(build_info).as_ptr())
}

/// The line; nothing is allocated for it.
fn build_info() -> Message {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let feature = |enabled: bool, name: &'static str| if enabled { name } else { "" };
    let mut info = Message::default();
    // Fails when the line is cut, which its length forbids.
    let _ = write!(
        info,
        "drugner {} {}-{} {profile}{}{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        feature(cfg!(feature = "mmap"), " mmap"),
        feature(cfg!(feature = "embedded-model"), " embedded-model")
    );
    info
}

/// Newest major version of the model format that this library reads.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_format_version_newest() -> u32 {
    u32::from(crate::format::VERSION.0)
}

/// Oldest major version of the model format that this library reads.
#[unsafe(no_mangle)]
pub extern "C" fn drugner_format_version_oldest() -> u32 {
    u32::from(crate::format::VERSION.0)
}
