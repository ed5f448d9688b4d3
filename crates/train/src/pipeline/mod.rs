//! The whole way from corpus and text to a model file.

mod card;
mod inputs;
mod precision;
mod pretrain;

use crate::calibration;
use crate::data::examples::{Encoder, TrainingSentences, word_table};
use crate::data::labelled::Labelled;
use crate::data::lexicon::Lists;
use crate::data::silver::Silver;
use crate::data::swap::Swap;
use crate::data::teachers::Taught;
use crate::evaluate::{Reader, evaluate, judged};
use crate::export::{Tables, export, export_with_selftest};
use crate::language_model::{LanguageModel, Vocabulary};
use crate::recipe::Recipe;
use crate::tagger::{self, TaggerOptions, TaggerWeights, WordVectors};
use anyhow::{Context as _, Result, ensure};
use drugner::{Model, ModelOptions};
use drugner_corpus::{Corpus, Label};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::pretrain::pretrain;
pub use inputs::{Documents, Inputs, is_column_file, read_corpus};

/// Seeds of the networks on the way lie this far from that of the recipe, beyond the seeds that people try.
const TEACHER_SEEDS: u64 = 1_000;
const SILVER_SEED: u64 = 500;

/// Trains the model of `recipe` and writes it to `out`. Work in progress lies in `<out>.work`, which `resume` goes on
/// from and which is removed at the end.
pub fn train(recipe: &Recipe, inputs: &Inputs, out: &Path, resume: bool) -> Result<()> {
    let work = work_folder(out, resume)?;
    let mut run = Run::prepare(recipe, inputs, &work)?;
    run.silver = run.silver(&work)?;
    let taught = run.taught(&work)?;
    let weights = run.network(recipe.seed, taught, &work.join("tagger.checkpoint"))?;
    let bytes = run.finished(&weights)?;
    drugner::format::writer::save(out, &bytes).with_context(|| format!("cannot write {}", out.display()))?;
    eprintln!("wrote {} ({} bytes)", out.display(), bytes.len());
    std::fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))
}

/// The folder of work in progress beside `out`, empty unless a run goes on.
fn work_folder(out: &Path, resume: bool) -> Result<PathBuf> {
    let work = out.with_added_extension("work");
    if !resume && work.exists() {
        std::fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    std::fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    Ok(work)
}

/// What all networks of a run have in common.
struct Run<'a> {
    recipe: &'a Recipe,
    inputs: &'a Inputs,
    documents: Documents,
    tables: Tables,
    /// Training sentences, repeated as their sub-corpus weighs.
    sentences: Vec<Labelled>,
    /// Sentences of the auxiliary task with silver labels, if the recipe wants them.
    silver: Vec<Labelled>,
    auxiliary: Corpus,
    language_model: Option<LanguageModel>,
}

impl<'a> Run<'a> {
    fn prepare(recipe: &'a Recipe, inputs: &'a Inputs, work: &Path) -> Result<Self> {
        let documents = Documents::read(recipe, inputs)?;
        let vectors = inputs::vectors(recipe, inputs, work)?;
        let (words, word_table) = word_table(&vectors, recipe.words.min_count, recipe.words.rms);
        let vocabulary =
            Vocabulary { words: &words, vectors: WordVectors { rows: &word_table, dim: vectors.dim } };
        let language_model = match (&inputs.language_model, &recipe.language_model) {
            (Some(path), _) => Some(LanguageModel::load(path)?),
            (None, Some(options)) => Some(inputs::language_model(recipe, options, inputs, vocabulary, work)?),
            (None, None) => None,
        };
        let lists = lists(recipe, inputs, &inputs::labelled(&documents.train, &BTreeMap::new()))?;
        let lexicon = lists.build();
        Ok(Self {
            recipe,
            inputs,
            sentences: inputs::labelled(&documents.train, &recipe.data.repeat),
            silver: Vec::new(),
            auxiliary: inputs::auxiliary(&inputs.auxiliary)?,
            language_model,
            documents,
            tables: Tables { words, word_table, lists, lexicon, required: recipe.document.required() },
        })
    }

    /// Trains the teachers, if the recipe has any, and lets them label the text. A finished teacher lies in `work`.
    fn taught(&self, work: &Path) -> Result<Option<Taught>> {
        let Some(options) = &self.recipe.data.teachers else { return Ok(None) };
        ensure!(
            !self.inputs.text.is_empty(),
            "the teachers of the recipe need text to label; give --text beside --vectors"
        );
        let mut teachers = Vec::new();
        for number in 1..=options.count {
            let seed = self.recipe.seed + TEACHER_SEEDS * number as u64;
            let title = format!("teacher {number} of {}", options.count);
            teachers.push(self.helper(work, &format!("teacher{number}"), &title, seed)?);
        }
        let taught = Taught::new(options, &teachers, &self.inputs.text, self.recipe.seed)?;
        eprintln!("{} teachers label {} sentences", teachers.len(), taught.len());
        Ok(Some(taught))
    }

