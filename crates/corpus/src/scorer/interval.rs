//! The bootstrap interval.

use serde::{Deserialize, Serialize};

use super::Tally;
use super::report::Score;
use crate::rng::SplitMix64;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

impl Interval {
    pub(super) fn bootstrap(documents: &[Tally], resamples: usize, seed: u64) -> Option<Interval> {
        if documents.is_empty() || resamples == 0 {
            return None;
        }
        let mut rng = SplitMix64::new(seed);
        let mut scores: Vec<f64> = (0..resamples)
            .map(|_| {
                let mut sum = Tally::default();
                for _ in documents {
                    sum.add(documents[rng.below(documents.len())]);
                }
                Score::from(sum).f1
            })
            .collect();
        scores.sort_by(f64::total_cmp);
        let percentile = |fraction: f64| scores[((resamples - 1) as f64 * fraction).round() as usize];
        Some(Interval { low: percentile(0.025), high: percentile(0.975) })
    }
}
