//! The C API: the functions behind `include/drugner.h`.
//!
//! The header is generated from the doc comments of these files (`tests/header.rs`), so they speak to C
//! programmers. One file holds one C object or a part of one; its name begins with the C prefix:
//!
//! | file | C names |
//! |---|---|
//! | `status.rs` | `drugner_status`, `DRUGNER_E_*`, `drugner_error` |
//! | `version.rs` | `drugner_version_*`, `drugner_build_info` |
//! | `model_open.rs`, `model.rs` | `drugner_model_*` |
//! | `context.rs`, `context_options.rs`, `context_state.rs` | `drugner_context_*` |
//! | `find.rs` | `drugner_find_*`, `drugner_span`, `drugner_result` |
//! | `nbest.rs` | `drugner_nbest_*`, `drugner_path`, `drugner_paths` |
//! | `offsets.rs` | `drugner_offsets_*` |
//!
//! Conventions, kept by every exported function:
//!
//! 1. The body runs inside a function of `guard` or inside `context_state::exclusive`: a panic becomes
//!    `DRUGNER_E_INTERNAL` (or the documented neutral value) and never reaches the caller. The payload of the
//!    panic is dropped unread.
//! 2. Pointers become references only through `guard`, which refuses NULL and misaligned ones. What cannot be
//!    checked (that a non-NULL pointer points to live memory of the stated size) is the caller's part of the
//!    contract; `SAFETY: caller's contract` refers to it.
//! 3. Codes and flags arrive as plain integers and are matched, never transmuted.
//! 4. Outputs are written last, when nothing can fail any more.
//! 5. Messages are static or come from [`Error`](crate::Error); they never hold text of the caller. Nothing in
//!    the find and nbest groups formats into new memory.
//!
//! Signatures are written out, not made by macros, because cbindgen reads them.

#![allow(non_camel_case_types, reason = "C names are the names of the items")]
#![allow(clippy::missing_safety_doc, reason = "the doc comment is the C contract, of which all is safety")]

mod context;
mod context_options;
mod context_state;
#[cfg(all(test, feature = "embedded-model"))]
mod fault_tests;
mod find;
mod guard;
mod model;
mod model_open;
mod nbest;
mod offsets;
mod status;
mod types;
mod version;

pub use context::*;
pub use context_options::*;
pub use context_state::drugner_context;
pub use find::*;
pub use model::*;
pub use model_open::*;
pub use nbest::*;
pub use offsets::*;
pub use status::*;
pub use types::drugner_str;
pub use version::*;
