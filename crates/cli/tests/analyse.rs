//! `drugner analyse` on an invented corpus and, where it is at hand, on the DDI corpus.

#[path = "../../train/tests/common/mod.rs"]
mod corpus;

use drugner_corpus::testing::data_folder;
use drugner_report::browser;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn analyse(corpus: &Path, more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drugner"));
    let output = command.arg("analyse").arg("--corpus").arg(corpus).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn tables_numbers_and_plots() {
    let dir = tempfile::tempdir().unwrap();
    let (corpus, _) = corpus::write_corpus(dir.path());
    let out = dir.path().join("study");
    let tables = analyse(&corpus, &["--part", "train-and-development", "--plots", out.to_str().unwrap()]);
    for part in ["DrugBank: distinct words", "MedLine: five-word tuples", "drug-other"] {
        assert!(tables.contains(part), "{part}\n{tables}");
    }
    let studies: Value =
        serde_json::from_str(&analyse(&corpus, &["--json", "-", "--part", "train-and-development"])).unwrap();
    let drugbank = &studies[0];
    assert_eq!((&drugbank["sub_corpus"], &drugbank["documents"]), (&"DrugBank".into(), &4.into()));
    // One name in each of 480 sentences, one of six names has two words, and no word of a name is rare.
    let drug_tokens = |third: usize| drugbank["thirds"][third]["drug_tokens"].as_u64().unwrap();
    assert_eq!((0..3).map(drug_tokens).sum::<u64>(), 480 + 80);
    assert_eq!(drugbank["tuples"]["windows"][1], 400);
    assert_eq!(drugbank["tuples"]["windows"][2], 80);
    assert_eq!(drugbank["similarity"]["drug_words"], 7);

    for plot in ["thirds-drugbank", "tuples-medline", "cosine-medline"] {
        let svg = std::fs::read_to_string(out.join(format!("plots/{plot}.svg"))).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{plot}");
    }
    let png = dir.path().join("page.png");
    if let Some(picture) = browser::screenshot(&out.join("analysis.html"), &png, 1200, 3000) {
        picture.check(8);
    }
}

/// Close to the 28, 261, 6511 and 29, 497, 4158 types that a tokenizer with one word for each number finds.
#[test]
fn thirds_and_tuples_of_the_ddi_corpus() {
    let Some(data) = data_folder("thirds_and_tuples_of_the_ddi_corpus") else { return };
    let studies = analyse(&data.join("ddi2013.zip"), &["--json", "-", "--no-vectors"]);
    let studies: Value = serde_json::from_str(&studies).unwrap();
    let expected = [
        ("DrugBank", [25, 230, 6031], json!([89486, 10762, 1543, 346, 98, 13])),
        ("MedLine", [21, 422, 3879], json!([23946, 1622, 163, 20, 7, 3])),
    ];
    for (study, (name, types, windows)) in studies.as_array().unwrap().iter().zip(expected) {
        assert_eq!(study["sub_corpus"], name);
        assert_eq!([0, 1, 2].map(|third| study["thirds"][third]["types"].as_u64().unwrap()), types);
        assert_eq!((&study["tuples"]["windows"], &study["tuples"]["stream"]), (&windows, &windows));
        assert!(study["thirds"][0]["share"].as_f64().unwrap() < 0.02, "frequent words are no names");
        assert!(study["similarity"].is_null());
    }
}
