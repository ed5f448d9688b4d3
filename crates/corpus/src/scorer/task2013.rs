//! Counting as the scorer program of SemEval-2013 task 9.1 does (its build of 2013-02-27), for comparison with figures
//! that it produced.
//!
//! Each answer, in the order given, is judged by the first gold entity of its sentence, in the order of the corpus,
//! whose extent from first to last byte (gaps included) it overlaps:
//!
//! | mode | correct | otherwise | no overlap |
//! |---|---|---|---|
//! | strict | same range and same label | incorrect | spurious |
//! | exact | same range | incorrect | spurious |
//! | partial | same range | partial | spurious |
//! | type | same label | incorrect | spurious |
//!
//! The scores of one label are those of the mode strict on the gold entities and the answers of that label.
//! Precision is `correct / answers` and recall `(correct + partial / 2) / gold`: half a point for a partial match stands
//! in the recall alone.
//!
//! What follows from these rules, and why the figures are no measure to choose a model by:
//! * Answers in a sentence without gold entities are not counted at all; for one label, in a sentence without gold
//!   entities of the label. In the test set of the task these are half of the sentences.
//! * Gold entities are not used up: two answers on one entity both count, the same answer given twice counts twice, and
//!   `missing` can fall below 0, recall and F1 rise above 1.
//! * One answer across two entities is one incorrect answer and one missing entity.
//! * A discontinuous entity can shadow those inside its extent, so that even the gold itself scores below 1.
//!
//! Where the reader repaired the offsets of an entity, left out a duplicate, or could not place an entity, the counts
//! follow the reader.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::report::{Average, per_cent, ratio};
use super::table::aligned;
use super::{Answer, refuse};
use crate::error::Result;
use crate::model::{Entity, Label, Sentence};

/// The counts of one mode, and the ratios that the program makes of them. A zero denominator gives 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task2013Counts {
    /// Answers that are right by the rule of the mode.
    pub correct: u64,
    /// Answers that overlap a gold entity but are not right.
    pub incorrect: u64,
    /// The same in the mode partial.
    pub partial: u64,
    /// `gold - correct - incorrect - partial`; below 0 when several answers lie on one entity.
    pub missing: i64,
    /// Answers that overlap no gold entity of their sentence.
    pub spurious: u64,
    /// Gold entities.
    pub gold: u64,
    /// Answers that were counted.
    pub answers: u64,
    /// `correct / answers`.
    pub p: f64,
    /// `(correct + partial / 2) / gold`; can exceed 1.
    pub r: f64,
    /// The harmonic mean of `p` and `r`; can exceed 1.
    pub f1: f64,
}

/// The counts of all modes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task2013Scores {
    /// Same range and same label.
    pub strict: Task2013Counts,
    /// Same range.
    pub exact: Task2013Counts,
    /// Same range, or half a point in the recall for an overlap.
    pub partial: Task2013Counts,
    /// Overlap and same label.
    #[serde(rename = "type")]
    pub kind: Task2013Counts,
    /// Strict, per label; all four are present.
    pub labels: BTreeMap<Label, Task2013Counts>,
    /// The means of precision, recall and F1 of the four labels, as the program of 2013-02-27 takes them.
    pub macro_mean: Average,
    /// The mean precision and recall of the four labels and their harmonic mean, as in the published table of the task.
    pub macro_harmonic: Average,
}

/// The figures of everything, and of each sub-corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task2013Report {
    /// All sentences.
    pub all: Task2013Scores,
    /// By sub-corpus.
    pub sub: BTreeMap<String, Task2013Scores>,
}

/// The counts that are gathered; the others follow from them.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    correct: u64,
    overlapping: u64,
    spurious: u64,
    gold: u64,
}

/// The tallies of strict, exact, partial and type, and the strict ones per label.
#[derive(Clone, Copy, Debug, Default)]
struct Tallies {
    modes: [Tally; 4],
    labels: [Tally; 4],
}

/// Gathers sentences and reports the counts.
#[derive(Clone, Debug, Default)]
pub struct Task2013Scorer {
    sub_corpora: BTreeMap<String, Tallies>,
}

impl Task2013Scorer {
    /// A scorer that has seen nothing.
    pub fn new() -> Self {
        Task2013Scorer::default()
    }

    /// Counts the answers for one sentence. Hand in every sentence once.
    ///
    /// # Errors
    /// [`Error::Answers`](crate::Error::Answers) when an answer is empty or is no range of the text on character
    /// boundaries; the scorer is then as it was. An answer that is given twice is no error here: it counts twice.
    pub fn add(&mut self, sub_corpus: &str, sentence: &Sentence, answers: &[Answer]) -> Result<()> {
        if let Some(bad) =
            answers.iter().find(|answer| answer.span().of(&sentence.text).is_none_or(str::is_empty))
        {
            let detail = format!("answer {}..{} {} is no range of the text", bad.start, bad.end, bad.label);
            return Err(refuse(sentence, detail));
        }
        let same_range = |gold: &Entity, answer: &Answer| gold.spans == [answer.span()];
        let same_label = |gold: &Entity, answer: &Answer| gold.label == answer.label;
        let strict = |gold: &Entity, answer: &Answer| same_range(gold, answer) && same_label(gold, answer);

        let tallies = self.sub_corpora.entry(sub_corpus.to_owned()).or_default();
        let [by_strict, by_exact, by_partial, by_type] = &mut tallies.modes;
        by_strict.add(sentence, answers, None, strict);
        by_exact.add(sentence, answers, None, same_range);
        by_partial.add(sentence, answers, None, same_range);
        by_type.add(sentence, answers, None, same_label);
        for label in Label::ALL {
            tallies.labels[label.index()].add(sentence, answers, Some(label), strict);
        }
        Ok(())
    }

