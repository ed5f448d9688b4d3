//! Names that the training documents hold, and recall of those that they do not.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::errors::{Case, Outcome};
use super::report::ratio;
use crate::model::Sentence;

/// The names of annotated sentences. Upper and lower case are the same, and so are all blanks.
#[derive(Clone, Debug, Default)]
pub struct KnownNames(HashSet<String>);

impl KnownNames {
    /// The names of all gold entities of the sentences.
    pub fn new<'c>(sentences: impl Iterator<Item = &'c Sentence>) -> KnownNames {
        let names = sentences.flat_map(|sentence| {
            let placed = sentence.entities.iter().map(|entity| entity.text.as_str());
            placed.chain(sentence.unplaced.iter().map(|entity| entity.text.as_str()))
        });
        KnownNames(names.map(normal).collect())
    }

    /// Whether the name is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(&normal(name))
    }

    /// The number of different names.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn normal(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gold entities, and how many of them were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// The gold entities.
    pub gold: u64,
    /// Those with an answer of the same range and label.
    pub strict: u64,
    /// Those with an answer of the same range.
    pub exact: u64,
    /// `strict / gold`, 0 without gold.
    pub strict_recall: f64,
    /// `exact / gold`, 0 without gold.
    pub exact_recall: f64,
}

/// Recall of names by whether the training documents hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NameRecall {
    /// Gold entities whose name is known.
    pub seen: Reach,
    /// Gold entities whose name is not.
    pub unseen: Reach,
}

impl NameRecall {
    pub(super) fn new<'a>(known: &KnownNames, cases: impl Iterator<Item = &'a Case<'a>>) -> NameRecall {
        let mut recall = NameRecall::default();
        for case in cases {
            let Some(gold) = case.gold else { continue };
            let reach = if known.contains(gold.text()) { &mut recall.seen } else { &mut recall.unseen };
            reach.gold += 1;
            reach.strict += u64::from(case.outcome == Outcome::Right);
            reach.exact += u64::from(matches!(case.outcome, Outcome::Right | Outcome::WrongLabel));
        }
        for reach in [&mut recall.seen, &mut recall.unseen] {
            reach.strict_recall = ratio(reach.strict as f64, reach.gold as f64);
            reach.exact_recall = ratio(reach.exact as f64, reach.gold as f64);
        }
        recall
    }
}
