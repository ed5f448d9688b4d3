//! Word vectors of the corpus under study.

use crate::embeddings::{self, Vectors};
use crate::experiment::vectors::{KnownWords, options};
use crate::representation::words;
use anyhow::{Context as _, Result};
use drugner_corpus::Corpus;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Trains vectors of every word, with the settings of the experiment.
///
/// The trainer reads files. What it is given here are the numbers of the sentences, so that no text of the corpus, which
/// may be that of patients, lies in a temporary file.
pub fn train(corpus: &Corpus, seed: u64) -> Result<Vectors> {
    let sentences: Vec<&str> = corpus.sentences().map(|sentence| sentence.text.as_str()).collect();
    let mut numbers = String::new();
    for number in 0..sentences.len() {
        // Writing to a string does not fail.
        let _ = writeln!(numbers, "{number}");
    }
    let tokenize = |line: &str, word: &mut dyn FnMut(&str)| {
        let Some(text) = line.parse::<usize>().ok().and_then(|number| sentences.get(number)) else { return };
        // One line, as the experiment trains on it.
        let text = text.replace(['\n', '\r'], " ");
        let normal = words::sentences(&text, &[]).into_iter().flat_map(|sentence| sentence.normal);
        normal.filter(|normal| !normal.is_empty()).for_each(|normal| word(&normal));
    };
    let file = TemporaryFile::new(&std::env::temp_dir(), numbers.as_bytes())?;
    embeddings::train(std::slice::from_ref(&file.0), &options(KnownWords::All, seed), &tokenize, None, false)
        .context("the word vectors cannot be trained")
}

/// A new file that is removed when it is dropped.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    /// Never opens a file, or follows a link, that is there already.
    fn new(folder: &Path, bytes: &[u8]) -> Result<Self> {
        let mut attempt = 0;
        let (path, mut file) = loop {
            let path = folder.join(format!("drugner-analyse-{}-{attempt}.txt", std::process::id()));
            match File::create_new(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot write {}", path.display()));
                }
            }
        };
        let temporary = Self(path);
        file.write_all(bytes).with_context(|| format!("cannot write {}", temporary.0.display()))?;
        Ok(temporary)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // What is left behind holds numbers only.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_files_are_new_and_leave() {
        let folder = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let one = TemporaryFile::new(folder.path(), b"1").unwrap();
        let two = TemporaryFile::new(folder.path(), b"2").unwrap();
        assert_eq!(
            (names(), std::fs::read(&one.0).unwrap(), std::fs::read(&two.0).unwrap()),
            (2, b"1".to_vec(), b"2".to_vec())
        );
        drop((one, two));
        assert_eq!(names(), 0);
        assert!(TemporaryFile::new(&folder.path().join("nowhere"), b"").is_err());
    }
}