    /// The figures of all sentences added so far.
    pub fn report(&self) -> Task2013Report {
        let mut all = Tallies::default();
        for tallies in self.sub_corpora.values() {
            all.merge(tallies);
        }
        let sub = self.sub_corpora.iter().map(|(name, tallies)| (name.clone(), tallies.scores())).collect();
        Task2013Report { all: all.scores(), sub }
    }
}

impl Tally {
    /// Judges the answers of one sentence; with `label`, only gold entities and answers of that label exist.
    fn add(
        &mut self,
        sentence: &Sentence,
        answers: &[Answer],
        label: Option<Label>,
        correct: impl Fn(&Entity, &Answer) -> bool,
    ) {
        let wanted = |of: Label| label.is_none_or(|label| label == of);
        let unplaced = sentence.unplaced.iter().filter(|entity| wanted(entity.label)).count();
        let gold: Vec<&Entity> = sentence.entities.iter().filter(|entity| wanted(entity.label)).collect();
        self.gold += (gold.len() + unplaced) as u64;
        if gold.len() + unplaced == 0 {
            return;
        }
        for answer in answers.iter().filter(|answer| wanted(answer.label)) {
            let judge = gold.iter().find(|entity| entity.hull().overlaps(answer.span()));
            let count = match judge {
                None => &mut self.spurious,
                Some(entity) if correct(entity, answer) => &mut self.correct,
                Some(_) => &mut self.overlapping,
            };
            *count += 1;
        }
    }

    fn merge(&mut self, other: &Tally) {
        self.correct += other.correct;
        self.overlapping += other.overlapping;
        self.spurious += other.spurious;
        self.gold += other.gold;
    }

    /// The counts, where overlap without agreement is `incorrect`, or `partial`.
    fn counts(&self, is_partial: bool) -> Task2013Counts {
        let answers = self.correct + self.overlapping + self.spurious;
        let partial = if is_partial { self.overlapping } else { 0 };
        let p = ratio(self.correct as f64, answers as f64);
        let r = ratio(self.correct as f64 + partial as f64 / 2.0, self.gold as f64);
        Task2013Counts {
            correct: self.correct,
            incorrect: self.overlapping - partial,
            partial,
            missing: self.gold as i64 - (self.correct + self.overlapping) as i64,
            spurious: self.spurious,
            gold: self.gold,
            answers,
            p,
            r,
            f1: ratio(2.0 * p * r, p + r),
        }
    }
}

impl Tallies {
    fn merge(&mut self, other: &Tallies) {
        self.modes.iter_mut().zip(&other.modes).for_each(|(tally, other)| tally.merge(other));
        self.labels.iter_mut().zip(&other.labels).for_each(|(tally, other)| tally.merge(other));
    }

    fn scores(&self) -> Task2013Scores {
        let [strict, exact, partial, kind] = &self.modes;
        let labels: BTreeMap<Label, Task2013Counts> =
            Label::ALL.map(|label| (label, self.labels[label.index()].counts(false))).into();
        let mean = |value: fn(&Task2013Counts) -> f64| {
            labels.values().map(value).sum::<f64>() / Label::ALL.len() as f64
        };
        let (p, r) = (mean(|counts| counts.p), mean(|counts| counts.r));
        Task2013Scores {
            strict: strict.counts(false),
            exact: exact.counts(false),
            partial: partial.counts(true),
            kind: kind.counts(false),
            macro_mean: Average { p, r, f1: mean(|counts| counts.f1) },
            macro_harmonic: Average { p, r, f1: ratio(2.0 * p * r, p + r) },
            labels,
        }
    }
}

impl Task2013Report {
    /// The figures as an aligned Markdown table, ratios in per cent.
    pub fn table(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Task2013Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let head =
            ["scope", "mode", "P", "R", "F1", "correct", "incorrect", "partial", "missing", "spurious"];
        let mut rows = vec![head.map(String::from).to_vec()];
        for (scope, scores) in
            [("all", &self.all)].into_iter().chain(self.sub.iter().map(|(k, v)| (k.as_str(), v)))
        {
            scores.rows(scope, &mut rows);
        }
        f.write_str(&aligned(&rows, 2))
    }
}

impl Task2013Scores {
    fn rows(&self, scope: &str, rows: &mut Vec<Vec<String>>) {
        let mut row = |mode: &str, ratios: [f64; 3], counts: &[String]| {
            let mut row = vec![scope.to_owned(), mode.to_owned()];
            row.extend(ratios.map(per_cent));
            row.extend_from_slice(counts);
            rows.push(row);
        };
        let modes = [
            ("strict", &self.strict),
            ("exact", &self.exact),
            ("partial", &self.partial),
            ("type", &self.kind),
        ];
        let labels = self.labels.iter().map(|(label, counts)| (label.name(), counts));
        for (mode, c) in modes.into_iter().chain(labels) {
            let numbers = [c.correct, c.incorrect, c.partial].map(|n| n.to_string());
            let counts = [&numbers[..], &[c.missing.to_string(), c.spurious.to_string()]].concat();
            row(mode, [c.p, c.r, c.f1], &counts);
        }
        for (mode, average) in
            [("macro, mean F1", &self.macro_mean), ("macro, F1 of means", &self.macro_harmonic)]
        {
            row(mode, [average.p, average.r, average.f1], &[]);
        }
    }
}
