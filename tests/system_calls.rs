//! `find` makes no system call after the first: it runs in a child process in which the kernel kills whoever makes one.
#![cfg(all(target_os = "linux", feature = "mmap"))]

mod common;

use drugner::{Context, ContextOptions, Model, ModelOptions};

/// How a child process ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Exit(i32),
    Signal(i32),
}

/// Runs `work` in a child that may call nothing but `read`, `write`, `exit` and `sigreturn`; it exits with 0 if `work`
/// says true, else with 1.
fn confined(work: impl FnOnce() -> bool) -> End {
    // SAFETY: the child runs `work` on its copy of this thread alone and leaves by `exit`; it returns to no caller.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    if child == 0 {
        // SAFETY: both calls take numbers only. `exit_group`, which `_exit` uses, is forbidden; `exit` is not.
        unsafe {
            if libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT) != 0 {
                libc::_exit(2);
            }
            let status = i32::from(!work());
            libc::syscall(libc::SYS_exit, status);
        }
        unreachable!("exit returned");
    }
    let mut status = 0;
    // SAFETY: `status` is valid for writes.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    if libc::WIFSIGNALED(status) {
        End::Signal(libc::WTERMSIG(status))
    } else {
        End::Exit(libc::WEXITSTATUS(status))
    }
}

#[test]
fn a_system_call_would_be_seen() {
    // SAFETY: takes nothing.
    assert_eq!(confined(|| unsafe { libc::getppid() } == 0), End::Signal(libc::SIGKILL));
    assert_eq!(confined(|| true), End::Exit(0));
    assert_eq!(confined(|| false), End::Exit(1));
}

#[test]
fn find_makes_no_system_call() {
    let models = [
        common::model(1, &common::Sizes { layers: 2, ..common::Sizes::default() }),
        common::families::Simple::window(10, 0.7).bytes(),
        common::families::Simple::lstm(2, 0.7).bytes(),
    ];
    let mut notes: Vec<Vec<u8>> =
        (0..50).map(|i| common::note(i, 2 + i as usize % 12).into_bytes()).collect();
    notes.push(b"bad \xFF\xC0 bytes and \0 zeros".to_vec());
    notes.push(common::note(7, 2000).into_bytes());
    let units: Vec<Vec<u16>> =
        notes.iter().map(|note| String::from_utf8_lossy(note).encode_utf16().collect()).collect();
    for bytes in models {
        let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
        let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
        let mut all = || -> Option<usize> {
            let mut mentions = 0;
            for (note, units) in notes.iter().zip(&units) {
                mentions += context.find_utf8(note).ok()?.mentions.len();
                mentions += context.find_utf16(units).ok()?.mentions.len();
            }
            Some(mentions)
        };
        let expected = all();
        assert!(expected.is_some_and(|mentions| mentions > 0), "the notes exercise the whole way");
        assert_eq!(confined(|| all() == expected), End::Exit(0));
    }
}
