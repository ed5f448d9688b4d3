//! Formatting and lints of the whole workspace, as tests. A missing tool is a skip, and a failure under
//! DRUGNER_NO_SKIP=1.

use std::io::Write;
use std::process::Command;

/// Runs a cargo sub-command; `None` when it is not installed.
fn cargo(arguments: &[&str]) -> Option<std::process::Output> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |arguments: &[&str]| {
        Command::new(&cargo)
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs")
    };
    if run(&[arguments[0], "--version"]).status.success() {
        return Some(run(arguments));
    }
    let notice =
        format!("skipped: cargo {}: not installed (rustup component add rustfmt clippy)\n", arguments[0]);
    std::io::stderr().write_all(notice.as_bytes()).unwrap();
    assert!(std::env::var_os("DRUGNER_NO_SKIP").is_none_or(|v| v != "1"), "{notice}");
    None
}

#[test]
fn the_code_is_formatted() {
    if let Some(output) = cargo(&["fmt", "--all", "--check"]) {
        assert!(output.status.success(), "run cargo fmt\n{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn clippy_has_nothing_to_say() {
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--target-dir", "target/clippy", "--", "-D", "warnings"];
    if let Some(output) = cargo(&arguments) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