    /// Trains a network that the recipe needs on the way, and keeps it in `work`.
    fn helper(&self, work: &Path, name: &str, title: &str, seed: u64) -> Result<Model> {
        let path = work.join(format!("{name}.drugner"));
        if !path.exists() {
            eprintln!("{title}");
            let weights = self.network(seed, None, &work.join(format!("{name}.checkpoint")))?;
            drugner::format::writer::save(&path, &export(&weights, &self.tables, &BTreeMap::new())?)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(Model::open_file(&path, &ModelOptions::default())?)
    }

    /// Labels for the sentences of the auxiliary task, if the recipe wants them; with a network trained without them.
    fn silver(&self, work: &Path) -> Result<Vec<Labelled>> {
        let Some(options) = &self.recipe.data.silver else { return Ok(Vec::new()) };
        if self.auxiliary.documents.is_empty() {
            eprintln!("no --auxiliary: the recipe's silver labels are left out");
            return Ok(Vec::new());
        }
        let seed = self.recipe.seed + SILVER_SEED;
        let model = self.helper(work, "silver", "network for the silver labels", seed)?;
        let mut reader = Reader::new(&model)?;
        let silver = Silver::new(options, &self.sentences, &self.tables.lists);
        let labelled =
            silver.label(&self.auxiliary, |document| reader.answers(document), &mut Rng::with_seed(seed))?;
        eprintln!("{} sentences with silver labels", labelled.len());
        Ok(labelled)
    }

    /// Trains a network. The development documents choose the epoch, unless they are training documents.
    fn network(&self, seed: u64, taught: Option<Taught>, checkpoint: &Path) -> Result<TaggerWeights> {
        let data = &self.recipe.data;
        let sentences = [&self.sentences[..], &self.silver].concat();
        let swap = data.swap.clone().map(|options| Swap::new(options, &sentences, &self.tables.lists));
        let mut source = TrainingSentences {
            encoder: self.encoder(),
            sentences,
            swap,
            noise: data.noise.clone(),
            taught,
            auxiliary: inputs::labelled(&self.auxiliary, &BTreeMap::new()),
            auxiliary_share: data.auxiliary_share,
        };
        let options = TaggerOptions {
            seed,
            labels: Label::ALL.len(),
            auxiliary_labels: usize::from(!self.auxiliary.documents.is_empty()),
            shapes: drugner::features::shape::COUNT,
            lexicons: self.tables.lists.names.len(),
            ..self.recipe.tagger.clone()
        };
        let mut score = |weights: &TaggerWeights| -> Result<Option<f64>> {
            if data.all_documents {
                return Ok(None);
            }
            Ok(Some(evaluate(&self.model(weights)?, &self.documents.development)?.report().all.strict.f1))
        };
        let (words, start) = (self.word_vectors(), self.language_model.as_ref());
        Ok(tagger::train(&options, words, start, &mut source, &mut score, Some(checkpoint))?.weights)
    }

    fn encoder(&self) -> Encoder {
        Encoder::new(&self.tables.words, self.tables.lexicon.clone(), self.tables.lists.names.len())
    }

    fn word_vectors(&self) -> WordVectors<'_> {
        let rows = &self.tables.word_table;
        WordVectors { rows, dim: rows.len() / (1 + self.tables.words.len()) }
    }

    fn model(&self, weights: &TaggerWeights) -> Result<Model> {
        Ok(Model::open_copy(&export(weights, &self.tables, &BTreeMap::new())?, &ModelOptions::default())?)
    }

    /// The model file: calibrated on the development documents, with its card.
    fn finished(&self, weights: &TaggerWeights) -> Result<Vec<u8>> {
        let model = self.model(weights)?;
        let mut card = card::card(self.recipe, self.inputs, &self.tables);
        if let Some(language_model) = &self.language_model {
            let [forward, backward] = language_model.perplexity();
            let figure = format!("perplexity {forward:.1} forward, {backward:.1} backward");
            card.insert("train.language_model".to_owned(), figure);
        }
        let mut table = None;
        if !self.recipe.data.all_documents {
            let development = &self.documents.development;
            card::figures(&mut card, "development", &evaluate(&model, development)?.report());
            let whole = precision::evaluate(
                weights,
                self.word_vectors(),
                &self.encoder(),
                self.tables.required,
                development,
            )?;
            let strict = format!("F1 {:.4} in 32-bit numbers", whole.all.strict.f1);
            card.insert("eval.development.all.strict_f32".to_owned(), strict);
            let answers = judged(&model, development)?;
            table = calibration::fit(&answers, Label::ALL.len());
            if let Some(table) = &table {
                let source = format!("fitted to {} answers to the development documents", answers.len());
                card.insert("train.calibration".to_owned(), source);
                card::calibration_figure(&mut card, "development", &answers, table);
            }
        }
        if let Some(test) = &self.documents.test {
            card::figures(&mut card, "ner_test", &evaluate(&model, test)?.report());
            if let Some(table) = &table {
                card::calibration_figure(&mut card, "ner_test", &judged(&model, test)?, table);
            }
        }
        for (key, value) in card.iter().filter(|(key, _)| key.starts_with("eval.")) {
            eprintln!("{key}: {value}");
        }
        let bytes = export_with_selftest(weights, &self.tables, &card)?;
        calibration::recalibrated(&bytes, table.as_ref(), &BTreeMap::new())
    }
}

fn lists(recipe: &Recipe, inputs: &Inputs, sentences: &[Labelled]) -> Result<Lists> {
    let mut lists = Lists::default();
    for path in &inputs.lexicon {
        lists.read(path, &recipe.lexicon.categories)?;
    }
    if !lists.names.is_empty() {
        let mentions = sentences.iter().flat_map(Labelled::names);
        let added =
            lists.add_frequent(mentions, &recipe.lexicon.frequent, recipe.lexicon.frequent_min_count)?;
        let count: usize = lists.entries.iter().map(Vec::len).sum();
        eprintln!(
            "lexicon: {count} names in {} lists, {added} of them from the training text",
            lists.names.len()
        );
    }
    Ok(lists)
}
