//! The whole experiment on a tiny invented corpus: every network ends in a model file that the engine runs, an
//! interrupted experiment goes on, and the report holds every system.

mod common;

use drugner::{Model, ModelOptions};
use drugner_report::browser;
use drugner_train::experiment::report::report;
use drugner_train::experiment::run::Outcome;
use drugner_train::experiment::variant::Network;
use drugner_train::experiment::{Options, experiment};
use std::path::Path;

fn options(dir: &Path) -> Options {
    let (corpus, development) = common::write_corpus(dir);
    Options {
        corpus,
        development: Some(development),
        text: Vec::new(),
        seeds: 1,
        systems: Vec::new(),
        quick: true,
        threads: 2,
    }
}

#[test]
fn every_network_is_trained_exported_and_reported() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let out = dir.path().join("out");
    let results = experiment(&options, &out, None).unwrap();
    assert_eq!(results.outcomes.len(), 2 * results.identity.variants.len());
    for network in Network::ALL {
        let mut own = results.outcomes.iter().filter(|outcome| outcome.run.variant.network == network);
        assert!(own.all(|outcome| outcome.test.words.words.f1 > 0.7), "{network:?} learned too little");
    }
    for entry in std::fs::read_dir(out.join("models")).unwrap() {
        let path = entry.unwrap().path();
        let model = Model::open_file(&path, &ModelOptions::default()).unwrap();
        model.selftest().unwrap();
    }
    assert!(!out.join("work").exists());

    // What is done is not done again, and gives the same report.
    let again = experiment(&options, &out, None).unwrap();
    let html = report(&results).html();
    assert_eq!(html, report(&again).html());
    for outcome in &results.outcomes {
        assert!(html.contains(&outcome.run.variant.description()));
    }
    let page = dir.path().join("report.html");
    std::fs::write(&page, &html).unwrap();
    if let Some(picture) = browser::screenshot(&page, &dir.path().join("report.png"), 1200, 3000) {
        picture.check(6);
        let dom = browser::dom(&page).unwrap();
        for (part, least) in [("<svg", 3), ("<table", 7), ("<h2", 6)] {
            assert!(dom.matches(part).count() >= least, "{part}");
        }
    }

    // What is lost is done again, and comes out the same.
    let lost = &results.outcomes[0].run;
    std::fs::remove_file(out.join(format!("runs/{}.json", lost.id()))).unwrap();
    let repaired = experiment(&options, &out, None).unwrap();
    let scores = |outcome: &Outcome| serde_json::to_value((&outcome.development, &outcome.test)).unwrap();
    assert_eq!(scores(&repaired.outcomes[0]), scores(&results.outcomes[0]));

    let some = Options { systems: vec!["lstm-3".to_owned()], ..options.clone() };
    let alone = experiment(&some, &dir.path().join("alone"), None).unwrap();
    assert_eq!(alone.outcomes.len(), 2);
    let unknown = Options { systems: vec!["lstm-4".to_owned()], ..options.clone() };
    let error = experiment(&unknown, &dir.path().join("none"), None).unwrap_err().to_string();
    assert!(error.contains("lstm-4") && error.contains("mlp-1"), "{error}");

    let error = experiment(&Options { seeds: 2, ..options }, &out, None).unwrap_err();
    assert!(format!("{error:#}").contains("--out"), "{error:#}");
}
