//! The corpus in memory: documents of sentences of entities.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The four entity types of the DDI corpus 2013, in the order of their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// A generic drug name.
    Drug,
    /// A trade name.
    Brand,
    /// A group of drugs.
    Group,
    /// An active substance not approved for use in humans.
    DrugN,
}

impl Label {
    /// All labels, in the order of their indices.
    pub const ALL: [Label; 4] = [Label::Drug, Label::Brand, Label::Group, Label::DrugN];

    /// The name in the corpus: `drug`, `brand`, `group` or `drug_n`.
    pub fn name(self) -> &'static str {
        match self {
            Label::Drug => "drug",
            Label::Brand => "brand",
            Label::Group => "group",
            Label::DrugN => "drug_n",
        }
    }

    /// The label with this exact name.
    pub fn from_name(name: &str) -> Option<Label> {
        Label::ALL.into_iter().find(|label| label.name() == name)
    }

    /// The index, 0 to 3.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A half-open range of bytes in the UTF-8 text of a sentence; never empty, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the two ranges share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The text in this range; `None` when the range does not index `text`.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }
}

/// A gold entity whose place in the sentence is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The identifier in the corpus.
    pub id: String,
    /// The ranges the entity covers: at least one, sorted, disjoint, with text between any two.
    pub spans: Vec<Span>,
    /// The type.
    pub label: Label,
    /// The entity as the corpus writes it; the parts of a discontinuous one may be joined by a blank or by nothing.
    pub text: String,
}

impl Entity {
    /// Whether the entity is one unbroken range.
    pub fn is_continuous(&self) -> bool {
        self.spans.len() == 1
    }

    /// The range from the first to the last byte, gaps included.
    pub fn hull(&self) -> Span {
        let start = self.spans.first().map_or(0, |span| span.start);
        Span::new(start, self.spans.last().map_or(start, |span| span.end))
    }

    /// Whether any part of the entity shares a byte with `span`; the gaps do not count.
    pub fn overlaps(&self, span: Span) -> bool {
        self.spans.iter().any(|part| part.overlaps(span))
    }
}

/// A gold entity whose offsets contradict its text beyond repair.
///
/// It has no place, so nothing can match it; it still counts as gold, and is missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnplacedEntity {
    /// The identifier in the corpus.
    pub id: String,
    /// The type.
    pub label: Label,
    /// The entity as the corpus writes it.
    pub text: String,
}

/// A sentence with its gold entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The identifier, unique in the corpus.
    pub id: String,
    /// The text, exactly as annotated: line ends and outer blanks are part of it.
    pub text: String,
    /// The entities, in the order of the file. They may overlap one another.
    pub entities: Vec<Entity>,
    /// The entities without a place; empty in a sound corpus.
    pub unplaced: Vec<UnplacedEntity>,
}

impl Sentence {
    /// The number of gold entities, with or without a place.
    pub fn gold_count(&self) -> usize {
        self.entities.len() + self.unplaced.len()
    }
}

/// A document: the unit of every split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The identifier, unique in the corpus.
    pub id: String,
    /// Where the document comes from: `DrugBank`, `MedLine`, or the name of its folder.
    pub sub_corpus: String,
    /// The sentences, in the order of the file.
    pub sentences: Vec<Sentence>,
}

/// What was found wrong with an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IssueKind {
    /// The offsets contradicted the text, and one place was provably meant; the entity stands there.
    Repaired,
    /// The offsets contradicted the text, and the place stays unknown; see [`UnplacedEntity`].
    Unrepairable,
    /// The same ranges with the same label are annotated twice in the sentence; the second was left out.
    Duplicate,
}

impl fmt::Display for IssueKind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            IssueKind::Repaired => "repaired",
            IssueKind::Unrepairable => "unrepairable",
            IssueKind::Duplicate => "duplicate",
        })
    }
}

/// One annotation that was not taken over as it stands. Its display form is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The file; inside an archive `archive.zip/inner/path`.
    pub file: String,
    /// The identifier of the document.
    pub document: String,
    /// The identifier of the entity.
    pub id: String,
    /// The kind.
    pub kind: IssueKind,
    /// The offsets concerned and what was done; no text.
    pub detail: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}: {}: {}", self.file, self.id, self.kind, self.detail)
    }
}

/// Documents, and what was wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corpus {
    /// The documents, sorted by identifier.
    pub documents: Vec<Document>,
    /// Every annotation not taken over as it stands, in the order of the documents. Print these.
    pub issues: Vec<Issue>,
}

impl Corpus {
    /// All sentences, document by document.
    pub fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.documents.iter().flat_map(|document| &document.sentences)
    }

    /// The number of sentences.
    pub fn sentence_count(&self) -> usize {
        self.sentences().count()
    }

    /// The number of gold entities, with or without a place.
    pub fn entity_count(&self) -> usize {
        self.sentences().map(Sentence::gold_count).sum()
    }
}
