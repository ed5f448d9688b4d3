//! Trained word vectors, and their file.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::EmbeddingOptions;
use super::container;

const MARK: &[u8; 8] = b"drugvec\n";

/// How vectors came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// All settings.
    pub options: EmbeddingOptions,
    /// Names of the text files, without their folders, in the order of reading.
    pub files: Vec<String>,
    /// Words of the text that stand in the vocabulary.
    pub word_total: u64,
    /// Hash of vocabulary and text, in hexadecimal digits.
    pub text_hash: String,
    /// Mean of the objective per step, for every epoch.
    pub losses: Vec<f64>,
}

/// Words and their vectors, by falling count.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// Numbers in a vector.
    pub dim: usize,
    /// Normalised words, each once.
    pub words: Vec<String>,
    /// Occurrences of every word; 0 where an imported file does not tell.
    pub counts: Vec<u64>,
    /// `words.len() * dim` numbers, a row per word.
    pub rows: Vec<f32>,
    /// `None` for imported vectors.
    pub provenance: Option<Provenance>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    dim: usize,
    words: usize,
    provenance: Option<Provenance>,
}

impl Vectors {
    /// The vector of the word at `place`.
    ///
    /// # Panics
    ///
    /// If there is no such place.
    pub fn row(&self, place: usize) -> &[f32] {
        &self.rows[place * self.dim..(place + 1) * self.dim]
    }

    /// Writes everything to one file, whole or not at all.
    ///
    /// # Errors
    ///
    /// Vectors whose parts do not fit together; a file that cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        self.check()?;
        let header = Header { dim: self.dim, words: self.words.len(), provenance: self.provenance.clone() };
        container::write(path, MARK, &header, |sink| {
            for (word, count) in self.words.iter().zip(&self.counts) {
                sink.bytes(&(word.len() as u32).to_le_bytes())?;
                sink.bytes(word.as_bytes())?;
                sink.bytes(&count.to_le_bytes())?;
            }
            sink.floats(&self.rows)
        })
    }

    /// Reads a file of [`Vectors::save`].
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is of another kind or version, or is damaged.
    pub fn load(path: &Path) -> Result<Self> {
        let (header, mut source): (Header, _) = container::read(path, MARK)?;
        let mut read = || -> Result<Self> {
            let mut words = Vec::new();
            let mut counts = Vec::new();
            for _ in 0..header.words {
                let length = source.u32()? as usize;
                words.push(std::str::from_utf8(source.bytes(length)?)?.to_owned());
                counts.push(source.u64()?);
            }
            let rows = source.floats(words.len(), header.dim)?;
            source.end()?;
            let vectors =
                Self { dim: header.dim, words, counts, rows, provenance: header.provenance.clone() };
            vectors.check()?;
            Ok(vectors)
        };
        read().with_context(|| format!("{} cannot be used", path.display()))
    }

    /// The `count` words with the highest cosine to `word`, best first; `None` if `word` has no vector.
    pub fn nearest(&self, word: &str, count: usize) -> Option<Vec<(&str, f32)>> {
        let place = self.words.iter().position(|known| known == word)?;
        let length = |row: &[f32]| row.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        let query = self.row(place);
        let mut others: Vec<(usize, f32)> = (0..self.words.len())
            .filter(|&other| other != place)
            .map(|other| {
                let row = self.row(other);
                let product: f32 = query.iter().zip(row).map(|(a, b)| a * b).sum();
                (other, product / (length(query) * length(row)))
            })
            .collect();
        others.sort_by(|a, b| b.1.total_cmp(&a.1));
        Some(
            others
                .into_iter()
                .take(count)
                .map(|(other, cosine)| (self.words[other].as_str(), cosine))
                .collect(),
        )
    }

    /// The parts fit together: lengths, words that occur once, finite numbers.
    pub(super) fn check(&self) -> Result<()> {
        ensure!(self.dim > 0, "vectors without numbers");
        ensure!(self.counts.len() == self.words.len(), "words and counts differ in number");
        ensure!(
            Some(self.rows.len()) == self.words.len().checked_mul(self.dim),
            "words and vectors differ in number"
        );
        let mut places = HashMap::with_capacity(self.words.len());
        for (place, word) in self.words.iter().enumerate() {
            if let Some(first) = places.insert(word, place) {
                anyhow::bail!("words {first} and {place} are the same");
            }
        }
        let bad = self.rows.iter().position(|value| !value.is_finite());
        ensure!(
            bad.is_none(),
            "the vector of word {} has a value that is not finite",
            bad.unwrap_or(0) / self.dim
        );
        Ok(())
    }
}
