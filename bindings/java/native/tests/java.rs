//! The Java build with all its tests, on the native library that this test was built with, and the example that uses it.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs a command and demands success. `None`: it is not installed, and `DRUGNER_NO_SKIP` does not forbid that.
fn run(mut command: Command, install: &str) -> Option<Output> {
    match command.output() {
        Ok(output) => {
            let (out, err) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
            Some(output)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = command.get_program().display();
            let message = format!("skipped: {name} is not installed (Debian: apt install {install})");
            assert!(std::env::var_os("DRUGNER_NO_SKIP").is_none(), "{message}");
            // Not eprintln: the test harness hides that when a test passes.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{message}\n").as_bytes());
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}

fn library_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path)
}

fn maven(project: &Path, goal: &str, properties: &[(&str, &OsStr)]) -> Option<Output> {
    let mut command = Command::new("mvn");
    // Cargo's; it becomes java.library.path.
    command.env_remove("LD_LIBRARY_PATH");
    command.args(["-q", "-B", "-f"]).arg(project).arg(goal);
    for (name, value) in properties {
        let mut argument = std::ffi::OsString::from(format!("-D{name}="));
        argument.push(value);
        command.arg(argument);
    }
    run(command, "openjdk-17-jdk-headless maven")
}

#[test]
fn maven_verifies_the_binding_and_the_example() {
    let library = library_folder();
    let properties = [("cargo.skip", OsStr::new("true")), ("drugner.library.folder", library.as_os_str())];
    maven(&project("bindings/java"), "verify", &properties);
    maven(&project("examples/java"), "verify", &[]);
}

#[cfg(target_os = "linux")]
#[test]
fn only_functions_of_the_interfaces_are_exported() {
    let mut command = Command::new("nm");
    command.args(["-D", "--defined-only", "--format=posix"]).arg(library_folder().join("libdrugner_jni.so"));
    let Some(output) = run(command, "binutils") else { return };
    let printed = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = printed.lines().filter_map(|line| line.split(' ').next()).collect();
    let ours = |name: &&str| name.starts_with("drugner_") || name.starts_with("Java_org_drugner_Native_");
    let others: Vec<_> = names.iter().filter(|name| !ours(name)).collect();
    assert!(others.is_empty(), "{others:?}");
    let source =
        std::fs::read_to_string(project("bindings/java/src/main/java/org/drugner/Native.java")).unwrap();
    let natives = source.matches(" static native ").count();
    assert_eq!(names.iter().filter(|name| name.starts_with("Java_")).count(), natives);
    assert!(names.contains(&"drugner_find_utf16"));
}
