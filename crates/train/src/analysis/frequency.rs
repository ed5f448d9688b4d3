//! Words by frequency, in thirds of token mass: drug names are rare words.

use super::marked;
use crate::representation::WordSentence;
use serde::Serialize;
use std::collections::HashMap;

/// Third of each word of a text: the distinct words by falling count, equal counts in the order of the words. A word
/// belongs to the third in which its first token falls when all tokens are written down in that order.
pub struct Thirds(HashMap<String, u8>);

/// Cuts the distinct words of a text into thirds.
pub fn thirds<'a>(words: impl Iterator<Item = &'a str>) -> Thirds {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut total = 0;
    for word in words {
        *counts.entry(word).or_default() += 1;
        total += 1;
    }
    let mut sorted: Vec<(&str, usize)> = counts.into_iter().collect();
    sorted.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
    let mut before = 0;
    let third = |(word, count): (&str, usize)| {
        let third = (3 * before / total) as u8;
        before += count;
        (word.to_owned(), third)
    };
    Thirds(sorted.into_iter().map(third).collect())
}

impl Thirds {
    /// 0 for the most frequent third, 2 for the rarest and for words that were not seen.
    pub fn third_of(&self, word: &str) -> u8 {
        self.0.get(word).copied().unwrap_or(2)
    }
}

/// The words of one third.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Third {
    /// Distinct words.
    pub types: usize,
    /// Words of the text.
    pub tokens: usize,
    /// Those that lie in a drug name.
    pub drug_tokens: usize,
    /// Their share of all words in drug names, 0 to 1.
    pub share: f64,
    /// Drug names that begin with one of its words: the names that a filter of the training windows by first word costs.
    pub names: usize,
}

/// The thirds of a text, the most frequent first.
pub fn table(sentences: &[WordSentence]) -> [Third; 3] {
    let cut = thirds(marked(sentences).map(|(word, _)| word));
    let mut table = [Third::default(); 3];
    for &third in cut.0.values() {
        table[usize::from(third)].types += 1;
    }
    for (word, named) in marked(sentences) {
        let third = &mut table[usize::from(cut.third_of(word))];
        third.tokens += 1;
        third.drug_tokens += usize::from(named);
    }
    for sentence in sentences {
        for name in &sentence.names {
            table[usize::from(cut.third_of(&sentence.normal[name.first]))].names += 1;
        }
    }
    let all: usize = table.iter().map(|third| third.drug_tokens).sum();
    table.map(|third| Third { share: third.drug_tokens as f64 / all.max(1) as f64, ..third })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::fixtures::sentence;
    use drugner_corpus::Label;
    use proptest::prelude::*;

    #[test]
    fn rare_words_hold_the_names() {
        let sentences = [
            sentence("the the the the and and and iron", &[("iron", Label::Drug)]),
            sentence("the and zinc cream", &[("zinc cream", Label::Drug)]),
        ];
        let third =
            |types, tokens, drug_tokens, share, names| Third { types, tokens, drug_tokens, share, names };
        // 12 words in the order the (5), and (4), cream, iron, zinc: the cuts are behind 4 and 8 of them.
        let expected = [third(1, 5, 0, 0.0, 0), third(1, 4, 0, 0.0, 0), third(3, 3, 3, 1.0, 2)];
        assert_eq!(table(&sentences), expected);
    }

    proptest! {
        #[test]
        fn words_in_falling_order_fill_one_third_after_another(words in prop::collection::vec("[a-f]{1,2}", 1..200)) {
            let cut = thirds(words.iter().map(String::as_str));
            let mut sorted = words.clone();
            sorted.sort_by_key(|word| (std::cmp::Reverse(words.iter().filter(|w| *w == word).count()), word.clone()));
            for (i, word) in sorted.iter().enumerate() {
                let first = sorted.iter().position(|other| other == word).unwrap();
                prop_assert!(first <= i);
                prop_assert_eq!(usize::from(cut.third_of(word)), 3 * first / words.len());
            }
            prop_assert_eq!(cut.third_of("unseen"), 2);
        }
    }
}
