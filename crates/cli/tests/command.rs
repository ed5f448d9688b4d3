//! The command as its users call it: output, exit status, errors.
#![cfg(feature = "embedded-model")]

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn drugner(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_drugner"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A command that fails before it has read everything closes its input.
    let _ = writer.join().unwrap();
    output
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap()
}

fn fails(arguments: &[&str], input: &[u8], status: i32, needle: &str) {
    let output = drugner(arguments, input);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {stderr}");
    assert!(stderr.contains(needle), "{arguments:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn a_note_is_printed_with_its_mentions_marked() {
    let output = drugner(&["tag", "examples/notes/discharge_summary.txt"], b"");
    let text = stdout(&output);
    for mark in ["[furosemide|drug]", "[Lasix|brand]", "[NSAIDs|group]", "[warfarin|drug]"] {
        assert!(text.contains(mark), "{mark}\n{text}");
    }
    let note = std::fs::read_to_string(root().join("examples/notes/discharge_summary.txt")).unwrap();
    let mut plain = text.to_owned();
    for label in ["drug_n", "drug", "brand", "group"] {
        plain = plain.replace(&format!("|{label}]"), "");
    }
    assert_eq!(plain.replace('[', ""), note, "nothing but marks is added");
}

#[test]
fn lines_give_one_object_each_in_every_unit() {
    let input = "👍 aspirin 81 mg\n\nµg of warfarin\r\nbad \u{fffd} ibuprofen";
    for unit in ["bytes", "utf16", "codepoints"] {
        let output = drugner(&["tag", "--lines", "--format", "jsonl", "--offsets", unit], input.as_bytes());
        let objects: Vec<Value> = stdout(&output).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(objects.len(), 4);
        for (line, object) in input.lines().zip(&objects) {
            for mention in object["mentions"].as_array().unwrap() {
                let at = |key: &str| mention[key].as_u64().unwrap() as usize;
                let (start, end) = (at("start"), at("end"));
                let slice = match unit {
                    "bytes" => line[start..end].to_owned(),
                    "utf16" => {
                        String::from_utf16(&line.encode_utf16().collect::<Vec<_>>()[start..end]).unwrap()
                    }
                    _ => line.chars().skip(start).take(end - start).collect(),
                };
                assert_eq!(mention["text"], slice);
                assert!((0.0..=1.0).contains(&mention["score"].as_f64().unwrap()));
            }
        }
        assert_eq!(objects[0]["mentions"][0]["text"], "aspirin");
        assert_eq!(objects[1]["mentions"].as_array().unwrap().len(), 0);
        assert_eq!(objects[2]["mentions"][0]["text"], "warfarin");
    }
}

#[test]
fn other_formats_have_their_form() {
    let note = b"Take aspirin.\n\nNo more <b>ibuprofen</b> & acetylsalicylic acid.";
    let tag = |format: &str| stdout(&drugner(&["tag", "--format", format], note)).to_owned();
    assert!(tag("brat").starts_with("T1\t"), "{}", tag("brat"));
    assert!(tag("brat").contains(" 5 12\taspirin\n"));
    assert!(tag("conll").contains("Take\tO\naspirin\tB-"), "{}", tag("conll"));
    assert!(tag("conll").contains(".\tO\n\nNo\tO\n"));
    assert!(tag("html").contains("&lt;b&gt;<mark"), "{}", tag("html"));
}

#[test]
fn bad_bytes_are_survived_and_reported() {
    let output = drugner(&["tag", "--lines", "--format", "jsonl"], b"as\xFFpirin \0 and aspirin\nok\n");
    let lines: Vec<Value> = stdout(&output).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines[0]["invalid_text"], true);
    assert_eq!(lines[1].get("invalid_text"), None);
}

#[test]
fn a_long_line_is_tagged() {
    let line = "The patient took aspirin and warfarin today. ".repeat(20_000);
    let output = drugner(&["tag", "--lines", "--format", "jsonl"], line.as_bytes());
    let object: Value = serde_json::from_str(stdout(&output)).unwrap();
    let mentions = object["mentions"].as_array().unwrap();
    assert!(mentions.len() >= 39_000, "{}", mentions.len());
    assert!(mentions.is_sorted_by_key(|m| m["start"].as_u64()));
}

