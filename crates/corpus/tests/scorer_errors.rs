//! What became of gold entities and answers, by hand and by the laws that tie it to the scores.

mod shorthand;

use drugner_corpus::scorer::{
    Analysis, Bootstrap, Calibration, Change, Churn, JudgedSentence, KnownNames, Outcome, ScoredAnswer,
    thresholds,
};
use drugner_corpus::{Answer, Entity, Label, Scorer, Sentence, UnplacedEntity};
use proptest::prelude::*;
use shorthand::{answers, sentence};

fn scored(answers: &[Answer]) -> Vec<ScoredAnswer> {
    let score = |i: usize| 1.0 - i as f64 / 16.0;
    answers.iter().enumerate().map(|(i, &answer)| ScoredAnswer { answer, score: score(i) }).collect()
}

fn judge<'c>(sentence: &'c Sentence, given: &str) -> JudgedSentence<'c> {
    JudgedSentence::new("S", sentence, &scored(&answers(given))).unwrap()
}

#[test]
fn every_gold_entity_and_answer_has_one_outcome() {
    use Outcome::*;
    for (gold, given, expected) in [
        ("", "", &[][..]),
        ("0-5d", "0-5d", &[Right]),
        ("0-5d", "0-5b", &[WrongLabel]),
        ("0-5d", "0-4d", &[WrongBoundary]),
        ("0-5d", "4-9g", &[WrongBoth]),
        ("0-5d", "5-9d", &[Missed, Spurious]),
        ("0-9d", "0-4d 5-9d", &[WrongBoundary, Spurious]),
        ("0-4d 5-9d", "0-9d", &[WrongBoundary, Missed]),
        // The same range goes before the same label, the right pair before both.
        ("0-5d", "0-5b 3-9d", &[WrongLabel, Spurious]),
        ("0-9d 5-9d", "5-9d", &[Missed, Right]),
        // Of two overlaps the one of the same label is taken, whatever the order of the gold.
        ("0-9b 3-12d", "8-13d", &[Missed, WrongBoundary]),
        // But not where a pair more can be made: 0-10 takes 0-3, so that 2-3 would go without.
        ("0-10d 2-3b", "0-3d 5-8d", &[WrongBoundary, WrongBoth]),
        ("0-3,8-12d", "8-12d", &[WrongBoundary]),
        ("0-3,8-12d", "4-7d", &[Missed, Spurious]),
    ] {
        let sentence = sentence("d.s0", gold);
        let judged = judge(&sentence, given);
        let outcomes: Vec<Outcome> = judged.cases.iter().map(|case| case.outcome).collect();
        assert_eq!(outcomes, expected, "gold {gold}, answers {given}");
    }
}

#[test]
fn counts_by_hand() {
    let mut first = sentence("a.s0", "0-5d 10-15b 20-25g 30-35n");
    first.unplaced.push(UnplacedEntity { id: "e".to_owned(), label: Label::Group, text: "x y".to_owned() });
    let names = ["Aspirin", "Lasix", "NSAIDs", "PCP"];
    first.entities.iter_mut().zip(names).for_each(|(entity, name)| entity.text = name.to_owned());
    let (second, third) = (sentence("b.s0", ""), sentence("b.s1", ""));
    let mut quiet = judge(&third, "");
    quiet.sub_corpus = "T";
    let judged = [judge(&first, "0-5d 10-15d 20-22g"), judge(&second, "0-5d 6-7b"), quiet];
    let mut training = sentence("t.s0", "0-5d 6-9g");
    training.entities[0].text = "ASPIRIN".to_owned();
    training.entities[1].text = " x\n Y".to_owned();
    let known = KnownNames::new([&training].into_iter());
    let analysis = Analysis::new(&judged, Some(&known));

    let value = serde_json::to_value(&analysis).unwrap();
    let expected = serde_json::json!({
        "right": 1, "wrong_label": 1, "wrong_boundary": 1, "wrong_both": 0, "missed": 2, "spurious": 2
    });
    assert_eq!((&value["errors"]["all"], &value["errors"]["sub"]["S"]), (&expected, &expected));
    assert_eq!(value["errors"]["labels"]["drug"]["spurious"], 1);
    assert_eq!(value["confusion"]["gold"]["brand"]["answers"]["drug"], 1);
    assert_eq!(value["confusion"]["gold"]["group"]["answers"]["group"], 1);
    assert_eq!(value["confusion"]["gold"]["group"]["missed"], 1);
    assert_eq!(value["confusion"]["spurious"]["brand"], 1);
    let quiet = &value["sentences_without_gold"];
    assert_eq!((&quiet["all"]["sentences"], &quiet["all"]["per_100_sentences"]), (&2.into(), &100.0.into()));
    assert_eq!(quiet["sub"]["T"]["false_positives"], 0);
    assert_eq!(value["names"]["known"], 2);
    let (seen, unseen) = (&value["names"]["all"]["seen"], &value["names"]["all"]["unseen"]);
    assert_eq!((&seen["gold"], &seen["strict"], &seen["exact_recall"]), (&2.into(), &1.into(), &0.5.into()));
    assert_eq!((&unseen["gold"], &unseen["strict"], &unseen["exact"]), (&3.into(), &0.into(), &1.into()));

    assert_eq!(serde_json::from_value::<Analysis>(value).unwrap(), analysis);
    assert_eq!(Analysis::new(&judged, None).names, None);
}

