//! Counts over judged sentences.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::calibration::{Calibration, Threshold, thresholds};
use super::errors::{Case, Confusion, JudgedSentence, OutcomeCounts, count};
use super::names::{KnownNames, NameRecall};
use super::report::ratio;
use crate::model::Label;

/// What became of gold entities and answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// Over everything.
    pub all: OutcomeCounts,
    /// By sub-corpus.
    pub sub: BTreeMap<String, OutcomeCounts>,
    /// By the label of the gold entity, or that of a spurious answer; all four are present.
    pub labels: BTreeMap<Label, OutcomeCounts>,
}

/// Scores against shares that are right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibrations {
    /// All answers.
    pub all: Calibration,
    /// By the label of the answer; all four are present.
    pub labels: BTreeMap<Label, Calibration>,
}

/// Sentences without any gold entity, and the answers in them: false alarms that precision hides where such sentences
/// are few.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// The sentences.
    pub sentences: u64,
    /// The answers in them.
    pub false_positives: u64,
    /// `100 * false_positives / sentences`, 0 without sentences.
    pub per_100_sentences: f64,
}

/// [`Quiet`] over everything and by sub-corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuietReport {
    /// Over everything.
    pub all: Quiet,
    /// By sub-corpus.
    pub sub: BTreeMap<String, Quiet>,
}

/// Recall of names by whether the training documents hold them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NameReport {
    /// The number of different names in the training documents.
    pub known: u64,
    /// Over everything.
    pub all: NameRecall,
    /// By sub-corpus.
    pub sub: BTreeMap<String, NameRecall>,
    /// By label; all four are present.
    pub labels: BTreeMap<Label, NameRecall>,
}

/// The counts beside the scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// What became of gold entities and answers.
    pub errors: ErrorReport,
    /// Labels of gold entities against labels of answers.
    pub confusion: Confusion,
    /// Scores against shares that are right.
    pub calibration: Calibrations,
    /// The strict scores over the least score.
    pub thresholds: Vec<Threshold>,
    /// Sentences without any gold entity.
    pub sentences_without_gold: QuietReport,
    /// Recall of known and unknown names, where the known ones were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<NameReport>,
}

impl Analysis {
    /// Counts. `known` are the names of the training documents, where there are such.
    pub fn new(sentences: &[JudgedSentence<'_>], known: Option<&KnownNames>) -> Analysis {
        let by = Scopes { sentences };
        let answers = |label: Option<Label>| {
            sentences.iter().flat_map(JudgedSentence::answers).filter_map(move |(scored, right)| {
                label.is_none_or(|label| label == scored.answer.label).then_some((scored.score, right))
            })
        };
        let gold: usize = sentences.iter().map(|judged| judged.sentence.gold_count()).sum();
        Analysis {
            errors: ErrorReport {
                all: count(by.all()),
                sub: by.sub_corpora(|name| count(by.sub_corpus(name))),
                labels: Label::ALL.map(|label| (label, count(by.label(label)))).into(),
            },
            confusion: Confusion::new(by.all()),
            calibration: Calibrations {
                all: Calibration::new(answers(None)),
                labels: Label::ALL.map(|label| (label, Calibration::new(answers(Some(label))))).into(),
            },
            thresholds: thresholds(&answers(None).collect::<Vec<_>>(), gold as u64),
            sentences_without_gold: QuietReport {
                all: by.quiet(None),
                sub: by.sub_corpora(|name| by.quiet(Some(name))),
            },
            names: known.map(|known| NameReport {
                known: known.len() as u64,
                all: NameRecall::new(known, by.all()),
                sub: by.sub_corpora(|name| NameRecall::new(known, by.sub_corpus(name))),
                labels: Label::ALL.map(|label| (label, NameRecall::new(known, by.label(label)))).into(),
            }),
        }
    }
}

/// The cases of each scope.
struct Scopes<'s, 'c> {
    sentences: &'s [JudgedSentence<'c>],
}

impl<'s, 'c> Scopes<'s, 'c> {
    fn all(&self) -> impl Iterator<Item = &'s Case<'c>> + use<'s, 'c> {
        self.sentences.iter().flat_map(|judged| &judged.cases)
    }

    fn sub_corpus(&self, name: &str) -> impl Iterator<Item = &'s Case<'c>> {
        self.sentences.iter().filter(move |judged| judged.sub_corpus == name).flat_map(|judged| &judged.cases)
    }

    fn label(&self, label: Label) -> impl Iterator<Item = &'s Case<'c>> + use<'s, 'c> {
        self.all().filter(move |case| case.label() == Some(label))
    }

    fn sub_corpora<T>(&self, of: impl Fn(&str) -> T) -> BTreeMap<String, T> {
        let names: BTreeSet<&str> = self.sentences.iter().map(|judged| judged.sub_corpus).collect();
        names.into_iter().map(|name| (name.to_owned(), of(name))).collect()
    }

    fn quiet(&self, sub_corpus: Option<&str>) -> Quiet {
        let quiet = self.sentences.iter().filter(|judged| {
            sub_corpus.is_none_or(|name| name == judged.sub_corpus) && judged.sentence.gold_count() == 0
        });
        let (sentences, answers) = quiet.fold((0, 0), |(n, a), judged| (n + 1, a + judged.cases.len()));
        Quiet {
            sentences,
            false_positives: answers as u64,
            per_100_sentences: ratio(100.0 * answers as f64, sentences as f64),
        }
    }
}
