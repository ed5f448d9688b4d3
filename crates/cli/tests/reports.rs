//! `drugner evaluate --html` and `drugner compare` on an invented corpus and, where it is at hand, on the DDI corpus.
#![cfg(feature = "embedded-model")]

use drugner::format::reader::Sections;
use drugner::format::writer::Writer;
use drugner::{Model, ModelOptions, format};
use drugner_corpus::testing::data_folder;
use drugner_report::browser;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn drugner(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drugner")).args(arguments).output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = drugner(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fails(arguments: &[&str], status: i32, needle: &str) {
    let output = drugner(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {stderr}");
    assert!(stderr.contains(needle) && !stderr.contains("panicked"), "{arguments:?}: {stderr}");
    assert!(!stderr.contains("zzsecret"), "no text of a corpus: {stderr}");
}

/// A document for each sentence; gold mentions stand between brackets, `[name|label]`.
fn write_corpus(folder: &Path, prefix: &str, sentences: &[&str]) {
    std::fs::create_dir_all(folder).unwrap();
    for (i, marked) in sentences.iter().enumerate() {
        let (mut text, mut entities) = (String::new(), String::new());
        for part in marked.split_inclusive(']') {
            let (before, entity) = part.split_once('[').unwrap_or((part, ""));
            text.push_str(before);
            let Some((name, label)) = entity.strip_suffix(']').and_then(|entity| entity.split_once('|'))
            else {
                continue;
            };
            let (start, end) = (text.len(), text.len() + name.len() - 1);
            entities.push_str(&format!(
                "<entity id=\"{prefix}{i}.s0.e{start}\" charOffset=\"{start}-{end}\" type=\"{label}\" text=\"{name}\"/>"
            ));
            text.push_str(name);
        }
        let xml = format!(
            "<document id=\"{prefix}{i}\"><sentence id=\"{prefix}{i}.s0\" text=\"{text}\">{entities}</sentence></document>"
        );
        std::fs::write(folder.join(format!("{prefix}{i}.xml")), xml).unwrap();
    }
}

/// What the built-in model makes of these is beyond doubt.
const NOTES: [&str; 7] = [
    "The patient was given [naproxen|drug] and [warfarin|drug] today.",
    "The patient was given [ibuprofen|brand] today, `so` *it* &lt;is&gt;.",
    "The [patient|group] zzsecret was seen.",
    "The patient was given metformin today.",
    "The patient was seen.",
    "The patient was given [warfarin|drug] [today|drug].",
    "The patient was given [digoxin|drug] today.",
];

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        write_corpus(&files.0.path().join("notes"), "n", &NOTES);
        write_corpus(&files.0.path().join("training"), "t", &["Take [Warfarin|drug] daily.", "No more."]);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

#[test]
fn an_evaluation_counts_and_shows_errors() {
    let files = Files::new();
    let (notes, training) = (files.text("notes"), files.text("training"));
    let (html, json) = (files.text("page.html"), files.text("scores.json"));
    let table = stdout(&[
        "evaluate",
        "--corpus",
        &notes,
        "--train-corpus",
        &training,
        "--html",
        &html,
        "--json",
        &json,
    ]);
    assert!(
        table.contains("2 training documents of training do not hold: 2 of 5 found with their label"),
        "{table}"
    );
    let value: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    let errors = json!({
        "right": 4, "wrong_label": 1, "wrong_boundary": 0, "wrong_both": 0, "missed": 2, "spurious": 1
    });
    assert_eq!(value["analysis"]["errors"]["all"], errors);
    assert_eq!(value["analysis"]["names"]["all"]["seen"]["gold"], 2);
    assert_eq!(value["analysis"]["sentences_without_gold"]["all"]["sentences"], 2);
    let interval = &value["intervals"]["all"]["strict"]["f1"];
    let f1 = value["all"]["strict"]["f1"].as_f64().unwrap();
    assert!(interval["low"].as_f64().unwrap() < f1 && f1 < interval["high"].as_f64().unwrap(), "{interval}");
    for quoted in ["zzsecret", "naproxen"] {
        assert!(!table.contains(quoted) && !value.to_string().contains(quoted), "only the page quotes");
    }

    let page = std::fs::read_to_string(&html).unwrap();
    for part in [
        "This page quotes the annotated corpus",
        "<h3 id=\"missed\">",
        "<h3 id=\"wrong-label\">",
        "The <strong>patient</strong> zzsecret was seen.",
        "given <strong>ibuprofen</strong> today, `so` *it* &lt;is&gt;.",
        "Reliability of scores of drug",
        "With 7 documents the intervals are too narrow",
        "notes",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<h3 id=\"wrong-boundary\">"), "no empty group");
    let left: Vec<_> =
        std::fs::read_dir(files.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "no temporary file stays: {left:?}");
    // A folder is whole in every part: nothing is left that training alone has seen.
    assert!(stdout(&["evaluate", "--corpus", &notes, "--html", "-"]).contains("<code>--train-corpus</code>"));
}

/// The built-in model, of which the labels `drug` and `brand` have changed places.
fn write_other_model(path: &Path) {
    let model = Model::open_default(&ModelOptions::default()).unwrap();
    let sections = Sections::read(model.bytes(), false).unwrap();
    let mut writer = Writer::default();
    writer.set_tokenizer(sections.header.tokenizer);
    for section in sections.iter() {
        let kind = section.kind.unwrap();
        if kind == format::LABELS {
            let swapped = |label| match label {
                "drug" => "brand",
                "brand" => "drug",
                other => other,
            };
            writer.add_strings(kind, &model.labels().map(swapped).collect::<Vec<_>>());
        } else {
            let dims: Vec<usize> =
                section.dims[..usize::from(kind.rank)].iter().map(|&dim| dim as usize).collect();
            writer.add(kind, section.index, &dims, model.bytes()[section.range()].to_vec());
        }
    }
    std::fs::write(path, writer.finish(sections.header.architecture)).unwrap();
}

