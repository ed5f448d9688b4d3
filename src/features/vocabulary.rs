//! Known words: normal form -> row of the word table.

use super::hash::{FNV_START, fnv, mix};
use super::word::Word;
use crate::format::strings::Strings;

/// Most slots that a look-up visits.
pub const MAX_PROBES: usize = 64;

/// Hash table over the words in a model file.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'m> {
    slots: &'m [u32],
    words: Strings<'m>,
}

impl<'m> Vocabulary<'m> {
    /// A view of the table; the number of slots is a power of two.
    pub fn new(slots: &'m [u32], words: Strings<'m>) -> Self {
        Self { slots, words }
    }

    /// Number of rows of the word table, the unknown word included.
    pub fn rows(&self) -> usize {
        self.words.len() + 1
    }

    /// Row of the word, 1 or more; `None` when it is unknown.
    pub fn row(&self, word: &Word) -> Option<usize> {
        self.row_of(word.normal()?)
    }

    /// Row of a normal form.
    pub fn row_of(&self, normal: &[u8]) -> Option<usize> {
        let start = slot_of(normal);
        for probe in 0..MAX_PROBES {
            let row = *self.slots.get((start + probe) & (self.slots.len() - 1))? as usize;
            if row == 0 {
                return None;
            }
            if self.words.get(row - 1) == Some(normal) {
                return Some(row);
            }
        }
        None
    }
}

/// Slots for `words`, which get rows 1, 2, ... in order. No word is more than [`MAX_PROBES`] from its place.
pub fn build_slots(words: &[impl AsRef<str>]) -> Vec<u32> {
    let mut count = (words.len() * 3 / 2 + 1).next_power_of_two();
    'grow: loop {
        let mut slots = vec![0u32; count];
        for (i, word) in words.iter().enumerate() {
            let start = slot_of(word.as_ref().as_bytes());
            let free = (0..MAX_PROBES).map(|p| (start + p) & (count - 1)).find(|&slot| slots[slot] == 0);
            let Some(slot) = free else {
                count *= 2;
                continue 'grow;
            };
            slots[slot] = i as u32 + 1;
        }
        return slots;
    }
}

fn slot_of(normal: &[u8]) -> usize {
    mix(normal.iter().fold(FNV_START, |hash, &byte| fnv(hash, byte))) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::strings;

    #[test]
    fn finds_every_word_and_no_other() {
        let words: Vec<String> = (0..5000).map(|i| format!("word{i}")).collect();
        let heap = strings::write(&words);
        let slots = build_slots(&words);
        let vocabulary = Vocabulary::new(&slots, Strings::open(&heap).unwrap());
        for (i, word) in words.iter().enumerate() {
            assert_eq!(vocabulary.row_of(word.as_bytes()), Some(i + 1));
        }
        for i in 5000..10_000 {
            assert_eq!(vocabulary.row_of(format!("word{i}").as_bytes()), None);
        }
    }
}
