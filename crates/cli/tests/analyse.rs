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
    assert_eq!(drugbank["similarity"]["all"]["drug_words"], 7);
    // Every name begins in the part where its first word is counted.
    let names = |third: usize| drugbank["thirds"][third]["names"].as_u64().unwrap();
    assert_eq!((0..3).map(names).sum::<u64>(), 480);

    for (plot, title) in [
        ("types-drugbank", "DrugBank: distinct words in each third"),
        ("thirds-drugbank", "DrugBank: where the words of drug names lie"),
        ("tuples-medline", "MedLine: tuples by class"),
        ("cosine-medline", "MedLine: cosine of word pairs, words: all"),
    ] {
        let svg = std::fs::read_to_string(out.join(format!("plots/{plot}.svg"))).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{plot}");
        assert!(svg.contains(title), "{plot}");
    }
    let png = dir.path().join("page.png");
    if let Some(picture) = browser::screenshot(&out.join("analysis.html"), &png, 1200, 3000) {
        picture.check(8);
    }
}

const ONE_DOCUMENT: &str = r#"<document id="d"><sentence id="d.s0" text="Take iron with iron &amp; zinc daily">
<entity id="d.s0.e0" charOffset="5-8" type="drug" text="iron"/></sentence></document>"#;

#[test]
fn a_plain_folder_is_one_sub_corpus_and_the_seed_decides() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("notes");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("d.xml"), ONE_DOCUMENT).unwrap();
    let json = dir.path().join("study.json");
    let tables = analyse(&folder, &["--json", json.to_str().unwrap(), "--no-vectors"]);
    assert!(tables.starts_with("notes: distinct words"), "{tables}");
    let studies: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    // Six words in the order iron (2), daily, take, with, zinc: the cuts are behind two and four of them.
    let third = |types: u8, drug_tokens: u8, share: f64, names: u8| json!({"types": types, "tokens": 2, "drug_tokens": drug_tokens, "share": share, "names": names});
    assert_eq!(studies[0]["thirds"], json!([third(1, 1, 1.0, 1), third(2, 0, 0.0, 0), third(2, 0, 0.0, 0)]));
    assert_eq!(studies[0]["tuples"]["beyond"], 4);
    let seeded = |seed: &str| analyse(&folder, &["--json", "-", "--seed", seed]);
    assert_eq!(seeded("1"), seeded("1"));
}

/// Text of the corpus may be that of patients: none of it is written beside what was asked for.
#[cfg(unix)]
#[test]
fn no_text_reaches_the_temporary_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (corpus, _) = corpus::write_corpus(dir.path());
    let temporary = dir.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_drugner"))
        .args(["analyse", "--json", "-", "--corpus", corpus.to_str().unwrap()])
        .env("TMPDIR", &temporary)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut seen = 0;
    while child.try_wait().unwrap().is_none() {
        for entry in std::fs::read_dir(&temporary).unwrap() {
            // The file may be gone by now.
            let Ok(bytes) = std::fs::read(entry.unwrap().path()) else { continue };
            assert!(bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'\n'));
            seen += 1;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(seen > 0, "the trainer was given a file");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn errors_name_the_place() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("d.xml"),
        "<document id=\"d\"><sentence id=\"s\" text=\"secret\"/></document>",
    )
    .unwrap();
    for (path, needle) in
        [(dir.path().join("nowhere.zip"), "nowhere.zip"), (dir.path().to_owned(), "no annotated entity")]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drugner"));
        let output = command.arg("analyse").arg("--corpus").arg(path).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(needle) && !stderr.contains("secret"), "{stderr}");
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
        // A filter by first word costs next to no name: see `representation::filter::rare`.
        assert!(study["thirds"][0]["names"].as_u64().unwrap() <= 4);
        assert!(study["thirds"][0]["share"].as_f64().unwrap() < 0.02, "frequent words are no names");
        assert!(study["similarity"].is_null());
    }
}
