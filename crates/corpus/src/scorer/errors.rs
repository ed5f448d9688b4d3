//! What became of every gold entity and every answer.
//!
//! One-to-one, by the pairs of the [scorer](super): the same range and label first, then the same range, then as many
//! overlapping pairs as possible, those of the same label tried first. What is left of the gold is missed, what is left
//! of the answers is spurious. So the counts fit the scores: `right` is the strict worth, `right + wrong_label` the exact
//! one, and half of `wrong_boundary + wrong_both` more is the partial one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::matching::Matches;
use super::{Answer, check};
use crate::error::Result;
use crate::model::{Entity, Label, Sentence, Span, UnplacedEntity};

/// An answer and how sure the system is of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredAnswer {
    /// The answer.
    pub answer: Answer,
    /// The score, 0 to 1.
    pub score: f64,
}

/// What became of a gold entity, an answer, or a pair of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Range and label are right.
    Right,
    /// The range is right, the label is not.
    WrongLabel,
    /// The ranges overlap and the labels are the same.
    WrongBoundary,
    /// The ranges overlap and the labels differ.
    WrongBoth,
    /// A gold entity without answer.
    Missed,
    /// An answer without gold entity.
    Spurious,
}

impl Outcome {
    /// All outcomes, in order.
    pub const ALL: [Outcome; 6] = [
        Outcome::Right,
        Outcome::WrongLabel,
        Outcome::WrongBoundary,
        Outcome::WrongBoth,
        Outcome::Missed,
        Outcome::Spurious,
    ];

    /// The name in words.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Right => "right",
            Outcome::WrongLabel => "wrong label",
            Outcome::WrongBoundary => "wrong boundary",
            Outcome::WrongBoth => "wrong boundary and label",
            Outcome::Missed => "missed",
            Outcome::Spurious => "spurious",
        }
    }
}

/// A gold entity, with or without a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gold<'c> {
    /// Its place is known.
    Placed(&'c Entity),
    /// Its place is not known; it is always missed.
    Unplaced(&'c UnplacedEntity),
}

impl<'c> Gold<'c> {
    /// The label.
    pub fn label(self) -> Label {
        match self {
            Gold::Placed(entity) => entity.label,
            Gold::Unplaced(entity) => entity.label,
        }
    }

    /// The entity as the corpus writes it.
    pub fn text(self) -> &'c str {
        match self {
            Gold::Placed(entity) => &entity.text,
            Gold::Unplaced(entity) => &entity.text,
        }
    }

    /// The range from its first to its last byte.
    pub fn hull(self) -> Option<Span> {
        match self {
            Gold::Placed(entity) => Some(entity.hull()),
            Gold::Unplaced(_) => None,
        }
    }
}

/// A pair of a gold entity and an answer, or one of them alone; never none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case<'c> {
    /// The gold entity.
    pub gold: Option<Gold<'c>>,
    /// The answer.
    pub answer: Option<ScoredAnswer>,
    /// What became of them.
    pub outcome: Outcome,
}

impl Case<'_> {
    /// The label of the gold entity, or that of a spurious answer.
    pub fn label(&self) -> Option<Label> {
        self.gold.map(Gold::label).or(self.answer.map(|scored| scored.answer.label))
    }
}

/// A sentence with what became of its gold entities and answers.
#[derive(Clone, Debug)]
pub struct JudgedSentence<'c> {
    /// The sub-corpus of its document.
    pub sub_corpus: &'c str,
    /// The sentence.
    pub sentence: &'c Sentence,
    /// Each gold entity in the order of the sentence, those without a place after the others, then the spurious answers
    /// in the order in which they were given.
    pub cases: Vec<Case<'c>>,
}

