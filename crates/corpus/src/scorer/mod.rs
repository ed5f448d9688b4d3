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
//! [`JudgedSentence`] says of every gold entity and answer what became of it, [`Analysis`] counts that, and [`Churn`] says
//! what changed between two systems. [`Scorer::intervals`] and [`Scorer::differences`] give the intervals of the scores.
//!
//! Two other ways of counting stand beside it, for comparison with figures that were published with them. Neither is a
//! measure to choose a model by: [`Task2013Scorer`] counts as the scorer program of the task did, [`WordScorer`] counts
//! words and windows of words without labels, as Sadikin, Fanany and Basaruddin (2016) do.

mod analysis;
mod bootstrap;
mod breakdown;
mod calibration;
mod churn;
mod errors;
mod matching;
mod names;
mod report;
pub mod table;
mod task2013;
mod words;

use std::collections::{BTreeMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{Label, Sentence, Span};

pub use analysis::{Analysis, Calibrations, ErrorReport, NameReport, Quiet, QuietReport};
pub use bootstrap::{Bootstrap, Interval};
pub use breakdown::{Breakdown, Difference, LabelModes, Modes, Prf};
pub use calibration::{Bin, Calibration, Threshold, thresholds};
pub use churn::{Change, ChangeCounts, Changed, Churn, ChurnReport, LabelChurn};
pub use errors::{Case, Confusion, ConfusionRow, Gold, JudgedSentence, Outcome, OutcomeCounts, ScoredAnswer};
use matching::{Matches, Pair};
pub use names::{KnownNames, NameRecall, Reach};
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
    fn add_times(&mut self, other: Tally, times: u64) {
        self.gold_halves += times * other.gold_halves;
        self.answer_halves += times * other.answer_halves;
        self.gold += times * other.gold;
        self.answers += times * other.answers;
    }
}

/// The number of tallies that are kept.
const TALLIES: usize = 12;

/// The tallies of the four modes, and those of strict and exact for each label.
#[derive(Clone, Copy, Debug, Default)]
struct Tallies([Tally; TALLIES]);

impl Tallies {
    const STRICT: usize = 0;
    const EXACT: usize = 1;
    const PARTIAL: usize = 2;
    const KIND: usize = 3;

    fn strict_of(label: Label) -> usize {
        4 + label.index()
    }

    fn exact_of(label: Label) -> usize {
        8 + label.index()
    }

    fn add_times(&mut self, other: &Tallies, times: u64) {
        self.0.iter_mut().zip(&other.0).for_each(|(tally, other)| tally.add_times(*other, times));
    }

    /// The tallies of one sentence.
    fn of(sentence: &Sentence, answers: &[Answer]) -> Tallies {
        let matches = Matches::find(&sentence.entities, answers);
        let counts =
            Tally { gold: sentence.gold_count() as u64, answers: answers.len() as u64, ..Tally::default() };
        let tally =
            |halves: usize| Tally { gold_halves: halves as u64, answer_halves: halves as u64, ..counts };
        let exact = matches.strict.len() + matches.same_range.len();
        let mut tallies = Tallies::default();
        tallies.0[Tallies::STRICT] = tally(2 * matches.strict.len());
        tallies.0[Tallies::EXACT] = tally(2 * exact);
        tallies.0[Tallies::PARTIAL] = tally(2 * exact + matches.overlapping.len());
        tallies.0[Tallies::KIND] = tally(2 * (matches.strict.len() + matches.overlapping_same_label.len()));
        tallies.add_labels(sentence, answers, &matches);
        tallies
    }

    fn add_labels(&mut self, sentence: &Sentence, answers: &[Answer], matches: &Matches) {
        let of_label: [fn(Label) -> usize; 2] = [Tallies::strict_of, Tallies::exact_of];
        let placed = sentence.entities.iter().map(|entity| entity.label);
        for label in placed.chain(sentence.unplaced.iter().map(|entity| entity.label)) {
            of_label.iter().for_each(|of| self.0[of(label)].gold += 1);
        }
        for answer in answers {
            of_label.iter().for_each(|of| self.0[of(answer.label)].answers += 1);
        }
        let mut count = |of: fn(Label) -> usize, &(gold, answer): &Pair| {
            self.0[of(sentence.entities[gold].label)].gold_halves += 2;
            self.0[of(answers[answer].label)].answer_halves += 2;
        };
        matches.strict.iter().for_each(|pair| count(Tallies::strict_of, pair));
        matches.strict.iter().chain(&matches.same_range).for_each(|pair| count(Tallies::exact_of, pair));
    }
}

/// Documents in the order of their identifiers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DocumentKey {
    document: String,
    sub_corpus: String,
}

/// Gathers sentences and reports the scores.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    documents: BTreeMap<DocumentKey, Tallies>,
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
        let document = document_of(&sentence.id).to_owned();
        let key = DocumentKey { document, sub_corpus: sub_corpus.to_owned() };
        self.documents.entry(key).or_default().add_times(&Tallies::of(sentence, answers), 1);
        Ok(())
    }

    /// The scores of all sentences added so far.
    pub fn report(&self) -> Report {
        Report::new(self)
    }

    /// The 95 % interval of the strict F1; see [`Scorer::intervals`].
    pub fn strict_f1_interval(&self, resamples: usize, seed: u64) -> Option<Interval> {
        Some(self.intervals(resamples, seed)?.all.strict.f1)
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
