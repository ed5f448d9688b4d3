//! One XML document of the corpus.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::source::SourceFile;
use crate::error::{Error, Result};
use crate::model::{Document, Entity, Issue, IssueKind, Label, Sentence, Span, UnplacedEntity};
use crate::offsets::{self, Placement, Positions};

/// A document with the lines that later checks name.
pub(super) struct Parsed {
    pub(super) document: Document,
    /// The line of the document element.
    pub(super) line: usize,
    /// The line of each sentence.
    pub(super) sentence_lines: Vec<usize>,
    pub(super) issues: Vec<Issue>,
}

pub(super) fn parse(file: &SourceFile) -> Result<Parsed> {
    let text = match std::str::from_utf8(&file.bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let line = 1 + count_lines(&file.bytes[..error.valid_up_to()]);
            return Err(Error::Input { file: file.name.clone(), line, detail: "not UTF-8".to_owned() });
        }
    };
    let mut parser = Parser {
        file,
        lines: Lines { text, at: 0, line: 1 },
        open: Vec::new(),
        positions: Positions::new(String::new()),
        placed: HashMap::new(),
        parsed: None,
    };
    let mut reader = Reader::from_str(text);
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| {
            let line = parser.lines.number(reader.error_position());
            parser.error(line, describe(&error))
        })?;
        let line = parser.lines.number(at);
        match event {
            Event::Start(tag) => parser.start(&tag, line, false)?,
            Event::Empty(tag) => parser.start(&tag, line, true)?,
            Event::End(_) => {
                parser.open.pop();
            }
            Event::Text(content) if content.trim_ascii().is_empty() => {}
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return Err(parser.error(line, "text outside of attributes".to_owned()));
            }
            Event::Decl(declaration) => parser.declaration(&declaration, line)?,
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => return parser.finish(text.trim_end().len()),
        }
    }
}

struct Parser<'a> {
    file: &'a SourceFile,
    lines: Lines<'a>,
    /// The elements that are open.
    open: Vec<Element>,
    /// Of the text of the current sentence.
    positions: Positions,
    /// The entities of the current sentence by what makes them distinct, with their identifiers.
    placed: HashMap<(Vec<Span>, Label), String>,
    parsed: Option<Parsed>,
}

/// More attributes than any element of the corpus has; the search for duplicates takes the square of their number.
const MAX_ATTRIBUTES: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Document,
    Sentence,
    Entity,
    /// A drug pair: an annotation of interactions, which is not read.
    Pair,
}

impl Element {
    const NAMES: [(&'static str, Element); 5] = [
        ("document", Element::Document),
        ("sentence", Element::Sentence),
        ("entity", Element::Entity),
        ("pair", Element::Pair),
        ("ddi", Element::Pair),
    ];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, element)| *element == self).map_or("", |(name, _)| name)
    }
}