#[test]
fn inspect_and_selftest_know_the_default_model() {
    let text = stdout(&drugner(&["inspect"], b"")).to_owned();
    for part in
        ["sha256", "bilstm-crf", "WTAB", "general.license", "use.limits", "eval.development.all.strict"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let selftest = drugner(&["selftest", "models/default.drugner"], b"");
    assert!(stdout(&selftest).lines().all(|line| line.ends_with(": ok")));
    assert!(stdout(&selftest).contains("scalar: ok"));
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    for arguments in [&["inspect"][..], &["selftest"], &["tag", "examples/notes/progress_note.txt"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_drugner"))
            .args(arguments)
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.is_empty(), "{arguments:?}: {stderr}");
    }
}

#[test]
fn errors_say_what_and_where() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(path("cut.xml"), "<document id=\"d\"><sentence id=\"s\" text=\"x\">\n<entity").unwrap();
    std::fs::write(path("junk.drugner"), b"this is no model").unwrap();
    let mut model = std::fs::read(root().join("models/default.drugner")).unwrap();
    let middle = model.len() / 2;
    model[middle] ^= 1;
    std::fs::write(path("damaged.drugner"), &model).unwrap();
    std::fs::create_dir(path("empty")).unwrap();
    fails(&["tag", &path("none.txt")], b"", 1, "none.txt");
    fails(&["tag", "--model", &path("junk.drugner")], b"", 1, "junk.drugner");
    fails(&["selftest", &path("damaged.drugner")], b"", 1, "damaged");
    fails(&["evaluate", "--corpus", &path("cut.xml")], b"", 1, "cut.xml");
    fails(&["evaluate", "--corpus", &path("empty")], b"", 1, "empty");
    fails(&["evaluate", "--corpus", &path("nowhere.zip")], b"", 1, "nowhere.zip");
    fails(&["tag", "--no-such-option"], b"", 2, "--no-such-option");
    fails(&["tag", "--min-score", "7"], b"aspirin", 1, "min_score");
    fails(&["embed", "--text", &path("none.txt"), "--out", &path("v.bin")], b"", 1, "none.txt");
    fails(&["pretrain", "--text", &path("none.txt"), "--out", &path("m.lm")], b"", 1, "none.txt");
    fails(
        &["train", "--recipe", &path("none.toml"), "--corpus", "x", "--text", "y", "--out", "z"],
        b"",
        1,
        "none.toml",
    );
}

#[test]
fn column_files_are_corpora() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("notes.tsv").display().to_string();
    let lines = "Patients\tO\ntook\tO\nibuprofen\tB-Chemical\ndaily\tO\n\nNo\tO\nwarfarin\tB-drug\n";
    std::fs::write(&file, lines).unwrap();
    fails(&["evaluate", "--corpus", &file], b"", 1, "Chemical");
    fails(&["evaluate", "--corpus", &file, "--label", "Chemical=pill"], b"", 2, "drug_n");
    for noise in [&[][..], &["--noise", "upper"]] {
        let arguments = ["evaluate", "--corpus", &file, "--label", "Chemical=drug", "--json", "-"];
        let output = drugner(&[&arguments, noise].concat(), b"");
        let report: Value = serde_json::from_str(stdout(&output)).unwrap();
        assert_eq!(
            (&report["all"]["strict"]["tp"], &report["all"]["strict"]["gold"]),
            (&2.0.into(), &2.into())
        );
    }
}

#[test]
fn the_corpus_scores_hold() {
    let Some(data) = drugner_corpus::testing::data_folder("the_corpus_scores_hold") else {
        return;
    };
    let corpus = data.join("ddi2013.zip").display().to_string();
    let output = drugner(&["evaluate", "--corpus", &corpus, "--json", "-"], b"");
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    let strict = |scores: &Value| scores["strict"]["f1"].as_f64().unwrap();
    assert_eq!(report["all"]["strict"]["gold"], 686);
    assert!(strict(&report["all"]) >= 0.74, "{report}");
    assert!(strict(&report["sub"]["DrugBank"]) >= 0.87, "{report}");
    assert!(strict(&report["sub"]["MedLine"]) >= 0.62, "{report}");
    // Points of exact F1 that notes in another case and with typing errors may cost.
    for (noise, points) in [("upper", 0.04), ("lower", 0.04), ("typing", 0.06)] {
        let output = drugner(&["evaluate", "--corpus", &corpus, "--noise", noise, "--json", "-"], b"");
        let changed: Value = serde_json::from_str(stdout(&output)).unwrap();
        let exact = |report: &Value| report["all"]["exact"]["f1"].as_f64().unwrap();
        assert!(exact(&changed) >= exact(&report) - points, "{noise}: {changed}");
        assert!(exact(&changed) != exact(&report), "{noise} changes nothing");
    }
    let boundaries = &report["boundaries"];
    let share = boundaries["on_tokens"].as_f64().unwrap() / boundaries["continuous"].as_f64().unwrap();
    assert!(share >= 0.995, "{report}");
}

/// Every figure is there; none is compared with a time.
#[test]
fn bench_prints_its_figures_and_no_text() {
    let arguments = ["bench", "--rounds", "1", "--longest", "100000", "--json", "-"];
    let output = drugner(&arguments, b"");
    let figures: Value = serde_json::from_str(stdout(&output)).unwrap();
    let positive = |path: &str| {
        let value = figures.pointer(path).and_then(Value::as_f64);
        assert!(value.is_some_and(|value| value > 0.0), "{path}");
    };
    positive("/tokens_per_second");
    positive("/sentence_us/p50");
    positive("/sentence_us/p99");
    positive("/network_share");
    positive("/open_ms/verified");
    positive("/memory_bytes/context");
    positive("/lengths/2/us_per_token");
    let second_process = figures["memory_bytes"]["second_process"].as_u64();
    if cfg!(target_os = "linux") {
        assert!(second_process.is_some_and(|bytes| bytes < 1 << 20), "{second_process:?}");
    }
    assert_eq!(figures["model"].as_str().unwrap().len(), 64);
    let sets = figures["instruction_sets"].as_array().unwrap();
    assert_eq!(sets[0]["isa"], figures["isa"]);
    assert_eq!(sets.last().unwrap()["isa"], "scalar");
    assert!(!stdout(&output).contains("furosemide"));
    fails(&["bench", "--text", "no such file"], b"", 1, "cannot read");
    fails(&["bench", "--isa", "mmx"], b"", 2, "choose scalar, avx2, avx512 or neon");
}