impl<'c> JudgedSentence<'c> {
    /// Judges the answers to a sentence.
    ///
    /// # Errors
    /// [`Error::Answers`](crate::Error::Answers) when an answer is given twice (same range and label), is empty or is no
    /// range of the text on character boundaries.
    pub fn new(sub_corpus: &'c str, sentence: &'c Sentence, scored: &[ScoredAnswer]) -> Result<Self> {
        let answers: Vec<Answer> = scored.iter().map(|scored| scored.answer).collect();
        check(sentence, &answers)?;
        let matches = Matches::find(&sentence.entities, &answers);
        let mut answer_of: Vec<Option<(usize, Outcome)>> = vec![None; sentence.entities.len()];
        let mut free = vec![true; answers.len()];
        let mut pair = |pairs: &[(usize, usize)], outcome: &dyn Fn(usize, usize) -> Outcome| {
            for &(g, a) in pairs {
                answer_of[g] = Some((a, outcome(g, a)));
                free[a] = false;
            }
        };
        pair(&matches.strict, &|_, _| Outcome::Right);
        pair(&matches.same_range, &|_, _| Outcome::WrongLabel);
        pair(&matches.overlapping, &|g, a| match sentence.entities[g].label == answers[a].label {
            true => Outcome::WrongBoundary,
            false => Outcome::WrongBoth,
        });
        let placed = sentence.entities.iter().zip(answer_of).map(|(entity, found)| Case {
            gold: Some(Gold::Placed(entity)),
            answer: found.map(|(a, _)| scored[a]),
            outcome: found.map_or(Outcome::Missed, |(_, outcome)| outcome),
        });
        let unplaced = sentence.unplaced.iter().map(|entity| Case {
            gold: Some(Gold::Unplaced(entity)),
            answer: None,
            outcome: Outcome::Missed,
        });
        let spurious = scored.iter().zip(free).filter(|(_, free)| *free).map(|(&answer, _)| Case {
            gold: None,
            answer: Some(answer),
            outcome: Outcome::Spurious,
        });
        let cases = placed.chain(unplaced).chain(spurious).collect();
        Ok(JudgedSentence { sub_corpus, sentence, cases })
    }

    /// The answers, each with whether it is right.
    pub fn answers(&self) -> impl Iterator<Item = (ScoredAnswer, bool)> {
        self.cases.iter().filter_map(|case| Some((case.answer?, case.outcome == Outcome::Right)))
    }
}

/// Cases by outcome; all outcomes are present.
pub type OutcomeCounts = BTreeMap<Outcome, u64>;

/// Counts cases by outcome.
pub(super) fn count<'a>(cases: impl Iterator<Item = &'a Case<'a>>) -> OutcomeCounts {
    let mut counts: OutcomeCounts = Outcome::ALL.map(|outcome| (outcome, 0)).into();
    for case in cases {
        *counts.entry(case.outcome).or_default() += 1;
    }
    counts
}

/// The answers to the gold entities of one label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfusionRow {
    /// By the label of the answer; all four are present.
    pub answers: BTreeMap<Label, u64>,
    /// Gold entities without answer.
    pub missed: u64,
}

/// Labels of gold entities against labels of answers, over all pairs: the same range or an overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// By the label of the gold entity; all four are present.
    pub gold: BTreeMap<Label, ConfusionRow>,
    /// Answers without gold entity, by label; all four are present.
    pub spurious: BTreeMap<Label, u64>,
}

impl Confusion {
    pub(super) fn new<'a>(cases: impl Iterator<Item = &'a Case<'a>>) -> Confusion {
        let none = || -> BTreeMap<Label, u64> { Label::ALL.map(|label| (label, 0)).into() };
        let row = |label| (label, ConfusionRow { answers: none(), missed: 0 });
        let mut confusion = Confusion { gold: Label::ALL.map(row).into(), spurious: none() };
        for case in cases {
            let gold = case.gold.and_then(|gold| confusion.gold.get_mut(&gold.label()));
            let answer = case.answer.map(|scored| scored.answer.label);
            match (gold, answer) {
                (Some(row), Some(label)) => *row.answers.entry(label).or_default() += 1,
                (Some(row), None) => row.missed += 1,
                (None, Some(label)) => *confusion.spurious.entry(label).or_default() += 1,
                (None, None) => {}
            }
        }
        confusion
    }
}
