//! The words of a text, and the text as their numbers.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::Tokenize;
use super::container::Fnv;
use super::text::for_each_line;

/// Stands between two sentences of [`Corpus::tokens`].
pub(super) const SENTENCE_END: u32 = u32::MAX;

/// Words by falling count, then by their letters; a word's place is its number.
pub(super) struct Vocabulary {
    pub(super) words: Vec<String>,
    pub(super) counts: Vec<u64>,
}

/// A whole text in memory, without the words below the minimum count.
pub(super) struct Corpus {
    pub(super) vocabulary: Vocabulary,
    /// Word numbers; [`SENTENCE_END`] closes every sentence.
    pub(super) tokens: Vec<u32>,
    /// Words in `tokens`.
    pub(super) word_total: u64,
}

impl Corpus {
    /// Reads the files once. Words get provisional numbers in order of appearance, and their final ones when all
    /// counts are known.
    pub(super) fn read(files: &[PathBuf], min_count: u64, tokenize: Tokenize<'_>) -> Result<Self> {
        ensure!(!files.is_empty(), "no text file was given");
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        let mut counts: Vec<u64> = Vec::new();
        let mut tokens: Vec<u32> = Vec::new();
        for file in files {
            for_each_line(file, |line| {
                tokenize(line, &mut |word| {
                    let number = numbers.get(word).copied().unwrap_or_else(|| {
                        let number = counts.len() as u32;
                        counts.push(0);
                        numbers.insert(word.into(), number);
                        number
                    });
                    counts[number as usize] += 1;
                    tokens.push(number);
                });
                ensure!(counts.len() < SENTENCE_END as usize, "more than 2^32 - 1 different words");
                tokens.push(SENTENCE_END);
                Ok(())
            })?;
        }
        let mut kept: Vec<(Box<str>, u32)> =
            numbers.into_iter().filter(|&(_, number)| counts[number as usize] >= min_count).collect();
        kept.sort_unstable_by(|(a, a_number), (b, b_number)| {
            counts[*b_number as usize].cmp(&counts[*a_number as usize]).then_with(|| a.cmp(b))
        });
        if kept.len() < 2 {
            bail!(
                "the text has {} word(s) that occur at least {min_count} times; training needs two",
                kept.len()
            );
        }
        let mut renumbered = vec![SENTENCE_END; counts.len()];
        for (place, &(_, number)) in kept.iter().enumerate() {
            renumbered[number as usize] = place as u32;
        }
        let vocabulary = Vocabulary {
            counts: kept.iter().map(|&(_, number)| counts[number as usize]).collect(),
            words: kept.into_iter().map(|(word, _)| word.into_string()).collect(),
        };
        compact(&mut tokens, &renumbered);
        let word_total = vocabulary.counts.iter().sum();
        Ok(Self { vocabulary, tokens, word_total })
    }

    /// A number that differs for texts that train differently.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        for word in &self.vocabulary.words {
            hash.update(word.as_bytes());
            hash.update(&[0xFF]);
        }
        for token in &self.tokens {
            hash.update(&token.to_le_bytes());
        }
        hash.finish()
    }

    /// Cuts `tokens` at sentence ends into pieces of at least `words` words (the last may be shorter).
    pub(super) fn pieces(&self, words: u64) -> Vec<&[u32]> {
        let mut pieces = Vec::new();
        let (mut start, mut held) = (0, 0);
        for (at, &token) in self.tokens.iter().enumerate() {
            if token != SENTENCE_END {
                held += 1;
            } else if held >= words {
                pieces.push(&self.tokens[start..=at]);
                (start, held) = (at + 1, 0);
            }
        }
        if start < self.tokens.len() {
            pieces.push(&self.tokens[start..]);
        }
        pieces
    }
}

/// Renumbers in place; leaves out words without a new number and sentences that became empty.
fn compact(tokens: &mut Vec<u32>, renumbered: &[u32]) {
    let mut sentence_is_empty = true;
    let mut written = 0;
    for at in 0..tokens.len() {
        let token = tokens[at];
        let new = if token == SENTENCE_END { SENTENCE_END } else { renumbered[token as usize] };
        let keep = if token == SENTENCE_END { !sentence_is_empty } else { new != SENTENCE_END };
        if keep {
            tokens[written] = new;
            written += 1;
            sentence_is_empty = token == SENTENCE_END;
        }
    }
    tokens.truncate(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_by_count_then_letters_and_rare_ones_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.txt");
        std::fs::write(&path, "b a c\nrare\n\na b\nc c\n").unwrap();
        let split = |line: &str, emit: &mut dyn FnMut(&str)| line.split_whitespace().for_each(emit);
        let corpus = Corpus::read(&[path], 2, &split).unwrap();
        assert_eq!(corpus.vocabulary.words, ["c", "a", "b"]);
        assert_eq!(corpus.vocabulary.counts, [3, 2, 2]);
        let end = SENTENCE_END;
        assert_eq!(corpus.tokens, [2, 1, 0, end, 1, 2, end, 0, 0, end]);
        assert_eq!(corpus.word_total, 7);
        assert_eq!(corpus.pieces(4), [&corpus.tokens[..7], &corpus.tokens[7..]]);
    }
}
