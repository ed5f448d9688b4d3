//! Word vectors of an experiment: CBOW as in the paper, on the text that a variant asks for.

use super::data::Data;
use super::variant::TextSet;
use crate::data::examples::word_table;
use crate::embeddings::{self, Architecture, EmbeddingOptions, Vectors};
use crate::representation::words::word_tokens;
use anyhow::{Context as _, Result};
use drugner::features::word::Word;
use drugner::format::writer::save;
use drugner_corpus::Corpus;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Root mean square of the vectors' numbers, to suit sigmoid units.
const RMS: f32 = 0.5;
/// Words seen less often in added text are unknown.
const ADDED_MIN_COUNT: u64 = 5;

/// The words that a network knows, with their vectors.
pub struct WordVectors {
    /// Words of rows 1, 2, ...
    pub words: Vec<String>,
    /// `[1 + words][dim]`; row 0 is the unknown word.
    pub table: Vec<f32>,
    /// Numbers of a vector.
    pub dim: usize,
    rows: HashMap<String, u32>,
}

impl WordVectors {
    fn new(vectors: &Vectors) -> Self {
        let (words, table) = word_table(vectors, 1, RMS);
        let rows = words.iter().enumerate().map(|(i, word)| (word.clone(), i as u32 + 1)).collect();
        Self { words, table, dim: vectors.dim, rows }
    }

    /// Row of a word in normal form; 0 if it is unknown.
    pub fn row(&self, normal: &str) -> u32 {
        self.rows.get(normal).copied().unwrap_or(0)
    }
}

/// Which words of the text get a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownWords {
    /// All of them.
    All,
    /// Those seen twice: a word seen once counts as unknown, so that a network learns what unknown words look like.
    SeenTwice,
    /// Those seen [`ADDED_MIN_COUNT`] times in much text.
    Frequent,
}

/// With the test text, as in the paper, every word is known.
fn known_words(text: TextSet) -> KnownWords {
    match text {
        TextSet::Train => KnownWords::SeenTwice,
        TextSet::TrainAndTest => KnownWords::All,
        TextSet::Added => KnownWords::Frequent,
    }
}

/// Settings of the vectors: CBOW, window 5, 100 dimensions; more passes over little text.
pub fn options(known: KnownWords, seed: u64) -> EmbeddingOptions {
    EmbeddingOptions {
        architecture: Architecture::Cbow,
        dim: 100,
        window: 5,
        min_count: match known {
            KnownWords::All => 1,
            KnownWords::SeenTwice => 2,
            KnownWords::Frequent => ADDED_MIN_COUNT,
        },
        subsample: 1e-3,
        epochs: if known == KnownWords::Frequent { 4 } else { 40 },
        seed,
        ..EmbeddingOptions::default()
    }
}

/// Trains the vectors, or reads them from `work` if that was done before.
pub fn train(data: &Data, text: TextSet, added: &[PathBuf], seed: u64, work: &Path) -> Result<WordVectors> {
    let name = match text {
        TextSet::Train => "train",
        TextSet::TrainAndTest => "train-and-test",
        TextSet::Added => "added",
    };
    let saved = work.join(format!("vectors-{name}-{seed}.bin"));
    if saved.exists() {
        return Ok(WordVectors::new(&Vectors::load(&saved)?));
    }
    let corpus_text = work.join(format!("text-{name}.txt"));
    let parts: &[&Corpus] = match text {
        TextSet::TrainAndTest => &[&data.train, &data.development, &data.test],
        TextSet::Train | TextSet::Added => &[&data.train],
    };
    write_text(parts, &corpus_text)?;
    let mut files = vec![corpus_text];
    if text == TextSet::Added {
        files.extend_from_slice(added);
    }
    let checkpoint = work.join(format!("vectors-{name}-{seed}.checkpoint"));
    let vectors = train_files(&files, &options(known_words(text), seed), Some(&checkpoint))?;
    vectors.save(&saved)?;
    std::fs::remove_file(&checkpoint).with_context(|| format!("cannot remove {}", checkpoint.display()))?;
    Ok(WordVectors::new(&vectors))
}

/// Writes the text of `parts`, one sentence a line.
pub fn write_text(parts: &[&Corpus], path: &Path) -> Result<()> {
    let sentences = parts.iter().flat_map(|part| part.sentences());
    let lines: String =
        sentences.map(|sentence| format!("{}\n", sentence.text.replace(['\n', '\r'], " "))).collect();
    save(path, lines.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// Trains vectors of the words between blanks of text files, one sentence a line; shows progress where it takes long.
pub fn train_files(
    files: &[PathBuf],
    options: &EmbeddingOptions,
    checkpoint: Option<&Path>,
) -> Result<Vectors> {
    embeddings::train(files, options, &normal_words, checkpoint, files.len() > 1)
}

/// The normal forms of a line's words.
fn normal_words(line: &str, word: &mut dyn FnMut(&str)) {
    for token in word_tokens(line).into_iter().flatten() {
        let scanned = Word::scan(line.as_bytes(), token);
        if let Some(normal) = scanned.normal().and_then(|normal| str::from_utf8(normal).ok()) {
            word(normal);
        }
    }
}
