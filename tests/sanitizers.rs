//! The C tests under the address, undefined-behaviour and thread sanitizers and under valgrind, each proven to be active
//! by a program with a mistake on purpose.
//!
//! Here the sanitizers watch the C side, the memory that crosses the border and, by their allocator, leaks;
//! `tests/sanitize` builds the library itself with them.
#![cfg(all(feature = "capi", feature = "embedded-model", target_os = "linux"))]

mod cc;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a static library built by rustc needs.
const NEEDS: [&str; 6] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl"];

/// Compiles a C test with a sanitizer; `None` without the tools.
fn compile(source: &str, sanitizer: &str, folder: &Path) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder.join(format!("{source}-{sanitizer}"));
    let mut command = cc::compiler("cc");
    command.args(["-std=c99", "-g", "-O1", "-D_POSIX_C_SOURCE=200809L", "-I"]).arg(root.join("include"));
    if sanitizer != "valgrind" {
        command.args([&format!("-fsanitize={sanitizer}"), "-fno-sanitize-recover=all"]);
    }
    command.arg(root.join("tests/c").join(source)).arg("-o").arg(&program);
    command.arg(cc::library_folder().join("libdrugner.a")).args(NEEDS);
    cc::run(source, command).map(|_| program)
}

fn run(program: &Path, sanitizer: &str, argument: Option<&str>) -> Option<Output> {
    let mut command = match sanitizer {
        "valgrind" => {
            let mut command = Command::new("valgrind");
            command.args(["--error-exitcode=99", "--leak-check=full", "-q"]).arg(program);
            command
        }
        _ => Command::new(program),
    };
    command
        .args(argument)
        .env("ASAN_OPTIONS", "detect_leaks=1")
        .env("TSAN_OPTIONS", "halt_on_error=1 suppressions=thread.supp");
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c"));
    match command.output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            cc::skip(&format!("{sanitizer}: not found (Debian: apt-get install valgrind)"));
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// The sanitizer reports the mistake made for it, and nothing in the C tests.
fn check(sanitizer: &str, mistake: &str, report: &str, tests: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let Some(deliberate) = compile("deliberate.c", sanitizer, folder.path()) else { return };
    let Some(output) = run(&deliberate, sanitizer, Some(mistake)) else { return };
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && printed.contains(report), "{sanitizer} is not active: {printed}");
    for test in tests {
        let Some(program) = compile(test, sanitizer, folder.path()) else { return };
        let Some(output) = run(&program, sanitizer, None) else { return };
        assert!(output.status.success(), "{test}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn address() {
    check("address", "address", "heap-use-after-free", &["errors.c", "smoke.c", "threads.c"]);
}

#[test]
fn undefined() {
    check("undefined", "undefined", "signed integer overflow", &["errors.c", "smoke.c"]);
}

#[test]
fn thread() {
    check("thread", "thread", "data race", &["threads.c"]);
}

#[test]
fn valgrind() {
    check("valgrind", "address", "Invalid read", &["errors.c"]);
}
