//! What the tagger is trained on.

use anyhow::{Result, ensure};

use super::options::TaggerOptions;

/// Number of character ids: begin, end, unknown and the 94 printable ASCII characters without the space.
pub const CHARACTERS: usize = 97;
/// Longer words keep as many characters, one half from either end.
pub const WORD_CHARACTERS: usize = 24;
const UNKNOWN: u8 = 2;

/// Character ids of a word: 3 for `!` to 96 for `~`, 2 for any character outside; at most [`WORD_CHARACTERS`].
pub fn character_ids(word: &str) -> Vec<u8> {
    let id = |c: char| if c.is_ascii_graphic() { c as u8 - b'!' + 3 } else { UNKNOWN };
    let mut ids: Vec<u8> = word.chars().map(id).collect();
    if ids.len() > WORD_CHARACTERS {
        let half = WORD_CHARACTERS / 2;
        ids.drain(half..ids.len() - half);
    }
    ids
}

/// A table of word vectors. Row 0 stands for every word outside the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct WordVectors<'a> {
    /// `[words, dim]`, row-major.
    pub rows: &'a [f32],
    /// Length of a vector.
    pub dim: usize,
}

impl<'a> WordVectors<'a> {
    /// Row `word` of the table; panics when there is none.
    pub fn row(self, word: u32) -> &'a [f32] {
        &self.rows[word as usize * self.dim..][..self.dim]
    }

    /// FNV-1a over the values: tells word tables apart.
    pub(super) fn fingerprint(self) -> u64 {
        let mix = |hash: u64, value: u64| (hash ^ value).wrapping_mul(0x0000_0100_0000_01b3);
        let start = mix(0xcbf2_9ce4_8422_2325, self.dim as u64);
        self.rows.iter().fold(start, |hash, value| mix(hash, u64::from(value.to_bits())))
    }
}

/// One tagged sentence; all vectors have one entry per token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// Row of each token in the word vectors.
    pub words: Vec<u32>,
    /// Index of each token in the [`DistinctWords`].
    pub chars: Vec<u32>,
    /// Case shape.
    pub shapes: Vec<u8>,
    /// Lexicon flags: bit `2 l` when an entry of list `l` begins at the token, bit `2 l + 1` when one goes on there.
    pub lexicon: Vec<u32>,
    /// Gold tags, see [`TagScheme`](super::TagScheme).
    pub tags: Vec<u8>,
}

/// Character ids (see [`character_ids`]) of the distinct words of a set of examples; none is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DistinctWords(pub Vec<Vec<u8>>);

/// Checks that the examples agree with each other, the word vectors and the options. Errors name an example by its
/// index and never quote it.
pub(super) fn check(
    examples: &[Example],
    distinct: &DistinctWords,
    words: WordVectors,
    options: &TaggerOptions,
) -> Result<()> {
    let rows = words.rows.len() / words.dim.max(1);
    let word_fits = |w: &Vec<u8>| {
        (1..=WORD_CHARACTERS).contains(&w.len()) && w.iter().all(|&c| usize::from(c) < CHARACTERS)
    };
    if let Some(at) = distinct.0.iter().position(|word| !word_fits(word)) {
        anyhow::bail!("distinct word {at}: the character ids are out of range");
    }
    for (at, example) in examples.iter().enumerate() {
        let tokens = example.words.len();
        let lengths = [example.chars.len(), example.shapes.len(), example.lexicon.len(), example.tags.len()];
        ensure!(lengths == [tokens; 4], "example {at}: the lengths of its parts differ");
        let in_range = example.words.iter().all(|&w| (w as usize) < rows)
            && example.chars.iter().all(|&c| (c as usize) < distinct.0.len())
            && example.shapes.iter().all(|&s| usize::from(s) < options.shapes)
            && example.lexicon.iter().all(|&bits| u64::from(bits) >> (2 * options.lexicons) == 0)
            && example.tags.iter().all(|&tag| usize::from(tag) < options.scheme().tags());
        ensure!(in_range, "example {at}: a word, character, shape, lexicon or tag index is out of range");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_stable_ids() {
        assert_eq!(character_ids("!~é A"), [3, 96, 2, 2, 35]);
        let long: String = ('A'..='Z').chain('0'..='9').collect();
        let ids = character_ids(&long);
        assert_eq!(ids, character_ids("ABCDEFGHIJKLYZ0123456789"));
        assert_eq!(ids.len(), WORD_CHARACTERS);
    }
}
