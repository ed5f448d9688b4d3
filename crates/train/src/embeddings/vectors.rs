//! Trained vectors and their file.

use super::options::EmbeddingOptions;
use anyhow::{Context as _, Result, bail, ensure};
use drugner::format::crc32c::crc32c;
use std::fmt::Write as _;
use std::path::Path;

const MAGIC: &[u8; 8] = b"DNRVEC1\n";

/// Word vectors, words by falling frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// Numbers in a vector.
    pub dim: usize,
    /// The words.
    pub words: Vec<String>,
    /// How often each was seen in the text.
    pub counts: Vec<u64>,
    /// `[words][dim]`
    pub rows: Vec<f32>,
    /// How they were trained.
    pub options: EmbeddingOptions,
}

impl Vectors {
    /// Writes one file: magic, lengths, settings (JSON), words with counts, vectors, CRC-32C; little-endian.
    pub fn save(&self, path: &Path) -> Result<()> {
        let settings = serde_json::to_vec(&self.options)?;
        let mut words = String::new();
        for (word, count) in self.words.iter().zip(&self.counts) {
            writeln!(words, "{word} {count}")?;
        }
        let mut bytes = MAGIC.to_vec();
        for length in [settings.len(), words.len(), self.words.len(), self.dim] {
            bytes.extend((length as u64).to_le_bytes());
        }
        bytes.extend(settings);
        bytes.extend(words.bytes());
        bytes.extend(self.rows.iter().flat_map(|v| v.to_le_bytes()));
        let crc = crc32c(&bytes);
        bytes.extend(crc.to_le_bytes());
        drugner::format::writer::save(path, &bytes)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Reads a file that [`save`](Self::save) wrote.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&bytes).with_context(|| format!("{}: not a whole file of word vectors", path.display()))
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let (content, crc) = bytes.split_last_chunk::<4>().context("too short")?;
        ensure!(content.starts_with(MAGIC), "wrong first bytes");
        ensure!(crc32c(content) == u32::from_le_bytes(*crc), "damaged or cut off");
        let mut rest = &content[MAGIC.len()..];
        let mut take = |len: usize| -> Result<&[u8]> {
            let (head, tail) = rest.split_at_checked(len).context("lengths do not fit")?;
            rest = tail;
            Ok(head)
        };
        let mut lengths = [0usize; 4];
        for length in &mut lengths {
            *length = usize::try_from(u64::from_le_bytes(take(8)?.try_into()?))?;
        }
        let [settings, words, count, dim] = lengths;
        let options = serde_json::from_slice(take(settings)?)?;
        let lines = str::from_utf8(take(words)?)?.lines();
        let mut vectors = Self { dim, words: Vec::new(), counts: Vec::new(), rows: Vec::new(), options };
        for line in lines {
            let (word, seen) = line.rsplit_once(' ').context("a word has no count")?;
            vectors.words.push(word.to_owned());
            vectors.counts.push(seen.parse()?);
        }
        vectors.rows = rest.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        if vectors.words.len() != count || count.checked_mul(dim) != Some(vectors.rows.len()) {
            bail!("lengths do not fit");
        }
        Ok(vectors)
    }

    /// Writes the text form of word2vec: a line `words dim`, then a line for each word.
    pub fn save_text(&self, path: &Path) -> Result<()> {
        let mut out = format!("{} {}\n", self.words.len(), self.dim);
        for (word, row) in self.words.iter().zip(self.rows.chunks_exact(self.dim)) {
            out.push_str(word);
            for value in row {
                write!(out, " {value}")?;
            }
            out.push('\n');
        }
        drugner::format::writer::save(path, out.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The `count` words with the highest cosine to `word`; none if it is unknown.
    pub fn nearest(&self, word: &str, count: usize) -> Vec<(&str, f32)> {
        let Some(at) = self.words.iter().position(|w| w == word) else {
            return Vec::new();
        };
        let row = |i: usize| &self.rows[i * self.dim..(i + 1) * self.dim];
        let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let cosine = |i: usize| dot(row(i), row(at)) / (norm(row(i)) * norm(row(at)));
        let mut near: Vec<(&str, f32)> =
            (0..self.words.len()).filter(|&i| i != at).map(|i| (self.words[i].as_str(), cosine(i))).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1));
        near.truncate(count);
        near
    }
}
