//! Where the names stand among the words: by the offsets of the annotation, or by looking up a list of names.

use super::WordSentence;
use drugner_corpus::Label;
use std::collections::HashMap;
use std::ops::Range;

/// Most words of a listed name.
const LONGEST: usize = 8;

/// A name that covers `words` words from the word `first` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// Index of its first word in the sentence.
    pub first: usize,
    /// Number of words, at least 1.
    pub words: usize,
    /// Label.
    pub label: Label,
}

/// Names by offset: a mention covers every word that it shares a byte with; of two that share a word the longer one
/// counts.
pub fn names(words: &[Range<usize>], mentions: &[(Range<usize>, Label)]) -> Vec<Name> {
    let mut taken = vec![false; words.len()];
    let mut by_length: Vec<_> = mentions.iter().collect();
    by_length.sort_by_key(|(range, _)| std::cmp::Reverse(range.len()));
    let mut names = Vec::new();
    for (range, label) in by_length {
        let first = words.partition_point(|word| word.end <= range.start);
        let end = words.partition_point(|word| word.start < range.end);
        if first < end && !taken[first..end].iter().any(|&taken| taken) {
            taken[first..end].fill(true);
            names.push(Name { first, words: end - first, label: *label });
        }
    }
    names.sort_by_key(|name| name.first);
    names
}

/// The paper's way of labelling: a list of the annotated names, looked up in the text.
#[derive(Clone, Debug, Default)]
pub struct NameList {
    entries: HashMap<Vec<String>, HashMap<Label, usize>>,
}

impl NameList {
    /// The names of these sentences; a name of several labels takes the most frequent one.
    pub fn new<'a>(sentences: impl IntoIterator<Item = &'a WordSentence>) -> Self {
        let mut list = Self::default();
        for sentence in sentences {
            for name in sentence.names.iter().filter(|name| name.words <= LONGEST) {
                let words = sentence.normal[name.first..name.first + name.words].to_vec();
                *list.entries.entry(words).or_default().entry(name.label).or_default() += 1;
            }
        }
        list
    }

    /// Number of names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the list has no name.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names of the list in a sentence: from left to right, the longest one at each word.
    pub fn find(&self, words: &[String]) -> Vec<Name> {
        let mut names = Vec::new();
        let mut first = 0;
        while first < words.len() {
            let longest = LONGEST.min(words.len() - first);
            let hit = (1..=longest).rev().find_map(|count| {
                let label = most_frequent(self.entries.get(&words[first..first + count])?);
                Some(Name { first, words: count, label })
            });
            first += hit.map_or(1, |name| name.words);
            names.extend(hit);
        }
        names
    }

    /// The sentence with the names of the list in place of its own.
    pub fn relabel(&self, sentence: &WordSentence) -> WordSentence {
        WordSentence { names: self.find(&sentence.normal), ..sentence.clone() }
    }

    /// Without the names that are annotated in less than half of the places where they stand in `sentences`.
    pub fn keep_reliable(mut self, sentences: &[WordSentence]) -> Self {
        let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
        for sentence in sentences {
            for name in self.find(&sentence.normal) {
                let words = &sentence.normal[name.first..name.first + name.words];
                *seen.entry(words.to_vec()).or_default() += 1;
            }
        }
        self.entries.retain(|words, labels| {
            2 * labels.values().sum::<usize>() >= seen.get(words).copied().unwrap_or(0)
        });
        self
    }
}

fn most_frequent(labels: &HashMap<Label, usize>) -> Label {
    let best = labels.iter().max_by_key(|&(label, count)| (count, std::cmp::Reverse(label)));
    *best.expect("an entry has a label").0
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::sentence;
    use super::*;

    #[test]
    fn a_mention_covers_the_words_it_touches_and_the_longer_one_wins() {
        let words = [0..4, 5..13, 14..21];
        let mentions = [(5..13, Label::Drug), (0..13, Label::Group), (15..18, Label::Brand)];
        let expected = [
            Name { first: 0, words: 2, label: Label::Group },
            Name { first: 2, words: 1, label: Label::Brand },
        ];
        assert_eq!(names(&words, &mentions), expected);
    }

    #[test]
    fn a_list_labels_what_the_annotation_left_out() {
        let train = [
            sentence(
                "beta blockers and aspirin",
                &[("beta blockers", Label::Group), ("aspirin", Label::Drug)],
            ),
            sentence("aspirin", &[("aspirin", Label::Brand)]),
            sentence("aspirin", &[("aspirin", Label::Brand)]),
        ];
        let list = NameList::new(&train);
        let text = sentence("Beta blockers beta Aspirin", &[]);
        let expected = [
            Name { first: 0, words: 2, label: Label::Group },
            Name { first: 3, words: 1, label: Label::Brand },
        ];
        assert_eq!(list.relabel(&text).names, expected);

        let text = sentence("beta blockers here, beta blockers there, beta blockers", &[]);
        let reliable = list.keep_reliable(&[text.clone(), train[0].clone(), train[1].clone()]);
        assert_eq!((reliable.find(&text.normal).len(), reliable.len()), (0, 1));
    }
}
