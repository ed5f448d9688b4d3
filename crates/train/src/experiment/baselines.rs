//! What needs no network: look-up of what was annotated in the training text.

use crate::representation::{Name, NameList, WordSentence};
use drugner_corpus::Label;
use std::collections::HashMap;

/// Words that are in a name more often than not; a word alone is a name, adjacent ones of one label are joined.
pub struct MajorityWord(HashMap<String, Label>);

impl MajorityWord {
    /// Counts the words of the training sentences.
    pub fn new(train: &[WordSentence]) -> Self {
        let mut counts: HashMap<&str, (usize, HashMap<Label, usize>)> = HashMap::new();
        for sentence in train {
            for word in &sentence.normal {
                counts.entry(word).or_default().0 += 1;
            }
            for name in &sentence.names {
                for word in &sentence.normal[name.first..name.first + name.words] {
                    *counts.entry(word).or_default().1.entry(name.label).or_default() += 1;
                }
            }
        }
        let majority = |(word, (seen, labels)): (&str, (usize, HashMap<Label, usize>))| {
            let best = labels.iter().max_by_key(|&(label, count)| (count, std::cmp::Reverse(label)))?;
            (2 * labels.values().sum::<usize>() > seen).then(|| (word.to_owned(), *best.0))
        };
        Self(counts.into_iter().filter_map(majority).collect())
    }

    /// Names of a sentence.
    pub fn find(&self, sentence: &WordSentence) -> Vec<Name> {
        let labels: Vec<Option<Label>> =
            sentence.normal.iter().map(|word| self.0.get(word).copied()).collect();
        join(&labels)
    }
}

/// Adjacent words of one label make one name.
fn join(labels: &[Option<Label>]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        let Some(label) = *label else { continue };
        match names.last_mut() {
            Some(last) if last.first + last.words == i && last.label == label => last.words += 1,
            _ => names.push(Name { first: i, words: 1, label }),
        }
    }
    names
}

/// Names of the training text, longest first, without those that are annotated in less than half of their places.
pub fn dictionary(train: &[WordSentence]) -> NameList {
    NameList::new(train).keep_reliable(train)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::fixtures::sentence;

    #[test]
    fn the_majority_decides() {
        let train = [
            sentence("beta blockers and iron", &[("beta blockers", Label::Group)]),
            sentence("iron", &[("iron", Label::Drug)]),
            sentence("Iron and beta blockers", &[("beta blockers", Label::Group)]),
        ];
        let found = MajorityWord::new(&train).find(&sentence("iron beta blockers", &[]));
        assert_eq!(found, [Name { first: 1, words: 2, label: Label::Group }]);
    }
}
