//! The whole way from corpus and text to a model file.

use crate::calibration::{self, expected_calibration_error};
use crate::data::examples::{Encoder, TrainingSentences, word_table};
use crate::data::labelled::Labelled;
use crate::data::lexicon::Lists;
use crate::data::swap::Swap;
use crate::data::teachers::Taught;
use crate::embeddings::Vectors;
use crate::evaluate::{Judged, continuous, evaluate, judged};
use crate::export::{Tables, export, export_with_selftest};
use crate::recipe::Recipe;
use crate::tagger::{self, TaggerOptions, TaggerWeights, WordVectors};
use anyhow::{Context as _, Result, ensure};
use drugner::decode::calibration::Calibration;
use drugner::{Model, ModelOptions};
use drugner_corpus::{Corpus, Label, Report, conll, ddi, split};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files that a training run reads.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// DDI-2013 corpus, folder or zip.
    pub corpus: PathBuf,
    /// List of the development documents, one id a line; `None` takes those fixed for the DDI corpus 2013.
    pub development: Option<PathBuf>,
    /// Text for the word vectors.
    pub text: Vec<PathBuf>,
    /// Finished word vectors instead of `text`.
    pub vectors: Option<PathBuf>,
    /// Name lists.
    pub lexicon: Vec<PathBuf>,
    /// Column files (token, tag) of the auxiliary task, with one label.
    pub auxiliary: Vec<PathBuf>,
    /// Model files of the teachers.
    pub teachers: Vec<PathBuf>,
    /// Text that the teachers label, one sentence a line.
    pub unlabelled: Vec<PathBuf>,
}

/// Trains the model of `recipe` and writes it to `out`. Work in progress lies in `<out>.work`, which `resume` goes on
/// from and which is removed at the end.
pub fn train(recipe: &Recipe, inputs: &Inputs, out: &Path, resume: bool) -> Result<()> {
    let work = out.with_added_extension("work");
    if !resume && work.exists() {
        std::fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    std::fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;

    let corpus = ddi::read(&inputs.corpus, ddi::Part::Train)
        .with_context(|| format!("cannot read the corpus {}", inputs.corpus.display()))?;
    for issue in &corpus.issues {
        eprintln!("{issue}");
    }
    let (train, development) = match &inputs.development {
        Some(list) => split::hold_out(corpus, &split::read_document_list(list)?)?,
        None => split::development(corpus).context(
            "the corpus lacks the development documents of the DDI corpus 2013; name your own with --development",
        )?,
    };
    let mut train = train;
    if recipe.data.interaction_test {
        let more = ddi::read(&inputs.corpus, ddi::Part::InteractionTest)?;
        ensure!(
            disjoint(&train, &more) && disjoint(&development, &more),
            "the corpus has no interaction test documents"
        );
        train.documents.extend(more.documents);
    }
    if recipe.data.all_documents {
        train.documents.extend(development.documents.iter().cloned());
    }
    let vectors = vectors(recipe, inputs, &work)?;
    let (words, table) = word_table(&vectors, recipe.words.min_count, recipe.words.rms);
    let sentences = labelled(&train);
    let lists = lists(recipe, inputs, &sentences)?;
    let lexicon = lists.build();
    let swap = recipe.data.swap.clone().map(|options| Swap::new(options, &sentences, &lists));
    let tables = Tables { words, word_table: table, lists, lexicon };
    let encoder = Encoder::new(&tables.words, tables.lexicon.clone(), tables.lists.names.len());
    let mut source = TrainingSentences {
        encoder,
        sentences: repeated(&train, &recipe.data.repeat),
        swap,
        taught: taught(recipe, inputs)?,
        auxiliary: auxiliary(&inputs.auxiliary)?,
        auxiliary_share: recipe.data.auxiliary_share,
    };

    let options = TaggerOptions {
        seed: recipe.seed,
        labels: Label::ALL.len(),
        auxiliary_labels: usize::from(!source.auxiliary.is_empty()),
        shapes: drugner::features::shape::COUNT,
        lexicons: tables.lists.names.len(),
        ..recipe.tagger.clone()
    };
    let word_vectors = WordVectors { rows: &tables.word_table, dim: vectors.dim };
    let mut score = |weights: &TaggerWeights| -> Result<f64> {
        let model = Model::open_copy(&export(weights, &tables, &BTreeMap::new())?, &ModelOptions::default())?;
        let f1 = evaluate(&model, &development)?.report().all.strict.f1;
        // Of equal scores the later epoch counts.
        Ok(if recipe.data.all_documents { 0.0 } else { f1 })
    };
    let checkpoint = work.join("tagger.checkpoint");
    let weights = tagger::train(&options, word_vectors, &mut source, &mut score, Some(&checkpoint))?.weights;

    let model = Model::open_copy(&export(&weights, &tables, &BTreeMap::new())?, &ModelOptions::default())?;
    let mut card = card(recipe, inputs, &tables);
    figures(&mut card, "development", &evaluate(&model, &development)?.report());
    let answers = judged(&model, &development)?;
    let table = calibration::fit(&answers, Label::ALL.len());
    if let Some(table) = &table {
        let source = format!("fitted to {} answers to the development documents", answers.len());
        card.insert("train.calibration".to_owned(), source);
        calibration_figure(&mut card, "development", &answers, table);
    }
    if let Ok(test) = ddi::read(&inputs.corpus, ddi::Part::NerTest)
        && disjoint(&train, &test)
        && disjoint(&development, &test)
    {
        figures(&mut card, "ner_test", &evaluate(&model, &test)?.report());
        if let Some(table) = &table {
            calibration_figure(&mut card, "ner_test", &judged(&model, &test)?, table);
        }
    }
    let bytes = export_with_selftest(&weights, &tables, &card)?;
    let bytes = calibration::recalibrated(&bytes, table.as_ref(), &BTreeMap::new())?;
    drugner::format::writer::save(out, &bytes).with_context(|| format!("cannot write {}", out.display()))?;
    for (key, value) in card.iter().filter(|(key, _)| key.starts_with("eval.")) {
        eprintln!("{key}: {value}");
    }
    eprintln!("wrote {} ({} bytes)", out.display(), bytes.len());
    std::fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))
}

