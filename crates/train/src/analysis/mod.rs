//! Study of the training data (Sadikin, Fanany and Basaruddin 2016, sections 2 and 3.2): how frequent drug words are, how
//! the five-word tuples fall into classes, and how alike the vectors of drug words are.

pub mod frequency;
pub mod report;
pub mod similarity;
pub mod tuples;

use crate::embeddings::Vectors;
use crate::experiment::vectors;
use crate::representation::{WordSentence, words};
use anyhow::{Context as _, Result, ensure};
use drugner_corpus::Corpus;
use frequency::Third;
use serde::Serialize;
use similarity::Similarity;
use std::path::Path;
use tuples::Tuples;

/// What was found in one sub-corpus.
#[derive(Clone, Debug, Serialize)]
pub struct Study {
    /// Name of the sub-corpus.
    pub sub_corpus: String,
    /// Documents.
    pub documents: usize,
    /// Sentences of the engine with at least one word.
    pub sentences: usize,
    /// Words by frequency, the most frequent third first.
    pub thirds: [Third; 3],
    /// Classes of the tuples.
    pub tuples: Tuples,
    /// Likeness of the word vectors; none where too few words have one.
    pub similarity: Option<Similarity>,
}

/// Studies every sub-corpus of `corpus`. The word vectors (CBOW, window 5, 100 dimensions) are trained on its text, in the
/// folder `work`; `None` leaves them out.
///
/// Errors when the corpus has no words or `work` cannot be written.
pub fn analyse(corpus: &Corpus, seed: u64, work: Option<&Path>) -> Result<Vec<Study>> {
    let vectors = work.map(|work| train(corpus, seed, work)).transpose()?;
    let mut names: Vec<&str> = corpus.documents.iter().map(|d| d.sub_corpus.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut studies = Vec::new();
    for name in names {
        let sentences = words::corpus(corpus, Some(name));
        ensure!(!sentences.is_empty(), "the sub-corpus {name} has no words");
        studies.push(Study {
            sub_corpus: name.to_owned(),
            documents: corpus.documents.iter().filter(|d| d.sub_corpus == name).count(),
            sentences: sentences.len(),
            thirds: frequency::table(&sentences),
            tuples: tuples::count(&sentences),
            similarity: vectors.as_ref().and_then(|vectors| similarity::measure(&sentences, vectors, seed)),
        });
    }
    Ok(studies)
}

fn train(corpus: &Corpus, seed: u64, work: &Path) -> Result<Vectors> {
    let text = work.join("text.txt");
    vectors::write_text(&[corpus], &text)?;
    vectors::train_files(&[text], &vectors::options(vectors::KnownWords::All, seed), None)
        .context("the word vectors cannot be trained")
}

/// The words of the sentences, each with whether it lies in a name.
fn marked(sentences: &[WordSentence]) -> impl Iterator<Item = (&str, bool)> {
    sentences.iter().flat_map(|sentence| {
        let named = |i: usize| sentence.names.iter().any(|n| (n.first..n.first + n.words).contains(&i));
        sentence.normal.iter().enumerate().map(move |(i, word)| (word.as_str(), named(i)))
    })
}
