//! The percentile bootstrap over documents.
//!
//! Sentences of a document speak of the same drugs, so they are not independent: documents are drawn, not sentences.

use serde::{Deserialize, Serialize};

use crate::rng::SplitMix64;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// Resamples of a number of units, drawn with replacement: as many in each resample as there are units.
///
/// The same resamples serve several statistics, so their differences are paired.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// For each resample, how often each unit was drawn.
    draws: Vec<Vec<u32>>,
}

impl Bootstrap {
    /// Draws the resamples; the same arguments give the same ones for good.
    pub fn new(units: usize, resamples: usize, seed: u64) -> Bootstrap {
        let mut rng = SplitMix64::new(seed);
        let mut draw = || {
            let mut times = vec![0; units];
            for _ in 0..units {
                times[rng.below(units)] += 1;
            }
            times
        };
        Bootstrap { draws: (0..resamples).map(|_| draw()).collect() }
    }

    /// The intervals of `N` figures. `statistic` gets how often each unit was drawn. `None` with
    /// fewer than two units, which say nothing about others, and without resamples.
    pub fn intervals<const N: usize>(&self, statistic: impl Fn(&[u32]) -> [f64; N]) -> Option<[Interval; N]> {
        if self.draws.first().is_none_or(|times| times.len() < 2) {
            return None;
        }
        let figures: Vec<[f64; N]> = self.draws.iter().map(|times| statistic(times)).collect();
        Some(std::array::from_fn(|i| {
            let mut values: Vec<f64> = figures.iter().map(|figures| figures[i]).collect();
            values.sort_by(f64::total_cmp);
            let percentile = |fraction: f64| values[((values.len() - 1) as f64 * fraction).round() as usize];
            Interval { low: percentile(0.025), high: percentile(0.975) }
        }))
    }
}

impl Interval {
    /// Whether the value lies inside, ends included.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
