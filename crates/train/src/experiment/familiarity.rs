//! How much of the test gold a system can know from the training text: recall by what that text says of a word.

use super::data::Data;
use crate::representation::words;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What the training and development documents of all sub-corpora say of a word, from the most to the least.
pub const KINDS: [&str; 3] =
    ["in a name of the training text", "only outside of names", "not in the training text"];

/// Gold words of one kind, and how many of them a system found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// Gold words.
    pub words: usize,
    /// Those that lie in an answer.
    pub found: usize,
}

impl Reach {
    /// Share of the words that were found; 0 without words.
    pub fn recall(self) -> f64 {
        if self.words == 0 { 0.0 } else { self.found as f64 / self.words as f64 }
    }
}

/// The words of the training text.
pub struct Familiarity {
    named: HashSet<String>,
    seen: HashSet<String>,
}

impl Familiarity {
    /// Collects the words of training and development documents.
    pub fn new(data: &Data) -> Self {
        let mut familiarity = Self { named: HashSet::new(), seen: HashSet::new() };
        for corpus in [&data.train, &data.development] {
            for sentence in words::corpus(corpus, None) {
                for name in &sentence.names {
                    let words = &sentence.normal[name.first..name.first + name.words];
                    familiarity.named.extend(words.iter().cloned());
                }
                familiarity.seen.extend(sentence.normal);
            }
        }
        familiarity
    }

    /// Index of the word's kind in [`KINDS`].
    pub fn kind(&self, word: &str) -> usize {
        match word {
            word if self.named.contains(word) => 0,
            word if self.seen.contains(word) => 1,
            _ => 2,
        }
    }
}
