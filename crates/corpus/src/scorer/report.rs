//! The figures, as data, as JSON and as a table.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::table::aligned;
use super::{Interval, Scorer, Tallies, Tally};
use crate::model::Label;

/// Precision, recall and F1 in 0 to 1, with the counts behind them. A zero denominator gives 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// `tp_answers / answers`.
    pub p: f64,
    /// `tp / gold`.
    pub r: f64,
    /// The harmonic mean of `p` and `r`.
    pub f1: f64,
    /// The worth of the gold entities that are matched; fractional in the mode partial.
    pub tp: f64,
    /// The worth of the answers that are matched. It differs from `tp` only in the exact scores of one label, where a
    /// gold entity of the label may be matched by an answer of another, and the other way round.
    pub tp_answers: f64,
    /// The gold entities.
    pub gold: u64,
    /// The answers.
    pub answers: u64,
}

pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

impl From<Tally> for Score {
    fn from(tally: Tally) -> Score {
        let (tp, tp_answers) = (tally.gold_halves as f64 / 2.0, tally.answer_halves as f64 / 2.0);
        let (p, r) = (ratio(tp_answers, tally.answers as f64), ratio(tp, tally.gold as f64));
        // With one numerator for both, F1 from the counts avoids two roundings: perfect answers give exactly 1.
        let f1 = match tally.gold_halves == tally.answer_halves {
            true => ratio(2.0 * tp, (tally.gold + tally.answers) as f64),
            false => ratio(2.0 * p * r, p + r),
        };
        Score { p, r, f1, tp, tp_answers, gold: tally.gold, answers: tally.answers }
    }
}

/// The scores of the four modes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Same range and same label.
    pub strict: Score,
    /// Same range.
    pub exact: Score,
    /// Same range counts 1, overlap 1/2.
    pub partial: Score,
    /// Overlap and same label.
    #[serde(rename = "type")]
    pub kind: Score,
}

impl Scores {
    fn new(tallies: &Tallies) -> Scores {
        Scores {
            strict: tallies.0[Tallies::STRICT].into(),
            exact: tallies.0[Tallies::EXACT].into(),
            partial: tallies.0[Tallies::PARTIAL].into(),
            kind: tallies.0[Tallies::KIND].into(),
        }
    }

    /// The scores by the names of their modes.
    pub fn modes(&self) -> [(&'static str, &Score); 4] {
        [("strict", &self.strict), ("exact", &self.exact), ("partial", &self.partial), ("type", &self.kind)]
    }
}

/// The scores of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelScores {
    /// Same range and same label.
    pub strict: Score,
    /// Same range: gold of this label found under any label (recall), answers of this label that stand on a gold
    /// entity of any label (precision).
    pub exact: Score,
}

/// A macro average: the mean precision and recall of the labels, and the F1 of these means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Average {
    /// The mean precision.
    pub p: f64,
    /// The mean recall.
    pub r: f64,
    /// The harmonic mean of `p` and `r`.
    pub f1: f64,
}

/// The macro averages over the labels that occur in the gold or in the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MacroScores {
    /// Of the strict scores.
    pub strict: Average,
    /// Of the exact scores.
    pub exact: Average,
}

/// All figures. The JSON form has the keys in the order of the fields; labels in the order of their indices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The number of sentences scored.
    pub sentences: u64,
    /// Micro-averaged over everything.
    pub all: Scores,
    /// Macro-averaged over the labels.
    #[serde(rename = "macro")]
    pub macro_average: MacroScores,
    /// Micro-averaged per sub-corpus.
    pub sub: BTreeMap<String, Scores>,
    /// Per label; all four are present.
    pub labels: BTreeMap<Label, LabelScores>,
    /// The interval of the strict F1, for a caller who asks for it; see [`Scorer::strict_f1_interval`](super::Scorer::strict_f1_interval).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_f1_interval: Option<Interval>,
}

impl Report {
    pub(super) fn new(scorer: &Scorer) -> Report {
        let (mut all, mut sub) = (Tallies::default(), BTreeMap::<String, Tallies>::new());
        for (key, tallies) in &scorer.documents {
            all.add_times(tallies, 1);
            sub.entry(key.sub_corpus.clone()).or_default().add_times(tallies, 1);
        }
        let scores = |label: Label| LabelScores {
            strict: all.0[Tallies::strict_of(label)].into(),
            exact: all.0[Tallies::exact_of(label)].into(),
        };
        let labels: BTreeMap<Label, LabelScores> = Label::ALL.map(|label| (label, scores(label))).into();
        Report {
            sentences: scorer.sentences.len() as u64,
            all: Scores::new(&all),
            macro_average: MacroScores {
                strict: average(labels.values().map(|scores| &scores.strict)),
                exact: average(labels.values().map(|scores| &scores.exact)),
            },
            sub: sub.into_iter().map(|(name, tallies)| (name, Scores::new(&tallies))).collect(),
            labels,
            strict_f1_interval: None,
        }
    }

    /// The figures as an aligned Markdown table, ratios in per cent.
    pub fn table(&self) -> String {
        self.to_string()
    }

    fn rows(&self) -> Vec<[String; 8]> {
        let row = |scope: &str, mode: &str, s: &Score| {
            let [p, r, f1] = [s.p, s.r, s.f1].map(per_cent);
            [scope.into(), mode.into(), p, r, f1, s.tp.to_string(), s.gold.to_string(), s.answers.to_string()]
        };
        let macro_row = |mode: &str, average: &Average| {
            let [p, r, f1] = [average.p, average.r, average.f1].map(per_cent);
            let none = String::new;
            ["macro".into(), mode.into(), p, r, f1, none(), none(), none()]
        };
        let mut rows = vec![["scope", "mode", "P", "R", "F1", "TP", "gold", "answers"].map(String::from)];
        rows.extend(self.all.modes().map(|(mode, score)| row("all", mode, score)));
        for (name, scores) in &self.sub {
            rows.extend(scores.modes().map(|(mode, score)| row(name, mode, score)));
        }
        for (label, scores) in &self.labels {
            rows.push(row(label.name(), "strict", &scores.strict));
            rows.push(row(label.name(), "exact", &scores.exact));
        }
        rows.push(macro_row("strict", &self.macro_average.strict));
        rows.push(macro_row("exact", &self.macro_average.exact));
        rows
    }
}

fn average<'a>(scores: impl Iterator<Item = &'a Score>) -> Average {
    let occurring: Vec<&Score> = scores.filter(|score| score.gold + score.answers > 0).collect();
    let mean = |value: fn(&Score) -> f64| {
        ratio(occurring.iter().map(|score| value(score)).sum(), occurring.len() as f64)
    };
    let (p, r) = (mean(|score| score.p), mean(|score| score.r));
    Average { p, r, f1: ratio(2.0 * p * r, p + r) }
}

pub(super) fn per_cent(ratio: f64) -> String {
    format!("{:.2}", 100.0 * ratio)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&aligned(&self.rows(), 2))?;
        if let Some(interval) = self.strict_f1_interval {
            let [low, high] = [interval.low, interval.high].map(per_cent);
            writeln!(f, "\nstrict F1, 95 % interval by document: {low} to {high}")?;
        }
        Ok(())
    }
}
