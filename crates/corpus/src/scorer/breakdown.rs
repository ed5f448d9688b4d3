//! Figures for everything, for each sub-corpus and for each label; intervals and paired differences of the scores.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bootstrap::{Bootstrap, Interval};
use super::report::Score;
use super::{DocumentKey, Scorer, TALLIES, Tallies};
use crate::model::Label;

/// A figure in each of the four modes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Modes<T> {
    /// Same range and same label.
    pub strict: T,
    /// Same range.
    pub exact: T,
    /// Same range counts 1, overlap 1/2.
    pub partial: T,
    /// Overlap and same label.
    #[serde(rename = "type")]
    pub kind: T,
}

/// A figure of one label in the modes that are counted for labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelModes<T> {
    /// Same range and same label.
    pub strict: T,
    /// Same range, see [`LabelScores`](super::LabelScores).
    pub exact: T,
}

/// A figure of every scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakdown<T> {
    /// Over everything.
    pub all: Modes<T>,
    /// By sub-corpus, but for those of a single document.
    pub sub: BTreeMap<String, Modes<T>>,
    /// By label, over everything; all four are present.
    pub labels: BTreeMap<Label, LabelModes<T>>,
}

/// The figures of a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prf<T> {
    /// Precision.
    pub p: T,
    /// Recall.
    pub r: T,
    /// F1.
    pub f1: T,
}

/// The scores of two systems on the same documents.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The first system.
    pub a: Score,
    /// The second system.
    pub b: Score,
    /// `b` less `a`, -1 to 1.
    pub difference: Prf<f64>,
    /// The 95 % intervals of `difference`.
    pub interval: Prf<Interval>,
}

impl<T> Modes<T> {
    /// The modes by name.
    pub fn named(&self) -> [(&'static str, &T); 4] {
        [("strict", &self.strict), ("exact", &self.exact), ("partial", &self.partial), ("type", &self.kind)]
    }
}

/// Precision, recall and F1 of every tally, in the order of the tallies.
const FIGURES: usize = 3 * TALLIES;

fn figures(tallies: &Tallies) -> [f64; FIGURES] {
    let scores = tallies.0.map(Score::from);
    std::array::from_fn(|i| {
        let score = &scores[i / 3];
        [score.p, score.r, score.f1][i % 3]
    })
}

fn weighted(documents: &[&Tallies], times: &[u32]) -> Tallies {
    let mut sum = Tallies::default();
    for (tallies, &times) in documents.iter().zip(times).filter(|&(_, &times)| times > 0) {
        sum.add_times(tallies, times.into());
    }
    sum
}

fn triple<T: Copy>(figures: &[T], tally: usize) -> Prf<T> {
    Prf { p: figures[3 * tally], r: figures[3 * tally + 1], f1: figures[3 * tally + 2] }
}

impl Scorer {
    /// The 95 % intervals of all scores when documents are drawn anew with replacement (percentile bootstrap); those of a
    /// sub-corpus when its documents are.
    ///
    /// The document of a sentence is its identifier up to the last full stop. `None` with fewer than two documents or
    /// without resamples.
    pub fn intervals(&self, resamples: usize, seed: u64) -> Option<Breakdown<Prf<Interval>>> {
        self.breakdown(|documents| {
            let tallies: Vec<&Tallies> = documents.iter().map(|key| &self.documents[key]).collect();
            let bootstrap = Bootstrap::new(tallies.len(), resamples, seed);
            let intervals = bootstrap.intervals(|times| figures(&weighted(&tallies, times)))?;
            Some(std::array::from_fn(|tally| triple(&intervals, tally)))
        })
    }

    /// The differences between this system, `a`, and `other`, `b`, with 95 % intervals: both are scored on the same
    /// resamples of the documents (paired bootstrap).
    ///
    /// `None` when the two have not scored the same sentences with the same gold, with fewer than two documents, or
    /// without resamples.
    pub fn differences(&self, other: &Scorer, resamples: usize, seed: u64) -> Option<Breakdown<Difference>> {
        if self.sentences != other.sentences || !self.documents.keys().eq(other.documents.keys()) {
            return None;
        }
        let gold = |scorer: &Scorer| -> Vec<[u64; TALLIES]> {
            scorer.documents.values().map(|tallies| tallies.0.map(|tally| tally.gold)).collect()
        };
        if gold(self) != gold(other) {
            return None;
        }
        self.breakdown(|documents| {
            let [a, b] = [self, other]
                .map(|scorer| documents.iter().map(|key| &scorer.documents[key]).collect::<Vec<&Tallies>>());
            let difference = |times: &[u32]| {
                let [a, b] = [&a, &b].map(|documents| figures(&weighted(documents, times)));
                std::array::from_fn::<f64, FIGURES, _>(|i| b[i] - a[i])
            };
            let once = vec![1; documents.len()];
            let intervals = Bootstrap::new(documents.len(), resamples, seed).intervals(difference)?;
            let differences = difference(&once);
            let [a, b] = [&a, &b].map(|documents| weighted(documents, &once).0.map(Score::from));
            Some(std::array::from_fn(|tally| Difference {
                a: a[tally],
                b: b[tally],
                difference: triple(&differences, tally),
                interval: triple(&intervals, tally),
            }))
        })
    }

    /// Arranges what `figures` gives for sets of documents, one figure a tally.
    fn breakdown<T: Copy>(
        &self,
        figures: impl Fn(&[&DocumentKey]) -> Option<[T; TALLIES]>,
    ) -> Option<Breakdown<T>> {
        let modes = |figures: &[T; TALLIES]| Modes {
            strict: figures[Tallies::STRICT],
            exact: figures[Tallies::EXACT],
            partial: figures[Tallies::PARTIAL],
            kind: figures[Tallies::KIND],
        };
        let all = figures(&self.documents.keys().collect::<Vec<_>>())?;
        let mut sub_corpora: BTreeMap<&str, Vec<&DocumentKey>> = BTreeMap::new();
        for key in self.documents.keys() {
            sub_corpora.entry(&key.sub_corpus).or_default().push(key);
        }
        let sub = sub_corpora
            .into_iter()
            .filter_map(|(name, documents)| Some((name.to_owned(), modes(&figures(&documents)?))))
            .collect();
        let label = |label: Label| LabelModes {
            strict: all[Tallies::strict_of(label)],
            exact: all[Tallies::exact_of(label)],
        };
        let labels = Label::ALL.map(|of| (of, label(of))).into();
        Some(Breakdown { all: modes(&all), sub, labels })
    }
}
