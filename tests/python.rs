//! `bindings/python`: the wheel around the library of this build, in a fresh environment, under pytest and in spaCy.
#![cfg(all(feature = "capi", feature = "embedded-model", target_os = "linux"))]

mod cc;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A command that leaves no files in the source tree.
fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH").current_dir(root());
    command
}

/// Whether the machine has Python 3.9 with what `python3 -m venv` needs.
fn has_python() -> bool {
    let question = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))";
    let output = command("python3").args(["-c", question]).output();
    let found = output.is_ok_and(|output| output.status.success());
    if !found {
        cc::skip("python: no Python 3.9 with venv (Debian: apt-get install python3 python3-venv)");
    }
    found
}

/// An environment with pip, hatchling, pytest, spaCy and mypy, made once for a target folder; `None` without network.
fn tools() -> Option<PathBuf> {
    let folder = cc::library_folder().parent().unwrap().with_file_name("python");
    let requirements = root().join("bindings/python/tests/requirements.txt");
    let (wanted, stamp) = (fs::read_to_string(&requirements).unwrap(), folder.join("requirements"));
    let python = folder.join("bin/python");
    let runs = command(&python).arg("--version").output().is_ok_and(|output| output.status.success());
    if runs && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Some(folder);
    }
    cc::run("venv", with(command("python3"), ["-m", "venv", "--clear"], &[&folder]))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    let output = with(command(&python), install, &[&requirements]).output().unwrap();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        cc::skip(&format!("python: pip cannot install {}: {errors}", requirements.display()));
        return None;
    }
    fs::write(stamp, wanted).unwrap();
    Some(folder)
}

fn with<const N: usize>(mut command: Command, options: [&str; N], paths: &[&Path]) -> Command {
    command.args(options).args(paths);
    command
}

/// Builds the wheel around the stripped library of this build.
fn build_wheel(tools: &Path, folder: &Path) -> Option<PathBuf> {
    let library = folder.join("libdrugner.so");
    fs::copy(cc::library_folder().join("libdrugner.so"), &library).unwrap();
    cc::run("strip", with(command("strip"), ["--strip-unneeded"], &[&library]))?;
    let options = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"];
    let mut build =
        with(command(tools.join("bin/python")), options, &[folder, Path::new("./bindings/python")]);
    build.env("DRUGNER_LIBRARY", &library);
    cc::run("wheel", build);
    let platform = format!("linux_{}", std::env::consts::ARCH);
    let wheel = folder.join(format!("drugner-{}-py3-none-{platform}.whl", env!("CARGO_PKG_VERSION")));
    assert!(wheel.is_file(), "{}", wheel.display());
    Some(wheel)
}

/// The wheel alone, in an environment with nothing else, tags a note.
fn example(tools: &Path, wheel: &Path, folder: &Path) {
    let (fresh, note) = (folder.join("fresh"), folder.join("note.txt"));
    fs::write(&note, "\u{1f48a} Patient takes warfarin\ndaily.").unwrap();
    cc::run("venv", with(command("python3"), ["-m", "venv", "--without-pip"], &[&fresh]));
    let mut install = with(command(tools.join("bin/python")), ["-m", "pip", "--python"], &[&fresh]);
    install.args(["install", "--quiet", "--no-index"]).arg(wheel);
    cc::run("pip", install);
    let script = root().join("examples/python/tag_note.py");
    let run =
        with(command(fresh.join("bin/python")), [], &[&script, &note]).current_dir(folder).output().unwrap();
    let (printed, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(printed.starts_with("16\t24\t") && printed.ends_with("\twarfarin\n"), "{printed}{errors}");
}

#[test]
fn the_wheel_tags_notes() {
    let tools = if has_python() { tools() } else { None };
    let Some(tools) = tools else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(wheel) = build_wheel(&tools, folder.path()) else { return };
    example(&tools, &wheel, folder.path());

    let python = || command(tools.join("bin/python"));
    let reinstall = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--force-reinstall"];
    cc::run("pip", with(python(), reinstall, &[&wheel]));
    let mut tests = with(python(), ["-m", "pytest"], &[]);
    tests.current_dir(root().join("bindings/python"));
    cc::run("pytest", tests);
    let mut types =
        with(python(), ["-m", "mypy", "--strict", "--cache-dir", "/dev/null", "src/drugner"], &[]);
    types.current_dir(root().join("bindings/python"));
    cc::run("mypy", types);
}
