//! What the tagger is trained on.

use anyhow::{Result, ensure};

use super::options::TaggerOptions;
use drugner::features::chars::{CHAR_COUNT, MAX_CHARS};

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
    pub(crate) fn fingerprint(self) -> u64 {
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
    /// Gold tags, see [`drugner::decode::tags`].
    pub tags: Vec<u8>,
    /// The tags are those of the auxiliary task.
    pub auxiliary: bool,
}

/// Character ids (of [`drugner::features::chars`]) of the distinct words of a set of examples; none is empty.
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
    let word_fits =
        |w: &Vec<u8>| (1..=MAX_CHARS).contains(&w.len()) && w.iter().all(|&c| usize::from(c) < CHAR_COUNT);
    if let Some(at) = distinct.0.iter().position(|word| !word_fits(word)) {
        anyhow::bail!("distinct word {at}: the character ids are out of range");
    }
    for (at, example) in examples.iter().enumerate() {
        let tokens = example.words.len();
        let lengths = [example.chars.len(), example.shapes.len(), example.lexicon.len(), example.tags.len()];
        ensure!(lengths == [tokens; 4], "example {at}: the lengths of its parts differ");
        let tags = options.head_tags(example.auxiliary);
        let in_range = example.words.iter().all(|&w| (w as usize) < rows)
            && example.chars.iter().all(|&c| (c as usize) < distinct.0.len())
            && example.shapes.iter().all(|&s| usize::from(s) < options.shapes)
            && example.lexicon.iter().all(|&bits| u64::from(bits) >> (2 * options.lexicons) == 0)
            && example.tags.iter().all(|&tag| usize::from(tag) < tags);
        ensure!(in_range, "example {at}: a word, character, shape, lexicon or tag index is out of range");
    }
    Ok(())
}
