//! The corpus of an experiment: training, development and test part of each sub-corpus.

use crate::representation::{NameList, WordSentence, words};
use anyhow::{Context as _, Result, ensure};
use drugner::format::sha256::{hex, sha256};
use drugner_corpus::{Corpus, Document, ddi, split};
use std::path::Path;

/// The parts of the corpus.
pub struct Data {
    /// Training documents without the development documents.
    pub train: Corpus,
    /// Development documents.
    pub development: Corpus,
    /// Test documents of task 9.1.
    pub test: Corpus,
}

impl Data {
    /// Reads the DDI corpus 2013, a folder or its zip archive. `development` lists the development documents of another
    /// corpus, one id a line; `None` takes those fixed for DDI-2013.
    pub fn read(path: &Path, development: Option<&Path>) -> Result<Self> {
        let read = |part| {
            ddi::read(path, part).with_context(|| format!("cannot read the corpus {}", path.display()))
        };
        let train = read(ddi::Part::Train)?;
        let (train, development) = match development {
            Some(list) => split::hold_out(train, &split::read_document_list(list)?)?,
            None => split::development(train).context(
                "the corpus lacks the development documents of the DDI corpus 2013; name your own with --development",
            )?,
        };
        let test = read(ddi::Part::NerTest)?;
        ensure!(test.entity_count() > 0, "the corpus has no test documents of task 9.1");
        for issue in train.issues.iter().chain(&development.issues).chain(&test.issues) {
            eprintln!("{issue}");
        }
        Ok(Self { train, development, test })
    }

    /// Names of the sub-corpora of the test part, sorted.
    pub fn sub_corpora(&self) -> Vec<String> {
        let mut names: Vec<String> = self.test.documents.iter().map(|d| d.sub_corpus.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Identifies text and annotation of all parts.
    pub fn fingerprint(&self) -> String {
        let mut bytes = Vec::new();
        for sentence in [&self.train, &self.development, &self.test].into_iter().flat_map(Corpus::sentences) {
            bytes.extend_from_slice(sentence.text.as_bytes());
            for entity in &sentence.entities {
                bytes.extend_from_slice(format!("{:?}{}", entity.spans, entity.label).as_bytes());
            }
        }
        hex(&sha256(&bytes))
    }

    /// The names of training, development and test part, for labels in the paper's way.
    pub fn name_list(&self) -> NameList {
        let parts = [&self.train, &self.development, &self.test];
        let sentences: Vec<WordSentence> = parts.iter().flat_map(|part| words::corpus(part, None)).collect();
        NameList::new(&sentences)
    }
}

/// The documents of a sub-corpus.
pub fn documents<'a>(corpus: &'a Corpus, sub_corpus: &'a str) -> impl Iterator<Item = &'a Document> {
    corpus.documents.iter().filter(move |document| document.sub_corpus == sub_corpus)
}
