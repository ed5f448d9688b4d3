//! Runs compilers and other programs for a test, and finds the libraries that `cargo test` built.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder with `libdrugner.so` and `libdrugner.a` of this build; those one folder up can be leftovers of another.
pub fn library_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// Makes `folder` look like an installation of the shared library: its file, and the name that programs look for.
#[cfg(all(feature = "capi", unix))]
pub fn place_shared_library(folder: &Path) {
    let library = library_folder().join("libdrugner.so");
    for name in ["libdrugner.so".to_owned(), format!("libdrugner.so.{}", drugner::capi::DRUGNER_ABI_VERSION)]
    {
        let link = folder.join(name);
        if !link.exists() {
            std::os::unix::fs::symlink(&library, link).unwrap();
        }
    }
}

/// Tells that a test, or a part of it, does not run; a failure under `DRUGNER_NO_SKIP`.
pub fn skip(reason: &str) {
    assert!(std::env::var_os("DRUGNER_NO_SKIP").is_none(), "{reason}");
    // Not eprintln: the test harness hides that when a test passes.
    let _ = std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes());
}

/// The compiler `cc` or `c++`, or the one that the environment variable `CC` or `CXX` names.
pub fn compiler(name: &str) -> Command {
    let variable = if name == "cc" { "CC" } else { "CXX" };
    Command::new(std::env::var(variable).unwrap_or_else(|_| name.to_owned()))
}

/// Runs a command and demands success. `None`: it is not installed, and `DRUGNER_NO_SKIP` does not forbid that.
pub fn run(what: &str, mut command: Command) -> Option<Output> {
    match command.output() {
        Ok(output) => {
            let (out, err) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{what}: {}\n{command:?}\n{out}\n{err}", output.status);
            Some(output)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skip(&format!(
                "{what}: {:?} not found (Debian: apt-get install g++ clang binutils make cmake pkg-config \
                 python3-venv)",
                command.get_program()
            ));
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}
