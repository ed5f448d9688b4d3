//! Whether scores mean what they say: among answers with the score p, the share p should be right.

use serde::{Deserialize, Serialize};

use super::report::ratio;

/// Bins of equal width over 0 to 1.
const BINS: usize = 10;

/// The answers whose scores lie in one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// The answers.
    pub count: u64,
    /// Those that are right: range and label.
    pub right: u64,
    /// The mean score, 0 without answers.
    pub score: f64,
}

/// Scores against shares that are right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The answers.
    pub answers: u64,
    /// The mean score.
    pub score: f64,
    /// The share that is right.
    pub right: f64,
    /// Expected calibration error, 0 to 1: the distance between mean score and share right in each bin, averaged over
    /// the answers.
    pub ece: f64,
    /// Ten bins: bin i holds the scores from i / 10 to below (i + 1) / 10, the last one 1 as well.
    pub bins: Vec<Bin>,
}

impl Calibration {
    /// Compares scores with what is right. A score outside 0 to 1 is taken to the nearest end, one that is no number to 0.
    pub fn new(answers: impl IntoIterator<Item = (f64, bool)>) -> Calibration {
        let mut bins = vec![Bin::default(); BINS];
        for (score, right) in answers {
            let score = if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) };
            let bin = &mut bins[((score * BINS as f64) as usize).min(BINS - 1)];
            bin.count += 1;
            bin.right += u64::from(right);
            bin.score += score;
        }
        // The bins hold sums so far.
        let answers: u64 = bins.iter().map(|bin| bin.count).sum();
        let mean = |sum: f64| ratio(sum, answers as f64);
        let score = mean(bins.iter().map(|bin| bin.score).sum());
        let right = mean(bins.iter().map(|bin| bin.right as f64).sum());
        let ece = mean(bins.iter().map(|bin| (bin.score - bin.right as f64).abs()).sum());
        bins.iter_mut().for_each(|bin| bin.score = ratio(bin.score, bin.count as f64));
        Calibration { answers, score, right, ece, bins }
    }
}

/// The strict scores when answers below a score are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The least score that is kept.
    pub min_score: f64,
    /// The answers that are kept.
    pub answers: u64,
    /// Precision.
    pub p: f64,
    /// Recall.
    pub r: f64,
    /// F1.
    pub f1: f64,
}

/// The strict scores over the least score, 0 to 1 in steps of 0.01, for answers that are right or not and a number of
/// gold entities.
pub fn thresholds(answers: &[(f64, bool)], gold: u64) -> Vec<Threshold> {
    (0..=100)
        .map(|step| {
            let min_score = f64::from(step) / 100.0;
            let kept = answers.iter().filter(|(score, _)| *score >= min_score);
            let (count, right) = kept.fold((0u64, 0u64), |(n, r), (_, ok)| (n + 1, r + u64::from(*ok)));
            let part = right as f64;
            Threshold {
                min_score,
                answers: count,
                p: ratio(part, count as f64),
                r: ratio(part, gold as f64),
                f1: ratio(2.0 * part, (count + gold) as f64),
            }
        })
        .collect()
}
