//! The counting of the scorer program of 2013: its documented example, and everything that is odd about it.

use drugner_corpus::scorer::{Task2013Counts, Task2013Report, Task2013Scorer};
use drugner_corpus::{Answer, Entity, Error, Label, Sentence, Span, UnplacedEntity};

/// Ranges with a label: `0-3d` is a drug in bytes 0 to 3, end excluded; `0-3,5-8d` is discontinuous.
fn ranges(text: &str) -> Vec<(Vec<Span>, Label)> {
    let range = |part: &str| {
        let (start, end) = part.split_once('-').unwrap();
        Span::new(start.parse().unwrap(), end.parse().unwrap())
    };
    let entity = |word: &str| {
        let (spans, letter) = word.split_at(word.len() - 1);
        let label = Label::ALL["dbgn".find(letter).unwrap()];
        (spans.split(',').map(range).collect(), label)
    };
    text.split_whitespace().map(entity).collect()
}

fn sentence(gold: &str) -> Sentence {
    let entity = |(spans, label)| Entity { id: "e".to_owned(), spans, label, text: String::new() };
    let entities = ranges(gold).into_iter().map(entity).collect();
    Sentence { id: "d.s0".to_owned(), text: "x".repeat(100), entities, unplaced: Vec::new() }
}

fn score(sentences: &[(&str, &str)]) -> Task2013Report {
    let mut scorer = Task2013Scorer::new();
    for (gold, given) in sentences {
        let answers: Vec<Answer> = ranges(given)
            .into_iter()
            .map(|(spans, label)| Answer { start: spans[0].start, end: spans[0].end, label })
            .collect();
        scorer.add("S", &sentence(gold), &answers).unwrap();
    }
    scorer.report()
}

/// Correct, incorrect, partial, missing, spurious.
fn counts(c: &Task2013Counts) -> [i64; 5] {
    [c.correct as i64, c.incorrect as i64, c.partial as i64, c.missing, c.spurious as i64]
}

fn two_decimals(c: &Task2013Counts) -> [String; 3] {
    [c.p, c.r, c.f1].map(|ratio| format!("{ratio:.2}"))
}

/// Six gold entities, six answers: two right, one of another label, two of another range, one beside everything.
const EXAMPLE: (&str, &str) =
    ("0-5d 6-10b 12-15d 20-30d 40-50g 60-65d", "0-5d 6-10b 12-15b 20-25d 40-45d 80-85d");

#[test]
fn the_example_of_the_metrics_document() {
    let all = score(&[EXAMPLE]).all;
    assert_eq!(counts(&all.strict), [2, 3, 0, 1, 1]);
    assert_eq!(counts(&all.exact), [3, 2, 0, 1, 1]);
    assert_eq!(counts(&all.partial), [3, 0, 2, 1, 1]);
    assert_eq!(counts(&all.kind), [3, 2, 0, 1, 1]);
    assert_eq!(two_decimals(&all.strict), ["0.33", "0.33", "0.33"]);
    assert_eq!(two_decimals(&all.exact), ["0.50", "0.50", "0.50"]);
    // Half a point in the recall, none in the precision.
    assert_eq!(two_decimals(&all.partial), ["0.50", "0.67", "0.57"]);
    assert_eq!(two_decimals(&all.kind), ["0.50", "0.50", "0.50"]);
}

#[test]
fn answers_in_sentences_without_gold_are_ignored() {
    let report = score(&[("0-5d", "0-5d"), ("", "0-5d 6-9b 10-12g 20-30n")]);
    for c in [report.all.strict, report.all.exact, report.all.partial, report.all.kind] {
        assert_eq!((c.p, c.r, c.f1, c.answers), (1.0, 1.0, 1.0, 1));
    }
    // The same for one label: the brand is wrong, but no sentence has a brand.
    let report = score(&[("0-5d", "0-5d 6-9b"), ("0-5g", "0-5d")]);
    assert_eq!(counts(&report.all.labels[&Label::Brand]), [0; 5]);
    assert_eq!(counts(&report.all.labels[&Label::Drug]), [1, 0, 0, 0, 0]);
    assert_eq!(counts(&report.all.labels[&Label::Group]), [0, 0, 0, 1, 0]);
    assert_eq!(counts(&report.all.strict), [1, 1, 0, 0, 1]);
}

