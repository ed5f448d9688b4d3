//! Classes of single words -> mentions: class 0 is outside, class `1 + label` inside of a name; adjacent words of one
//! label are one mention.

use super::{Span, softmax};

/// Number of classes of a word.
pub const fn class_count(labels: usize) -> usize {
    1 + labels
}

/// Walks over the words of a sentence with the scores `[words][stride]`, of which the first `1 + labels` count. The
/// score of a mention is the product of its words' probabilities.
pub fn each_run(scores: &[f32], stride: usize, labels: usize, found: &mut dyn FnMut(Span)) {
    let mut close = |span: Option<Span>| {
        if let Some(span) = span {
            found(span);
        }
    };
    let mut open: Option<Span> = None;
    for (word, scores) in scores.chunks_exact(stride).enumerate() {
        let scores = &scores[..class_count(labels)];
        let class = softmax::best(scores);
        let Some(label) = class.checked_sub(1) else {
            close(open.take());
            continue;
        };
        let score = softmax::probability(scores, class);
        match &mut open {
            Some(span) if span.label == label => {
                span.words.end = word + 1;
                span.score *= score;
            }
            _ => close(open.replace(Span { words: word..word + 1, label, score })),
        }
    }
    close(open);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_label_are_one_mention() {
        let stride = 16;
        let decode = |best: &[usize]| {
            let mut scores = vec![9.0; best.len() * stride];
            for (row, &class) in best.iter().enumerate() {
                scores[row * stride..][..3].fill(0.0);
                scores[row * stride + class] = 1.0;
            }
            let mut out = Vec::new();
            each_run(&scores, stride, 2, &mut |span| {
                let one = std::f32::consts::E / (std::f32::consts::E + 2.0);
                assert!((span.score - one.powi(span.words.len() as i32)).abs() < 1e-6);
                out.push((span.words, span.label));
            });
            out
        };
        assert_eq!(decode(&[0, 1, 1, 2, 0, 2, 2]), [(1..3, 0), (3..4, 1), (5..7, 1)]);
        assert_eq!(decode(&[1]), [(0..1, 0)]);
        assert_eq!(decode(&[0]), []);
        assert_eq!(decode(&[]), []);
    }
}