impl Parser<'_> {
    fn error(&self, line: usize, detail: String) -> Error {
        Error::Input { file: self.file.name.clone(), line, detail }
    }

    fn start(&mut self, tag: &BytesStart, line: usize, empty: bool) -> Result<()> {
        let name = tag.name();
        let element =
            Element::NAMES.iter().find(|(known, _)| *known == name.as_ref()).map(|&(_, element)| element);
        match (element, self.open.last()) {
            (Some(Element::Document), None) if self.parsed.is_none() => self.document(tag, line)?,
            (Some(Element::Sentence), Some(Element::Document)) => self.sentence(tag, line)?,
            (Some(Element::Entity), Some(Element::Sentence)) => self.entity(tag, line)?,
            (Some(Element::Pair), Some(Element::Sentence | Element::Pair)) => {}
            _ => return Err(self.error(line, format!("unexpected element <{}>", name.as_ref()))),
        }
        if !empty {
            self.open.extend(element);
        }
        Ok(())
    }

    fn document(&mut self, tag: &BytesStart, line: usize) -> Result<()> {
        let [id] = self.attributes(tag, line, ["id"])?;
        let sub_corpus = sub_corpus(&id).unwrap_or(&self.file.folder).to_owned();
        let document = Document { id, sub_corpus, sentences: Vec::new() };
        self.parsed = Some(Parsed { document, line, sentence_lines: Vec::new(), issues: Vec::new() });
        Ok(())
    }

    fn sentence(&mut self, tag: &BytesStart, line: usize) -> Result<()> {
        let [id, text] = self.attributes(tag, line, ["id", "text"])?;
        self.positions = Positions::new(text.clone());
        self.placed.clear();
        if let Some(parsed) = &mut self.parsed {
            let sentence = Sentence { id, text, entities: Vec::new(), unplaced: Vec::new() };
            parsed.document.sentences.push(sentence);
            parsed.sentence_lines.push(line);
        }
        Ok(())
    }

    fn entity(&mut self, tag: &BytesStart, line: usize) -> Result<()> {
        let [id, char_offset, kind, text] =
            self.attributes(tag, line, ["id", "charOffset", "type", "text"])?;
        let label = Label::from_name(&kind).ok_or_else(|| {
            self.error(line, format!("entity {id}: unknown type; known are drug, brand, group, drug_n"))
        })?;
        let segments = offsets::parse(&char_offset).ok_or_else(|| {
            self.error(line, format!("entity {id}: charOffset is not of the form a-b or a-b;c-d"))
        })?;
        let Some(parsed) = &mut self.parsed else { return Ok(()) };
        let Some(sentence) = parsed.document.sentences.last_mut() else { return Ok(()) };
        let placement = self.positions.place(&segments, &text);
        let mut issue = |kind, detail| {
            let (file, document) = (self.file.name.clone(), parsed.document.id.clone());
            let detail = format!("charOffset {char_offset}: {detail}");
            parsed.issues.push(Issue { file, document, id: id.clone(), kind, detail });
        };
        let spans = match placement {
            Placement::AsWritten(spans) => spans,
            Placement::Repaired(spans, how) => {
                issue(IssueKind::Repaired, how);
                spans
            }
            Placement::Unknown(why) => {
                issue(IssueKind::Unrepairable, why.to_owned());
                sentence.unplaced.push(UnplacedEntity { id, label, text });
                return Ok(());
            }
        };
        match self.placed.entry((spans.clone(), label)) {
            Entry::Occupied(first) => issue(IssueKind::Duplicate, format!("the same as {}", first.get())),
            Entry::Vacant(entry) => {
                entry.insert(id.clone());
                sentence.entities.push(Entity { id, spans, label, text });
            }
        }
        Ok(())
    }

    /// The values of the named attributes, normalised as XML asks.
    fn attributes<const N: usize>(
        &self,
        tag: &BytesStart,
        line: usize,
        names: [&str; N],
    ) -> Result<[String; N]> {
        let mut values: [Option<String>; N] = [const { None }; N];
        for (i, attribute) in tag.attributes().enumerate() {
            if i == MAX_ATTRIBUTES {
                return Err(self.error(line, format!("more than {MAX_ATTRIBUTES} attributes")));
            }
            let attribute =
                attribute.map_err(|error| self.error(line, format!("malformed attribute: {error}")))?;
            if let Some(i) = names.iter().position(|name| *name == attribute.key.as_ref()) {
                let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| {
                    self.error(
                        line,
                        format!("attribute {}: malformed or unknown character reference", names[i]),
                    )
                })?;
                values[i] = Some(value.into_owned());
            }
        }
        let name = tag.name();
        for (value, attribute) in values.iter().zip(names) {
            match value {
                None => {
                    return Err(self.error(line, format!("<{}> has no attribute {attribute}", name.as_ref())));
                }
                Some(value) if value.is_empty() && attribute == "id" => {
                    return Err(self.error(line, format!("<{}> has an empty id", name.as_ref())));
                }
                Some(_) => {}
            }
        }
        Ok(values.map(Option::unwrap_or_default))
    }

    fn declaration(&self, declaration: &quick_xml::events::BytesDecl, line: usize) -> Result<()> {
        match declaration.encoding() {
            Some(Ok(name)) if !["utf-8", "us-ascii"].iter().any(|ok| name.eq_ignore_ascii_case(ok)) => {
                Err(self.error(line, "declares an encoding other than UTF-8".to_owned()))
            }
            Some(Err(_)) => Err(self.error(line, "malformed XML declaration".to_owned())),
            _ => Ok(()),
        }
    }

    fn finish(mut self, end: usize) -> Result<Parsed> {
        let line = self.lines.number(end as u64);
        if let Some(open) = self.open.last() {
            return Err(self.error(line, format!("the file ends inside <{}>", open.name())));
        }
        let Some(parsed) = self.parsed.take() else {
            return Err(self.error(line, "no <document> element".to_owned()));
        };
        Ok(parsed)
    }
}

/// `DrugBank` for `DDI-DrugBank.d17`.
fn sub_corpus(document: &str) -> Option<&str> {
    let (name, number) = document.strip_prefix("DDI-")?.rsplit_once(".d")?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (numbered && !name.is_empty()).then_some(name)
}

/// What is wrong, without the text it is wrong with.
fn describe(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Syntax(error) => error.to_string(),
        quick_xml::Error::IllFormed(error) => error.to_string(),
        _ => "malformed XML".to_owned(),
    }
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b == b'\n').count()
}

/// Line numbers of byte positions; asked in rising order, the text is walked once.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn number(&mut self, position: u64) -> usize {
        let position = usize::try_from(position).map_or(self.text.len(), |p| p.min(self.text.len()));
        if position < self.at {
            (self.at, self.line) = (0, 1);
        }
        self.line += count_lines(&self.text.as_bytes()[self.at..position]);
        self.at = position;
        self.line
    }
}
