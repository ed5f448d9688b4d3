//! Gives the shared library its SONAME, the name by which programs look for it at run time.

/// `DRUGNER_ABI_VERSION` of `include/drugner.h`; `tests/abi.rs` compares the two.
const ABI_VERSION: u32 = 1;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    // Windows has no such name, and the one of Apple's systems is a path, which belongs to an installation.
    if is("CARGO_CFG_TARGET_FAMILY", "unix") && !is("CARGO_CFG_TARGET_VENDOR", "apple") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libdrugner.so.{ABI_VERSION}");
    }
}
