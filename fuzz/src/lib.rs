//! Fuzz targets: functions that take any bytes and must return. A panic, a hang, an endless allocation or a report of a
//! sanitizer is a finding.
//!
//! `fuzz/run` builds each target for libFuzzer and runs it with AddressSanitizer; `cargo test -p drugner-fuzz` runs the
//! seeds and a fixed number of mutations of them on any toolchain.

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/hostile/mod.rs"]
mod hostile;

mod capi;
mod capi_values;
mod corpus;
mod decode;
mod input;
mod models;
pub mod mutate;
mod texts;

pub use capi::{capi, options};
pub use corpus::{corpus, scorer};
pub use decode::decode;
pub use models::{generated, model, model_repaired};
pub use texts::{text, utf8, utf16};

/// The models that begin the seeds of the model targets, each with its name.
pub fn seed_models() -> [(&'static str, Vec<u8>); 4] {
    hostile::tiny_models()
}

/// A target by its name.
pub struct Target {
    /// Name of the program and of the folder of its seeds.
    pub name: &'static str,
    /// Takes any bytes; a panic is a finding.
    pub run: fn(&[u8]),
    /// Mutations of the fast form.
    pub mutations: usize,
}

/// Every target.
pub const TARGETS: [Target; 11] = [
    Target { name: "model", run: model, mutations: 2000 },
    Target { name: "model_repaired", run: model_repaired, mutations: 3000 },
    Target { name: "generated", run: generated, mutations: 40 },
    Target { name: "utf8", run: utf8, mutations: 1500 },
    Target { name: "utf16", run: utf16, mutations: 1500 },
    Target { name: "text", run: text, mutations: 5000 },
    Target { name: "decode", run: decode, mutations: 2000 },
    Target { name: "capi", run: capi, mutations: 1500 },
    Target { name: "options", run: options, mutations: 3000 },
    Target { name: "corpus", run: corpus, mutations: 3000 },
    Target { name: "scorer", run: scorer, mutations: 3000 },
];
