//! The whole way on a tiny invented corpus: train, export, find; the same seed gives the same file.

use drugner::format::LSTM_RECURRENT;
use drugner::format::reader::Sections;
use drugner::{Context, ContextOptions, Model, ModelOptions};
use drugner_train::data::noise::NoiseOptions;
use drugner_train::data::teachers::TeacherOptions;
use drugner_train::language_model::LanguageModelOptions;
use drugner_train::pipeline::{Inputs, pretrain, train};
use drugner_train::recipe::{DEFAULT, Recipe};
use std::fmt::Write as _;
use std::path::Path;

const DRUGS: [&str; 6] = ["aspirin", "warfarin", "fluconazole", "digoxin", "ketamine", "metformin"];

fn write_inputs(dir: &Path) -> Inputs {
    let corpus = dir.join("corpus");
    std::fs::create_dir_all(&corpus).unwrap();
    let mut text = String::new();
    for document in 0..8 {
        let id = format!("d{document}");
        let mut xml = format!("<?xml version=\"1.0\"?>\n<document id=\"{id}\">\n");
        for sentence in 0..12 {
            let drug = DRUGS[(document + sentence) % DRUGS.len()];
            let (line, start) = match sentence % 3 {
                0 => (format!("The patient was given {drug} today."), 22),
                1 => (format!("Take {drug} with food."), 5),
                _ => (format!("No effect of {drug} was seen."), 13),
            };
            let end = start + drug.len() - 1;
            writeln!(xml, "<sentence id=\"{id}.s{sentence}\" text=\"{line}\"><entity id=\"{id}.s{sentence}.e0\" charOffset=\"{start}-{end}\" type=\"drug\" text=\"{drug}\"/></sentence>").unwrap();
            writeln!(text, "{line}").unwrap();
        }
        xml.push_str("</document>\n");
        std::fs::write(corpus.join(format!("{id}.xml")), xml).unwrap();
    }
    std::fs::write(dir.join("text.txt"), text).unwrap();
    std::fs::write(dir.join("development.txt"), "d6\nd7\n").unwrap();
    std::fs::write(dir.join("lexicon.tsv"), "category\tname\napproved\taspirin\nbrand\tzovirax\n").unwrap();
    Inputs {
        corpus: vec![corpus],
        development: Some(dir.join("development.txt")),
        text: vec![dir.join("text.txt")],
        lexicon: vec![dir.join("lexicon.tsv")],
        ..Inputs::default()
    }
}

fn small_recipe() -> Recipe {
    let mut recipe = Recipe::parse(DEFAULT, "default").unwrap();
    recipe.embeddings.dim = 12;
    recipe.embeddings.epochs = 2;
    recipe.embeddings.min_count = 1;
    recipe.words.min_count = 1;
    recipe.tagger.hidden = 16;
    recipe.tagger.filters = 10;
    recipe.tagger.epochs = 15;
    recipe.tagger.average = 0.5;
    recipe.tagger.batch = 8;
    recipe.tagger.warm_up = 5;
    recipe.tagger.learning_rate = 1e-2;
    recipe.data.teachers = Some(TeacherOptions { count: 2, sentences: 50, per_epoch: 20 });
    recipe
}

#[test]
fn trains_a_model_that_finds_its_drugs_and_the_same_seed_gives_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = write_inputs(dir.path());
    let (first, second) = (dir.path().join("a.drugner"), dir.path().join("b.drugner"));
    train(&small_recipe(), &inputs, &first, false).unwrap();
    train(&small_recipe(), &inputs, &second, false).unwrap();
    assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
    assert!(!dir.path().join("a.drugner.work").exists());

    let model = Model::open_file(&first, &ModelOptions::default()).unwrap();
    model.selftest().unwrap();
    assert!(model.meta("eval.development.all.strict").unwrap().contains("F1 1.0000"));
    assert!(model.meta("eval.development.all.strict_f32").unwrap().contains("F1 1.0000"));
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    let found = context.find_utf8(b"Take warfarin with food.").unwrap();
    let spans: Vec<(u32, u32)> = found.mentions.iter().map(|m| (m.start, m.end)).collect();
    assert_eq!(spans, [(5, 13)]);
}

#[test]
fn a_missing_input_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut inputs = write_inputs(dir.path());
    inputs.lexicon = vec![dir.path().join("missing.tsv")];
    let error = train(&small_recipe(), &inputs, &dir.path().join("m.drugner"), false).unwrap_err();
    assert!(format!("{error:#}").contains("missing.tsv"), "{error:#}");
    inputs = write_inputs(dir.path());
    inputs.corpus = vec![dir.path().join("column.tsv")];
    std::fs::write(&inputs.corpus[0], "Iron\tB-Chemical\n").unwrap();
    let error = train(&small_recipe(), &inputs, &dir.path().join("m.drugner"), false).unwrap_err();
    assert!(format!("{error:#}").contains("Chemical"), "{error:#}");
}

