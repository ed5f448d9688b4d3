//! Decode: scores per tag -> best legal path and its probability -> mentions.

pub mod crf;
pub mod mentions;
pub mod tags;
