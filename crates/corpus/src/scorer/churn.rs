//! What changed between the answers of two systems, `a` and `b`, to the same sentences.
//!
//! A change concerns a gold entity, or spurious answers: those without gold entity in the pairs of
//! [`JudgedSentence`]. A spurious answer that the other system gives as well, with the same range and label, is no
//! change. Of the others, one of `a` and one of `b` that overlap are one change, not two.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Answer;
use super::errors::{Case, Gold, JudgedSentence, Outcome, ScoredAnswer};
use crate::model::{Label, Sentence};

/// The direction of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A gold entity that only `b` has right.
    Fixed,
    /// A gold entity that only `a` has right.
    Broken,
    /// A gold entity that both have wrong, with another answer, or an answer in one of them only.
    StillWrong,
    /// A spurious answer of `a` that `b` does not give.
    FalseGone,
    /// A spurious answer of `b` that `a` does not give.
    FalseNew,
    /// Spurious answers of both that overlap and differ.
    FalseChanged,
}

impl Change {
    /// All changes, in order.
    pub const ALL: [Change; 6] = [
        Change::Fixed,
        Change::Broken,
        Change::StillWrong,
        Change::FalseGone,
        Change::FalseNew,
        Change::FalseChanged,
    ];

    /// The name in words.
    pub fn name(self) -> &'static str {
        match self {
            Change::Fixed => "fixed by B",
            Change::Broken => "broken by B",
            Change::StillWrong => "changed, still wrong",
            Change::FalseGone => "spurious in A only",
            Change::FalseNew => "spurious in B only",
            Change::FalseChanged => "spurious in both, changed",
        }
    }
}

/// A gold entity or spurious answers that the two systems treat in different ways.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'c> {
    /// The sub-corpus.
    pub sub_corpus: &'c str,
    /// The sentence.
    pub sentence: &'c Sentence,
    /// The direction.
    pub change: Change,
    /// The gold entity; `None` for spurious answers.
    pub gold: Option<Gold<'c>>,
    /// The answer of `a`.
    pub a: Option<ScoredAnswer>,
    /// The answer of `b`.
    pub b: Option<ScoredAnswer>,
}

impl Changed<'_> {
    /// The label of the gold entity; of spurious answers that of `a`, where there is one, else that of `b`.
    fn label(&self) -> Option<Label> {
        self.gold.map(Gold::label).or(self.a.or(self.b).map(|scored| scored.answer.label))
    }
}

/// Changes by direction; all directions are present.
pub type ChangeCounts = BTreeMap<Change, u64>;

/// The changes at one label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelChurn {
    /// The gold entities.
    pub gold: u64,
    /// Those that both systems have right.
    pub right_in_both: u64,
    /// The changes.
    pub changes: ChangeCounts,
}

/// The counts of the changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChurnReport {
    /// The answers of `a`.
    pub answers_a: u64,
    /// The answers of `b`.
    pub answers_b: u64,
    /// Answers that both give, with the same range and label.
    pub answers_in_both: u64,
    /// The sentences.
    pub sentences: u64,
    /// Sentences to which both give the same answers.
    pub sentences_with_same_answers: u64,
    /// Over everything.
    pub all: LabelChurn,
    /// By sub-corpus.
    pub sub: BTreeMap<String, LabelChurn>,
    /// By the label of the gold entity; spurious answers by that of `a`, where there is one, else by that of `b`. All four
    /// are present.
    pub labels: BTreeMap<Label, LabelChurn>,
}

/// The changes, and their counts.
#[derive(Clone, Debug, Default)]
pub struct Churn<'c> {
    /// The changes in the order of the sentences; in a sentence gold entities before spurious answers.
    pub changes: Vec<Changed<'c>>,
    /// The counts.
    pub report: ChurnReport,
}