#[test]
fn calibration_by_hand() {
    // 0.25 and 0.2 share a bin: mean 0.225, half right. 1.0 lies in the last one with 0.95, both right.
    let calibration = Calibration::new([(0.25, true), (0.2, false), (1.0, true), (0.95, true)]);
    assert!((calibration.ece - (2.0 * 0.275 + 2.0 * 0.025) / 4.0).abs() < 1e-12, "{calibration:?}");
    assert_eq!((calibration.answers, calibration.right), (4, 0.75));
    assert_eq!((calibration.bins[2].count, calibration.bins[2].right, calibration.bins[9].count), (2, 1, 2));
    assert_eq!(calibration.bins[2].score, 0.225);
    let odd = Calibration::new([(f64::NAN, false), (-1.0, false), (7.0, true), (f64::INFINITY, true)]);
    assert_eq!((odd.bins[0].count, odd.bins[9].count, odd.ece), (2, 2, 0.0));
    assert_eq!(Calibration::new([]).ece, 0.0);

    let curve = thresholds(&[(0.9, true), (0.5, false), (0.3, true)], 4);
    let at = |i: usize| (curve[i].answers, curve[i].p, curve[i].r);
    assert_eq!(at(0), (3, 2.0 / 3.0, 0.5));
    assert_eq!(at(50), (2, 0.5, 0.25));
    assert_eq!(at(51), (1, 1.0, 0.25));
    assert_eq!((at(100), curve.len()), ((0, 0.0, 0.0), 101));
}

