//! Stub.

pub mod embeddings;
