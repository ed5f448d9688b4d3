//! Pre-training on a tiny invented text: it learns, goes on after an interruption, and is where a tagger begins.

use drugner_train::language_model::{LanguageModel, LanguageModelOptions, Vocabulary, train};
use drugner_train::tagger::{TaggerOptions, WordVectors};
use std::path::{Path, PathBuf};

const WORDS: [&str; 8] = ["the", "patient", "takes", "aspirin", "warfarin", "daily", "never", "."];
const DIM: usize = 4;

struct Fixture {
    folder: tempfile::TempDir,
    words: Vec<String>,
    rows: Vec<f32>,
    text: Vec<PathBuf>,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = String::new();
        for i in 0..120 {
            let (drug, when) = (WORDS[3 + i % 2], WORDS[5 + i / 2 % 2]);
            // A number makes every line another one.
            lines += &format!("The patient takes {drug} {when} {i} .\n");
        }
        let text = folder.path().join("text.txt");
        std::fs::write(&text, lines).unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        Self {
            folder,
            words: WORDS.map(str::to_owned).to_vec(),
            rows: (0..(1 + WORDS.len()) * DIM).map(|_| rng.f32() - 0.5).collect(),
            text: vec![text],
        }
    }

    fn train(
        &self,
        options: &LanguageModelOptions,
        checkpoint: Option<&Path>,
    ) -> anyhow::Result<LanguageModel> {
        let vectors = WordVectors { rows: &self.rows, dim: DIM };
        let vocabulary = Vocabulary { words: &self.words, vectors };
        train(options, &tagger(), vocabulary, &self.text, 1, checkpoint)
    }
}

fn tagger() -> TaggerOptions {
    TaggerOptions { hidden: 8, filters: 6, lexicons: 2, warm_up: 5, ..TaggerOptions::default() }
}

fn options() -> LanguageModelOptions {
    LanguageModelOptions {
        sentences: 100,
        epochs: 30,
        batch: 10,
        negatives: 16,
        learning_rate: 1e-2,
        output_rate: 0.1,
        word_dropout: 0.1,
        dropout: 0.1,
    }
}

#[test]
fn learns_the_order_of_words() {
    let fixture = Fixture::new();
    let model = fixture.train(&options(), None).unwrap();
    // Eight words; but for drug, time and number every word follows from the one before.
    for perplexity in model.perplexity() {
        assert!((1.0..2.2).contains(&perplexity), "{perplexity}");
    }
    let path = fixture.folder.path().join("model.bin");
    model.save(&path).unwrap();
    assert_eq!(LanguageModel::load(&path).unwrap(), model);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = format!("{:#}", LanguageModel::load(&path).unwrap_err());
    assert!(error.contains("model.bin") && error.contains("damaged"), "{error}");
}

#[test]
fn an_interrupted_training_goes_on_to_the_same_model() {
    let mut fixture = Fixture::new();
    let whole = fixture.train(&options(), None).unwrap();
    let path = fixture.folder.path().join("checkpoint");
    // The last checkpoint holds the end of the run: what is left to do is nothing, and it gives the same model.
    assert_eq!(fixture.train(&options(), Some(&path)).unwrap(), whole);
    assert_eq!(fixture.train(&options(), Some(&path)).unwrap(), whole);
    let other = LanguageModelOptions { batch: 5, ..options() };
    let error = format!("{:#}", fixture.train(&other, Some(&path)).unwrap_err());
    assert!(error.contains("other options, words or text"), "{error}");
    fixture.text.push(fixture.text[0].with_file_name("more.txt"));
    std::fs::write(&fixture.text[1], "The patient never takes aspirin .\n").unwrap();
    let all = LanguageModelOptions { sentences: 1000, ..options() };
    fixture.train(&all, Some(&fixture.folder.path().join("all"))).unwrap();
    fixture.text.pop();
    fixture.train(&all, Some(&fixture.folder.path().join("all"))).unwrap_err();
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let fixture = Fixture::new();
    let short = LanguageModelOptions { epochs: 2, ..options() };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fixture.train(&short, None).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn text_without_known_words_is_refused() {
    let mut fixture = Fixture::new();
    fixture.words = ["other"; 1].map(str::to_owned).to_vec();
    fixture.rows.truncate(2 * DIM);
    let error = fixture.train(&options(), None).unwrap_err().to_string();
    assert!(error.contains("known word"), "{error}");
    assert!(!error.contains("aspirin"), "{error}");
}
