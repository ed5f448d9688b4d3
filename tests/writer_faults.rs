//! A full disk, a limit on the size of files or a killed writer leaves the old model file whole.
#![cfg(all(target_os = "linux", feature = "mmap"))]

mod common;
mod hostile;

use drugner::format::writer::save;
use drugner::{Model, ModelOptions};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::Command;

/// A model of a megabyte: two lists of weights, most of it padding of the word table.
fn large() -> Vec<u8> {
    common::model(2, &common::Sizes { hidden: 160, layers: 2, ..common::Sizes::default() })
}

/// Writes the large model over the file that the environment names; runs in a process of its own.
#[test]
#[ignore = "started by the other tests"]
fn write_over() {
    let Ok(path) = std::env::var("DRUGNER_WRITE") else { return };
    let rounds = if std::env::var_os("DRUGNER_FOREVER").is_some() { usize::MAX } else { 1 };
    for _ in 0..rounds {
        if let Err(error) = save(Path::new(&path), &large()) {
            // No memory of the child's harness is needed to tell the parent.
            std::process::exit(error.raw_os_error().unwrap_or(1));
        }
    }
}

fn child(path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["write_over", "--ignored", "--exact", "--test-threads=1"]).env("DRUGNER_WRITE", path);
    command
}

fn files(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    std::fs::read_dir(folder).unwrap().map(name).collect()
}

#[test]
fn a_disk_without_room_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.drugner");
    let (_, old) = hostile::tiny_models().into_iter().next().unwrap();
    save(&path, &old).unwrap();
    for room in [0, 1, 4096, 100_000] {
        let mut command = child(&path);
        let limit = libc::rlimit { rlim_cur: room, rlim_max: room };
        // SAFETY: both calls are allowed between fork and exec.
        unsafe {
            command.pre_exec(move || {
                libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
                match libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) {
                    0 => Ok(()),
                    _ => Err(std::io::Error::last_os_error()),
                }
            });
        }
        let status = command.stdout(std::process::Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(libc::EFBIG), "{room} bytes");
        assert_eq!(std::fs::read(&path).unwrap(), old, "{room} bytes");
        assert_eq!(files(folder.path()), ["m.drugner"], "no half file is left");
    }
    assert!(child(&path).stdout(std::process::Stdio::null()).status().unwrap().success());
    assert_eq!(std::fs::read(&path).unwrap(), large());
}

#[test]
fn a_killed_writer_leaves_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.drugner");
    let (_, old) = hostile::tiny_models().into_iter().next().unwrap();
    let new = large();
    for round in 0..20 {
        save(&path, &old).unwrap();
        let mut writer =
            child(&path).env("DRUGNER_FOREVER", "1").stdout(std::process::Stdio::null()).spawn().unwrap();
        // Each time somewhere else in its work.
        std::thread::sleep(std::time::Duration::from_millis(3 + 2 * round));
        writer.kill().unwrap();
        assert_eq!(writer.wait().unwrap().signal(), Some(libc::SIGKILL));
        let found = std::fs::read(&path).unwrap();
        assert!(found == old || found == new, "round {round}: {} bytes", found.len());
        assert!(Model::open_file(&path, &ModelOptions::default()).is_ok());
    }
}
