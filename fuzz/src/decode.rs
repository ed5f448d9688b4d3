//! The target of the decoder.

use crate::input::Input;
use drugner::decode::calibration::Calibration;
use drugner::decode::crf::{Crf, Scratch};
use drugner::decode::mentions::each_mention;
use drugner::decode::nbest::{MAX_PATHS, back_len};
use drugner::decode::tags::tag_count;
use drugner::decode::{runs, windows};

/// Any number that a network can give: no NaN from finite weights is promised, so NaN is among them.
fn number(input: &mut Input<'_>) -> f32 {
    match input.u8() % 4 {
        0 => f32::from_bits(input.u32()),
        1 => f32::from(input.u8()) - 128.0,
        _ => f32::from(input.u16() as i16) / 4096.0,
    }
}

/// Scores of a probability and of mentions are numbers in 0..=1, and mentions lie in the sentence.
pub fn decode(data: &[u8]) {
    let mut input = Input(data);
    let labels = 1 + input.below(15);
    let (tags, tokens) = (tag_count(labels), 1 + input.below(20));
    let finite = |input: &mut Input<'_>| Some(number(input)).filter(|value| value.is_finite()).unwrap_or(0.0);
    let transitions: Vec<f32> = (0..(2 + tags) * tags).map(|_| finite(&mut input)).collect();
    let stride = tags.next_multiple_of(16);
    let scores: Vec<f32> = (0..tokens * stride).map(|_| number(&mut input)).collect();
    let crf = Crf::new(&transitions, tags).expect("the sizes agree");
    let (mut path, mut back) = (vec![0; tokens], vec![0; tokens * tags]);
    crf.viterbi(&scores, stride, &mut path, &mut back);
    let [mut alpha, mut beta, mut psi] = [(); 3].map(|()| vec![0.0; tokens * tags]);
    let mut scale = vec![0.0; tokens];
    let mut sums = Scratch { alpha: &mut alpha, beta: &mut beta, psi: &mut psi, scale: &mut scale };
    crf.forward_backward(&scores, stride, tokens, &mut sums);
    let most = 1 + input.below(MAX_PATHS);
    let mut paths = vec![0; most * tokens];
    let mut pointers = vec![0; back_len(tokens, tags, most).expect("small")];
    let count = crf.best_paths(&scores, stride, tokens, most, &mut paths, &mut pointers);
    assert!((1..=most).contains(&count), "{count} paths");
    for tags in paths.chunks_exact(tokens).take(count).chain([&path[..]]) {
        let mut end = 0;
        each_mention(tags, |words, label| {
            assert!(end <= words.start && words.start < words.end && words.end <= tokens && label < labels);
            end = words.end;
            let score = crf.probability(&tags[words.clone()], words.start, tokens, &sums);
            assert!((0.0..=1.0).contains(&score), "{score}");
        });
    }
    softmax(&scores, stride, labels, tokens);
    calibration(&mut input);
}

fn softmax(scores: &[f32], stride: usize, labels: usize, tokens: usize) {
    let mut end = 0;
    let mut check = |span: drugner::decode::Span| {
        assert!(end <= span.words.start && span.words.start < span.words.end && span.words.end <= tokens);
        assert!(span.label < labels && (0.0..=1.0).contains(&span.score), "{span:?}");
        end = span.words.end;
    };
    runs::each_run(scores, stride, labels, &mut check);
    end = 0;
    let words = (stride - 1) / labels;
    let mut check = |span: drugner::decode::Span| {
        assert!(end <= span.words.start && span.words.start < span.words.end && span.words.end <= tokens);
        assert!(span.label < labels && (0.0..=1.0).contains(&span.score), "{span:?}");
        end = span.words.end;
    };
    windows::each_name(scores, stride, windows::class_count(words, labels), labels, &mut check);
}

fn calibration(input: &mut Input<'_>) {
    let (labels, knots) = (input.below(4), input.below(20));
    let values: Vec<f32> = (0..2 * labels * knots).map(|_| f32::from(input.u8()) / 255.0).collect();
    if let Ok(table) = Calibration::new(&values, labels, knots) {
        let score = number(input);
        assert!((0..labels).all(|label| (0.0..=1.0).contains(&table.apply(score, label))));
    }
}