fn vectors(recipe: &Recipe, inputs: &Inputs, work: &Path) -> Result<Vectors> {
    if let Some(path) = &inputs.vectors {
        return Vectors::load(path);
    }
    ensure!(!inputs.text.is_empty(), "text for the word vectors is needed");
    let saved = work.join("vectors.bin");
    if saved.exists() {
        return Vectors::load(&saved);
    }
    let mut options = recipe.embeddings.clone();
    options.seed = recipe.seed;
    let vectors = crate::train_vectors(&inputs.text, &options, Some(&work.join("vectors.checkpoint")))?;
    vectors.save(&saved)?;
    Ok(vectors)
}

fn labelled(corpus: &Corpus) -> Vec<Labelled> {
    let sentence =
        |s: &drugner_corpus::Sentence| Labelled { text: s.text.clone(), mentions: continuous(s).collect() };
    corpus.sentences().map(sentence).collect()
}

fn repeated(corpus: &Corpus, repeat: &BTreeMap<String, usize>) -> Vec<Labelled> {
    let mut out = Vec::new();
    for document in &corpus.documents {
        for _ in 0..repeat.get(&document.sub_corpus).copied().unwrap_or(1) {
            let sentence = |s: &drugner_corpus::Sentence| Labelled {
                text: s.text.clone(),
                mentions: continuous(s).collect(),
            };
            out.extend(document.sentences.iter().map(sentence));
        }
    }
    out
}

fn taught(recipe: &Recipe, inputs: &Inputs) -> Result<Option<Taught>> {
    let Some(options) = &recipe.data.teachers else {
        ensure!(inputs.teachers.is_empty(), "the recipe has no [data.teachers]");
        return Ok(None);
    };
    let open = |path: &PathBuf| {
        Model::open_file(path, &ModelOptions::default())
            .with_context(|| format!("cannot open the teacher {}", path.display()))
    };
    let teachers: Vec<Model> = inputs.teachers.iter().map(open).collect::<Result<_>>()?;
    let taught = Taught::new(options, &teachers, &inputs.unlabelled, recipe.seed)?;
    eprintln!("{} teachers label {} sentences", teachers.len(), taught.len());
    Ok(Some(taught))
}

