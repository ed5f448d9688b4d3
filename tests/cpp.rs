//! `include/drugner.hpp`, compiled by g++ and clang++ with and without exceptions, with the default model.
#![cfg(all(feature = "capi", feature = "embedded-model", unix))]

mod cc;

use std::path::{Path, PathBuf};
use std::process::Command;

const COMPILERS: [&str; 2] = ["g++", "clang++"];
const WARNINGS: [&str; 6] = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-pedantic"];

/// Compiles a C++ program of this repository against the shared library; `None` without the compiler.
fn compile(compiler: &str, source: &str, options: &[&str], folder: &Path) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder.join(format!("{compiler}{}", options.concat()));
    cc::place_shared_library(folder);
    let mut command = Command::new(compiler);
    command.args(WARNINGS).args(options).arg("-I").arg(root.join("include")).arg(root.join(source));
    command.arg("-o").arg(&program).arg("-L").arg(folder).arg("-ldrugner");
    command.arg(format!("-Wl,-rpath,{}", folder.display()));
    cc::run(source, command).map(|_| program)
}

#[test]
fn wrapper_works_with_and_without_exceptions() {
    let folder = tempfile::tempdir().unwrap();
    // C++20 has more reserved words than C++17.
    for options in [&["-std=c++17"][..], &["-std=c++20", "-fno-exceptions"]] {
        for compiler in COMPILERS {
            if let Some(program) = compile(compiler, "tests/cpp/wrapper.cpp", options, folder.path()) {
                cc::run("wrapper", Command::new(program));
            }
        }
    }
}

#[test]
fn example_tags_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "Patient takes aspirin\ndaily.").unwrap();
    let source = "examples/cpp/tag_note.cpp";
    let Some(program) = compile("g++", source, &["-std=c++17"], folder.path()) else { return };
    let run = |arguments: &[&Path]| Command::new(&program).args(arguments).output().unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.drugner");
    for arguments in [&[note.as_path()][..], &[Path::new("-m"), &model, &note]] {
        let output = run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).unwrap();
        let columns: Vec<&str> = printed.lines().next().unwrap().split('\t').collect();
        assert_eq!([columns[0], columns[1], columns[4]], ["14", "21", "aspirin"]);
    }
    let failed = run(&[Path::new("-m"), &note, &note]);
    assert_eq!((failed.status.code(), failed.stdout.len()), (Some(1), 0));
    assert!(!failed.stderr.is_empty());
    assert_eq!(run(&[&folder.path().join("missing.txt")]).status.code(), Some(1));
    assert_eq!(run(&[]).status.code(), Some(2));
}
