//! Arg-max and softmax over the classes of one word, in ascending order of the classes.

use crate::kernels::math::exp;

/// The class with the highest score, of equals the lowest.
pub fn best(scores: &[f32]) -> usize {
    let mut best = 0;
    for (class, &score) in scores.iter().enumerate() {
        if score > scores[best] {
            best = class;
        }
    }
    best
}

/// Softmax probability of `class`, which has the highest score. 0..=1; 0 where scores are not finite.
pub fn probability(scores: &[f32], class: usize) -> f32 {
    let top = scores[class];
    let sum = scores.iter().fold(0f32, |sum, &score| sum + exp(score - top));
    let probability = 1.0 / sum;
    if probability > 0.0 { probability.min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_the_lowest_class() {
        assert_eq!(best(&[1.0, 2.0, 2.0]), 1);
        assert_eq!(best(&[0.0, -0.0]), 0);
        assert_eq!(best(&[f32::NAN, 5.0]), 0);
        assert_eq!(best(&[-1.0, f32::NAN, 0.0]), 2);
    }

    proptest! {
        #[test]
        fn probabilities_are_those_of_the_definition(scores in prop::collection::vec(-30f32..30.0, 1..40)) {
            let class = best(&scores);
            let exps: Vec<f64> = scores.iter().map(|&s| f64::from(s).exp()).collect();
            let expected = exps[class] / exps.iter().sum::<f64>();
            prop_assert!((f64::from(probability(&scores, class)) - expected).abs() < 1e-6);
        }

        #[test]
        fn any_numbers_give_a_score_in_range(scores in prop::collection::vec(prop::num::f32::ANY, 1..40)) {
            prop_assert!((0.0..=1.0).contains(&probability(&scores, best(&scores))));
        }
    }
}
