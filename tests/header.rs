//! `include/drugner.h`: current, compiles everywhere, tells the right version.
//!
//! `DRUGNER_UPDATE_HEADER=1 cargo test --test header` writes the header anew.
#![cfg(feature = "capi")]

mod cc;

use std::ffi::CStr;
use std::fs;
use std::path::{Path, PathBuf};

const UPDATE: &str = "DRUGNER_UPDATE_HEADER";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn header_path() -> PathBuf {
    root().join("include/drugner.h")
}

/// The declarations that cbindgen finds in one file of `src/capi`, and the names of its functions.
fn declarations(file: &str) -> (String, Vec<String>) {
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let source = root().join("src/capi").join(file);
    let bindings = cbindgen::Builder::new().with_config(config).with_src(&source).generate().unwrap();
    let mut text = Vec::new();
    bindings.write(&mut text);
    let functions = bindings.dynamic_symbols_names().map(str::to_owned).collect();
    (without_struct_keyword(&String::from_utf8(text).unwrap()), functions)
}

/// Every struct has a typedef of the same name, so uses need no keyword.
fn without_struct_keyword(text: &str) -> String {
    let line = |line: &str| match line.starts_with("typedef struct") {
        true => line.to_owned(),
        false => line.replace("struct drugner_", "drugner_"),
    };
    text.trim().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The header that belongs to the sources, and the names of all functions.
fn generate() -> (String, Vec<String>) {
    let template = fs::read_to_string(root().join("src/capi/drugner.h.in")).unwrap();
    let template = template
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
        .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH"));
    let (mut header, mut functions) = (String::new(), Vec::new());
    for line in template.lines() {
        match line.strip_prefix('@').and_then(|line| line.strip_suffix('@')) {
            Some(file) => {
                let (text, names) = declarations(file);
                header.push_str(&text);
                functions.extend(names);
            }
            None => header.push_str(line),
        }
        header.push('\n');
    }
    (header, functions)
}

#[test]
fn header_is_current_and_complete() {
    let (expected, mut functions) = generate();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(header_path(), &expected).unwrap();
    }
    let committed = fs::read_to_string(header_path()).unwrap_or_default();
    assert!(
        committed == expected,
        "include/drugner.h is not current: run {UPDATE}=1 cargo test --test header"
    );

    functions.sort();
    let mut exported = exported_functions();
    exported.sort();
    assert_eq!(functions, exported, "a file of src/capi is missing in src/capi/drugner.h.in");
    assert!(functions.iter().all(|name| name.starts_with("drugner_")), "{functions:?}");
}

/// Names of all `no_mangle` functions of `src/capi`, found without cbindgen.
fn exported_functions() -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("src/capi")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(path).unwrap();
            for after in source.split("#[unsafe(no_mangle)]").skip(1) {
                let (_, after) = after.split_once("fn ").unwrap();
                names.push(after.split('(').next().unwrap().to_owned());
            }
        }
    }
    names
}

#[test]
fn versions_agree() {
    let header = fs::read_to_string(header_path()).unwrap();
    let part = |name: &str| {
        let (_, after) = header.split_once(&format!("#define DRUGNER_VERSION_{name} ")).unwrap();
        after.lines().next().unwrap().trim_matches('"').to_owned()
    };
    let parts = [part("MAJOR"), part("MINOR"), part("PATCH")];
    assert_eq!(parts.join("."), env!("CARGO_PKG_VERSION"));
    assert_eq!(part("STRING"), env!("CARGO_PKG_VERSION"));

    let packed = drugner::capi::drugner_version_number();
    let decoded = [packed >> 24, packed >> 16 & 0xff, packed >> 8 & 0xff];
    assert_eq!(decoded.map(|part| part.to_string()), parts);
    assert_eq!(packed & 0xff, 0);
    // SAFETY: the function returns a static C string.
    let text = unsafe { CStr::from_ptr(drugner::capi::drugner_version_string()) };
    assert_eq!(text.to_str().unwrap(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn compiles_as_c99_and_as_cpp17() {
    let folder = tempfile::tempdir().unwrap();
    let warnings = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"];
    let source = root().join("tests/c/header.c");
    for (compiler, dialect) in [("cc", ["-std=c99", "-xc"]), ("c++", ["-std=c++17", "-xc++"])] {
        let mut command = cc::compiler(compiler);
        command.args(dialect).args(warnings).arg("-c").arg(&source);
        command.arg("-I").arg(root().join("include"));
        command.arg("-o").arg(folder.path().join("header.o"));
        cc::run(compiler, command);
    }
}
