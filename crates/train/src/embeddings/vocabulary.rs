//! Words of a text by frequency.

use std::collections::HashMap;

/// Words sorted by falling count, then by spelling; the position is the word's id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    /// The words.
    pub words: Vec<String>,
    /// How often each was seen.
    pub counts: Vec<u64>,
}

impl Vocabulary {
    /// Keeps the words seen at least `min_count` times.
    pub fn from_counts(counts: HashMap<String, u64>, min_count: u64) -> Self {
        let mut kept: Vec<(String, u64)> = counts.into_iter().filter(|(_, n)| *n >= min_count).collect();
        kept.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let (words, counts) = kept.into_iter().unzip();
        Self { words, counts }
    }

    /// Ids by word.
    pub fn ids(&self) -> HashMap<&str, u32> {
        self.words.iter().enumerate().map(|(id, word)| (word.as_str(), id as u32)).collect()
    }
}
