//! Classes of windows -> mentions.
//!
//! Class 0: no name begins at the first word of the window. Class `1 + (length - 1) * labels + label`: a name of
//! `length` words of this label begins there.

use super::{Span, softmax};

/// Number of classes of windows of `words` words.
pub const fn class_count(words: usize, labels: usize) -> usize {
    1 + words * labels
}

/// Walks over the words of a sentence, whose windows have the scores `[words][stride]`, of which the first `classes`
/// count. A name ends with its sentence at the latest; the walk goes on behind it.
pub fn each_name(scores: &[f32], stride: usize, classes: usize, labels: usize, found: &mut dyn FnMut(Span)) {
    let words = scores.len() / stride;
    let mut at = 0;
    while at < words {
        let scores = &scores[at * stride..][..classes];
        let class = softmax::best(scores);
        let Some(name) = class.checked_sub(1) else {
            at += 1;
            continue;
        };
        let (length, label) = (name / labels + 1, name % labels);
        let end = words.min(at + length);
        found(Span { words: at..end, label, score: softmax::probability(scores, class) });
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_walked_over_and_end_with_the_sentence() {
        let (labels, stride) = (2, 16);
        let classes = class_count(3, labels);
        let decode = |best: &[usize]| {
            let mut scores = vec![0.0; best.len() * stride];
            for (row, &class) in best.iter().enumerate() {
                scores[row * stride + class] = 2.0;
                // Padding never wins.
                scores[row * stride + classes] = 9.0;
            }
            let mut out = Vec::new();
            each_name(&scores, stride, classes, labels, &mut |span| {
                let e = std::f32::consts::E.powi(2);
                assert!((span.score - e / (e + 6.0)).abs() < 1e-6);
                out.push((span.words, span.label));
            });
            out
        };
        assert_eq!(decode(&[0, 1, 2, 0]), [(1..2, 0), (2..3, 1)]);
        // Two words of label 1, then three of label 0 with one left.
        assert_eq!(decode(&[4, 6, 5]), [(0..2, 1), (2..3, 0)]);
        assert_eq!(decode(&[0, 0]), []);
        assert_eq!(decode(&[]), []);
    }
}