impl<'c> Churn<'c> {
    /// Compares the answers to the same sentences in the same order. `None` when these differ.
    pub fn new(a: &[JudgedSentence<'c>], b: &[JudgedSentence<'c>]) -> Option<Churn<'c>> {
        if a.len() != b.len() {
            return None;
        }
        let mut churn = Churn::default();
        churn.report.labels = Label::ALL.map(|label| (label, LabelChurn::default())).into();
        for (a, b) in a.iter().zip(b) {
            if a.sentence != b.sentence || a.sub_corpus != b.sub_corpus {
                return None;
            }
            churn.add(a, b);
        }
        Some(churn)
    }

    fn add(&mut self, a: &JudgedSentence<'c>, b: &JudgedSentence<'c>) {
        let answers = |judged: &JudgedSentence| -> Vec<Answer> {
            judged.answers().map(|(scored, _)| scored.answer).collect()
        };
        let (of_a, of_b) = (answers(a), answers(b));
        let in_both = of_a.iter().filter(|answer| of_b.contains(answer)).count();
        self.report.answers_a += of_a.len() as u64;
        self.report.answers_b += of_b.len() as u64;
        self.report.answers_in_both += in_both as u64;
        self.report.sentences += 1;
        self.report.sentences_with_same_answers += u64::from(in_both == of_a.len() && in_both == of_b.len());
        self.report.sub.entry(a.sub_corpus.to_owned()).or_default();

        for (case_a, case_b) in a.cases.iter().zip(&b.cases).take(a.sentence.gold_count()) {
            self.add_gold(a, case_a, case_b);
        }
        let spurious = |judged: &JudgedSentence, others: &[Answer]| -> Vec<ScoredAnswer> {
            let new = |case: &Case| Some(case.answer?).filter(|scored| !others.contains(&scored.answer));
            judged.cases.iter().filter(|case| case.gold.is_none()).filter_map(new).collect()
        };
        let mut only_b = spurious(b, &of_a);
        for of_a in spurious(a, &of_b) {
            let overlapping = only_b.iter().position(|of_b| of_b.answer.span().overlaps(of_a.answer.span()));
            let of_b = overlapping.map(|i| only_b.remove(i));
            let change = if of_b.is_some() { Change::FalseChanged } else { Change::FalseGone };
            self.push(a, change, None, Some(of_a), of_b);
        }
        for of_b in only_b {
            self.push(a, Change::FalseNew, None, None, Some(of_b));
        }
    }

    fn add_gold(&mut self, judged: &JudgedSentence<'c>, a: &Case<'c>, b: &Case<'c>) {
        let Some(gold) = a.gold else { return };
        let right = |case: &Case| case.outcome == Outcome::Right;
        for scope in self.scopes(judged.sub_corpus, Some(gold.label())) {
            scope.gold += 1;
            scope.right_in_both += u64::from(right(a) && right(b));
        }
        let answer = |case: &Case| case.answer.map(|scored| scored.answer);
        let change = match (right(a), right(b)) {
            (false, true) => Change::Fixed,
            (true, false) => Change::Broken,
            (false, false) if answer(a) != answer(b) => Change::StillWrong,
            _ => return,
        };
        self.push(judged, change, Some(gold), a.answer, b.answer);
    }

    fn push(
        &mut self,
        judged: &JudgedSentence<'c>,
        change: Change,
        gold: Option<Gold<'c>>,
        a: Option<ScoredAnswer>,
        b: Option<ScoredAnswer>,
    ) {
        let changed =
            Changed { sub_corpus: judged.sub_corpus, sentence: judged.sentence, change, gold, a, b };
        for scope in self.scopes(judged.sub_corpus, changed.label()) {
            *scope.changes.entry(change).or_default() += 1;
        }
        self.changes.push(changed);
    }

    /// The counts that something in a sub-corpus at a label belongs to.
    fn scopes(&mut self, sub_corpus: &str, label: Option<Label>) -> impl Iterator<Item = &mut LabelChurn> {
        let sub = self.report.sub.get_mut(sub_corpus);
        let label = label.and_then(|label| self.report.labels.get_mut(&label));
        [Some(&mut self.report.all), sub, label].into_iter().flatten()
    }
}

impl Default for LabelChurn {
    fn default() -> LabelChurn {
        let changes = Change::ALL.map(|change| (change, 0)).into();
        LabelChurn { gold: 0, right_in_both: 0, changes }
    }
}
