//! The scorer: one-to-one comparison of answers with gold entities.
//!
//! Each gold entity and each answer is used at most once, every sentence counts, and duplicate answers are refused.
//!
//! | mode | a pair matches when | worth |
//! |---|---|---|
//! | strict | same range and same label | 1 |
//! | exact | same range | 1 |
//! | partial | same range | 1 |
//! | | otherwise, the ranges overlap | 1/2 |
//! | type | the ranges overlap and the labels are the same | 1 |
//!
//! These are the criteria of SemEval-2013 task 9. Strict pairs are made first,
//! then pairs of the same range, then as many overlapping pairs as possible, so no exact match is ever lost to an
//! overlap, and the figures depend on no order. A discontinuous gold entity can match only by overlap with one of
//! its parts, because answers are single ranges; in the modes strict and exact it is missed. An
//! [`UnplacedEntity`](crate::UnplacedEntity) is always missed.
//!
//! A ratio with a zero denominator is 0.
//!
//! Two other ways of counting stand beside it, for comparison with figures that were published with them. Neither is a
//! measure to choose a model by: [`Task2013Scorer`] counts as the scorer program of the task did, [`WordScorer`] counts
//! words and windows of words without labels, as Sadikin, Fanany and Basaruddin (2016) do.

mod interval;
mod matching;
mod report;
pub mod table;
mod task2013;
mod words;

use std::collections::{BTreeMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{Label, Sentence, Span};

pub use interval::Interval;
use matching::{Matches, Pair};
pub use report::{Average, LabelScores, MacroScores, Report, Score, Scores};
pub use task2013::{Task2013Counts, Task2013Report, Task2013Scorer, Task2013Scores};
pub use words::{Counts, WordReport, WordScorer, WordScores, covered, window_classes};

/// An entity that a system found: a half-open byte range of the sentence, and a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Answer {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The label.
    pub label: Label,
}

impl Answer {
    /// The range of the answer.
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// What was matched and what there was to match. Matches are in halves, so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    gold_halves: u64,
    answer_halves: u64,
    gold: u64,
    answers: u64,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.gold_halves += other.gold_halves;
        self.answer_halves += other.answer_halves;
        self.gold += other.gold;
        self.answers += other.answers;
    }
}

/// The tallies of the four modes.
#[derive(Clone, Copy, Debug, Default)]
struct Tallies {
    strict: Tally,
    exact: Tally,
    partial: Tally,
    kind: Tally,
}

/// Gathers sentences and reports the scores.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    all: Tallies,
    sub_corpora: BTreeMap<String, Tallies>,
    strict_by_label: [Tally; 4],
    exact_by_label: [Tally; 4],
    strict_by_document: BTreeMap<String, Tally>,
    sentences: HashSet<String>,
}

impl Scorer {
    /// A scorer that has seen nothing.
    pub fn new() -> Self {
        Scorer::default()
    }

    /// Scores the answers for one sentence. Sentences without gold and without answers count as well: hand in all.
    ///
    /// # Errors
    /// [`Error::Answers`] when an answer is given twice (same range and label), is empty or is no range of the text
    /// on character boundaries, or when the sentence was scored before. The scorer is then as it was.
    pub fn add(&mut self, sub_corpus: &str, sentence: &Sentence, answers: &[Answer]) -> Result<()> {
        check(sentence, answers)?;
        if !self.sentences.insert(sentence.id.clone()) {
            return Err(refuse(sentence, "is scored twice".to_owned()));
        }
        let matches = Matches::find(&sentence.entities, answers);
        let counts =
            Tally { gold: sentence.gold_count() as u64, answers: answers.len() as u64, ..Tally::default() };
        let tally =
            |halves: usize| Tally { gold_halves: halves as u64, answer_halves: halves as u64, ..counts };
        let exact = matches.strict.len() + matches.same_range.len();
        let tallies = Tallies {
            strict: tally(2 * matches.strict.len()),
            exact: tally(2 * exact),
            partial: tally(2 * exact + matches.overlapping.len()),
            kind: tally(2 * (matches.strict.len() + matches.overlapping_same_label.len())),
        };
        self.all.add(&tallies);
        self.sub_corpora.entry(sub_corpus.to_owned()).or_default().add(&tallies);
        self.strict_by_document.entry(document_of(&sentence.id).to_owned()).or_default().add(tallies.strict);
        self.add_labels(sentence, answers, &matches);
        Ok(())
    }

    fn add_labels(&mut self, sentence: &Sentence, answers: &[Answer], matches: &Matches) {
        let placed = sentence.entities.iter().map(|entity| entity.label);
        for label in placed.chain(sentence.unplaced.iter().map(|entity| entity.label)) {
            self.strict_by_label[label.index()].gold += 1;
            self.exact_by_label[label.index()].gold += 1;
        }
        for answer in answers {
            self.strict_by_label[answer.label.index()].answers += 1;
            self.exact_by_label[answer.label.index()].answers += 1;
        }
        let count = |tallies: &mut [Tally; 4], &(gold, answer): &Pair| {
            tallies[sentence.entities[gold].label.index()].gold_halves += 2;
            tallies[answers[answer].label.index()].answer_halves += 2;
        };
        for pair in &matches.strict {
            count(&mut self.strict_by_label, pair);
            count(&mut self.exact_by_label, pair);
        }
        for pair in &matches.same_range {
            count(&mut self.exact_by_label, pair);
        }
    }

    /// The scores of all sentences added so far.
    pub fn report(&self) -> Report {
        Report::new(self)
    }

    /// The 95 % interval of the strict F1 when documents are drawn anew with replacement (percentile bootstrap).
    ///
    /// The document of a sentence is its identifier up to the last full stop. `None` without documents or without
    /// resamples.
    pub fn strict_f1_interval(&self, resamples: usize, seed: u64) -> Option<Interval> {
        let documents: Vec<Tally> = self.strict_by_document.values().copied().collect();
        Interval::bootstrap(&documents, resamples, seed)
    }
}

impl Tallies {
    fn add(&mut self, other: &Tallies) {
        self.strict.add(other.strict);
        self.exact.add(other.exact);
        self.partial.add(other.partial);
        self.kind.add(other.kind);
    }
}

fn document_of(sentence: &str) -> &str {
    sentence.rsplit_once('.').map_or(sentence, |(document, _)| document)
}

fn refuse(sentence: &Sentence, detail: String) -> Error {
    Error::Answers { sentence: sentence.id.clone(), detail }
}

fn check(sentence: &Sentence, answers: &[Answer]) -> Result<()> {
    let mut seen = HashSet::with_capacity(answers.len());
    for answer in answers {
        let name = format!("answer {}..{} {}", answer.start, answer.end, answer.label);
        if answer.span().of(&sentence.text).is_none_or(str::is_empty) {
            return Err(refuse(sentence, format!("{name} is no range of the text")));
        }
        if !seen.insert(answer) {
            return Err(refuse(sentence, format!("{name} is given twice")));
        }
    }
    Ok(())
}
