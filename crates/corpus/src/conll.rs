//! Column files: one token a line with its tag in another column, columns divided by tabs, sentences by blank lines.

use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::{Sentence, Span};

/// Marks the start of a document in some files; read as a blank line.
const DOCUMENT_START: &str = "-DOCSTART-";

/// Which columns to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The column of the token, counted from 0.
    pub token: usize,
    /// The column of the tag, counted from 0; `None` is the last one.
    pub tag: Option<usize>,
}

/// A sentence of a column file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConllSentence {
    /// The tokens; at least one, none empty.
    pub tokens: Vec<String>,
    /// One tag a token: `O`, or one of the prefixes `B I E S L U`, a hyphen and a label.
    pub tags: Vec<String>,
}

/// An entity of a column file: the tokens `start..end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntity {
    /// The first token.
    pub start: usize,
    /// The token after the last.
    pub end: usize,
    /// The label as written.
    pub label: String,
}

impl ConllSentence {
    /// The entities that the tags describe, in any of the schemes IOB, BIO, BIOES and BILOU.
    ///
    /// An inside or end tag that continues nothing begins an entity, as IOB has it.
    pub fn entities(&self) -> Vec<TokenEntity> {
        let mut entities: Vec<TokenEntity> = Vec::new();
        let mut open = false;
        for (i, tag) in self.tags.iter().enumerate() {
            let Some((prefix, label)) = tag.split_once('-') else {
                open = false;
                continue;
            };
            let continues = open && matches!(prefix, "I" | "E" | "L");
            match entities.last_mut().filter(|last| continues && last.label == label) {
                Some(last) => last.end = i + 1,
                None => entities.push(TokenEntity { start: i, end: i + 1, label: label.to_owned() }),
            }
            open = matches!(prefix, "B" | "I");
        }
        entities
    }
}

/// Reads a column file; see [`parse`].
///
/// # Errors
/// [`Error::Read`], and those of [`parse`].
pub fn read(path: impl AsRef<Path>, columns: Columns) -> Result<Vec<ConllSentence>> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    parse(&bytes, &path.display().to_string(), columns)
}

/// Parses a column file; `name` stands for it in errors.
///
/// # Errors
/// [`Error::Input`] for a line that is not UTF-8, lacks a column, has another number of columns than the first line,
/// has an empty token, or whose tag is none.
pub fn parse(bytes: &[u8], name: &str, columns: Columns) -> Result<Vec<ConllSentence>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut sentences = Vec::new();
    let mut current = ConllSentence { tokens: Vec::new(), tags: Vec::new() };
    let mut width = None;
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let error = |detail: String| Error::Input { file: name.to_owned(), line: i + 1, detail };
        let line = std::str::from_utf8(line).map_err(|_| error("not UTF-8".to_owned()))?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() || line.starts_with(DOCUMENT_START) {
            if !current.tokens.is_empty() {
                sentences.push(current.clone());
                current.tokens.clear();
                current.tags.clear();
            }
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let expected = *width.get_or_insert(cells.len());
        if cells.len() != expected {
            return Err(error(format!("{} columns; the lines before have {expected}", cells.len())));
        }
        let tag_column = columns.tag.unwrap_or(cells.len() - 1);
        let needed = 1 + columns.token.max(tag_column).max(1);
        if cells.len() < needed {
            return Err(error(format!("{} columns, divided by tabs; {needed} are needed", cells.len())));
        }
        let (token, tag) = (cells[columns.token], cells[tag_column].trim_end());
        if token.trim().is_empty() {
            return Err(error("empty token".to_owned()));
        }
        if !is_tag(tag) {
            let detail = "the tag is neither O nor a prefix of B I E S L U, a hyphen and a label";
            return Err(error(detail.to_owned()));
        }
        current.tokens.push(token.to_owned());
        current.tags.push(tag.to_owned());
    }
    if !current.tokens.is_empty() {
        sentences.push(current);
    }
    Ok(sentences)
}

fn is_tag(tag: &str) -> bool {
    let labelled = |(prefix, label): (&str, &str)| {
        matches!(prefix, "B" | "I" | "E" | "S" | "L" | "U") && !label.trim().is_empty()
    };
    tag == "O" || tag.split_once('-').is_some_and(labelled)
}

/// Writes a sentence with BIO tags and a blank line after it; a sentence without tokens writes nothing.
///
/// `tokens` are the ranges of the tokens in the text, sorted and disjoint. Returned are the identifiers of the
/// entities that these tokens cannot express: discontinuous ones, those without a place, those that do not begin and
/// end on token boundaries, and those that overlap one written before. Where entities overlap, the first to begin is
/// written, and of those the longest.
///
/// # Errors
/// [`Error::Tokens`] for tokens that are empty, not sorted, not ranges of the text, blank, or that hold a tab or a
/// line end; nothing is written then. [`Error::Write`].
pub fn write_bio(out: &mut impl Write, sentence: &Sentence, tokens: &[Span]) -> Result<Vec<String>> {
    let error = |i: usize, what: &str| Error::Tokens {
        sentence: sentence.id.clone(),
        detail: format!("token {i} {what}"),
    };
    let mut words = Vec::with_capacity(tokens.len());
    for (i, token) in tokens.iter().enumerate() {
        if i > 0 && token.start < tokens[i - 1].end {
            return Err(error(i, "begins before the last one ends"));
        }
        let word = token.of(&sentence.text).ok_or_else(|| error(i, "is not a range of the text"))?;
        if word.trim().is_empty() || word.contains(['\t', '\n', '\r']) || word.starts_with(DOCUMENT_START) {
            return Err(error(i, "cannot stand in a column file"));
        }
        words.push(word);
    }
    let mut tags = vec!["O".to_owned(); tokens.len()];
    let mut left_out: Vec<String> = sentence.unplaced.iter().map(|entity| entity.id.clone()).collect();
    let mut entities: Vec<_> = sentence.entities.iter().collect();
    entities.sort_by_key(|entity| (entity.hull().start, usize::MAX - entity.hull().end));
    for entity in entities {
        let hull = entity.hull();
        let first = tokens.binary_search_by_key(&hull.start, |token| token.start);
        let last = tokens.binary_search_by_key(&hull.end, |token| token.end);
        match (first, last) {
            (Ok(first), Ok(last))
                if first <= last
                    && entity.is_continuous()
                    && tags[first..=last].iter().all(|tag| tag == "O") =>
            {
                for (i, tag) in tags[first..=last].iter_mut().enumerate() {
                    *tag = format!("{}-{}", if i == 0 { "B" } else { "I" }, entity.label);
                }
            }
            _ => left_out.push(entity.id.clone()),
        }
    }
    if !words.is_empty() {
        let lines: String = words.iter().zip(&tags).map(|(word, tag)| format!("{word}\t{tag}\n")).collect();
        writeln!(out, "{lines}").map_err(Error::Write)?;
    }
    Ok(left_out)
}
