//! Column files as a corpus, for text that comes as tokens and tags.

use std::collections::BTreeMap;
use std::path::Path;

use crate::conll::{self, Columns};
use crate::error::{Error, Result};
use crate::model::{Corpus, Document, Entity, Label, Sentence, Span};

/// Sentences that make a document: column files seldom say where one ends, and a split must not tear neighbours apart.
const SENTENCES: usize = 10;

/// Reads a column file (token in the first column, tag in the last). A sentence's text is its tokens with blanks between
/// them; ten sentences in a row are a document named `FILE:NUMBER`, of a sub-corpus that is named as the file.
///
/// `labels` says what the tags' labels mean; those of the DDI corpus mean themselves.
///
/// # Errors
/// Those of [`conll::read`], and [`Error::Labels`] for labels without a meaning.
pub fn read(path: impl AsRef<Path>, labels: &BTreeMap<String, Label>) -> Result<Corpus> {
    corpus(path.as_ref(), |label| labels.get(label).copied().or_else(|| Label::from_name(label)))
}

/// Reads a column file of which every entity gets the same label.
///
/// # Errors
/// Those of [`conll::read`].
pub fn read_as(path: impl AsRef<Path>, label: Label) -> Result<Corpus> {
    corpus(path.as_ref(), |_| Some(label))
}

fn corpus(path: &Path, meaning: impl Fn(&str) -> Option<Label>) -> Result<Corpus> {
    let sentences = conll::read(path, Columns::default())?;
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut unknown = Vec::new();
    let mut documents: Vec<Document> = Vec::new();
    for (i, sentence) in sentences.iter().enumerate() {
        if i % SENTENCES == 0 {
            let id = format!("{file}:{}", 1 + i / SENTENCES);
            documents.push(Document { id, sub_corpus: file.clone(), sentences: Vec::new() });
        }
        let Some(document) = documents.last_mut() else { continue };
        let mut ends = Vec::new();
        let mut text = String::new();
        for token in &sentence.tokens {
            text.push_str(token);
            ends.push(text.len());
            text.push(' ');
        }
        text.pop();
        let id = format!("{}.s{}", document.id, 1 + i);
        let mut entities = Vec::new();
        for (e, entity) in sentence.entities().into_iter().enumerate() {
            let Some(label) = meaning(&entity.label) else {
                unknown.push(entity.label);
                continue;
            };
            let start = ends[entity.start] - sentence.tokens[entity.start].len();
            let span = Span::new(start, ends[entity.end - 1]);
            let name = span.of(&text).unwrap_or_default().to_owned();
            entities.push(Entity { id: format!("{id}.e{e}"), spans: vec![span], label, text: name });
        }
        document.sentences.push(Sentence { id, text, entities, unplaced: Vec::new() });
    }
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        return Err(Error::Labels { file: path.display().to_string(), labels: unknown });
    }
    Ok(Corpus { documents, issues: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_text_and_unknown_labels_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.tsv");
        let sentence = "Acetic\tB-Chemical\nacid\tI-Chemical\nand\tO\niron\tB-drug\n\n";
        std::fs::write(&path, sentence.repeat(11)).unwrap();
        let error = read(&path, &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("x.tsv") && error.contains("Chemical"), "{error}");
        let corpus = read(&path, &BTreeMap::from([("Chemical".to_owned(), Label::DrugN)])).unwrap();
        let sizes: Vec<_> = corpus.documents.iter().map(|d| (d.id.as_str(), d.sentences.len())).collect();
        assert_eq!(sizes, [("x.tsv:1", 10), ("x.tsv:2", 1)]);
        let last = &corpus.documents[1].sentences[0];
        assert_eq!((last.id.as_str(), last.text.as_str()), ("x.tsv:2.s11", "Acetic acid and iron"));
        let found: Vec<_> = last.entities.iter().map(|e| (e.spans[0], e.label, e.text.as_str())).collect();
        assert_eq!(
            found,
            [(Span::new(0, 11), Label::DrugN, "Acetic acid"), (Span::new(16, 20), Label::Drug, "iron")]
        );
    }
}