/// Column files, no development documents named, noise, an auxiliary task and teachers.
#[test]
fn teachers_train_a_student_and_an_interrupted_run_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut inputs = write_inputs(dir.path());
    let mut column = String::new();
    for i in 0..120 {
        writeln!(column, "Take\tO\n{}\tB-Chemical\ntoday\tO\n", DRUGS[i % 6]).unwrap();
    }
    inputs.corpus = vec![dir.path().join("column.tsv")];
    std::fs::write(&inputs.corpus[0], &column).unwrap();
    inputs.auxiliary = inputs.corpus.clone();
    inputs.labels = [("Chemical".to_owned(), drugner_corpus::Label::Drug)].into();
    inputs.development = None;
    let mut recipe = small_recipe();
    recipe.tagger.epochs = 4;
    recipe.data.auxiliary_share = 0.5;
    recipe.data.noise =
        Some(NoiseOptions { upper: 0.1, lower: 0.1, typing: 0.1, typing_rate: 0.02, wrap: 0.1, item: 0.1 });
    recipe.data.teachers = Some(TeacherOptions { count: 2, sentences: 50, per_epoch: 20 });
    let (whole, torn) = (dir.path().join("whole.drugner"), dir.path().join("torn.drugner"));
    train(&recipe, &inputs, &whole, false).unwrap();

    // The student cannot keep its progress: the run ends between the last teacher and the student.
    let work = dir.path().join("torn.drugner.work");
    std::fs::create_dir_all(work.join("tagger.checkpoint")).unwrap();
    train(&recipe, &inputs, &torn, true).unwrap_err();
    assert!(work.join("teacher2.drugner").exists() && !torn.exists());
    std::fs::remove_dir(work.join("tagger.checkpoint")).unwrap();
    train(&recipe, &inputs, &torn, true).unwrap();
    assert_eq!(std::fs::read(&whole).unwrap(), std::fs::read(&torn).unwrap());
    let model = Model::open_file(&whole, &ModelOptions::default()).unwrap();
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    assert_eq!(context.find_utf8(b"TAKE WARFARIN TODAY").unwrap().mentions.len(), 1);
}

/// A training that begins from a language model of its own, and one that begins from the same one made apart.
#[test]
fn a_finished_language_model_does_as_well_as_an_own_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut inputs = write_inputs(dir.path());
    let mut recipe = small_recipe();
    recipe.data.teachers = None;
    recipe.language_model = Some(LanguageModelOptions {
        sentences: 40,
        epochs: 2,
        batch: 8,
        negatives: 10,
        learning_rate: 1e-2,
        output_rate: 0.1,
        word_dropout: 0.1,
        dropout: 0.1,
    });
    let [own, plain, given] = ["own", "plain", "given"].map(|name| dir.path().join(name));
    train(&recipe, &inputs, &own, false).unwrap();
    let file = dir.path().join("model.lm");
    pretrain(&recipe, &inputs, &file, false).unwrap();
    recipe.language_model = None;
    train(&recipe, &inputs, &plain, false).unwrap();
    inputs.language_model = Some(file);
    train(&recipe, &inputs, &given, false).unwrap();
    let meta = |path: &Path, key: &str| {
        Model::open_file(path, &ModelOptions::default()).unwrap().meta(key).map(str::to_owned)
    };
    assert!(meta(&own, "train.language_model").unwrap().contains("perplexity"));
    assert_eq!(meta(&own, "train.language_model"), meta(&given, "train.language_model"));
    assert_eq!(meta(&plain, "train.language_model"), None);
    let weights = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        let sections = Sections::read(&bytes, false).unwrap();
        bytes[sections.require(LSTM_RECURRENT, 0).unwrap().range()].to_vec()
    };
    assert_eq!(weights(&own), weights(&given));
    assert_ne!(weights(&own), weights(&plain));

    recipe.tagger.filters += 1;
    let error = train(&recipe, &inputs, &given, false).unwrap_err();
    assert!(format!("{error:#}").contains("language model"), "{error:#}");
}

/// Trains in the folder that the environment names, going on where a run before ended; for the test below.
#[test]
#[ignore = "started by another test"]
fn train_in_a_process_of_its_own() {
    let Some(dir) = std::env::var_os("DRUGNER_TRAIN_IN") else { return };
    let dir = Path::new(&dir);
    train(&small_recipe(), &write_inputs(dir), &dir.join("torn.drugner"), true).unwrap();
}

/// Killed three times, each time after another epoch of the tagger.
#[test]
fn a_killed_training_goes_on_to_the_same_model() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, torn) = (dir.path().join("whole.drugner"), dir.path().join("torn.drugner"));
    train(&small_recipe(), &write_inputs(dir.path()), &whole, false).unwrap();

    let checkpoint = dir.path().join("torn.drugner.work/tagger.checkpoint");
    let written = || std::fs::metadata(&checkpoint).and_then(|metadata| metadata.modified()).ok();
    let (mut kills, mut last) = (0, None);
    while kills < 3 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["train_in_a_process_of_its_own", "--ignored", "--exact"])
            .env("DRUGNER_TRAIN_IN", dir.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while written() == last {
            assert!(child.try_wait().unwrap().is_none(), "the training ends or fails before it is killed");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(!torn.exists());
        (kills, last) = (kills + 1, written());
    }
    train(&small_recipe(), &write_inputs(dir.path()), &torn, true).unwrap();
    assert_eq!(std::fs::read(&whole).unwrap(), std::fs::read(&torn).unwrap());
}
