//! Allocation fails at every step of opening a model and creating a context: the call says so, nothing leaks, and the
//! next call succeeds.
#![cfg(feature = "capi")]

mod common;
mod hostile;

use drugner::capi::*;
use drugner::format::{self, ARCHITECTURE_BILSTM_CRF};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{CString, c_void};
use std::process::Command;
use std::ptr::{null, null_mut};

/// Fails the allocations of a thread from a chosen one on, and counts what lives.
struct Failing;

thread_local! {
    /// Allocations that still succeed; `None`: all.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// Whether an allocation may succeed, counted.
fn permitted() -> bool {
    LEFT.with(|left| match left.get() {
        Some(0) => false,
        Some(count) => {
            left.set(Some(count - 1));
            true
        }
        None => true,
    })
}

fn count(change: isize) {
    LIVE.with(|live| live.set(live.get() + change));
}

// SAFETY: what succeeds goes to the system allocator unchanged; a null pointer is how an allocator fails.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !permitted() {
            return null_mut();
        }
        count(1);
        // SAFETY: the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-1);
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !permitted() {
            return null_mut();
        }
        // SAFETY: the caller's contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// Runs `body` with the allocation number 0, 1, 2, ... and all behind it failing, until it needs no more than that.
fn fail_at_every_step(what: &str, mut body: impl FnMut() -> drugner_status) {
    assert_eq!(body(), DRUGNER_OK, "{what} with memory");
    let mut steps = 0;
    loop {
        let before = LIVE.get();
        LEFT.set(Some(steps));
        let status = body();
        LEFT.set(None);
        assert_eq!(LIVE.get(), before, "{what}, step {steps}: memory leaks");
        if status == DRUGNER_OK {
            break;
        }
        assert_eq!(status, DRUGNER_E_OUT_OF_MEMORY, "{what}, step {steps}");
        steps += 1;
    }
    assert!(steps > 0, "{what} allocates nothing");
    assert_eq!(body(), DRUGNER_OK, "{what} afterwards");
}

fn open(bytes: &[u8]) -> *mut drugner_model {
    let mut model = null_mut();
    let (data, len) = (bytes.as_ptr().cast(), bytes.len());
    // SAFETY: all pointers live; the bytes are copied.
    unsafe { drugner_model_open_memory(data, len, None, null_mut(), null(), &raw mut model, null_mut()) };
    model
}

/// Models of all families, one with every optional section.
fn models() -> Vec<Vec<u8>> {
    let sizes = common::Sizes { layers: 2, ..common::Sizes::default() };
    let mut writer = common::writer(1, &sizes);
    writer.add_f32(format::CALIBRATION, 0, &[4, 1, 2], &[0.5; 8]);
    writer.add_strings(format::TEST_TEXTS, &["none"]);
    writer.add_u32(format::TEST_MENTIONS, 0, &[1, 5], &[0; 5]);
    let whole = writer.finish(ARCHITECTURE_BILSTM_CRF);
    hostile::tiny_models().into_iter().map(|(_, bytes)| bytes).chain([whole]).collect()
}

#[test]
fn opening_fails_cleanly_at_every_allocation() {
    let folder = tempfile::tempdir().unwrap();
    // Longer than the path that the standard library copies without an allocation.
    let folder = folder.path().join("x".repeat(200)).join("y".repeat(200));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("m");
    let name = CString::new(path.to_str().unwrap()).unwrap();
    for bytes in models() {
        fail_at_every_step("open_memory", || {
            let (mut model, mut error) = (null_mut(), drugner_error::default());
            let (data, len) = (bytes.as_ptr().cast(), bytes.len());
            // SAFETY: all pointers live; the bytes are copied.
            unsafe {
                let status = drugner_model_open_memory(
                    data,
                    len,
                    None,
                    null_mut(),
                    null(),
                    &raw mut model,
                    &raw mut error,
                );
                assert_eq!((status == DRUGNER_OK, status), (!model.is_null(), error.status));
                drugner_model_release(model);
                status
            }
        });
        std::fs::write(&path, &bytes).unwrap();
        for load_mode in [DRUGNER_LOAD_COPY, DRUGNER_LOAD_MAP] {
            let options = drugner_model_options { load_mode, ..Default::default() };
            fail_at_every_step("open_file", || {
                let mut model = null_mut();
                // SAFETY: all pointers live.
                unsafe {
                    let (name, options) = (name.as_ptr(), &raw const options);
                    let status = drugner_model_open_file(name, options, &raw mut model, null_mut());
                    drugner_model_release(model);
                    status
                }
            });
        }
    }
}