#[test]
fn duplicates_count_again() {
    let gold = "0-5d 10-15d 20-25d 30-35d 40-45d 50-55d";
    let once = score(&[(gold, &format!("{gold} 0-5d"))]).all.strict;
    assert_eq!(counts(&once), [7, 0, 0, -1, 0]);
    assert_eq!(two_decimals(&once), ["1.00", "1.17", "1.08"]);
    let eight = score(&[(gold, &format!("{gold}{}", " 0-5d".repeat(8)))]).all.strict;
    assert_eq!(two_decimals(&eight)[2], "1.40");
}

#[test]
fn gold_is_not_used_up() {
    // Two fragments of one entity.
    let all = score(&[("0-9d", "0-4d 5-9d")]).all;
    assert_eq!(counts(&all.exact), [0, 2, 0, -1, 0]);
    assert_eq!(counts(&all.partial), [0, 0, 2, -1, 0]);
    assert_eq!(counts(&all.kind), [2, 0, 0, -1, 0]);
    // One answer across two entities.
    let all = score(&[("0-4d 5-9d", "0-9d")]).all;
    assert_eq!(counts(&all.exact), [0, 1, 0, 1, 0]);
    assert_eq!(counts(&all.partial), [0, 0, 1, 1, 0]);
}

#[test]
fn the_first_entity_in_the_way_decides() {
    // The extent of a discontinuous entity shadows the entity in its gap; the gap itself overlaps as well.
    let all = score(&[("0-3,8-12d 4-7b", "4-7b")]).all;
    assert_eq!(counts(&all.strict), [0, 1, 0, 1, 0]);
    assert_eq!(counts(&all.kind), [0, 1, 0, 1, 0]);
    // Of one label alone nothing is in the way.
    assert_eq!(counts(&all.labels[&Label::Brand]), [1, 0, 0, 0, 0]);
    // The order of the corpus decides, not the closer match.
    assert_eq!(counts(&score(&[("0-9d 5-9d", "5-9d")]).all.exact), [0, 1, 0, 1, 0]);
    assert_eq!(counts(&score(&[("5-9d 0-9d", "5-9d")]).all.exact), [1, 0, 0, 1, 0]);
}

#[test]
fn both_macro_averages() {
    let report = score(&[("0-5d 10-15b", "0-5d 20-25b"), ("0-5g 6-8g", "0-5g"), ("0-5n", "0-5n")]);
    let all = &report.all;
    assert_eq!(counts(&all.labels[&Label::Brand]), [0, 0, 0, 1, 1]);
    assert_eq!((all.macro_mean.p, all.macro_mean.r), (0.75, 0.625));
    assert_eq!(all.macro_mean.f1, (1.0 + 0.0 + 2.0 / 3.0 + 1.0) / 4.0);
    assert_eq!(all.macro_harmonic.f1, 2.0 * 0.75 * 0.625 / 1.375);
    assert_eq!(report.sub["S"], report.all);
}

#[test]
fn unplaced_entities_are_missing_and_unfit_answers_refused() {
    let mut scorer = Task2013Scorer::new();
    let mut lost = sentence("");
    lost.unplaced.push(UnplacedEntity { id: "e".to_owned(), label: Label::Group, text: String::new() });
    scorer.add("S", &lost, &[Answer { start: 0, end: 5, label: Label::Group }]).unwrap();
    assert_eq!(counts(&scorer.report().all.strict), [0, 0, 0, 1, 1]);
    for (start, end) in [(3, 3), (5, 3), (0, 101), (usize::MAX, 0)] {
        let result = scorer.add("S", &lost, &[Answer { start, end, label: Label::Drug }]);
        assert!(matches!(result, Err(Error::Answers { .. })), "{start}..{end}");
    }
    assert_eq!(scorer.report().all.strict.answers, 1);
}

#[test]
fn json_and_table() {
    let report = score(&[EXAMPLE]);
    let value = serde_json::to_value(&report).unwrap();
    assert_eq!(value["all"]["type"]["missing"], 1);
    assert_eq!(value["sub"]["S"]["labels"]["drug_n"]["gold"], 0);
    assert_eq!(serde_json::from_value::<Task2013Report>(value).unwrap(), report);
    let table = report.table();
    let lines: Vec<&str> = table.lines().collect();
    let row = "| all   | partial            | 50.00 |  66.67 | 57.14 |       3 |         0 |       2 |       1 |        1 |";
    assert_eq!(lines[4], row);
    assert_eq!(lines.len(), 2 + 2 * (4 + 4 + 2));
}
