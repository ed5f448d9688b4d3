//! Study of the training data (Sadikin, Fanany and Basaruddin 2016, sections 2 and 3.2): how frequent drug words are, how
//! the five-word tuples fall into classes, and how alike the vectors of drug words are.

pub mod frequency;
pub mod report;
pub mod similarity;
pub mod tuples;
mod vectors;

use crate::representation::{Classes, WordSentence, words};
use anyhow::{Result, ensure};
use drugner_corpus::Corpus;
use frequency::Third;
use serde::Serialize;
use similarity::Similarity;
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

/// Studies every sub-corpus of `corpus`, in the order of their names. `with_vectors` trains word vectors (CBOW, window 5,
/// 100 dimensions) on the text of all of them; the same seed gives the same figures.
///
/// # Errors
/// A sub-corpus without words; fewer than two different words to train vectors of; a folder for temporary files that
/// cannot be written.
pub fn analyse(corpus: &Corpus, seed: u64, with_vectors: bool) -> Result<Vec<Study>> {
    let vectors = with_vectors.then(|| vectors::train(corpus, seed)).transpose()?;
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

/// The words of the sentences, each with whether it lies in a name.
fn marked(sentences: &[WordSentence]) -> impl Iterator<Item = (&str, bool)> {
    sentences.iter().flat_map(|sentence| {
        let classes = Classes::Plain.words(sentence);
        sentence.normal.iter().zip(classes).map(|(word, class)| (word.as_str(), class > 0))
    })
}