#[test]
fn the_environment_is_read_without_memory() {
    let test = std::env::current_exe().unwrap();
    let status = Command::new(test)
        .args(["opening_fails_cleanly_at_every_allocation", "--exact"])
        .env("DRUGNER_ISA", "scalar")
        .output()
        .unwrap()
        .status;
    assert!(status.success(), "{status}");
}

#[test]
fn lent_memory_is_released_once_at_every_failure() {
    #[repr(align(64))]
    struct Aligned([u8; 1 << 16]);
    unsafe extern "C" fn release(user: *mut c_void) {
        // SAFETY: `user` is the cell below, which outlives the call.
        let count = unsafe { &*user.cast::<Cell<u32>>() };
        count.set(count.get() + 1);
    }
    let (_, bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let mut memory = Box::new(Aligned([0; 1 << 16]));
    memory.0[..bytes.len()].copy_from_slice(&bytes);
    let (released, opened) = (Cell::new(0u32), Cell::new(0u32));
    fail_at_every_step("open in place", || {
        opened.set(opened.get() + 1);
        let mut model = null_mut();
        let (data, user) = (memory.0.as_ptr().cast(), (&raw const released).cast_mut().cast());
        // SAFETY: all pointers live, and the memory outlives the model.
        unsafe {
            let out = &raw mut model;
            let status =
                drugner_model_open_memory(data, bytes.len(), Some(release), user, null(), out, null_mut());
            drugner_model_release(model);
            status
        }
    });
    assert_eq!(released.get(), opened.get());
}

#[test]
fn contexts_fail_cleanly_at_every_allocation() {
    for bytes in models() {
        let model = open(&bytes);
        fail_at_every_step("context_create", || {
            let mut context = null_mut();
            // SAFETY: all pointers live.
            unsafe {
                let status = drugner_context_create(model, null(), &raw mut context, null_mut());
                drugner_context_destroy(context);
                status
            }
        });
        // A reset without memory leaves the context poisoned, and a later one brings it back.
        let (mut context, mut result) = (null_mut(), drugner_result::default());
        // SAFETY: all pointers live.
        unsafe {
            assert_eq!(drugner_context_create(model, null(), &raw mut context, null_mut()), DRUGNER_OK);
            LEFT.set(Some(0));
            let status = drugner_context_reset(context);
            LEFT.set(None);
            assert_eq!(status, DRUGNER_E_OUT_OF_MEMORY);
            let find = |result| drugner_find_utf8(context, c"aspirin".as_ptr(), 7, result);
            assert_eq!(find(&raw mut result), DRUGNER_E_POISONED);
            assert_eq!(drugner_context_reset(context), DRUGNER_OK);
            assert_eq!(find(&raw mut result), DRUGNER_OK);
            drugner_context_destroy(context);
            drugner_model_release(model);
        }
    }
}

/// Refusals write their message, or a shorter one, without memory.
#[test]
fn refusals_need_no_memory() {
    let (_, bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let mut damaged = bytes.clone();
    let at = hostile::section(&damaged, b"DENS").start;
    damaged[at] ^= 1;
    for steps in 0..4 {
        let (mut model, mut error) = (null_mut(), drugner_error::default());
        let (data, len) = (damaged.as_ptr().cast(), damaged.len());
        LEFT.set(Some(steps));
        // SAFETY: all pointers live.
        let status = unsafe {
            drugner_model_open_memory(data, len, None, null_mut(), null(), &raw mut model, &raw mut error)
        };
        let info = drugner_build_info();
        LEFT.set(None);
        assert!(matches!(status, DRUGNER_E_OUT_OF_MEMORY | DRUGNER_E_CHECKSUM), "{status}");
        assert!(!error.message().is_empty() && !info.is_null());
    }
    LEFT.set(Some(0));
    let (mut model, mut error) = (null_mut(), drugner_error::default());
    // SAFETY: all pointers live.
    let status =
        unsafe { drugner_model_open_file(c"/nowhere".as_ptr(), null(), &raw mut model, &raw mut error) };
    LEFT.set(None);
    assert_eq!(status, DRUGNER_E_NOT_FOUND);
    assert!(error.message().contains("not found"), "{}", error.message());
}
