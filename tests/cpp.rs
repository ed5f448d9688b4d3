//! `include/drugner.hpp`, compiled by g++ and clang++ with and without exceptions, with the default model.
#![cfg(all(feature = "capi", feature = "embedded-model", unix))]

mod cc;

use serde_json::Value;
use std::fs::{self, File};
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
    fs::write(&note, "Patient takes aspirin\ndaily.").unwrap();
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

/// One golden note in one unit, in the form that `tests/cpp/golden.cpp` reads.
fn golden_case(note: &Value, unit: &str, text: &[u8]) -> Vec<u8> {
    let unit_bytes = if unit == "bytes" { 1 } else { 2 };
    let mentions = note["mentions"].as_array().unwrap();
    let (length, copies) = (text.len() / unit_bytes, note.get("repeat").map_or(1, |n| n.as_u64().unwrap()));
    let mut case = format!("{unit_bytes} {length} {copies} {}\n", mentions.len()).into_bytes();
    case.extend(text);
    case.push(b'\n');
    for mention in mentions {
        let score = (mention["score"].as_f64().unwrap() as f32).to_bits();
        let (at, label) = (&mention[unit], mention["label"].as_str().unwrap());
        case.extend(format!("{} {} {score} {label}\n", at[0], at[1]).bytes());
    }
    case
}

/// A golden note in every unit that it has.
fn golden_cases(note: &Value) -> Vec<Vec<u8>> {
    let bytes_of = |units: Vec<u16>| units.into_iter().flat_map(u16::to_ne_bytes).collect::<Vec<u8>>();
    if let Some(text) = note.get("text") {
        let text = text.as_str().unwrap();
        let wide = golden_case(note, "utf16", &bytes_of(text.encode_utf16().collect()));
        return vec![golden_case(note, "bytes", text.as_bytes()), wide];
    }
    if let Some(hex) = note.get("bytes") {
        let hex = hex.as_str().unwrap();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        return vec![golden_case(note, "bytes", &bytes)];
    }
    let unit = |unit: &Value| u16::try_from(unit.as_u64().unwrap()).unwrap();
    vec![golden_case(note, "utf16", &bytes_of(note["units"].as_array().unwrap().iter().map(unit).collect()))]
}

#[test]
fn golden_notes() {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/notes.json");
    let golden: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let cases: Vec<_> = golden["notes"].as_array().unwrap().iter().flat_map(golden_cases).collect();
    let input = folder.path().join("input");
    fs::write(&input, cases.concat()).unwrap();
    let Some(program) = compile("g++", "tests/cpp/golden.cpp", &["-std=c++17", "-O1"], folder.path()) else {
        return;
    };
    let mut command = Command::new(program);
    command.stdin(File::open(input).unwrap());
    let output = cc::run("golden notes", command).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), cases.len().to_string());
}
