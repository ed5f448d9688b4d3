//! Lexicon: drug names in lists, as flags per token.
//!
//! A name is a sequence of lower-case tokens. The table holds a fingerprint and the set of lists of each name; the
//! longest name at a token wins and the search goes on behind it. With 18 or more slot bits and 32 fingerprint
//! bits a chance match has a probability below 1e-8 per look-up, and costs a wrong flag, never a wrong address.

use super::hash::mix;
use super::word::Word;
use crate::text::{Sentences, Token};

/// Longest name in tokens.
pub const MAX_NAME_TOKENS: usize = 8;
/// Most lists in a lexicon.
pub const MAX_LISTS: usize = 16;
/// Most slots that a look-up visits.
pub const MAX_PROBES: usize = 64;

/// Table of names in a model file.
#[derive(Clone, Copy, Debug)]
pub struct Lexicon<'m> {
    keys: &'m [u32],
    sets: &'m [u16],
    lists: usize,
}

impl<'m> Lexicon<'m> {
    /// A view of the table: `keys` and `sets` have the same power-of-two length.
    pub fn new(keys: &'m [u32], sets: &'m [u16], lists: usize) -> Self {
        Self { keys, sets, lists: lists.min(MAX_LISTS) }
    }

    /// The lexicon without names.
    pub const EMPTY: Lexicon<'static> = Lexicon { keys: &[], sets: &[], lists: 0 };

    /// Flags per token: begin and inside of each list.
    pub fn flags(&self) -> usize {
        2 * self.lists
    }

    /// Calls `set(token, flag)` for every flag; flag 2l is the begin and 2l + 1 the inside of a name of list l.
    pub fn mark(&self, words: &[Word], mut set: impl FnMut(usize, usize)) {
        if self.keys.is_empty() {
            return;
        }
        let mut at = 0;
        while at < words.len() {
            let (tokens, lists) = self.longest(&words[at..]);
            for inside in 0..tokens {
                for list in (0..self.lists).filter(|list| lists >> list & 1 == 1) {
                    set(at + inside, 2 * list + usize::from(inside > 0));
                }
            }
            at += tokens.max(1);
        }
    }

    /// Tokens and lists of the longest name at the start of `words`; (0, 0) if there is none.
    fn longest(&self, words: &[Word]) -> (usize, u16) {
        let mut best = (0, 0);
        let mut hash = 0;
        for (i, word) in words.iter().take(MAX_NAME_TOKENS).enumerate() {
            let whole = extend(hash, word.hash);
            let mut lists = self.lists_of(whole);
            if lists == 0 && word.singular_hash != 0 {
                lists = self.lists_of(extend(hash, word.singular_hash));
            }
            if lists != 0 {
                best = (i + 1, lists);
            }
            hash = whole;
        }
        best
    }

    fn lists_of(&self, hash: u64) -> u16 {
        let mask = self.keys.len() - 1;
        for probe in 0..MAX_PROBES {
            let slot = (hash as usize).wrapping_add(probe) & mask;
            match self.keys.get(slot) {
                Some(&key) if key == fingerprint(hash) => return self.sets.get(slot).copied().unwrap_or(0),
                None | Some(0) => return 0,
                _ => {}
            }
        }
        0
    }
}

fn extend(hash: u64, token: u64) -> u64 {
    mix(hash.rotate_left(17) ^ token)
}

/// The upper half of the hash, never 0; the slot comes from the lower half.
fn fingerprint(hash: u64) -> u32 {
    ((hash >> 32) as u32).max(1)
}

/// Builds the table of a lexicon.
#[derive(Clone, Debug, Default)]
pub struct LexiconBuilder {
    names: Vec<(u64, u16)>,
}

impl LexiconBuilder {
    /// Adds a name to list `list`, below [`MAX_LISTS`]. False when the name has no token or too many.
    pub fn add(&mut self, name: &str, list: usize) -> bool {
        let mut tokens = [Token::default(); MAX_NAME_TOKENS + 1];
        let mut sentences = Sentences::new(name.as_bytes());
        let mut hash = 0;
        let mut count = 0;
        while let Some(sentence) = sentences.next_into(&mut tokens) {
            count += sentence.tokens;
            for token in &tokens[..sentence.tokens] {
                hash = extend(hash, Word::scan(name.as_bytes(), *token).hash);
            }
        }
        let fits = (1..=MAX_NAME_TOKENS).contains(&count) && list < MAX_LISTS;
        if fits {
            self.names.push((hash, 1 << list));
        }
        fits
    }

    /// Keys and sets of the table, at most half full, the same for any order of the names.
    pub fn build(mut self) -> (Vec<u32>, Vec<u16>) {
        self.names.sort_unstable();
        self.names.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 |= next.1;
            }
            same
        });
        let mut count = (self.names.len() * 3 / 2 + 1).next_power_of_two();
        'grow: loop {
            let (mut keys, mut sets) = (vec![0; count], vec![0; count]);
            for &(hash, lists) in &self.names {
                let slots = (0..MAX_PROBES).map(|p| (hash as usize).wrapping_add(p) & (count - 1));
                let Some(slot) = slots.into_iter().find(|&s| keys[s] == 0 || keys[s] == fingerprint(hash))
                else {
                    count *= 2;
                    continue 'grow;
                };
                keys[slot] = fingerprint(hash);
                sets[slot] |= lists;
            }
            return (keys, sets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(lexicon: &Lexicon<'_>, text: &str) -> Vec<(usize, usize)> {
        let mut tokens = [Token::default(); 32];
        let sentence = Sentences::new(text.as_bytes()).next_into(&mut tokens).unwrap();
        let words: Vec<Word> =
            tokens[..sentence.tokens].iter().map(|t| Word::scan(text.as_bytes(), *t)).collect();
        let mut out = Vec::new();
        lexicon.mark(&words, |token, flag| out.push((token, flag)));
        out
    }

    #[test]
    fn longest_name_wins_and_plurals_match() {
        let mut builder = LexiconBuilder::default();
        assert!(builder.add("aspirin", 0));
        assert!(builder.add("acetylsalicylic acid", 0));
        assert!(builder.add("acid", 1));
        assert!(builder.add("vitamin b 12", 2));
        assert!(!builder.add("", 0));
        assert!(!builder.add("a b c d e f g h i", 0));
        let (keys, sets) = builder.build();
        let lexicon = Lexicon::new(&keys, &sets, 3);
        assert_eq!(marks(&lexicon, "ASPIRINS or Acetylsalicylic Acid"), [(0, 0), (2, 0), (3, 1)]);
        assert_eq!(marks(&lexicon, "acid vitamin B12"), [(0, 2), (1, 4), (2, 5), (3, 5)]);
        assert_eq!(marks(&lexicon, "vitamin B13"), []);
    }
}
