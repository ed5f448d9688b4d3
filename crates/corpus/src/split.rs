//! Splits by document: sentences of one document never fall on both sides.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::Corpus;
use crate::rng::SplitMix64;

/// The identifiers of the fixed development documents: 10 % of the training documents of each sub-corpus.
pub const DEVELOPMENT_DOCUMENTS: &str = include_str!("ddi2013_development_documents.txt");

/// Splits the training part of the DDI corpus 2013 into (training, development), always in the same way.
///
/// # Errors
/// [`Error::UnknownDocuments`] when a development document is not in the corpus.
pub fn development(corpus: Corpus) -> Result<(Corpus, Corpus)> {
    hold_out(corpus, &lines(DEVELOPMENT_DOCUMENTS))
}

/// Reads a list of document identifiers, one a line; blank lines are skipped.
///
/// # Errors
/// [`Error::Read`], also when the file is not UTF-8.
pub fn read_document_list(path: impl AsRef<Path>) -> Result<Vec<String>> {
    let path = path.as_ref();
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(lines(&text))
}

/// Splits a corpus into (all other documents, the documents in `ids`).
///
/// The order of the documents is kept, and each issue goes with its document.
///
/// # Errors
/// [`Error::UnknownDocuments`] naming each identifier that is not in the corpus.
pub fn hold_out(corpus: Corpus, ids: &[String]) -> Result<(Corpus, Corpus)> {
    let known: HashSet<&str> = corpus.documents.iter().map(|document| document.id.as_str()).collect();
    let unknown: Vec<String> = ids.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
    if !unknown.is_empty() {
        return Err(Error::UnknownDocuments { ids: unknown });
    }
    let held: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let (held_documents, documents) =
        corpus.documents.into_iter().partition(|d| held.contains(d.id.as_str()));
    let (held_issues, issues) = corpus.issues.into_iter().partition(|i| held.contains(i.document.as_str()));
    Ok((Corpus { documents, issues }, Corpus { documents: held_documents, issues: held_issues }))
}

/// The document identifiers of `k` folds for cross-validation; hand each to [`hold_out`].
///
/// Every document is in exactly one fold. Each sub-corpus is shuffled with `seed` and dealt out in turn, so folds
/// differ by at most one document, in all and per sub-corpus.
///
/// # Errors
/// [`Error::Folds`] when `k` is below 2 or above the number of documents.
pub fn folds(corpus: &Corpus, k: usize, seed: u64) -> Result<Vec<Vec<String>>> {
    let documents = corpus.documents.len();
    if k < 2 || k > documents {
        return Err(Error::Folds { folds: k, documents });
    }
    let mut sub_corpora: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for document in &corpus.documents {
        sub_corpora.entry(&document.sub_corpus).or_default().push(&document.id);
    }
    let mut rng = SplitMix64::new(seed);
    let mut folds = vec![Vec::new(); k];
    let mut next = 0;
    for ids in sub_corpora.values_mut() {
        ids.sort_unstable();
        rng.shuffle(ids);
        for id in ids {
            folds[next % k].push((*id).to_owned());
            next += 1;
        }
    }
    Ok(folds)
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Document, Issue, IssueKind};

    fn corpus() -> Corpus {
        let document = |i: usize| Document {
            id: format!("d{i:02}"),
            sub_corpus: if i.is_multiple_of(3) { "MedLine" } else { "DrugBank" }.to_owned(),
            sentences: Vec::new(),
        };
        let issue = Issue {
            file: "f".to_owned(),
            document: "d03".to_owned(),
            id: "d03.e0".to_owned(),
            kind: IssueKind::Repaired,
            detail: String::new(),
        };
        Corpus { documents: (0..23).map(document).collect(), issues: vec![issue] }
    }

    #[test]
    fn hold_out_moves_documents_with_their_issues() {
        let (rest, held) = hold_out(corpus(), &["d07".to_owned(), "d03".to_owned()]).unwrap();
        assert_eq!((rest.documents.len(), rest.issues.len()), (21, 0));
        assert_eq!((held.documents.len(), held.issues.len()), (2, 1));
    }

    #[test]
    fn unknown_documents_are_named() {
        let ids = ["d01".to_owned(), "x1".to_owned(), "x2".to_owned()];
        assert_eq!(hold_out(corpus(), &ids).unwrap_err().to_string(), "unknown documents: x1, x2");
        assert!(matches!(development(corpus()), Err(Error::UnknownDocuments { ids }) if ids.len() == 71));
    }

    #[test]
    fn folds_are_a_balanced_partition_that_the_seed_fixes() {
        let corpus = corpus();
        let made = folds(&corpus, 5, 7).unwrap();
        assert_eq!(made, folds(&corpus, 5, 7).unwrap());
        assert_ne!(made, folds(&corpus, 5, 8).unwrap());
        assert!(made.iter().all(|fold| (4..=5).contains(&fold.len())));
        let mut all: Vec<String> = made.into_iter().flatten().collect();
        all.sort();
        assert_eq!(all, corpus.documents.iter().map(|d| d.id.clone()).collect::<Vec<_>>());
        for k in [0, 1, 24] {
            assert!(matches!(folds(&corpus, k, 7), Err(Error::Folds { documents: 23, .. })));
        }
    }
}
