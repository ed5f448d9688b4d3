//! A call that finds mentions makes no system call: the kernel ends a thread that makes one (seccomp, strict mode). The
//! library cannot open a connection: it names no function for it.
//!
//! Shown to fail: `a_system_call_is_noticed` makes one on purpose.
#![cfg(all(target_os = "linux", feature = "mmap"))]

mod cc;
mod common;
mod hostile;

use drugner::{Context, ContextOptions, Model, ModelOptions};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// Runs `body` in a thread that may only read, write and end; says whether it came to its end.
fn ends_without_system_calls(body: impl FnOnce() + Send + 'static) -> bool {
    let state = Arc::new((AtomicI32::new(0), AtomicBool::new(false)));
    let shared = Arc::clone(&state);
    let thread = std::thread::spawn(move || {
        // SAFETY: plain system calls. From the strict mode on the thread frees nothing and ends by `exit` alone.
        unsafe {
            shared.0.store(libc::gettid(), Ordering::SeqCst);
            assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT), 0);
            body();
            shared.1.store(true, Ordering::SeqCst);
            libc::syscall(libc::SYS_exit, 0);
        }
    });
    let task = loop {
        match state.0.load(Ordering::SeqCst) {
            0 => std::thread::yield_now(),
            id => break PathBuf::from(format!("/proc/self/task/{id}")),
        }
    };
    while !state.1.load(Ordering::SeqCst) && task.exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // The thread ended behind the back of the standard library.
    std::mem::forget(thread);
    state.1.load(Ordering::SeqCst)
}

#[test]
fn finding_mentions_makes_no_system_call() {
    let models = hostile::tiny_models().map(|(_, bytes)| bytes);
    #[cfg(feature = "embedded-model")]
    let models = models.into_iter().chain([std::fs::read("models/default.drugner").unwrap()]);
    for bytes in models {
        let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
        let paths = if model.family() == "bilstm-crf" { 4 } else { 0 };
        let options = ContextOptions { max_paths: paths, ..ContextOptions::default() };
        let mut context = std::mem::ManuallyDrop::new(Context::new(&model, &options).unwrap());
        let texts: Vec<String> = (0..50).map(|seed| common::note(seed, 30)).collect();
        let texts = std::mem::ManuallyDrop::new(texts);
        let units: Vec<u16> = texts.concat().encode_utf16().collect();
        let units = std::mem::ManuallyDrop::new(units);
        assert!(ends_without_system_calls(move || {
            for text in texts.iter() {
                let _ = context.find_utf8(text.as_bytes());
                if paths > 0 {
                    let _ = context.nbest_utf8(text.as_bytes(), 0, paths as usize);
                }
            }
            let _ = context.find_utf16(&units);
            context.wipe();
        }));
    }
}

#[test]
fn a_system_call_is_noticed() {
    assert!(!ends_without_system_calls(|| {
        // SAFETY: a system call without arguments.
        unsafe { libc::syscall(libc::SYS_getpid) };
    }));
}

#[cfg(feature = "capi")]
#[test]
fn the_library_names_no_function_of_a_network() {
    let mut command = std::process::Command::new("nm");
    command.args(["-D", "--undefined-only"]).arg(cc::library_folder().join("libdrugner.so"));
    let Some(output) = cc::run("nm", command) else { return };
    let printed = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(|n| n.split('@').next().unwrap())
        .collect();
    assert!(names.contains(&"mmap") || names.contains(&"mmap64"), "the names are read: {names:?}");
    let network =
        ["socket", "connect", "bind", "listen", "accept", "send", "recv", "getaddrinfo", "gethostby"];
    let found: Vec<&&str> =
        names.iter().filter(|name| network.iter().any(|word| name.starts_with(word))).collect();
    assert!(found.is_empty(), "{found:?}");
}
