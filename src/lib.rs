//! Drug-name recognition for clinical software.
//!
//! A note travels through the library in stages; each stage knows only the one before it:
//!
//! ```text
//! bytes -> text (decode, keep offsets) -> sentences -> tokens -> features -> network -> tags -> mentions
//! ```
//!
//! [`Model`] is immutable and shared by any number of threads. [`Context`] holds the scratch memory of one user
//! at a time; [`Context::find_utf8`] and [`Context::find_utf16`] walk all stages and allocate nothing.

#[cfg(not(target_endian = "little"))]
compile_error!("drugner maps little-endian model files and supports little-endian machines only");

mod arena;
#[cfg(feature = "capi")]
pub mod capi;
pub mod context;
pub mod decode;
pub mod error;
mod fallible;
mod fault;
pub mod features;
mod float_state;
pub mod format;
pub mod kernels;
pub mod model;
pub mod nn;
mod system;
pub mod text;

pub use context::{Context, ContextOptions, Found, InvalidText, Mention, Path, Paths};
pub use error::{Error, Status};
pub use kernels::Isa;
pub use model::{LoadMode, Model, ModelOptions};
