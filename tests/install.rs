//! `packaging/Makefile`: an installation in an empty prefix serves C and C++ programs by pkg-config and by CMake.
#![cfg(all(feature = "capi", target_os = "linux"))]

mod cc;

use drugner::capi::DRUGNER_ABI_VERSION;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Limit for the stripped shared library without the model.
const SIZE_LIMIT: u64 = 1_000_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn make(target: &str, variables: &[String]) -> Option<()> {
    let mut command = Command::new("make");
    command.arg("-C").arg(root().join("packaging")).arg(target).args(variables);
    cc::run("make", command).map(|_| ())
}

fn installed_file() -> String {
    format!("libdrugner.so.{DRUGNER_ABI_VERSION}.{}", env!("CARGO_PKG_VERSION"))
}

/// Every file and link below `folder`, relative to it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.path().strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

/// Runs an installed `tag_note` and checks what it prints.
fn tags_a_note(program: &Path, libraries: &Path, arguments: &[&Path]) {
    let note = program.with_extension("txt");
    fs::write(&note, "Patient takes aspirin\ndaily.").unwrap();
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", libraries).args(arguments).arg(&note);
    let output = cc::run("installed example", command).unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.starts_with("14\t21\t") && printed.ends_with("\taspirin\n"), "{printed}");
}

/// The flags that pkg-config prints for `drugner` in `prefix`.
fn pkg_config(prefix: &Path, question: &[&str]) -> Option<Vec<String>> {
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_LIBDIR", prefix.join("lib/pkgconfig")).args(question).arg("drugner");
    let output = cc::run("pkg-config", command)?;
    Some(String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect())
}

/// Compiles an example with the flags of pkg-config only.
fn compile(compiler: &str, source: &str, prefix: &Path, folder: &Path) -> Option<PathBuf> {
    let program = folder.join(compiler);
    let mut command = cc::compiler(compiler);
    command.arg(root().join(source)).args(pkg_config(prefix, &["--cflags", "--libs"])?);
    command.arg("-o").arg(&program);
    cc::run(source, command).map(|_| program)
}

fn by_pkg_config(prefix: &Path, folder: &Path) {
    let Some(version) = pkg_config(prefix, &["--modversion"]) else { return };
    assert_eq!(version, [env!("CARGO_PKG_VERSION")]);
    for (compiler, source) in [("cc", "examples/c/tag_note.c"), ("c++", "examples/cpp/tag_note.cpp")] {
        if let Some(program) = compile(compiler, source, prefix, folder) {
            tags_a_note(&program, &prefix.join("lib"), &[]);
        }
    }
}

fn by_cmake(prefix: &Path, folder: &Path) {
    let build = folder.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(root().join("examples")).arg("-B").arg(&build);
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    if cc::run("cmake", configure).is_none() {
        return;
    }
    let mut command = Command::new("cmake");
    command.arg("--build").arg(&build);
    cc::run("cmake", command);
    for program in ["tag_note_c", "tag_note_cpp", "tag_note_static"] {
        tags_a_note(&build.join(program), Path::new(""), &[]);
    }
}

#[cfg(feature = "embedded-model")]
#[test]
fn an_empty_prefix_serves_both_build_systems() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("prefix");
    let variables =
        [format!("PREFIX={}", prefix.display()), format!("LIBRARIES={}", cc::library_folder().display())];
    if make("install", &variables).is_none() {
        return;
    }
    let file = installed_file();
    let library = |name: &str| format!("lib/{name}");
    let mut expected = vec![
        "include/drugner.h".to_owned(),
        "include/drugner.hpp".to_owned(),
        "lib/cmake/drugner/drugner-config-version.cmake".to_owned(),
        "lib/cmake/drugner/drugner-config.cmake".to_owned(),
        library("libdrugner.a"),
        library("libdrugner.so"),
        library(&format!("libdrugner.so.{DRUGNER_ABI_VERSION}")),
        library(&file),
        "lib/pkgconfig/drugner.pc".to_owned(),
        "share/doc/drugner/LICENSE-APACHE".to_owned(),
        "share/doc/drugner/LICENSE-MIT".to_owned(),
        "share/doc/drugner/README.md".to_owned(),
    ];
    expected.sort();
    assert_eq!(files(&prefix), expected);
    assert_eq!(
        fs::canonicalize(prefix.join("lib/libdrugner.so")).unwrap().file_name().unwrap(),
        file.as_str()
    );

    by_pkg_config(&prefix, folder.path());
    // The CMake package finds its files wherever the tree lies.
    let moved = folder.path().join("moved");
    fs::rename(&prefix, &moved).unwrap();
    by_cmake(&moved, folder.path());
    fs::rename(&moved, &prefix).unwrap();

    make("uninstall", &variables[..1]);
    assert_eq!(files(&prefix), [""; 0]);
}

/// The release build without the model, in a folder of its own: it must not replace a library that someone built.
#[test]
fn the_library_without_model_is_small_and_reads_model_files() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("prefix");
    let target = cc::library_folder().parent().unwrap().with_file_name("package");
    let variables = [
        format!("PREFIX={}", prefix.display()),
        format!("CARGO_TARGET_DIR={}", target.display()),
        format!("CARGO={}", env!("CARGO")),
        "FEATURES=capi,mmap".to_owned(),
    ];
    if make("install", &variables).is_none() {
        return;
    }
    let size = fs::metadata(prefix.join("lib").join(installed_file())).unwrap().len();
    assert!(size < SIZE_LIMIT, "the shared library has {size} bytes, the limit is {SIZE_LIMIT}");
    if let Some(program) = compile("cc", "examples/c/tag_note.c", &prefix, folder.path()) {
        let model = root().join("models/default.drugner");
        tags_a_note(&program, &prefix.join("lib"), &[Path::new("-m"), &model]);
    }
}
