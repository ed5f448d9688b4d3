//! The scorer on small cases worked out by hand, and the laws that hold for all.

mod shorthand;

use drugner_corpus::scorer::Interval;
use drugner_corpus::{Answer, Entity, Error, Label, Report, Scorer, UnplacedEntity};
use proptest::prelude::*;
use shorthand::{answers, ranges, sentence};

fn score(gold: &str, given: &str) -> Report {
    let mut scorer = Scorer::new();
    scorer.add("S", &sentence("d.s0", gold), &answers(given)).unwrap();
    scorer.report()
}

/// The matched worth in the modes strict, exact, partial and type.
fn matched(report: &Report) -> [f64; 4] {
    let all = &report.all;
    [all.strict.tp, all.exact.tp, all.partial.tp, all.kind.tp]
}

#[test]
fn one_to_one_matching() {
    for (gold, given, expected) in [
        ("", "", [0.0, 0.0, 0.0, 0.0]),
        ("0-5d", "0-5d", [1.0, 1.0, 1.0, 1.0]),
        ("0-5d", "0-5b", [0.0, 1.0, 1.0, 0.0]),
        ("0-5d", "0-4d", [0.0, 0.0, 0.5, 1.0]),
        ("0-5d", "4-9g", [0.0, 0.0, 0.5, 0.0]),
        ("0-5d", "5-9d", [0.0, 0.0, 0.0, 0.0]),
        // Two answers on one gold entity: the second is a false one.
        ("0-9d", "0-4d 5-9d", [0.0, 0.0, 0.5, 1.0]),
        ("0-5d", "0-5d 0-5b", [1.0, 1.0, 1.0, 1.0]),
        // One answer across two gold entities: the second is missed.
        ("0-4d 5-9d", "0-9d", [0.0, 0.0, 0.5, 1.0]),
        // The exact match is made, though the earlier gold entity overlaps the answer as well.
        ("0-9d 5-9d", "5-9d", [1.0, 1.0, 1.0, 1.0]),
        // The same range under two labels: the label decides which is which.
        ("0-5d 0-5b", "0-5b", [1.0, 1.0, 1.0, 1.0]),
        ("0-5d 0-5b", "0-5g 0-5d", [1.0, 2.0, 2.0, 1.0]),
        // For type, an overlap of the same label beats the same range of another.
        ("0-5d", "0-5b 3-9d", [0.0, 1.0, 1.0, 1.0]),
        // A first-come pairing of 0-10 with 0-3 would leave 2-3 and 5-8 without partner.
        ("0-10d 2-3d", "0-3d 5-8d", [0.0, 0.0, 1.0, 2.0]),
        // Discontinuous gold is matched by overlap with a part, not with the gap.
        ("0-3,8-12d", "8-12d", [0.0, 0.0, 0.5, 1.0]),
        ("0-3,8-12d", "0-12d", [0.0, 0.0, 0.5, 1.0]),
        ("0-3,8-12d", "4-7d", [0.0, 0.0, 0.0, 0.0]),
    ] {
        let report = score(gold, given);
        assert_eq!(matched(&report), expected, "gold {gold}, answers {given}");
        assert_eq!(report.all.strict.gold, ranges(gold).len() as u64);
        assert_eq!(report.all.strict.answers, ranges(given).len() as u64);
    }
}

#[test]
fn every_sentence_and_every_entity_counts() {
    let mut scorer = Scorer::new();
    let mut lost = sentence("a.s0", "0-5d");
    lost.unplaced.push(UnplacedEntity { id: "e".to_owned(), label: Label::Group, text: String::new() });
    scorer.add("A", &lost, &answers("0-5d")).unwrap();
    scorer.add("B", &sentence("b.s0", ""), &answers("0-5d 7-9b")).unwrap();
    scorer.add("B", &sentence("b.s1", "0-5b 7-9,11-12n"), &answers("0-5d")).unwrap();
    let report = scorer.report();
    let strict = report.all.strict;
    assert_eq!((strict.tp, strict.gold, strict.answers), (1.0, 4, 4));
    assert_eq!((strict.p, strict.r, strict.f1), (0.25, 0.25, 0.25));
    assert_eq!((report.sub["A"].strict.r, report.sub["B"].exact.p), (0.5, 1.0 / 3.0));

    let drug = report.labels[&Label::Drug];
    assert_eq!((drug.strict.p, drug.strict.r, drug.strict.answers), (1.0 / 3.0, 1.0, 3));
    // The answer on the brand stands right, so it counts for the precision of drug and the recall of brand.
    assert_eq!((drug.exact.tp, drug.exact.tp_answers, drug.exact.p), (1.0, 2.0, 2.0 / 3.0));
    let brand = report.labels[&Label::Brand];
    assert_eq!((brand.strict.f1, brand.exact.p, brand.exact.r), (0.0, 0.0, 1.0));
    assert_eq!(report.labels[&Label::Group].strict.gold, 1);
    assert_eq!(report.labels[&Label::DrugN].strict.gold, 1);
    assert_eq!(report.macro_average.strict.r, 0.25);
    assert_eq!(report.macro_average.strict.p, 1.0 / 12.0);
}

