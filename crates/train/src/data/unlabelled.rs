//! Sentences of unlabelled text.

use crate::embeddings::for_each_line;
use anyhow::Result;
use fastrand::Rng;
use std::path::PathBuf;

/// Longest sentence used, in bytes.
const LONGEST: usize = 600;

/// The different lines of `files`, one sentence a line, in random order; without empty ones and those of more than 600 bytes.
///
/// # Errors
///
/// A file that cannot be read; the message names file and line, not the text.
pub fn sentences(files: &[PathBuf], rng: &mut Rng) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for file in files {
        for_each_line(file, |line| {
            if !line.is_empty() && line.len() <= LONGEST {
                lines.push(line.to_owned());
            }
            Ok(())
        })?;
    }
    lines.sort_unstable();
    lines.dedup();
    rng.shuffle(&mut lines);
    Ok(lines)
}
