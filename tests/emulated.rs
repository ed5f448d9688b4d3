//! The library for aarch64 under emulation: NEON has the bits of scalar, and the notes of `tests/golden` the answers of
//! x86-64. `tests/emulate` without arguments is the long form.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod cc;

use std::path::Path;
use std::process::Command;

/// What `tests/emulate` needs and this machine lacks.
fn missing() -> Option<&'static str> {
    let runs =
        |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|out| out.status.success());
    if !(runs("qemu-aarch64") && runs("aarch64-linux-gnu-gcc")) {
        return Some("apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross");
    }
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc runs").stdout;
    let targets = Path::new(String::from_utf8(sysroot).unwrap().trim()).join("lib/rustlib");
    (!targets.join("aarch64-unknown-linux-gnu").exists())
        .then_some("rustup target add aarch64-unknown-linux-gnu")
}

#[test]
fn aarch64_has_the_bits_of_x86_64() {
    if let Some(cure) = missing() {
        cc::skip(&format!("aarch64 under emulation ({cure})"));
        return;
    }
    let mut command = Command::new("tests/emulate");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(["--test", "kernels", "--test", "golden", "--", "--skip", "copies_have_the_same_mentions"]);
    let output = cc::run("tests/emulate", command);
    let printed = String::from_utf8_lossy(&output.expect("it is there").stdout).into_owned();
    for test in
        ["lstm_has_the_bits_of_scalar_one_by_one", "notes_are_current", "every_unit_finds_the_same_words"]
    {
        assert!(printed.contains(&format!("test {test} ... ok")), "{printed}");
    }
}
