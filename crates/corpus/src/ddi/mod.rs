//! Reader of the DDI corpus 2013: XML documents in a folder or in the zip archive as published.
//!
//! Text comes in as XML defines it: `&#xd;&#xa;` stays a carriage return and a line feed, which the offsets count;
//! a raw line end inside an attribute is a blank.

mod source;
mod xml;

use std::collections::HashMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::{Corpus, Document, Issue};

/// A part of the corpus, by the folder names of its published layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// `Train`.
    Train,
    /// `Test/Test for DrugNER task`: the test documents for drug names.
    NerTest,
    /// `Test/Test for DDI Extraction task`: the test documents for interactions.
    InteractionTest,
    /// Every document.
    All,
}

impl Part {
    /// The name of the folder that holds the part; `None` for [`Part::All`].
    pub fn folder(self) -> Option<&'static str> {
        match self {
            Part::Train => Some("Train"),
            Part::NerTest => Some("Test for DrugNER task"),
            Part::InteractionTest => Some("Test for DDI Extraction task"),
            Part::All => None,
        }
    }

    /// The part that a path belongs to, by the innermost of its folders that bears the name of one.
    fn of<'a>(folders: impl Iterator<Item = &'a str>) -> Option<Part> {
        let parts = [Part::Train, Part::NerTest, Part::InteractionTest];
        let named = |name: &str| {
            parts
                .into_iter()
                .find(|part| part.folder().is_some_and(|folder| name.eq_ignore_ascii_case(folder)))
        };
        folders.filter_map(named).last()
    }
}

/// Reads the documents of `part` under `path`.
///
/// `path` is a folder, searched with its sub-folders; a zip archive; a path into one, such as
/// `ddi2013.zip/DDICorpus/Train/MedLine`; or a single XML file. Where no folder bears the name of a part, as in a
/// plain folder of XML files, every document is read whatever `part` says; so is a single file.
///
/// Documents are sorted by identifier, so the same files give the same corpus wherever they lie. Annotations whose
/// offsets contradict their text are listed in [`Corpus::issues`].
///
/// # Errors
/// * [`Error::Read`], [`Error::Archive`]: the path does not exist or cannot be read.
/// * [`Error::NoDocuments`]: there is no XML file of that part.
/// * [`Error::TooLarge`]: a file of more than 64 MiB, or an archive of more than 1 GiB unpacked.
/// * [`Error::Input`]: XML that is truncated, malformed, not UTF-8 or not of this corpus; an unknown type; a missing
///   attribute; an offset that does not parse; an identifier used twice.
pub fn read(path: impl AsRef<Path>, part: Part) -> Result<Corpus> {
    let path = path.as_ref();
    let mut documents: Vec<(Document, Vec<Issue>)> = Vec::new();
    let (mut document_ids, mut sentence_ids) = (Ids::new("document"), Ids::new("sentence"));
    source::for_each_file(path, part, |file| {
        let parsed = xml::parse(&file)?;
        document_ids.claim(&parsed.document.id, &file.name, parsed.line)?;
        for (sentence, &line) in parsed.document.sentences.iter().zip(&parsed.sentence_lines) {
            sentence_ids.claim(&sentence.id, &file.name, line)?;
        }
        documents.push((parsed.document, parsed.issues));
        Ok(())
    })?;
    documents.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut corpus = Corpus::default();
    for (document, issues) in documents {
        corpus.documents.push(document);
        corpus.issues.extend(issues);
    }
    Ok(corpus)
}

/// The identifiers used so far, each with its file.
struct Ids {
    kind: &'static str,
    files: HashMap<String, String>,
}

impl Ids {
    fn new(kind: &'static str) -> Self {
        Ids { kind, files: HashMap::new() }
    }

    fn claim(&mut self, id: &str, file: &str, line: usize) -> Result<()> {
        match self.files.insert(id.to_owned(), file.to_owned()) {
            None => Ok(()),
            Some(other) => {
                let detail = format!("duplicate {} id {id}, also in {other}", self.kind);
                Err(Error::Input { file: file.to_owned(), line, detail })
            }
        }
    }
}
