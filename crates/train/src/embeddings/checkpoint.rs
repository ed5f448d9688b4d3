//! State of an unfinished run: settings, vocabulary, epoch, both matrices.

use super::model::Matrices;
use super::options::EmbeddingOptions;
use super::vocabulary::Vocabulary;
use anyhow::{Context as _, Result};
use drugner::format::crc32c::crc32c;
use std::path::Path;

/// Identifies settings and text: a checkpoint of others is not resumed.
fn fingerprint(options: &EmbeddingOptions, vocabulary: &Vocabulary) -> Vec<u8> {
    let words: Vec<u8> = vocabulary
        .words
        .iter()
        .zip(&vocabulary.counts)
        .flat_map(|(word, count)| format!("{word} {count}\n").into_bytes())
        .collect();
    format!("drugner vectors checkpoint 1 {options:?} {:08x}\n", crc32c(&words)).into_bytes()
}

pub fn save(
    path: &Path,
    options: &EmbeddingOptions,
    vocabulary: &Vocabulary,
    matrices: &Matrices,
    epoch: usize,
) -> Result<()> {
    let mut bytes = fingerprint(options, vocabulary);
    bytes.extend((epoch as u64).to_le_bytes());
    for value in matrices.input.iter().chain(&matrices.output) {
        bytes.extend(value.to_le_bytes());
    }
    let crc = crc32c(&bytes);
    bytes.extend(crc.to_le_bytes());
    drugner::format::writer::save(path, &bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The matrices and the number of finished epochs; `None` when there is no whole checkpoint of this run.
pub fn load(path: &Path, options: &EmbeddingOptions, vocabulary: &Vocabulary) -> Option<(Matrices, usize)> {
    let bytes = std::fs::read(path).ok()?;
    let (content, crc) = bytes.split_last_chunk::<4>()?;
    let body = content.strip_prefix(&fingerprint(options, vocabulary)[..])?;
    let (epoch, values) = body.split_first_chunk::<8>()?;
    let half = vocabulary.words.len() * options.dim;
    if crc32c(content) != u32::from_le_bytes(*crc) || values.len() != 8 * half {
        return None;
    }
    let values: Vec<f32> = values.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let matrices =
        Matrices { dim: options.dim, input: values[..half].to_vec(), output: values[half..].to_vec() };
    Some((matrices, u64::from_le_bytes(*epoch) as usize))
}
