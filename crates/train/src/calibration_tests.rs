use super::*;
use crate::evaluate::judged;
use drugner_corpus::{ddi, split, testing};
use proptest::prelude::*;
use std::path::Path;

fn pairs(answers: &[Judged], table: Option<&Calibration>) -> Vec<(f32, bool)> {
    let score = |answer: &Judged| table.map_or(answer.score, |table| table.apply(answer.score, answer.label));
    answers.iter().map(|answer| (score(answer), answer.right)).collect()
}

#[test]
fn overconfident_scores_become_honest_and_rare_labels_share() {
    // Of the scores s, the part s * s is right; label 1 has few answers.
    let mut rng = fastrand::Rng::with_seed(5);
    let mut draw = |count: usize| -> Vec<Judged> {
        let mut answer = |i: usize| {
            let score = rng.f32();
            Judged { label: usize::from(i.is_multiple_of(20)), score, right: rng.f32() < score * score }
        };
        (0..count).map(&mut answer).collect()
    };
    let (known, new) = (draw(1200), draw(5000));
    let table = fit(&known, 3).unwrap();
    let (before, after) = (pairs(&new, None), pairs(&new, Some(&table)));
    let (before, after) = (expected_calibration_error(before), expected_calibration_error(after));
    assert!(before > 0.15 && after < 0.03, "{before} {after}");
    assert_eq!(table.knots(1), table.knots(2));
    assert_ne!(table.knots(0), table.knots(1));
}

proptest! {
    #[test]
    fn any_answers_give_a_table_without_certainty(
        answers in prop::collection::vec((0usize..2, prop_oneof![0f32..=1.0, Just(1.0), Just(0.0)], any::<bool>()), 1..400),
    ) {
        let answers: Vec<Judged> =
            answers.into_iter().map(|(label, score, right)| Judged { label, score, right }).collect();
        let table = fit(&answers, 2).unwrap();
        prop_assert!(table.values().as_chunks::<2>().0.iter().all(|knot| knot[1] > 0.0 && knot[1] < 1.0));
        prop_assert!(table.knots(0).len() <= MAX_KNOTS);
    }
}

#[test]
fn no_answers_give_no_table() {
    assert_eq!(fit(&[], 4), None);
}

/// The default model's scores, calibrated on the development documents, on the test documents.
#[test]
fn calibration_improves_the_default_model() {
    let Some(data) = testing::data_folder("calibration_improves_the_default_model") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default.drugner");
    let none = BTreeMap::new();
    let bytes = recalibrated(&std::fs::read(path).unwrap(), None, &none).unwrap();
    let open = |bytes: &[u8]| Model::open_copy(bytes, &ModelOptions::default()).unwrap();
    let model = open(&bytes);
    let corpus = data.join("ddi2013.zip");
    let (_, development) = split::development(ddi::read(&corpus, ddi::Part::Train).unwrap()).unwrap();
    let known = judged(&model, &development).unwrap();
    let new = judged(&model, &ddi::read(&corpus, ddi::Part::NerTest).unwrap()).unwrap();
    let table = fit(&known, model.label_count() as usize).unwrap();
    for label in 0..table.labels() {
        println!("{}: {:?}", model.label(label as u32).unwrap(), table.knots(label));
    }
    let error = |answers: &[Judged], table| expected_calibration_error(pairs(answers, table));
    let (before, after) = (error(&new, None), error(&new, Some(&table)));
    println!("development {:.4} -> {:.4}", error(&known, None), error(&known, Some(&table)));
    println!("test {before:.4} -> {after:.4}");

    // Documents that the table has not seen, of the same kind as those that it has.
    let mut held_out = Vec::new();
    for fold in split::folds(&development, 5, 1).unwrap() {
        let (seen, unseen) = split::hold_out(development.clone(), &fold).unwrap();
        let table = fit(&judged(&model, &seen).unwrap(), 4).unwrap();
        held_out.extend(pairs(&judged(&model, &unseen).unwrap(), Some(&table)));
    }
    let cross_validated = expected_calibration_error(held_out);
    println!("development, 5 folds {cross_validated:.4}");
    assert!(cross_validated < 0.04, "{cross_validated}");
    assert!(after < 0.7 * before && after < 0.12, "{before} {after}");

    // The engine applies the table as it stands; the card and the self-test follow.
    let card = BTreeMap::from([("train.calibration".to_owned(), "development".to_owned())]);
    let calibrated = open(&recalibrated(&bytes, Some(&table), &card).unwrap());
    calibrated.selftest().unwrap();
    assert_eq!(calibrated.calibration(), Some(&table));
    assert_eq!(calibrated.meta("train.calibration"), Some("development"));
    assert_eq!(calibrated.meta("general.name"), model.meta("general.name"));
    let expected: Vec<Judged> = known
        .iter()
        .map(|answer| Judged { score: table.apply(answer.score, answer.label), ..*answer })
        .collect();
    assert_eq!(judged(&calibrated, &development).unwrap(), expected);
    assert_eq!(recalibrated(calibrated.bytes(), None, &none).unwrap().len() % 64, 0);
}