#[test]
fn changes_by_hand() {
    use Change::*;
    for (gold, a, b, expected) in [
        ("0-5d", "0-5d", "0-5d", &[][..]),
        ("0-5d", "0-5b", "0-5d", &[Fixed]),
        ("0-5d", "0-5d", "", &[Broken]),
        ("0-5d", "0-5b", "0-5b", &[]),
        ("0-5d", "0-5b", "", &[StillWrong]),
        ("0-5d", "0-5b", "0-4d", &[StillWrong]),
        ("", "0-5d", "0-5d", &[]),
        ("", "0-5d", "", &[FalseGone]),
        ("", "", "0-5d", &[FalseNew]),
        ("", "0-5d", "0-5b", &[FalseChanged]),
        ("", "0-5d", "4-9d 0-3b", &[FalseChanged, FalseNew]),
        ("", "0-5d", "6-9d", &[FalseGone, FalseNew]),
        // B makes the answer that only A's better pair left over: the gold entity changes, the answer does not.
        ("0-9d", "0-9d 3-5b", "3-5b", &[Broken]),
        ("0-5d 6-9b", "0-5d 6-9d 12-15d", "6-9b 12-16d", &[Broken, Fixed, FalseChanged]),
    ] {
        let sentence = sentence("d.s0", gold);
        let churn = Churn::new(&[judge(&sentence, a)], &[judge(&sentence, b)]).unwrap();
        let changes: Vec<Change> = churn.changes.iter().map(|changed| changed.change).collect();
        assert_eq!(changes, expected, "gold {gold}, from {a} to {b}");
        assert_eq!(churn.report.all.changes.values().sum::<u64>(), expected.len() as u64);
        assert_eq!(churn.report.sub["S"], churn.report.all);
        let by_label: u64 = churn.report.labels.values().flat_map(|label| label.changes.values()).sum();
        assert_eq!(by_label, expected.len() as u64);
        let same = a.split(' ').collect::<Vec<_>>() == b.split(' ').collect::<Vec<_>>();
        assert_eq!(churn.report.sentences_with_same_answers, u64::from(same), "{a}, {b}");
    }
    let sentences = [sentence("d.s0", ""), sentence("d.s1", "")];
    assert!(Churn::new(&[judge(&sentences[0], "")], &[judge(&sentences[1], "")]).is_none());
    assert!(Churn::new(&[judge(&sentences[0], "")], &[]).is_none());
}

/// Documents that `right` are answered right, the others not at all; 20 of one sentence with one gold entity.
fn scorer(right: impl Fn(usize) -> bool) -> Scorer {
    let mut scorer = Scorer::new();
    for i in 0..20 {
        let given = if right(i) { "0-5d" } else { "" };
        let sub_corpus = if i < 10 { "A" } else { "B" };
        scorer.add(sub_corpus, &sentence(&format!("d{i}.s0"), "0-5d"), &answers(given)).unwrap();
    }
    scorer
}

#[test]
fn intervals_and_paired_differences() {
    let a = scorer(|i| i % 2 == 0);
    let b = scorer(|i| i % 2 == 0 || i < 10);
    let intervals = a.intervals(1000, 1).unwrap();
    let strict = intervals.all.strict;
    assert!(strict.r.holds(0.5) && strict.r.low > 0.2 && strict.r.high < 0.8, "{strict:?}");
    assert_eq!((strict.p.low, strict.p.high), (1.0, 1.0));
    assert_eq!(Some(strict.f1), a.strict_f1_interval(1000, 1));
    assert!(intervals.sub["A"].strict.r.high >= strict.r.high, "half of the documents say less");
    assert_eq!(intervals.labels[&Label::Drug].strict, strict);
    assert_eq!(intervals.labels[&Label::Group].exact.f1.high, 0.0);

    let differences = a.differences(&b, 1000, 1).unwrap();
    let recall = differences.all.strict;
    assert_eq!((recall.a.r, recall.b.r, recall.difference.r), (0.5, 0.75, 0.25));
    assert!(0.0 < recall.interval.r.low && recall.interval.r.holds(0.25), "{recall:?}");
    // B is as good there, document by document: paired resamples never differ.
    let same = differences.sub["B"].exact;
    assert_eq!((same.difference.f1, same.interval.f1.low, same.interval.f1.high), (0.0, 0.0, 0.0));

    let mut single = Scorer::new();
    single.add("A", &sentence("d0.s0", "0-5d"), &[]).unwrap();
    assert!(single.intervals(1000, 1).is_none(), "one document says nothing about others");
    single.add("B", &sentence("d1.s0", "0-5d"), &[]).unwrap();
    let intervals = single.intervals(1000, 1).unwrap();
    assert!(intervals.sub.is_empty());

    let mut shorter = Scorer::new();
    assert!(shorter.intervals(1000, 1).is_none() && a.intervals(0, 1).is_none());
    assert!(a.differences(&shorter, 1000, 1).is_none());
    for i in 0..20 {
        shorter.add("A", &sentence(&format!("d{i}.s0"), "0-4d 5-6d"), &[]).unwrap();
    }
    assert!(a.differences(&shorter, 1000, 1).is_none(), "another gold");
}

