//! What a training run reads.

use crate::data::labelled::Labelled;
use crate::embeddings::Vectors;
use crate::evaluate::continuous;
use crate::language_model::{self, LanguageModel, LanguageModelOptions, Vocabulary};
use crate::recipe::Recipe;
use anyhow::{Context as _, Result, ensure};
use drugner_corpus::{Corpus, Label, Sentence, columns, ddi, split};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// Folds into which a corpus without fixed development documents is cut; the first one is held out.
const FOLDS: usize = 10;

/// Files that a training run reads.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Annotated text: a folder or zip archive of the DDI corpus's form, or column files.
    pub corpus: Vec<PathBuf>,
    /// What the labels of column files mean.
    pub labels: BTreeMap<String, Label>,
    /// List of the development documents, one id a line; `None` takes those fixed for the DDI corpus 2013, and a tenth of
    /// another corpus.
    pub development: Option<PathBuf>,
    /// Text for the word vectors, one sentence a line, and for the teachers.
    pub text: Vec<PathBuf>,
    /// Finished word vectors instead of those of `text`.
    pub vectors: Option<PathBuf>,
    /// A finished language model instead of one pre-trained on `text`.
    pub language_model: Option<PathBuf>,
    /// Name lists.
    pub lexicon: Vec<PathBuf>,
    /// Column files of the auxiliary task; every entity counts as of one label.
    pub auxiliary: Vec<PathBuf>,
}

/// The annotated documents of a run.
pub struct Documents {
    /// Those that the network learns from.
    pub train: Corpus,
    /// Those that choose the epoch.
    pub development: Corpus,
    /// The test documents of the DDI corpus, if the corpus is that one.
    pub test: Option<Corpus>,
}

/// Whether a path is read as a column file.
pub fn is_column_file(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["tsv", "conll", "bio", "iob", "txt"].iter().any(|known| extension == *known)
}

/// Reads one part of an annotated corpus; a column file is whole in every part. Problems go to standard error.
pub fn read_corpus(path: &Path, part: ddi::Part, labels: &BTreeMap<String, Label>) -> Result<Corpus> {
    let corpus = if is_column_file(path) { columns::read(path, labels) } else { ddi::read(path, part) };
    let corpus = corpus.with_context(|| format!("cannot read the corpus {}", path.display()))?;
    for issue in &corpus.issues {
        eprintln!("{issue}");
    }
    Ok(corpus)
}

impl Documents {
    /// Reads the corpora and holds the development documents out.
    pub fn read(recipe: &Recipe, inputs: &Inputs) -> Result<Self> {
        let mut corpus = Corpus { documents: Vec::new(), issues: Vec::new() };
        for path in &inputs.corpus {
            let more = read_corpus(path, ddi::Part::Train, &inputs.labels)?;
            ensure!(disjoint(&corpus, &more), "two of the corpora have documents of the same name");
            corpus.documents.extend(more.documents);
        }
        let ids: HashSet<&str> = corpus.documents.iter().map(|document| document.id.as_str()).collect();
        let fixed = split::DEVELOPMENT_DOCUMENTS.lines().all(|id| ids.contains(id));
        let (mut train, development) = match &inputs.development {
            Some(list) => split::hold_out(corpus, &split::read_document_list(list)?)?,
            None if fixed => split::development(corpus)?,
            None => {
                let fold = split::folds(&corpus, FOLDS, recipe.seed)?.swap_remove(0);
                split::hold_out(corpus, &fold)?
            }
        };
        if recipe.data.interaction_test {
            for path in inputs.corpus.iter().filter(|path| !is_column_file(path)) {
                let Ok(more) = ddi::read(path, ddi::Part::InteractionTest) else { continue };
                if disjoint(&train, &more) && disjoint(&development, &more) {
                    train.documents.extend(more.documents);
                }
            }
        }
        if recipe.data.all_documents {
            train.documents.extend(development.documents.iter().cloned());
        }
        let test = match &inputs.corpus[..] {
            [path] if !is_column_file(path) => ddi::read(path, ddi::Part::NerTest).ok(),
            _ => None,
        };
        let test = test.filter(|test| disjoint(&train, test) && disjoint(&development, test));
        eprintln!(
            "{} training, {} development documents",
            train.documents.len(),
            development.documents.len()
        );
        Ok(Self { train, development, test })
    }
}

/// The word vectors: finished ones, or trained in the folder `work`.
pub fn vectors(recipe: &Recipe, inputs: &Inputs, work: &Path) -> Result<Vectors> {
    if let Some(path) = &inputs.vectors {
        return Vectors::load(path);
    }
    ensure!(!inputs.text.is_empty(), "text for the word vectors is needed");
    let saved = work.join("vectors.bin");
    if saved.exists() {
        return Vectors::load(&saved);
    }
    let checkpoint = work.join("vectors.checkpoint");
    let vectors = crate::train_vectors(&inputs.text, &recipe.embeddings, Some(&checkpoint))?;
    vectors.save(&saved)?;
    Ok(vectors)
}

/// A language model, pre-trained in the folder `work`.
pub fn language_model(
    recipe: &Recipe,
    options: &LanguageModelOptions,
    inputs: &Inputs,
    vocabulary: Vocabulary<'_>,
    work: &Path,
) -> Result<LanguageModel> {
    let saved = work.join("language_model.bin");
    if saved.exists() {
        return LanguageModel::load(&saved);
    }
    ensure!(!inputs.text.is_empty(), "text for the language model is needed");
    let checkpoint = work.join("language_model.checkpoint");
    let (text, seed) = (&inputs.text, recipe.seed);
    let model = language_model::train(options, &recipe.tagger, vocabulary, text, seed, Some(&checkpoint))?;
    model.save(&saved)?;
    Ok(model)
}

/// The sentences of documents, each as often as its sub-corpus is repeated.
pub fn labelled(corpus: &Corpus, repeat: &BTreeMap<String, usize>) -> Vec<Labelled> {
    let mut out = Vec::new();
    for document in &corpus.documents {
        let sentence = |s: &Sentence| Labelled {
            text: s.text.clone(),
            mentions: continuous(s).collect(),
            sub_corpus: document.sub_corpus.clone(),
            unlisted: Vec::new(),
        };
        for _ in 0..repeat.get(&document.sub_corpus).copied().unwrap_or(1) {
            out.extend(document.sentences.iter().map(sentence));
        }
    }
    out
}

/// The documents of the auxiliary task; what stands for a label there means nothing.
pub fn auxiliary(files: &[PathBuf]) -> Result<Corpus> {
    let mut corpus = Corpus::default();
    for file in files {
        corpus.documents.extend(columns::read_as(file, Label::Drug)?.documents);
    }
    Ok(corpus)
}

fn disjoint(a: &Corpus, b: &Corpus) -> bool {
    let ids: HashSet<&str> = a.documents.iter().map(|document| document.id.as_str()).collect();
    b.documents.iter().all(|document| !ids.contains(document.id.as_str()))
}
