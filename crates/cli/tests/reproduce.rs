//! `drugner reproduce` on an invented corpus, and what can be done with the model files that it leaves.

#[path = "../../train/tests/common/mod.rs"]
mod corpus;

use std::path::Path;
use std::process::Command;

fn drugner(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_drugner")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_model_file_runs_through_the_other_commands() {
    let dir = tempfile::tempdir().unwrap();
    let (corpus, development) = corpus::write_corpus(dir.path());
    let out = dir.path().join("out");
    let reproduce = ["reproduce", "--quick", "--seeds", "1", "--corpus"];
    let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = reproduce.iter().map(|a| a as _).collect();
    arguments.extend([&corpus as &dyn AsRef<_>, &"--development", &development, &"--out", &out]);
    let printed = drugner(&arguments);
    assert!(printed.contains("**LSTM**: published mean F 0.8645"), "{printed}");
    for file in ["report.html", "report.md", "results.json", "plots/mean-f.svg"] {
        assert!(std::fs::metadata(out.join(file)).unwrap().len() > 100, "{file}");
    }

    let note = dir.path().join("note.txt");
    std::fs::write(&note, "Take aspirin with food. No effect of warfarin was seen. Take ketamine.\n")
        .unwrap();
    for system in ["mlp-1", "mlp-2", "dbn-2", "sae-2", "lstm-3"] {
        let model = out.join(format!("models/{system}.drugbank.drugner"));
        let model: &Path = &model;
        let tagged = drugner(&[&"tag", &"--model", &model, &note]);
        assert!(tagged.contains("Take [aspirin|"), "{system}: {tagged}");
        let scores = drugner(&[&"evaluate", &"--model", &model, &"--corpus", &corpus, &"--json", &"-"]);
        let scores: serde_json::Value = serde_json::from_str(&scores).unwrap();
        assert!(scores.to_string().contains("strict"), "{system}: {scores}");
        drugner(&[&"selftest", &model]);
        let card = drugner(&[&"inspect", &model]);
        assert!(card.contains("train.variant"), "{system}: {card}");
    }
}
