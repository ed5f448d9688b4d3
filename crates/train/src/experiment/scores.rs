//! One system's answers on a sub-corpus, counted in every way.

use super::data::{Data, documents};
use super::familiarity::{Familiarity, Reach};
use crate::evaluate::continuous;
use crate::representation::words::{WordSentence, sentences};
use crate::representation::{Name, NameList};
use anyhow::Result;
use drugner_corpus::scorer::{Score, Scorer, WordScorer, WordScores, covered};
use drugner_corpus::{Answer, Corpus, Document, Sentence};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// All counts of a system on the test documents of a sub-corpus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SystemScores {
    /// The paper's way: per word and per tuple, label-free; gold by offset.
    pub words: WordScores,
    /// The same against a gold made by looking up the list of all annotated names, as in the paper.
    pub listed: WordScores,
    /// Same range and label, one-to-one, all sentences.
    pub strict: Score,
    /// Same range.
    pub exact: Score,
    /// Gold words found, by [`KINDS`](super::familiarity::KINDS).
    pub reach: [Reach; 3],
}

/// What all systems are counted against besides the annotation.
pub struct Yardstick {
    /// All annotated names.
    pub list: NameList,
    /// The words of the training text.
    pub familiarity: Familiarity,
}

impl Yardstick {
    /// Of a corpus.
    pub fn new(data: &Data) -> Self {
        Self { list: data.name_list(), familiarity: Familiarity::new(data) }
    }
}

/// Counts the answers of `find`, which gives the answers of each sentence of a document.
pub fn score(
    corpus: &Corpus,
    sub_corpus: &str,
    yardstick: &Yardstick,
    mut find: impl FnMut(&Document) -> Result<Vec<Vec<Answer>>>,
) -> Result<SystemScores> {
    let (mut words, mut listed, mut scorer) = (WordScorer::new(), WordScorer::new(), Scorer::new());
    let mut reach = [Reach::default(); 3];
    for document in documents(corpus, sub_corpus) {
        let answers = find(document)?;
        for (sentence, answers) in document.sentences.iter().zip(&answers) {
            scorer.add(sub_corpus, sentence, answers)?;
            let parts = sentences(&sentence.text, &[]);
            let ranges: Vec<Range<usize>> = parts.iter().flat_map(|part| part.ranges.clone()).collect();
            let answers: Vec<Range<usize>> = answers.iter().map(|answer| answer.start..answer.end).collect();
            let gold = gold(sentence);
            words.add(sub_corpus, &ranges, &gold, &answers);
            let normal = parts.iter().flat_map(|part| &part.normal);
            for ((word, gold), found) in normal.zip(covered(&ranges, &gold)).zip(covered(&ranges, &answers)) {
                let kind = &mut reach[yardstick.familiarity.kind(word)];
                kind.words += usize::from(gold);
                kind.found += usize::from(gold && found);
            }
            let named: Vec<Range<usize>> =
                parts.iter().flat_map(|part| spans(part, &yardstick.list.find(&part.normal))).collect();
            listed.add(sub_corpus, &ranges, &named, &answers);
        }
    }
    let report = scorer.report().all;
    let take = |scorer: &WordScorer| scorer.report().sub.remove(sub_corpus).unwrap_or_default();
    Ok(SystemScores {
        words: take(&words),
        listed: take(&listed),
        strict: report.strict,
        exact: report.exact,
        reach,
    })
}

/// The gold ranges of a sentence; the parts of a discontinuous name count each.
fn gold(sentence: &Sentence) -> Vec<Range<usize>> {
    sentence.entities.iter().flat_map(|entity| &entity.spans).map(|span| span.start..span.end).collect()
}

/// Byte ranges of names.
pub fn spans(sentence: &WordSentence, names: &[Name]) -> Vec<Range<usize>> {
    let range = |name: &Name| {
        let words = &sentence.ranges[name.first..name.first + name.words];
        words[0].start..words[words.len() - 1].end
    };
    names.iter().map(range).collect()
}

/// Answers of a word-wise system: `names` finds the names of a sentence in words.
pub fn answers(document: &Document, names: impl Fn(&WordSentence) -> Vec<Name>) -> Vec<Vec<Answer>> {
    let sentence = |sentence: &Sentence| {
        let parts = sentences(&sentence.text, &continuous(sentence).collect::<Vec<_>>());
        let answers = |part: &WordSentence| {
            let found = names(part);
            let labelled = spans(part, &found).into_iter().zip(found);
            labelled
                .map(|(range, name)| Answer { start: range.start, end: range.end, label: name.label })
                .collect::<Vec<_>>()
        };
        parts.iter().flat_map(answers).collect()
    };
    document.sentences.iter().map(sentence).collect()
}
