//! One run: samples, training, export, and scores through the engine.

use super::data::Data;
use super::scores::{SystemScores, Yardstick, score};
use super::settings::Settings;
use super::variant::{LabelSource, Representation, Variant};
use super::vectors::WordVectors;
use crate::evaluate::answers_of_document;
use crate::export::words::{Border, WordTable, lstm_model, window_model};
use crate::representation::filter::{self, Filter};
use crate::representation::{Classes, Samples, WINDOW, WordSentence, sequence, stream, windows, words};
use crate::sequence::{Sequence, SequenceWeights};
use crate::window::{DenseLayer, Windows};
use anyhow::{Context as _, Result};
use drugner::{Model, ModelOptions};
use drugner_corpus::Corpus;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Instant;

/// A variant trained for one sub-corpus with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The system.
    pub variant: Variant,
    /// Where it is tested and, unless the variant says otherwise, trained.
    pub sub_corpus: String,
    /// Seed of vectors and network.
    pub seed: u64,
}

impl Run {
    /// A name for files.
    pub fn id(&self) -> String {
        format!("{}.{}.{}", self.variant.id(), self.sub_corpus.to_lowercase(), self.seed)
    }
}

/// What came of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The run.
    pub run: Run,
    /// Training samples: windows, or words of sequences.
    pub samples: usize,
    /// Scores on the development documents.
    pub development: SystemScores,
    /// Scores on the test documents.
    pub test: SystemScores,
    /// Time of training in seconds.
    pub seconds: f64,
}