#[test]
fn unfit_answers_are_refused_and_leave_no_trace() {
    let mut scorer = Scorer::new();
    let mut given = sentence("d.s0", "0-5d");
    given.text = "β and more text".to_owned();
    for bad in ["0-5d 7-9b 0-5d", "3-3d", "5-3d", "0-99d", "0-1d"] {
        let result = scorer.add("S", &given, &answers(bad));
        assert!(
            matches!(&result, Err(Error::Answers { sentence, .. }) if sentence == "d.s0"),
            "{bad}: {result:?}"
        );
    }
    assert_eq!(scorer.report().sentences, 0);
    scorer.add("S", &given, &answers("0-5d")).unwrap();
    assert!(scorer.add("S", &given, &answers("0-5d")).is_err());
    assert_eq!(matched(&scorer.report())[0], 1.0);
}

#[test]
fn json_and_table() {
    let mut report = score("0-5d 10-15g", "0-5d 10-14g 20-22d");
    let json = serde_json::to_string(&report).unwrap();
    let start = "{\"sentences\":1,\"all\":{\"strict\":{\"p\":0.3333333333333333,\"r\":0.5,\"f1\":0.4,\
                 \"tp\":1.0,\"tp_answers\":1.0,\"gold\":2,\"answers\":3},\"exact\":{";
    assert!(json.starts_with(start), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&value), ["sentences", "all", "macro", "sub", "labels"]);
    assert_eq!(keys(&value["all"]), ["strict", "exact", "partial", "type"]);
    assert_eq!(keys(&value["labels"]), ["drug", "brand", "group", "drug_n"]);
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);

    report.strict_f1_interval = Some(Interval { low: 0.25, high: 0.5 });
    let table = report.table();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "| scope  | mode    |     P |      R |    F1 |  TP | gold | answers |");
    assert_eq!(lines[1], "|--------|---------|------:|-------:|------:|----:|-----:|--------:|");
    assert_eq!(lines[4], "| all    | partial | 50.00 |  75.00 | 60.00 | 1.5 |    2 |       3 |");
    assert_eq!(lines.len(), 2 + 4 + 4 + 8 + 2 + 2);
    assert_eq!(lines[21], "strict F1, 95 % interval by document: 25.00 to 50.00");
}

#[test]
fn interval_is_seeded_and_holds_the_score() {
    let mut scorer = Scorer::new();
    assert_eq!(scorer.strict_f1_interval(100, 1), None);
    for i in 0..20 {
        let given = if i % 4 == 0 { "20-30d" } else { "0-5d" };
        scorer.add("S", &sentence(&format!("d{i}.s0"), "0-5d"), &answers(given)).unwrap();
    }
    let interval = scorer.strict_f1_interval(1000, 1).unwrap();
    assert_eq!(Some(interval), scorer.strict_f1_interval(1000, 1));
    assert!(
        0.4 < interval.low && interval.low < 0.75 && 0.75 < interval.high && interval.high < 1.0,
        "{interval:?}"
    );
}

fn any_ranges() -> impl Strategy<Value = Vec<Answer>> {
    let one = (0usize..20, 1usize..8, 0usize..4);
    prop::collection::btree_set(one, 0..8).prop_map(|set| {
        set.into_iter()
            .map(|(start, len, i)| Answer { start, end: start + len, label: Label::ALL[i] })
            .collect()
    })
}

fn score_ranges(gold: &[Answer], given: &[Answer]) -> Report {
    let mut sentence = sentence("d.s0", "");
    sentence.entities = gold
        .iter()
        .map(|g| Entity { id: String::new(), spans: vec![g.span()], label: g.label, text: String::new() })
        .collect();
    let mut scorer = Scorer::new();
    scorer.add("S", &sentence, given).unwrap();
    scorer.report()
}

proptest! {
    #[test]
    fn perfect_answers_score_one(gold in any_ranges()) {
        let report = score_ranges(&gold, &gold);
        let one = if gold.is_empty() { 0.0 } else { 1.0 };
        for score in [report.all.strict, report.all.exact, report.all.partial, report.all.kind] {
            prop_assert_eq!((score.p, score.r, score.f1), (one, one, one));
        }
    }

    #[test]
    fn modes_are_ordered_and_bounded(gold in any_ranges(), given in any_ranges()) {
        let [strict, exact, partial, kind] = matched(&score_ranges(&gold, &given));
        prop_assert!(strict <= exact && exact <= partial && strict <= kind);
        let most = gold.len().min(given.len()) as f64;
        prop_assert!(partial <= most && kind <= most);
    }

    #[test]
    fn gold_and_answers_change_places(gold in any_ranges(), given in any_ranges()) {
        let (there, back) = (score_ranges(&gold, &given), score_ranges(&given, &gold));
        prop_assert_eq!(matched(&there), matched(&back));
        prop_assert_eq!(there.all.strict.f1, back.all.strict.f1);
        prop_assert_eq!(there.all.partial.p, back.all.partial.r);
    }

    #[test]
    fn order_does_not_matter(gold in any_ranges(), given in any_ranges()) {
        let (mut gold_back, mut given_back) = (gold.clone(), given.clone());
        gold_back.reverse();
        given_back.reverse();
        prop_assert_eq!(matched(&score_ranges(&gold, &given)), matched(&score_ranges(&gold_back, &given_back)));
    }
}
