//! Words and windows of words, counted without labels.

use drugner_corpus::scorer::{Counts, WordReport, WordScorer, WordScores, covered, window_classes};
use proptest::prelude::*;
use std::ops::Range;

/// Ten words of three bytes with a blank between them: `0..3`, `4..7`, ...
fn words() -> Vec<Range<usize>> {
    (0..10).map(|i| 4 * i..4 * i + 3).collect()
}

/// The range from the first to the last of these words.
fn name(first: usize, last: usize) -> Range<usize> {
    4 * first..4 * last + 3
}

fn score(gold: &[Range<usize>], answers: &[Range<usize>]) -> WordScores {
    let mut scorer = WordScorer::new();
    scorer.add("S", &words(), gold, answers);
    scorer.report().sub["S"]
}

fn outcome(counts: &Counts) -> [usize; 3] {
    [counts.tp, counts.fp, counts.missed]
}

#[test]
fn a_word_is_positive_when_a_range_touches_it() {
    // Gold: words 1 and 2, word 5 by one byte. Answers: words 2 and 3, word 5.
    let scores = score(&[name(1, 2), 22..23], &[name(2, 3), name(5, 5)]);
    assert_eq!(outcome(&scores.words), [2, 1, 1]);
    assert_eq!((scores.words.p, scores.words.r, scores.words.f1), (2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0));
    // The blank between two words, an empty range and one behind the text touch nothing.
    assert_eq!(covered(&words(), &[3..4, 5..5, 90..99]), [false; 10]);
}

#[test]
fn precision_over_the_words_of_gold_names_alone_is_always_one() {
    // Everything is taken for a drug.
    let scores = score(&[name(1, 2)], &[name(0, 9)]);
    assert_eq!(outcome(&scores.words), [2, 8, 0]);
    assert_eq!(outcome(&scores.masked), [2, 0, 0]);
    assert_eq!((scores.masked.p, scores.masked.f1), (1.0, 1.0));
    assert_eq!(score(&[name(1, 2)], &[name(4, 9)]).masked.p, 0.0);
}

#[test]
fn a_window_is_right_when_a_name_of_the_right_length_begins() {
    // Right; too short; missed; invented; six words taken for five.
    assert_eq!(outcome(&score(&[name(1, 2)], &[name(1, 2)]).tuples), [1, 0, 0]);
    assert_eq!(outcome(&score(&[name(1, 2)], &[name(1, 1)]).tuples), [0, 1, 1]);
    assert_eq!(outcome(&score(&[name(1, 2)], &[]).tuples), [0, 0, 1]);
    assert_eq!(outcome(&score(&[], &[name(1, 2)]).tuples), [0, 1, 0]);
    assert_eq!(outcome(&score(&[name(1, 6)], &[name(1, 5)]).tuples), [0, 1, 1]);
    // Seven and eight words are the same class.
    let scores = score(&[name(1, 7)], &[name(1, 8)]);
    assert_eq!(outcome(&scores.tuples), [1, 0, 0]);
    assert_eq!((scores.classes[6][6], scores.classes[0][0]), (1, 9));
    // The longest of those that begin at the word.
    assert_eq!(window_classes(&words(), &[name(0, 0), name(0, 2), name(0, 1)])[..2], [3, 0]);
}

#[test]
fn means_do_not_weigh_the_sub_corpora() {
    let mut scorer = WordScorer::new();
    assert_eq!(scorer.report(), WordReport::default());
    for _ in 0..9 {
        scorer.add("A", &words(), &[name(0, 1)], &[name(0, 1)]);
    }
    scorer.add("B", &words(), &[name(0, 1)], &[name(1, 1)]);
    let report = scorer.report();
    assert_eq!(report.sub["B"].words.f1, 2.0 / 3.0);
    assert_eq!(report.mean_f1, (1.0 + 2.0 / 3.0) / 2.0);
    assert_eq!(report.mean_tuple_f1, 0.5);
    let json = serde_json::to_string(&report).unwrap();
    assert!(
        json.starts_with("{\"sub\":{\"A\":{\"words\":{\"tp\":18,\"fp\":0,\"missed\":0,\"p\":1.0"),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<WordReport>(&json).unwrap(), report);
}

fn any_ranges() -> impl Strategy<Value = Vec<Range<usize>>> {
    prop::collection::vec((0usize..60, 0usize..60).prop_map(|(start, end)| start..end), 0..6)
}

proptest! {
    #[test]
    fn counts_add_up(gold in any_ranges(), answers in any_ranges()) {
        let scores = score(&gold, &answers);
        let positive = |ranges: &[Range<usize>]| covered(&words(), ranges).iter().filter(|c| **c).count();
        prop_assert_eq!(scores.words.tp + scores.words.missed, positive(&gold));
        prop_assert_eq!(scores.words.tp + scores.words.fp, positive(&answers));
        prop_assert_eq!(scores.classes.iter().flatten().sum::<usize>(), 10);
        let back = score(&answers, &gold);
        prop_assert_eq!(scores.words.f1, back.words.f1);
        prop_assert_eq!(scores.tuples.f1, back.tuples.f1);
        prop_assert_eq!(score(&gold, &gold).words.missed, 0);
    }

    #[test]
    fn words_are_found_as_a_plain_search_finds_them(ranges in any_ranges()) {
        let plain: Vec<bool> = words()
            .iter()
            .map(|word| ranges.iter().any(|r| r.start < r.end && word.start < r.end && r.start < word.end))
            .collect();
        prop_assert_eq!(covered(&words(), &ranges), plain);
    }
}