/// Trains, evaluates and returns the outcome with the bytes of the model file.
pub fn run(
    run: &Run,
    data: &Data,
    vectors: &WordVectors,
    yardstick: &Yardstick,
    settings: &Settings,
    checkpoint: &Path,
) -> Result<(Outcome, Vec<u8>)> {
    let start = Instant::now();
    let variant = &run.variant;
    let sub_corpus = (!variant.joint).then_some(run.sub_corpus.as_str());
    let labelled = |corpus: &Corpus, sub_corpus: Option<&str>| -> Vec<WordSentence> {
        let sentences = words::corpus(corpus, sub_corpus);
        match variant.labels {
            LabelSource::Offsets => sentences,
            LabelSource::NameList => {
                sentences.iter().map(|sentence| yardstick.list.relabel(sentence)).collect()
            }
        }
    };
    let train = labelled(&data.train, sub_corpus);
    let development = labelled(&data.development, Some(&run.sub_corpus));
    let card = card(run);
    let table = WordTable { words: &vectors.words, vectors: &vectors.table, dim: vectors.dim };
    let (model, samples) = match variant.representation {
        Representation::Sequence => {
            let (weights, samples) =
                train_sequence(run, &train, &development, vectors, settings, checkpoint)?;
            (lstm_model(&weights, variant.classes, &table, &card)?, samples)
        }
        representation => {
            let (layers, samples) = train_windows(run, &train, &development, vectors, settings, checkpoint)?;
            let border =
                if representation == Representation::Stream { Border::Stream } else { Border::Sentence };
            (window_model(&layers, variant.classes, border, &table, &card)?, samples)
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let engine = Model::open_copy(&model, &ModelOptions::default())?;
    let whole = variant.representation == Representation::Stream;
    let evaluate = |corpus: &Corpus| {
        score(corpus, &run.sub_corpus, yardstick, |document| answers_of_document(&engine, document, whole))
    };
    let outcome = Outcome {
        run: run.clone(),
        samples,
        development: evaluate(&data.development)?,
        test: evaluate(&data.test)?,
        seconds,
    };
    Ok((outcome, model))
}

fn train_windows(
    run: &Run,
    train: &[WordSentence],
    development: &[WordSentence],
    vectors: &WordVectors,
    settings: &Settings,
    checkpoint: &Path,
) -> Result<(Vec<DenseLayer>, usize)> {
    let classes = run.variant.classes;
    let samples = |sentences: &[WordSentence]| match run.variant.representation {
        Representation::Stream => stream::samples(sentences, classes, |word| vectors.row(word)),
        _ => windows::samples(sentences, classes, |word| vectors.row(word)),
    };
    let mut train_samples = samples(train);
    match run.variant.filter {
        Filter::All => {}
        Filter::Rare => {
            let frequent = frequent_rows(train, vectors);
            filter::rare(&mut train_samples, |row| frequent.contains(&row));
        }
        Filter::Clusters => filter::clusters(&mut train_samples, &vectors.table, vectors.dim, run.seed),
    }
    let development = samples(development);
    let x = inputs(&development, vectors);
    let mut score = |layers: &[DenseLayer]| {
        let scores = crate::window::forward(layers, &x);
        let predicted = scores.chunks_exact(classes.window_count()).map(arg_max);
        let length = |class: u8| class.checked_sub(1).map_or(0, |c| 1 + usize::from(c) / classes.labels());
        let pairs = predicted.zip(&development.classes).map(|(p, &gold)| (length(p), length(gold)));
        Ok(f1(pairs))
    };
    let options = settings.window(run).context("an LSTM has no windows")?;
    let windows = as_windows(&train_samples, vectors);
    let layers = crate::window::train(&options, &windows, &mut score, Some(checkpoint), None)
        .with_context(|| format!("training of {}", run.id()))?;
    Ok((layers, train_samples.classes.len()))
}

fn as_windows<'a>(samples: &'a Samples, vectors: &'a WordVectors) -> Windows<'a> {
    Windows {
        table: &vectors.table,
        dim: vectors.dim,
        length: WINDOW,
        rows: &samples.rows,
        classes: &samples.classes,
    }
}

/// `[samples][WINDOW * dim]`
fn inputs(samples: &Samples, vectors: &WordVectors) -> Vec<f32> {
    let padding = vec![0f32; vectors.dim];
    let vector = |&row: &u32| match row {
        crate::representation::PADDING => &padding[..],
        row => &vectors.table[row as usize * vectors.dim..][..vectors.dim],
    };
    samples.rows.iter().flat_map(vector).copied().collect()
}

fn train_sequence(
    run: &Run,
    train: &[WordSentence],
    development: &[WordSentence],
    vectors: &WordVectors,
    settings: &Settings,
    checkpoint: &Path,
) -> Result<(SequenceWeights, usize)> {
    let (classes, distance) = (run.variant.classes, run.variant.distance);
    let sequence = |sentence: &WordSentence| {
        let rows: Vec<u32> = sentence.normal.iter().map(|word| vectors.row(word)).collect();
        let x = sequence::inputs(&vectors.table, vectors.dim, &rows, distance);
        Sequence { x, classes: classes.words(sentence) }
    };
    let train: Vec<Sequence> = train.iter().map(sequence).collect();
    let development: Vec<Sequence> = development.iter().map(sequence).collect();
    let mut score = |weights: &SequenceWeights| {
        let mut pairs = Vec::new();
        for sentence in &development {
            let scores = crate::sequence::forward(weights, &sentence.x);
            let predicted = scores.chunks_exact(classes.word_count()).map(arg_max);
            let inside = |class: u8| usize::from(class > 0);
            pairs.extend(predicted.zip(&sentence.classes).map(|(p, &gold)| (inside(p), inside(gold))));
        }
        Ok(f1(pairs))
    };
    let options = settings.sequence(run);
    let width = distance.width(vectors.dim);
    let weights = crate::sequence::train(&options, width, &train, &mut score, Some(checkpoint), None)
        .with_context(|| format!("training of {}", run.id()))?;
    Ok((weights, train.iter().map(|sequence| sequence.classes.len()).sum()))
}

fn arg_max(scores: &[f32]) -> u8 {
    let mut best = 0;
    for (i, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = i;
        }
    }
    best as u8
}

/// Micro F1 over pairs of predicted and gold class, of the classes other than 0.
fn f1(pairs: impl IntoIterator<Item = (usize, usize)>) -> f64 {
    let (mut right, mut answers, mut gold) = (0, 0, 0);
    for (predicted, truth) in pairs {
        right += usize::from(predicted == truth && truth != 0);
        answers += usize::from(predicted != 0);
        gold += usize::from(truth != 0);
    }
    if answers + gold == 0 { 0.0 } else { 2.0 * right as f64 / (answers + gold) as f64 }
}

/// Rows of the words in the most frequent third of the training text.
fn frequent_rows(train: &[WordSentence], vectors: &WordVectors) -> std::collections::HashSet<u32> {
    let words = || train.iter().flat_map(|sentence| &sentence.normal).map(String::as_str);
    let thirds = crate::analysis::frequency::thirds(words());
    let mut frequent: HashMap<&str, bool> = HashMap::new();
    for word in words() {
        frequent.entry(word).or_insert_with(|| thirds.third_of(word) == 0);
    }
    frequent
        .into_iter()
        .filter(|(_, frequent)| *frequent)
        .map(|(word, _)| vectors.row(word))
        .filter(|&row| row > 0)
        .collect()
}

fn card(run: &Run) -> BTreeMap<String, String> {
    let classes = if run.variant.classes == Classes::Plain { "without labels" } else { "with labels" };
    [
        ("general.name", format!("{} ({})", run.variant.network.name(), run.id())),
        (
            "general.license",
            "Trained on the DDI corpus 2013 (CC BY-NC 4.0): for research and evaluation.".to_owned(),
        ),
        ("train.network", run.variant.network.name().to_owned()),
        ("train.variant", format!("{}, {classes}", run.variant.description())),
        ("train.corpora", format!("DDI corpus 2013, training documents, tested on {}", run.sub_corpus)),
        ("train.seed", run.seed.to_string()),
        (
            "use.intended",
            "Comparison of methods (Sadikin, Fanany, Basaruddin 2016); the default model finds more."
                .to_owned(),
        ),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}