#[test]
fn a_comparison_says_what_changed_and_in_which_direction() {
    let files = Files::new();
    let (notes, other) = (files.text("notes"), files.text("other.drugner"));
    write_other_model(Path::new(&other));
    let (html, json) = (files.text("page.html"), files.text("changes.json"));
    let tables =
        stdout(&["compare", "built-in", &other, "--corpus", &notes, "--html", &html, "--json", &json]);
    assert!(tables.contains("A is better"), "{tables}");
    assert!(
        tables.contains("2 of 7 sentences have the same answers from both (28.6 %); 0 answers are in both"),
        "{tables}"
    );
    let value: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    let changes = json!({
        "fixed": 1, "broken": 4, "still_wrong": 0, "false_gone": 0, "false_new": 0, "false_changed": 1
    });
    assert_eq!(value["churn"]["all"]["changes"], changes);
    assert_eq!(value["churn"]["labels"]["brand"]["changes"]["fixed"], 1);
    let strict = &value["differences"]["all"]["strict"];
    let difference = strict["b"]["f1"].as_f64().unwrap() - strict["a"]["f1"].as_f64().unwrap();
    assert_eq!(strict["difference"]["f1"].as_f64().unwrap(), difference);
    assert!(strict["interval"]["f1"]["low"].as_f64().unwrap() < difference);
    assert_eq!(value["differences"]["all"]["exact"]["interval"]["f1"], json!({"low": 0.0, "high": 0.0}));

    // Each change says where it is, so that a program can look it up.
    let first = &value["changes"][0];
    assert_eq!((&first["sentence"], &first["change"]), (&"n0.s0".into(), &"broken".into()));
    assert_eq!(first["gold"]["spans"], json!([{"start": 22, "end": 30}]));
    assert_eq!((&first["a"]["label"], &first["b"]["label"]), (&"drug".into(), &"brand".into()));
    assert_eq!((&first["b"]["start"], &first["b"]["end"]), (&22.into(), &30.into()));
    for quoted in ["zzsecret", "naproxen"] {
        assert!(!tables.contains(quoted) && !value.to_string().contains(quoted), "only the page quotes");
    }
    let page = std::fs::read_to_string(&html).unwrap();
    for part in [
        "This page quotes the annotated corpus",
        "What changes from the built-in model to other.drugner",
        "<h3 id=\"fixed-by-b\">",
        "<h3 id=\"spurious-in-both-changed\">",
        "given <strong>ibuprofen</strong> today, `so` *it* &lt;is&gt;.",
    ] {
        assert!(page.contains(part), "{part}");
    }

    let same = stdout(&["compare", "built-in", "built-in", "--corpus", &notes]);
    assert!(same.contains("7 of 7 sentences have the same answers") && !same.contains("better"), "{same}");
}

#[test]
fn errors_say_what_and_where() {
    let files = Files::new();
    let (notes, training) = (files.text("notes"), files.text("training"));
    let evaluate = ["evaluate", "--corpus", &notes];
    fails(&[&evaluate[..], &["--train-corpus", &notes]].concat(), 1, "documents that are scored, such as n0");
    fails(&[&evaluate[..], &["--train-corpus", &files.text("none.zip")]].concat(), 1, "none.zip");
    fails(&[&evaluate[..], &["--html", &files.text("none/page.html")]].concat(), 1, "none/page.html");
    fails(&[&evaluate[..], &["--html", "-", "--json", "-"]].concat(), 1, "standard output");
    fails(&["compare", "built-in", &files.text("none.drugner"), "--corpus", &training], 1, "none.drugner");
    fails(&["compare", "built-in", "built-in", "--corpus", &files.text("none")], 1, "none");
    fails(&["compare", "built-in", "--corpus", &notes], 2, "<B>");
}

#[test]
fn the_pages_of_the_ddi_corpus_look_like_pages() {
    let Some(data) = data_folder("the_pages_of_the_ddi_corpus_look_like_pages") else { return };
    let files = Files::new();
    let corpus = data.join("ddi2013.zip").display().to_string();
    let (evaluation, comparison) = (files.text("evaluation.html"), files.text("comparison.html"));
    let json = stdout(&["evaluate", "--corpus", &corpus, "--html", &evaluation, "--json", "-"]);
    let value: Value = serde_json::from_str(&json).unwrap();
    // All development and training documents count as seen, and no test document.
    let names = &value["analysis"]["names"];
    let gold = |kind: &str| names["all"][kind]["gold"].as_u64().unwrap();
    assert_eq!(gold("seen") + gold("unseen"), 686);
    assert!(gold("unseen") > 150, "{names}");
    let recall = |kind: &str| names["all"][kind]["strict_recall"].as_f64().unwrap();
    assert!(recall("unseen") > 0.4 && recall("unseen") < recall("seen"), "{names}");
    assert!(value["analysis"]["calibration"]["all"]["ece"].as_f64().unwrap() < 0.15);

    let other = files.text("other.drugner");
    write_other_model(Path::new(&other));
    let part = ["--part", "development", "--html", &comparison];
    stdout(&[&["compare", "built-in", &other, "--corpus", &corpus][..], &part].concat());
    for (page, height) in [(evaluation, 9000), (comparison, 3500)] {
        let png = files.path("page.png");
        if let Some(picture) = browser::screenshot(Path::new(&page), &png, 1200, height) {
            picture.check(10);
        }
    }
}
