//! C programs against the shared and the static library.
#![cfg(all(feature = "capi", unix))]

mod cc;
mod common;

use common::families::Simple;
use drugner::{Context, ContextOptions, Mention, Model, ModelOptions};
use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the static library needs, as rustc prints with `--print native-static-libs`.
const STATIC_NEEDS: &[&str] = if cfg!(target_os = "linux") {
    &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]
} else {
    &["-lpthread", "-lm"]
};

#[derive(Clone, Copy, Debug)]
enum Link {
    Shared,
    Static,
}

/// Compiles a C program of this repository; `None` without a compiler.
fn compile(source: &str, link: Link, folder: &Path) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder.join(format!("{link:?}"));
    let mut command = cc::compiler("cc");
    command.args(["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic", "-g"]);
    command.arg("-D_POSIX_C_SOURCE=200809L");
    command.arg("-I").arg(root.join("include")).arg(root.join(source)).arg("-o").arg(&program);
    match link {
        Link::Shared => {
            cc::place_shared_library(folder);
            command.arg("-L").arg(folder).arg("-ldrugner").arg("-lpthread");
            command.arg(format!("-Wl,-rpath,{}", folder.display()));
        }
        Link::Static => {
            command.arg(cc::library_folder().join("libdrugner.a")).args(STATIC_NEEDS);
        }
    }
    cc::run(source, command).map(|_| program)
}

/// Compiles and runs a C program with both libraries; returns what it printed.
fn run(source: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let programs =
        [Link::Shared, Link::Static].into_iter().filter_map(|link| compile(source, link, folder.path()));
    let outputs = programs.filter_map(|program| cc::run(source, Command::new(program)));
    outputs.map(|output| String::from_utf8(output.stdout).unwrap()).collect()
}

#[test]
fn errors() {
    // SAFETY: the function returns a static C string.
    let own = unsafe { CStr::from_ptr(drugner::capi::drugner_build_info()) }.to_str().unwrap();
    for printed in run("tests/c/errors.c") {
        assert_eq!(printed.trim(), own, "the C program is linked to a library of another build");
    }
}

#[cfg(feature = "embedded-model")]
#[test]
fn smoke() {
    run("tests/c/smoke.c");
}

#[cfg(feature = "embedded-model")]
#[test]
fn threads() {
    run("tests/c/threads.c");
}

/// What the engine finds, in the form that the example prints.
fn printed(model: &[u8], text: &str) -> String {
    let model = Model::open_copy(model, &ModelOptions::default()).unwrap();
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    let mentions = context.find_utf8(text.as_bytes()).unwrap().mentions.to_vec();
    let line = |m: &Mention| {
        let (start, end) = (m.start as usize, m.end as usize);
        let mention = text[start..end].replace(|c: char| c.is_ascii_control(), " ");
        let label = model.label(m.label.into()).unwrap();
        format!("{start}\t{end}\t{label}\t{:.3}\t{mention}\n", m.score)
    };
    mentions.iter().map(line).collect()
}

#[test]
fn example_runs_every_family() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = compile("examples/c/tag_note.c", Link::Shared, folder.path()) else { return };
    let (text, note) = (common::note(1, 30), folder.path().join("note.txt"));
    std::fs::write(&note, &text).unwrap();
    for simple in [Simple::window(7, 0.7), Simple::lstm(7, 0.7)] {
        let (bytes, model) = (simple.bytes(), folder.path().join("model.drugner"));
        std::fs::write(&model, &bytes).unwrap();
        let output = Command::new(&program).arg("-m").arg(&model).arg(&note).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected = printed(&bytes, &text);
        assert!(!expected.is_empty());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

#[test]
fn example_tags_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = compile("examples/c/tag_note.c", Link::Shared, folder.path()) else { return };
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "Patient takes aspirin\ndaily.").unwrap();
    let output = Command::new(&program).arg(&note).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    if cfg!(feature = "embedded-model") {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let columns: Vec<&str> = printed.lines().next().unwrap().split('\t').collect();
        assert_eq!([columns[0], columns[1], columns[4]], ["14", "21", "aspirin"]);
    } else {
        assert_eq!((output.status.code(), printed.as_str()), (Some(1), ""));
        assert!(!output.stderr.is_empty());
    }
    let missing = Command::new(&program).arg(folder.path().join("missing.txt")).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(Command::new(&program).output().unwrap().status.code(), Some(2));
}
