//! Stub.
pub mod layout;
