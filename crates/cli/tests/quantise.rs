//! `drugner quantise`: the int8 form of the model inside the program.
#![cfg(feature = "embedded-model")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn drugner(arguments: &[&str], isa: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drugner"));
    command.args(arguments).current_dir(root());
    if let Some(isa) = isa {
        command.env("DRUGNER_ISA", isa);
    }
    command.output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = drugner(arguments, None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fails(arguments: &[&str], status: i32, needle: &str) {
    let output = drugner(arguments, None);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {stderr}");
    assert!(stderr.contains(needle), "{arguments:?}: {stderr}");
}

#[test]
fn an_int8_model_says_what_it_is_and_gives_its_answers_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (model, again) = (path("m8.drugner"), path("again.drugner"));
    std::fs::write(&model, "an older file").unwrap();
    assert!(stdout(&["quantise", "built-in", "--out", &model]).contains("LSTM bytes"));
    stdout(&["quantise", "models/default.drugner", "--out", &again]);
    let bytes = std::fs::read(&model).unwrap();
    assert!(bytes == std::fs::read(&again).unwrap(), "the same model gives the same file");
    assert!(bytes.len() < std::fs::read(root().join("models/default.drugner")).unwrap().len());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");

    assert!(stdout(&["selftest", &model]).lines().all(|line| line.ends_with(": ok")));
    let fp16 = stdout(&["inspect"]);
    let int8 = stdout(&["inspect", &model]);
    let hash =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("sha256        ")).unwrap().to_owned();
    assert!(int8.contains("int8 in LSTM layers") && !fp16.contains("int8"), "{int8}");
    assert!(int8.contains(&format!("quantised.from: fp16 model {}", hash(&fp16))), "{int8}");
    let card = |text: &str| -> Vec<String> {
        let lines = text.lines().skip_while(|line| *line != "model card");
        lines.filter(|line| !line.starts_with("quantised.from")).map(str::to_owned).collect()
    };
    assert_eq!(card(&int8), card(&fp16));

    let note = "examples/notes/discharge_summary.txt";
    let answers = |isa: &str| {
        let output = drugner(&["tag", "--model", &model, "--format", "jsonl", note], Some(isa));
        // An instruction set that this machine does not have.
        if output.status.success() { output.stdout } else { Vec::new() }
    };
    let scalar = answers("scalar");
    assert!(!scalar.is_empty());
    for isa in ["avx512", "avx2", "neon"].map(answers).iter().filter(|answers| !answers.is_empty()) {
        assert!(*isa == scalar);
    }
    let output = drugner(&["tag", "--format", "jsonl", note], None).stdout;
    assert!(output != scalar, "the scores are those of the int8 weights");
}

#[test]
fn what_has_no_int8_form_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("m8.drugner").display().to_string();
    let refused = |model: &str, needle: &str| {
        fails(&["quantise", model, "--out", &out], 1, needle);
        assert!(!Path::new(&out).exists());
    };
    refused("fuzz/seeds/model/lstm", "of the family lstm");
    refused("fuzz/seeds/model/window", "of the family window");
    refused("fuzz/seeds/model/bilstm-crf-int8", "in int8 already");
    refused("README.md", "README.md");
    fails(&["quantise", "built-in", "--out", &out, "--part", "train"], 2, "--corpus");
    fails(&["quantise", "built-in", "--out", &out, "--corpus", "nowhere.zip"], 1, "nowhere.zip");
    assert!(!Path::new(&out).exists(), "nothing is written when the corpus cannot be read");
    fails(&["quantise", "built-in", "--out", "no/such/folder/m8"], 1, "cannot write");
    // Its self-test would have no mention.
    assert!(stdout(&["quantise", "fuzz/seeds/model/bilstm-crf", "--out", &out]).contains(&out));
    assert!(stdout(&["inspect", &out]).contains("LQWX"));
}

#[test]
fn the_development_documents_lose_at_most_three_tenths_of_a_point() {
    let name = "the_development_documents_lose_at_most_three_tenths_of_a_point";
    let Some(data) = drugner_corpus::testing::data_folder(name) else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("m8.drugner").display().to_string();
    let corpus = data.join("ddi2013.zip").display().to_string();
    let text = stdout(&["quantise", "built-in", "--out", &out, "--corpus", &corpus]);
    for score in ["strict F1", "exact F1"] {
        let line = text.lines().find(|line| line.starts_with(score)).unwrap();
        let difference: f64 = line.split_whitespace().last().unwrap().parse().unwrap();
        assert!(difference >= -0.3, "{text}");
    }
}
