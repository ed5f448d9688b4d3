//! The figures of Sadikin, Fanany and Basaruddin (2016): words and windows of words, without labels.
//!
//! They are not comparable with the scores of [`Scorer`](super::Scorer): a name of three words is three chances, a
//! name found by half still scores, and the label does not matter.
//!
//! | count | sample | positive | right |
//! |---|---|---|---|
//! | words | word | overlaps a range | positive in the gold and in the answers |
//! | tuples | window that begins at a word | a range begins at the word | both ranges cover the same number of words |
//! | masked | word that is positive in the gold | all | positive in the answers |
//!
//! In `masked` no false positive can occur: its precision is exactly 1 as soon as one word is found, however many other
//! words are taken for drugs. A published precision of 1.0000 on both test sets, beside a recall of 0.65 and 0.89, can
//! come about in this way, so the figure is given for comparison with it and for nothing else.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::report::ratio;

/// The last class of a window: a name longer than the window of five words.
const LONGER: usize = 6;

/// Samples by outcome. A zero denominator gives 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Positive samples that were found.
    pub tp: usize,
    /// False positives.
    pub fp: usize,
    /// False negatives.
    pub missed: usize,
    /// `tp / (tp + fp)`.
    pub p: f64,
    /// `tp / (tp + missed)`.
    pub r: f64,
    /// The harmonic mean of `p` and `r`.
    pub f1: f64,
}

impl Counts {
    fn new(tp: usize, fp: usize, missed: usize) -> Counts {
        let part = tp as f64;
        Counts {
            tp,
            fp,
            missed,
            p: ratio(part, (tp + fp) as f64),
            r: ratio(part, (tp + missed) as f64),
            f1: ratio(2.0 * part, (2 * tp + fp + missed) as f64),
        }
    }
}

/// The counts of one sub-corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WordScores {
    /// Every word is a sample.
    pub words: Counts,
    /// Every window is a sample; a name of the wrong length is one false positive and one false negative.
    pub tuples: Counts,
    /// Only words of gold names are samples: the precision is 1 by construction.
    pub masked: Counts,
    /// Windows by class of the gold (outer index) and of the answers (inner index); see [`window_classes`].
    pub classes: [[usize; LONGER + 1]; LONGER + 1],
}

/// The counts of every sub-corpus, and their means as the paper takes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WordReport {
    /// By sub-corpus.
    pub sub: BTreeMap<String, WordScores>,
    /// The mean of `words.f1` over the sub-corpora, whatever their sizes.
    pub mean_f1: f64,
    /// The mean of `tuples.f1` over the sub-corpora, whatever their sizes.
    pub mean_tuple_f1: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    both: usize,
    answer_only: usize,
    gold_only: usize,
    classes: [[usize; LONGER + 1]; LONGER + 1],
}

/// Gathers sentences and reports the counts.
#[derive(Clone, Debug, Default)]
pub struct WordScorer {
    sub_corpora: BTreeMap<String, Tally>,
}

impl WordScorer {
    /// A scorer that has seen nothing.
    pub fn new() -> Self {
        WordScorer::default()
    }

    /// Counts one sentence. `words` are the byte ranges of its words, sorted and disjoint; `gold` and `answers` are byte
    /// ranges in any order, which may overlap. Empty ranges and those that touch no word count for nothing.
    pub fn add(
        &mut self,
        sub_corpus: &str,
        words: &[Range<usize>],
        gold: &[Range<usize>],
        answers: &[Range<usize>],
    ) {
        let tally = self.sub_corpora.entry(sub_corpus.to_owned()).or_default();
        for (gold, answer) in covered(words, gold).into_iter().zip(covered(words, answers)) {
            tally.both += usize::from(gold && answer);
            tally.answer_only += usize::from(answer && !gold);
            tally.gold_only += usize::from(gold && !answer);
        }
        for (gold, answer) in window_classes(words, gold).into_iter().zip(window_classes(words, answers)) {
            tally.classes[gold][answer] += 1;
        }
    }

    /// The counts of all sentences added so far.
    pub fn report(&self) -> WordReport {
        let sub: BTreeMap<String, WordScores> =
            self.sub_corpora.iter().map(|(name, tally)| (name.clone(), tally.scores())).collect();
        let mean = |f1: fn(&WordScores) -> f64| ratio(sub.values().map(f1).sum::<f64>(), sub.len() as f64);
        WordReport {
            mean_f1: mean(|scores| scores.words.f1),
            mean_tuple_f1: mean(|scores| scores.tuples.f1),
            sub,
        }
    }
}

impl Tally {
    fn scores(&self) -> WordScores {
        let names = 1..=LONGER;
        let right: usize = names.clone().map(|class| self.classes[class][class]).sum();
        let gold: usize = self.classes[1..].iter().flatten().sum();
        let answers: usize = self.classes.iter().flat_map(|row| &row[names.clone()]).sum();
        WordScores {
            words: Counts::new(self.both, self.answer_only, self.gold_only),
            tuples: Counts::new(right, answers - right, gold - right),
            masked: Counts::new(self.both, 0, self.gold_only),
            classes: self.classes,
        }
    }
}

/// Which of `words` (sorted, disjoint) share a byte with one of `ranges`.
pub fn covered(words: &[Range<usize>], ranges: &[Range<usize>]) -> Vec<bool> {
    let mut covered = vec![false; words.len()];
    for of_range in ranges.iter().filter_map(|range| words_of(words, range)) {
        covered[of_range].fill(true);
    }
    covered
}

/// The class of the five-word window that begins at each of `words` (sorted, disjoint): 0 if none of `ranges` begins
/// there, else the number of words that the range covers, 1 to 5, or 6 for more. Of ranges that begin at the same word
/// the longest counts.
pub fn window_classes(words: &[Range<usize>], ranges: &[Range<usize>]) -> Vec<usize> {
    let mut classes = vec![0; words.len()];
    for of_range in ranges.iter().filter_map(|range| words_of(words, range)) {
        let class = &mut classes[of_range.start];
        *class = of_range.len().min(LONGER).max(*class);
    }
    classes
}

/// The indices of the words that share a byte with `range`; `None` if there are none.
fn words_of(words: &[Range<usize>], range: &Range<usize>) -> Option<Range<usize>> {
    let first = words.partition_point(|word| word.end <= range.start);
    let end = words.partition_point(|word| word.start < range.end);
    (!range.is_empty() && first < end).then_some(first..end)
}
