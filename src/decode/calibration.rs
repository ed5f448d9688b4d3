//! Score of a mention as the network gives it -> calibrated probability, by a table for each label.

use crate::{Error, Status, fallible};

/// Most knots of a label's table.
pub const MAX_KNOTS: usize = 16;

/// Piecewise-linear tables, one for each label, that never fall.
///
/// A table is a list of knots (raw, calibrated). Between two knots the line between them holds, before the first and
/// behind the last their own value. Where knots share a raw score, the table jumps there.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// `[labels][per_label]`
    knots: Vec<[f32; 2]>,
    per_label: usize,
}

impl Calibration {
    /// Takes `[labels][per_label][2]` numbers; a label that needs fewer knots repeats its last one.
    ///
    /// # Errors
    /// [`Status::CorruptModel`] and what is wrong: sizes that do not agree, more than [`MAX_KNOTS`] knots, a number outside of 0..=1, or one that
    /// is lower than the same number of the knot before.
    pub fn new(values: &[f32], labels: usize, per_label: usize) -> Result<Self, Error> {
        let wrong = |detail: &'static str| Err(Error::new(Status::CorruptModel, detail));
        let agree = labels.checked_mul(2 * per_label.min(MAX_KNOTS)) == Some(values.len());
        if values.is_empty() || per_label > MAX_KNOTS || !agree {
            return wrong("the calibration has the wrong size");
        }
        if !values.iter().all(|value| (0.0..=1.0).contains(value)) {
            return wrong("a number of the calibration is not a probability");
        }
        let knots = fallible::collect(values.as_chunks::<2>().0.iter().copied())?;
        let falls = |pair: &[[f32; 2]]| pair[1][0] < pair[0][0] || pair[1][1] < pair[0][1];
        if knots.chunks_exact(per_label).any(|table| table.windows(2).any(falls)) {
            return wrong("the calibration falls");
        }
        Ok(Self { knots, per_label })
    }

    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.knots.len() / self.per_label
    }

    /// Knots (raw, calibrated) of label `label`, 1 to [`MAX_KNOTS`].
    ///
    /// # Panics
    /// When there is no such label.
    pub fn knots(&self, label: usize) -> &[[f32; 2]] {
        &self.knots[label * self.per_label..][..self.per_label]
    }

    /// All numbers, `[labels][per_label][2]`: what [`new`](Self::new) takes.
    pub fn values(&self) -> &[f32] {
        self.knots.as_flattened()
    }

    /// The calibrated probability of a raw score, both 0..=1; a higher score never gives a lower probability.
    ///
    /// # Panics
    /// When there is no such label.
    pub fn apply(&self, score: f32, label: usize) -> f32 {
        let knots = self.knots(label);
        let above = knots.partition_point(|&[raw, _]| raw <= score);
        if above == 0 {
            return knots[0][1];
        }
        let [low, from] = knots[above - 1];
        match knots.get(above) {
            // The upper bound is for rounding, which could exceed it by one step.
            Some(&[high, to]) => (from + (to - from) * ((score - low) / (high - low))).min(to),
            None => from,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn follows_the_lines_between_the_knots() {
        let table = [0.25, 0.0, 0.5, 0.5, 0.5, 0.625, 0.75, 0.875];
        let calibration = Calibration::new(&[[0.5; 8], table].concat(), 2, 4).unwrap();
        assert_eq!((calibration.labels(), calibration.knots(1)[1]), (2, [0.5, 0.5]));
        assert_eq!(calibration.values(), [[0.5; 8], table].concat());
        let calibrated = |score| calibration.apply(score, 1);
        assert_eq!([0.0, 0.25, 0.375, 0.5].map(calibrated), [0.0, 0.0, 0.25, 0.625]);
        assert_eq!([0.625, 0.75, 1.0].map(calibrated), [0.75, 0.875, 0.875]);
        assert_eq!([0.0, 0.5, 1.0].map(|score| calibration.apply(score, 0)), [0.5; 3]);
    }

    #[test]
    fn tables_that_break_the_rules_are_refused() {
        let refused = |values: &[f32], labels, knots| Calibration::new(values, labels, knots).is_err();
        assert!(!refused(&[0.0, 0.0, 1.0, 1.0], 1, 2));
        // The same numbers are two labels of one knot each: no order between them.
        assert!(!refused(&[1.0, 1.0, 0.0, 0.0], 2, 1) && refused(&[1.0, 1.0, 0.0, 0.0], 1, 2));
        assert!(refused(&[0.5, 0.1, 0.4, 0.2], 1, 2) && refused(&[0.4, 0.2, 0.5, 0.1], 1, 2));
        assert!(refused(&[0.0, -0.1], 1, 1) && refused(&[0.0, 1.1], 1, 1) && refused(&[f32::NAN, 0.0], 1, 1));
        assert!(refused(&[], 0, 1) && refused(&[], 1, 0) && refused(&[0.5; 34], 1, 17));
        assert!(refused(&[0.5; 4], 1, 1));
    }

    proptest! {
        #[test]
        fn any_table_is_monotone_and_stays_in_range(
            mut raw in prop::collection::vec(0f32..=1.0, 1..=MAX_KNOTS),
            mut calibrated in prop::collection::vec(0f32..=1.0, MAX_KNOTS),
            mut scores in prop::collection::vec(prop_oneof![0f32..=1.0, Just(0.0), Just(1.0)], 2..40),
        ) {
            raw.sort_by(f32::total_cmp);
            calibrated.sort_by(f32::total_cmp);
            scores.extend(&raw);
            scores.sort_by(f32::total_cmp);
            let values: Vec<f32> = raw.iter().zip(&calibrated).flat_map(|(&x, &y)| [x, y]).collect();
            let calibration = Calibration::new(&values, 1, raw.len()).unwrap();
            let out: Vec<f32> = scores.iter().map(|&score| calibration.apply(score, 0)).collect();
            prop_assert!(out.is_sorted() && out.iter().all(|p| (0.0..=1.0).contains(p)), "{out:?}");
        }
    }
}