/// Sentences of column files; every entity is of the one label of the auxiliary task.
fn auxiliary(files: &[PathBuf]) -> Result<Vec<Labelled>> {
    let mut out = Vec::new();
    for file in files {
        for sentence in conll::read(file, conll::Columns::default())? {
            let mut text = String::new();
            let mut ranges = Vec::new();
            for token in &sentence.tokens {
                ranges.push(text.len()..text.len() + token.len());
                text.push_str(token);
                text.push(' ');
            }
            let mention = |entity: &conll::TokenEntity| {
                (ranges[entity.start].start..ranges[entity.end - 1].end, Label::Drug)
            };
            out.push(Labelled { mentions: sentence.entities().iter().map(mention).collect(), text });
        }
    }
    Ok(out)
}

fn lists(recipe: &Recipe, inputs: &Inputs, sentences: &[Labelled]) -> Result<Lists> {
    let mut lists = Lists::default();
    for path in &inputs.lexicon {
        lists.read(path, &recipe.lexicon.categories)?;
    }
    if !lists.names.is_empty() {
        let mentions = sentences
            .iter()
            .flat_map(|s| s.mentions.iter().map(|(range, label)| (s.text[range.clone()].to_owned(), *label)));
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

fn disjoint(a: &Corpus, b: &Corpus) -> bool {
    let ids: std::collections::HashSet<&str> = a.documents.iter().map(|d| d.id.as_str()).collect();
    b.documents.iter().all(|d| !ids.contains(d.id.as_str()))
}

fn figures(card: &mut BTreeMap<String, String>, name: &str, report: &Report) {
    let mut add = |key: &str, scores: &drugner_corpus::scorer::Scores| {
        let s = &scores.strict;
        card.insert(
            format!("eval.{name}.{key}.strict"),
            format!("P {:.4} R {:.4} F1 {:.4} ({} gold, {} answers)", s.p, s.r, s.f1, s.gold, s.answers),
        );
        card.insert(format!("eval.{name}.{key}.exact"), format!("F1 {:.4}", scores.exact.f1));
    };
    add("all", &report.all);
    for (sub, scores) in &report.sub {
        add(&sub.to_lowercase(), scores);
    }
}

fn calibration_figure(
    card: &mut BTreeMap<String, String>,
    name: &str,
    answers: &[Judged],
    table: &Calibration,
) {
    let raw = expected_calibration_error(answers.iter().map(|a| (a.score, a.right)));
    let error = expected_calibration_error(answers.iter().map(|a| (table.apply(a.score, a.label), a.right)));
    let text = format!("expected calibration error {error:.4}, {raw:.4} without the table");
    card.insert(format!("eval.{name}.all.calibration"), text);
}

fn card(recipe: &Recipe, inputs: &Inputs, tables: &Tables) -> BTreeMap<String, String> {
    let names = |paths: &[PathBuf]| {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut names: Vec<String> = paths.iter().map(name).collect();
        names.sort();
        names.join(", ")
    };
    let settings = toml::to_string(recipe).unwrap_or_default();
    let lists: Vec<String> = tables
        .lists
        .names
        .iter()
        .zip(&tables.lists.entries)
        .map(|(n, e)| format!("{n} ({})", e.len()))
        .collect();
    [
        ("general.name", recipe.name.clone()),
        ("general.version", recipe.version.clone()),
        ("general.license", LICENSE.to_owned()),
        ("train.corpora", CORPORA.to_owned()),
        ("train.text", names(&inputs.text)),
        ("train.teachers", names(&inputs.teachers)),
        ("train.unlabelled", names(&inputs.unlabelled)),
        ("train.auxiliary", names(&inputs.auxiliary)),
        ("train.lexicon", format!("{}: {}", names(&inputs.lexicon), lists.join(", "))),
        ("train.recipe", settings),
        ("train.seed", recipe.seed.to_string()),
        ("use.intended", INTENDED.to_owned()),
        ("use.limits", LIMITS.to_owned()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

const LICENSE: &str = "The DDI corpus is CC BY-NC 4.0: a model trained on it is offered for research and evaluation, not \
for commercial use. Train on your own data with the same command for other uses. Attribution of all sources: \
models/README.md.";
const CORPORA: &str = "DDI corpus 2013 (Herrero-Zazo et al. 2013; Segura-Bedmar et al. 2013), training documents without \
the fixed development documents";
const INTENDED: &str = "Finding candidate drug names in English biomedical text, as one step of a system in which people \
review the result. Not a medical device.";
const LIMITS: &str = "English only. Trained on drug labels and abstracts, not on clinical notes: expect lower scores there. \
Discontinuous names are not found. A mention is no statement that a patient takes the drug.";
