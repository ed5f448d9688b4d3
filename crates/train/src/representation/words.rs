//! A corpus cut into words by the engine's own text stage.

use super::names::{Name, names};
use crate::evaluate::{continuous, segments};
use drugner::features::word::Word;
use drugner::text::{Token, words};
use drugner_corpus::{Corpus, Document, Label};
use std::ops::Range;

/// A sentence of words between blanks.
#[derive(Clone, Debug, PartialEq)]
pub struct WordSentence {
    /// Byte range of each word.
    pub ranges: Vec<Range<usize>>,
    /// Normal form of each word, as the engine looks it up; empty for a word too long to be known.
    pub normal: Vec<String>,
    /// Gold names, in order, not overlapping.
    pub names: Vec<Name>,
}

/// The words of a text, by sentence; ranges are bytes of the text.
pub fn word_tokens(text: &str) -> Vec<Vec<Token>> {
    let join = |mut tokens: Vec<Token>| {
        let count = words::join(text.as_bytes(), &mut tokens);
        tokens.truncate(count);
        tokens
    };
    segments(text).into_iter().map(join).filter(|words| !words.is_empty()).collect()
}

/// The engine's sentences of a text with the gold mentions that lie in them.
pub fn sentences(text: &str, gold: &[(Range<usize>, Label)]) -> Vec<WordSentence> {
    let sentence = |tokens: Vec<Token>| {
        let normal = |token: &Token| {
            let word = Word::scan(text.as_bytes(), *token);
            let normal = word.normal().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            normal.unwrap_or_default()
        };
        let normal = tokens.iter().map(normal).collect();
        let ranges: Vec<Range<usize>> =
            tokens.iter().map(|token| token.start as usize..token.end as usize).collect();
        let names = names(&ranges, gold);
        WordSentence { ranges, normal, names }
    };
    word_tokens(text).into_iter().map(sentence).collect()
}

/// All sentences of a document, in order.
pub fn document(document: &Document) -> Vec<WordSentence> {
    let parts = |sentence: &drugner_corpus::Sentence| {
        sentences(&sentence.text, &continuous(sentence).collect::<Vec<_>>())
    };
    document.sentences.iter().flat_map(parts).collect()
}

/// All sentences of a sub-corpus, in order; of all sub-corpora if none is named.
pub fn corpus(corpus: &Corpus, sub_corpus: Option<&str>) -> Vec<WordSentence> {
    let wanted = |d: &&Document| sub_corpus.is_none_or(|name| d.sub_corpus == name);
    corpus.documents.iter().filter(wanted).flat_map(document).collect()
}
