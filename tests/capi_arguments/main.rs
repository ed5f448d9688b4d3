//! A table of hostile arguments: every exported function with NULL, zero, huge and misaligned values and wrong struct
//! sizes. A function of the header that the table forgets fails the test.
#![cfg(feature = "capi")]

#[path = "../common/mod.rs"]
mod common;
mod constants;
mod contexts;
#[path = "../hostile/mod.rs"]
mod hostile;
mod models;
mod table;
mod texts;

use drugner::capi::*;
use std::ptr::{null, null_mut};
use table::Table;

const TEXT: &std::ffi::CStr = c"aspirin";
const UNITS: [u16; 3] = [97, 98, 99];

fn model() -> *mut drugner_model {
    let (_, bytes) = hostile::tiny_models().into_iter().next().unwrap();
    let mut model = null_mut();
    let (data, len) = (bytes.as_ptr().cast(), bytes.len());
    // SAFETY: all pointers live; without `release` the bytes are copied.
    let status =
        unsafe { drugner_model_open_memory(data, len, None, null_mut(), null(), &raw mut model, null_mut()) };
    assert_eq!(status, DRUGNER_OK);
    model
}

fn context(model: *const drugner_model) -> *mut drugner_context {
    let mut context = null_mut();
    let options = drugner_context_options { max_paths: 2, ..Default::default() };
    // SAFETY: all pointers live.
    let status = unsafe { drugner_context_create(model, &raw const options, &raw mut context, null_mut()) };
    assert_eq!(status, DRUGNER_OK);
    context
}

fn result() -> *mut drugner_result {
    Box::leak(Box::default())
}

fn paths() -> *mut drugner_paths {
    Box::leak(Box::default())
}

#[test]
fn hostile_arguments_are_refused() {
    let model = model();
    let context = context(model);
    let mut table = Table(Vec::new());
    models::models(&mut table, model);
    contexts::contexts(&mut table, model, context);
    texts::texts(&mut table, context);
    constants::constants(&mut table);
    for (function, what, expected, call) in &table.0 {
        assert_eq!(call(), *expected, "{function}: {what}");
        // The handles that all rows share stay as they were.
        // SAFETY: the context lives.
        let after = unsafe { drugner_find_utf8(context, TEXT.as_ptr(), 7, result()) };
        assert_eq!(after, DRUGNER_OK, "after {function}: {what}");
    }
    // SAFETY: both are ours.
    unsafe {
        drugner_context_destroy(context);
        drugner_model_release(model);
    }
    let header = include_str!("../../include/drugner.h");
    let functions = header.lines().filter_map(|line| {
        let (before, _) = line.split_once('(')?;
        let name = before.rsplit([' ', '*']).next()?;
        (name.starts_with("drugner_") && !line.starts_with(' ') && before.contains(' ')).then_some(name)
    });
    let mut count = 0;
    for name in functions {
        assert!(table.0.iter().any(|row| row.0 == name), "the table has no row for {name}");
        count += 1;
    }
    assert!(count >= 33, "{count} functions found in the header");
}
