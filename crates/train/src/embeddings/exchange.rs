//! The text format of word2vec: a line `words dim`, then a line `word x1 ... xdim` for every word.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::container::replace;
use super::text::for_each_line;
use super::vectors::Vectors;

impl Vectors {
    /// Writes the text format of word2vec; reading it gives the same numbers. Counts and provenance are lost.
    ///
    /// # Errors
    ///
    /// A word that is empty or holds white space, which the format cannot express; a file that cannot be written.
    pub fn export_text(&self, path: &Path) -> Result<()> {
        self.check()?;
        let unfit = self.words.iter().position(|word| word.is_empty() || word.contains(char::is_whitespace));
        ensure!(unfit.is_none(), "word {} is empty or holds white space", unfit.unwrap_or(0));
        replace(path, |file| {
            let mut file = BufWriter::new(file);
            writeln!(file, "{} {}", self.words.len(), self.dim)?;
            for (word, row) in self.words.iter().zip(self.rows.chunks_exact(self.dim)) {
                write!(file, "{word}")?;
                for value in row {
                    write!(file, " {value}")?;
                }
                writeln!(file)?;
            }
            file.flush()
        })
    }

    /// Reads the text format of word2vec (`.xz` is decompressed). Counts become 0.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or does not have the format; the message names file and line.
    pub fn import_text(path: &Path) -> Result<Self> {
        let mut vectors =
            Self { dim: 0, words: Vec::new(), counts: Vec::new(), rows: Vec::new(), provenance: None };
        let mut announced = None;
        for_each_line(path, |line| {
            let mut fields = line.split_ascii_whitespace();
            let first = fields.next().context("an empty line")?;
            if announced.is_none() {
                let dim =
                    fields.next().context("the first line must hold two numbers: words and dimensions")?;
                vectors.dim = dim.parse().context("the number of dimensions")?;
                announced = Some(first.parse::<usize>().context("the number of words")?);
                return Ok(());
            }
            let before = vectors.rows.len();
            for field in fields {
                vectors.rows.push(field.parse().context("a field after the word is not a number")?);
            }
            let found = vectors.rows.len() - before;
            ensure!(found == vectors.dim, "{found} numbers where {} are announced", vectors.dim);
            vectors.words.push(first.to_owned());
            vectors.counts.push(0);
            Ok(())
        })?;
        let announced = announced.with_context(|| format!("{} is empty", path.display()))?;
        let found = vectors.words.len();
        ensure!(found == announced, "{}: {found} words where {announced} are announced", path.display());
        vectors.check().with_context(|| format!("{} cannot be used", path.display()))?;
        Ok(vectors)
    }
}
