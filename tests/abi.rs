//! The binary interface: exported symbols, layouts, and what programs of older releases rely on. See `abi/README.md`.
#![cfg(all(feature = "capi", target_os = "linux", target_pointer_width = "64"))]

mod cc;

use drugner::capi::DRUGNER_ABI_VERSION;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const UPDATE: &str = "DRUGNER_UPDATE_SYMBOLS";

/// Libraries that every Linux has; anything else would be one more thing to install.
const ALLOWED_NEEDS: [&str; 7] = [
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
];

fn abi(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("abi").join(name)
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn current_header() -> String {
    read(abi("../include/drugner.h"))
}

/// Runs a tool of binutils on the shared library.
fn inspect(tool: &str, options: &[&str]) -> Option<String> {
    let mut command = Command::new(tool);
    command.args(options).arg(cc::library_folder().join("libdrugner.so"));
    cc::run(tool, command).map(|output| String::from_utf8(output.stdout).unwrap())
}

/// The values in brackets on the lines of `readelf -d` that have this tag.
fn entries<'a>(dynamic: &'a str, tag: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = dynamic.lines().filter(move |line| line.contains(tag));
    lines.filter_map(|line| line.split_once('[')?.1.split_once(']').map(|(value, _)| value))
}

#[test]
fn only_the_listed_symbols_are_exported() {
    let Some(listing) = inspect("nm", &["-D", "--defined-only"]) else { return };
    let mut symbols: Vec<&str> = listing.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    symbols.sort_unstable();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(abi("symbols.txt"), symbols.join("\n") + "\n").unwrap();
    }
    let listed = read(abi("symbols.txt"));
    assert_eq!(
        symbols,
        listed.lines().collect::<Vec<_>>(),
        "a new function: {UPDATE}=1 cargo test --test abi"
    );
    assert!(symbols.iter().all(|name| name.starts_with("drugner_")), "{symbols:?}");
}

#[test]
fn the_library_tells_its_abi_and_needs_only_the_system() {
    let Some(dynamic) = inspect("readelf", &["-d", "--wide"]) else { return };
    let soname: Vec<&str> = entries(&dynamic, "(SONAME)").collect();
    assert_eq!(soname, [format!("libdrugner.so.{DRUGNER_ABI_VERSION}")], "build.rs and DRUGNER_ABI_VERSION");
    for needed in entries(&dynamic, "(NEEDED)") {
        assert!(ALLOWED_NEEDS.contains(&needed), "{needed}");
    }
}

/// The lines of a header without comments and preprocessor lines.
fn code(header: &str) -> impl Iterator<Item = &str> {
    let (_, body) = header.split_once("extern \"C\" {").expect("the header has its usual frame");
    let (body, _) = body.rsplit_once("#ifdef __cplusplus").expect("the header has its usual frame");
    // "{ sizeof" continues the definition of an _INIT macro.
    let skipped = ["//", "/*", "{ sizeof"];
    body.lines().map(str::trim).filter(move |line| !skipped.iter().any(|start| line.starts_with(start)))
}

/// Field declarations of every public struct, in their order.
fn structs(header: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let mut fields = None;
    for line in code(header) {
        if line.starts_with("typedef struct") && line.ends_with('{') {
            fields = Some(Vec::new());
        } else if let Some(name) = line.strip_prefix("} ") {
            found.insert(name.trim_end_matches(';').to_owned(), fields.take().unwrap());
        } else if let (Some(fields), false) = (&mut fields, line.is_empty()) {
            fields.push(line.to_owned());
        }
    }
    found
}

/// Function declarations and constants, each on one line.
fn declarations(header: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = String::new();
    for line in code(header) {
        if line.starts_with("#define DRUGNER_") {
            // An _INIT macro grows with its struct, and its program has compiled it in.
            if !line.contains("_INIT") {
                found.insert(line.to_owned());
            }
        } else if line.contains('(') || !open.is_empty() {
            open = format!("{open} {line}").trim().to_owned();
            if open.ends_with(';') {
                found.insert(std::mem::take(&mut open));
            }
        }
    }
    found
}

/// Name in a declaration such as `char message[232];`.
fn field_name(declaration: &str) -> &str {
    let declaration = declaration.trim_end_matches(';').split('[').next().unwrap();
    declaration.rsplit([' ', '*']).next().unwrap()
}

#[test]
fn c_compiler_sees_the_pinned_layout() {
    let layout = read(abi("layout.c"));
    let structs = structs(&current_header());
    assert!(structs.len() >= 9, "{structs:?}");
    for (name, fields) in &structs {
        assert!(layout.contains(&format!("SIZE({name}, ")), "abi/layout.c lacks {name}");
        for field in fields.iter().map(|field| field_name(field)) {
            assert!(
                layout.contains(&format!("FIELD({name}, {field}, ")),
                "abi/layout.c lacks {name}.{field}"
            );
        }
    }
    let mut command = cc::compiler("cc");
    command.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"]);
    command.arg(abi("../include")).arg(abi("layout.c"));
    cc::run("abi/layout.c", command);
}

/// Versions of the headers in `abi/`.
fn old_releases() -> Vec<String> {
    let names = fs::read_dir(abi("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let version = |name: String| Some(name.strip_prefix("drugner-")?.strip_suffix(".h")?.to_owned());
    let versions: Vec<String> = names.filter_map(version).collect();
    assert!(!versions.is_empty());
    versions
}

#[test]
fn nothing_of_an_old_header_is_gone_or_changed() {
    let (now, functions) = (structs(&current_header()), declarations(&current_header()));
    assert!(functions.len() > 60, "{functions:?}");
    for version in old_releases() {
        let header = read(abi(&format!("drugner-{version}.h")));
        for (name, fields) in structs(&header) {
            assert!(now[&name].starts_with(&fields), "{name} of {version} is not the beginning of today's");
        }
        let missing: Vec<_> = declarations(&header).difference(&functions).cloned().collect();
        assert!(missing.is_empty(), "of {version}: {missing:#?}");
    }
}

#[cfg(feature = "embedded-model")]
#[test]
fn programs_of_old_releases_run() {
    for version in old_releases() {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(abi(&format!("drugner-{version}.h")), folder.path().join("drugner.h")).unwrap();
        cc::place_shared_library(folder.path());
        let program = folder.path().join("program");
        let mut command = cc::compiler("cc");
        command.args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-I"]).arg(folder.path());
        command.arg(abi(&format!("program-{version}.c"))).arg("-o").arg(&program);
        command.arg("-L").arg(folder.path()).arg("-ldrugner");
        command.arg(format!("-Wl,-rpath,{}", folder.path().display()));
        if cc::run(&version, command).is_some() {
            cc::run(&version, Command::new(program));
        }
    }
}