#[test]
fn resamples_have_as_many_units_and_an_even_spread() {
    let bootstrap = Bootstrap::new(50, 1000, 7);
    let units = |times: &[u32]| [times.iter().map(|&n| f64::from(n)).sum(), f64::from(times[3])];
    let [total, one] = bootstrap.intervals(units).unwrap();
    assert_eq!((total.low, total.high), (50.0, 50.0));
    // A unit is drawn about once: Poisson with mean 1 has its percentiles at 0 and 3.
    assert_eq!((one.low, one.high), (0.0, 3.0));
    assert!((0..2).all(|units| Bootstrap::new(units, 10, 1).intervals(|_| [0.0]).is_none()));
}

fn any_ranges() -> impl Strategy<Value = Vec<Answer>> {
    let one = (0usize..20, 1usize..8, 0usize..4);
    prop::collection::btree_set(one, 0..8).prop_map(|set| {
        set.into_iter()
            .map(|(start, len, i)| Answer { start, end: start + len, label: Label::ALL[i] })
            .collect()
    })
}

fn with_gold(gold: &[Answer]) -> Sentence {
    let entity =
        |g: &Answer| Entity { id: String::new(), spans: vec![g.span()], label: g.label, text: String::new() };
    Sentence { entities: gold.iter().map(entity).collect(), ..sentence("d.s0", "") }
}

proptest! {
    #[test]
    fn outcomes_add_up_to_the_scores(gold in any_ranges(), given in any_ranges()) {
        let sentence = with_gold(&gold);
        let judged = [JudgedSentence::new("S", &sentence, &scored(&given)).unwrap()];
        let analysis = Analysis::new(&judged, None);
        let mut scorer = Scorer::new();
        scorer.add("S", &sentence, &given).unwrap();
        let report = scorer.report();
        let n = |outcome: Outcome| analysis.errors.all[&outcome] as f64;
        let overlapping = n(Outcome::WrongBoundary) + n(Outcome::WrongBoth);
        prop_assert_eq!(n(Outcome::Right), report.all.strict.tp);
        prop_assert_eq!(n(Outcome::Right) + n(Outcome::WrongLabel), report.all.exact.tp);
        prop_assert_eq!(report.all.exact.tp + overlapping / 2.0, report.all.partial.tp);
        let pairs = report.all.exact.tp + overlapping;
        prop_assert_eq!(pairs + n(Outcome::Missed), gold.len() as f64);
        prop_assert_eq!(pairs + n(Outcome::Spurious), given.len() as f64);
        prop_assert_eq!(analysis.calibration.all.answers, given.len() as u64);
        let confused: u64 = analysis.confusion.gold.values().flat_map(|row| row.answers.values()).sum();
        prop_assert_eq!(confused as f64, pairs);
        let (kept, strict) = (analysis.thresholds[0], report.all.strict);
        prop_assert_eq!((kept.p, kept.r, kept.f1), (strict.p, strict.r, strict.f1));
    }

    #[test]
    fn changes_turn_around_with_the_systems(
        gold in any_ranges(), a in any_ranges(), b in any_ranges()
    ) {
        let sentence = with_gold(&gold);
        let [of_a, of_b] = [&a, &b].map(|given| [JudgedSentence::new("S", &sentence, &scored(given)).unwrap()]);
        let there = Churn::new(&of_a, &of_b).unwrap().report.all;
        let back = Churn::new(&of_b, &of_a).unwrap().report.all;
        prop_assert_eq!(there.changes[&Change::Fixed], back.changes[&Change::Broken]);
        prop_assert_eq!(there.changes[&Change::StillWrong], back.changes[&Change::StillWrong]);
        prop_assert!(Churn::new(&of_a, &of_a).unwrap().changes.is_empty());
        let right = |judged: &[JudgedSentence; 1]| {
            judged[0].cases.iter().filter(|case| case.outcome == Outcome::Right).count() as u64
        };
        prop_assert_eq!(there.right_in_both + there.changes[&Change::Broken], right(&of_a));
        prop_assert_eq!(there.right_in_both + there.changes[&Change::Fixed], right(&of_b));
    }
}
