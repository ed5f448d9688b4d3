//! The text of the pre-training, as numbers.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use fastrand::Rng;

use crate::data::examples::{Distinct, Encoder};
use crate::data::labelled::Labelled;
use crate::data::unlabelled::sentences;
use crate::embeddings::container::Fnv;
use crate::tagger::{DistinctWords, Example};

/// Longest sentence, in tokens; longer ones are cut.
const LONGEST: usize = 100;

/// Sentences one after the other, token by token.
pub(super) struct Text {
    /// First token of each sentence, and the number of tokens at the end.
    starts: Vec<usize>,
    words: Vec<u32>,
    chars: Vec<u32>,
    shapes: Vec<u8>,
    pub distinct: DistinctWords,
    /// Occurrences of every row of the word table.
    pub counts: Vec<u64>,
}

impl Text {
    /// Reads at most `most` sentences, drawn at random. `rows` is the number of rows of the word table.
    pub fn read(files: &[PathBuf], most: usize, encoder: &Encoder, rows: usize, seed: u64) -> Result<Self> {
        let mut distinct = Distinct::default();
        let mut text = Self {
            starts: vec![0],
            words: Vec::new(),
            chars: Vec::new(),
            shapes: Vec::new(),
            distinct: DistinctWords::default(),
            counts: vec![0; rows],
        };
        let mut examples = Vec::new();
        let mut lines = sentences(files, &mut Rng::with_seed(seed))?;
        lines.truncate(most);
        for line in lines {
            encoder.encode(&Labelled { text: line, ..Labelled::default() }, &mut distinct, &mut examples);
            for example in examples.drain(..).filter(|example| example.words.len() > 1) {
                let tokens = example.words.len().min(LONGEST);
                text.words.extend(&example.words[..tokens]);
                text.chars.extend(&example.chars[..tokens]);
                text.shapes.extend(&example.shapes[..tokens]);
                text.starts.push(text.words.len());
            }
        }
        for &word in &text.words {
            text.counts[word as usize] += 1;
        }
        // The unknown word is no word: nothing is told by predicting it.
        text.counts[0] = 0;
        ensure!(text.counts.iter().any(|&count| count > 0), "the text holds no sentence with a known word");
        text.distinct = DistinctWords(distinct.words);
        Ok(text)
    }

    /// Number of tokens.
    pub fn token_count(&self) -> usize {
        self.words.len()
    }

    /// Number of sentences.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Tells texts apart.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        self.starts.iter().for_each(|start| hash.update(&start.to_le_bytes()));
        self.words.iter().chain(&self.chars).for_each(|number| hash.update(&number.to_le_bytes()));
        hash.finish()
    }

    /// Tokens of a sentence.
    pub fn tokens(&self, sentence: usize) -> usize {
        self.starts[sentence + 1] - self.starts[sentence]
    }

    /// A sentence as the tagger reads it, without tags.
    pub fn example(&self, sentence: usize) -> Example {
        let range = self.starts[sentence]..self.starts[sentence + 1];
        let tokens = range.len();
        Example {
            words: self.words[range.clone()].to_vec(),
            chars: self.chars[range.clone()].to_vec(),
            shapes: self.shapes[range].to_vec(),
            lexicon: vec![0; tokens],
            tags: vec![0; tokens],
            auxiliary: false,
        }
    }
}
