//! Means and spreads over the seeds of each system.

use super::Results;
use super::run::Outcome;
use super::variant::Variant;

/// A figure over the seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figure {
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the sample; 0 for one seed.
    pub deviation: f64,
    /// Smallest value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
}

impl Figure {
    /// Of these values; all zero when there is none.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        if values.is_empty() {
            return Self::default();
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            deviation: if values.len() > 1 { (squares / (count - 1.0)).sqrt() } else { 0.0 },
            low: values.iter().copied().fold(f64::INFINITY, f64::min),
            high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// `0.8123 ± 0.0045`
    pub fn text(self) -> String {
        format!("{:.4} ± {:.4}", self.mean, self.deviation)
    }
}

/// All seeds of a system.
pub struct System<'r> {
    /// The system.
    pub variant: &'r Variant,
    outcomes: Vec<&'r Outcome>,
}

impl<'r> System<'r> {
    /// The systems of an experiment, in the order of the grid.
    pub fn all(results: &'r Results) -> Vec<Self> {
        let outcomes = |variant: &Variant| {
            results.outcomes.iter().filter(|outcome| outcome.run.variant == *variant).collect()
        };
        let variants = results.identity.variants.iter();
        variants.map(|variant| Self { variant, outcomes: outcomes(variant) }).collect()
    }

    /// Sub-corpora, sorted.
    pub fn sub_corpora(&self) -> Vec<&'r str> {
        let mut names: Vec<&str> = self.outcomes.iter().map(|o| o.run.sub_corpus.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Outcomes on a sub-corpus, one a seed.
    pub fn on(&self, sub_corpus: &str) -> Vec<&'r Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.run.sub_corpus == sub_corpus).copied().collect()
    }

    /// A figure on a sub-corpus over the seeds.
    pub fn figure(&self, sub_corpus: &str, value: impl Fn(&Outcome) -> f64) -> Figure {
        Figure::of(&self.on(sub_corpus).into_iter().map(value).collect::<Vec<_>>())
    }

    /// The unweighted mean of a figure over the sub-corpora, seed by seed.
    pub fn mean_figure(&self, value: impl Fn(&Outcome) -> f64) -> Figure {
        let mut seeds: Vec<u64> = self.outcomes.iter().map(|outcome| outcome.run.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        let of_seed = |seed: u64| {
            let values: Vec<f64> =
                self.outcomes.iter().filter(|o| o.run.seed == seed).map(|o| value(o)).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        Figure::of(&seeds.into_iter().map(of_seed).collect::<Vec<_>>())
    }

    /// The paper's figure: word F1, mean over the sub-corpora.
    pub fn word_f1(&self) -> Figure {
        self.mean_figure(|outcome| outcome.test.words.words.f1)
    }

    /// The same on the development documents.
    pub fn development_f1(&self) -> Figure {
        self.mean_figure(|outcome| outcome.development.words.words.f1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation() {
        let figure = Figure::of(&[0.5, 0.7, 0.6]);
        assert!((figure.mean - 0.6).abs() < 1e-12 && (figure.deviation - 0.1).abs() < 1e-12);
        assert_eq!((figure.low, figure.high), (0.5, 0.7));
        assert_eq!(Figure::of(&[]), Figure::default());
        assert_eq!(figure.text(), "0.6000 ± 0.1000");
    }
}
