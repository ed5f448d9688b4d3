//! Evaluation through the engine: what is measured is what ships.

use anyhow::{Context as _, Result, ensure};
use drugner::text::{Sentences, Token};
use drugner::{Context, ContextOptions, Mention, Model};
use drugner_corpus::scorer::{JudgedSentence, ScoredAnswer};
use drugner_corpus::{Answer, Corpus, Document, Label, Scorer, Sentence};

/// Finds the mentions of every document and scores them against the gold entities.
///
/// Every label of the model must be one of the corpus.
pub fn evaluate(model: &Model, corpus: &Corpus) -> Result<Scorer> {
    let mut scorer = Scorer::new();
    let mut reader = Reader::new(model)?;
    for document in &corpus.documents {
        for (sentence, answers) in document.sentences.iter().zip(reader.answers(document)?) {
            scorer.add(&document.sub_corpus, sentence, &answers)?;
        }
    }
    Ok(scorer)
}

/// Finds the mentions of every sentence, in the order of the corpus, and says what became of them and of the gold
/// entities.
///
/// Every label of the model must be one of the corpus.
pub fn judge<'c>(model: &Model, corpus: &'c Corpus) -> Result<Vec<JudgedSentence<'c>>> {
    let mut reader = Reader::new(model)?;
    let mut out = Vec::new();
    for document in &corpus.documents {
        for (sentence, found) in document.sentences.iter().zip(reader.read(document)?) {
            let score = |m: &Mention| ScoredAnswer { answer: reader.answer(m), score: f64::from(m.score) };
            let scored: Vec<ScoredAnswer> = found.iter().map(score).collect();
            out.push(JudgedSentence::new(&document.sub_corpus, sentence, &scored)?);
        }
    }
    Ok(out)
}

/// Between the sentences of a document: ends a sentence whatever stands around it.
pub(crate) const BLANK_LINE: &str = "\n\n";

/// Reads the documents of a corpus as a program would: each in one call, its sentences apart by blank lines.
pub(crate) struct Reader {
    context: Context,
    labels: Vec<Label>,
}

impl Reader {
    pub fn new(model: &Model) -> Result<Self> {
        let options = ContextOptions { max_spans: 1 << 16, ..ContextOptions::default() };
        Ok(Self { context: Context::new(model, &options)?, labels: label_map(model)? })
    }

    /// The mentions of every sentence, with offsets into that sentence.
    fn read(&mut self, document: &Document) -> Result<Vec<Vec<Mention>>> {
        let joined = Joined::new(document, BLANK_LINE);
        let found = self.context.find_utf8(joined.text.as_bytes())?;
        ensure!(found.complete, "{}: more mentions than a context holds", document.id);
        let mut out = vec![Vec::new(); document.sentences.len()];
        for mention in found.mentions {
            let (i, first) = joined.sentence_at(mention.start as usize);
            let (start, end) = (mention.start - first as u32, mention.end - first as u32);
            out[i].push(Mention { start, end, ..*mention });
        }
        Ok(out)
    }

    /// The same as answers.
    pub fn answers(&mut self, document: &Document) -> Result<Vec<Vec<Answer>>> {
        let found = self.read(document)?;
        Ok(found.iter().map(|found| found.iter().map(|mention| self.answer(mention)).collect()).collect())
    }

    fn answer(&self, mention: &Mention) -> Answer {
        answer(mention, &self.labels)
    }
}

/// The sentences of a document as one text.
pub(crate) struct Joined<'d> {
    pub text: String,
    sentences: &'d [Sentence],
    starts: Vec<usize>,
}

impl<'d> Joined<'d> {
    pub fn new(document: &'d Document, between: &str) -> Self {
        let (mut text, mut starts) = (String::new(), Vec::new());
        for sentence in &document.sentences {
            starts.push(text.len());
            text.push_str(&sentence.text);
            text.push_str(between);
        }
        Self { text, sentences: &document.sentences, starts }
    }

    /// Index and first byte of the sentence that byte `at` belongs to.
    pub fn sentence_at(&self, at: usize) -> (usize, usize) {
        let i = self.starts.partition_point(|&start| start <= at) - 1;
        (i, self.starts[i])
    }

    /// The answers to each sentence, with offsets into it; an answer belongs to the sentence where it begins.
    pub fn split(&self, answers: &[Answer]) -> Vec<Vec<Answer>> {
        let mut out = vec![Vec::new(); self.starts.len()];
        for answer in answers {
            let (i, first) = self.sentence_at(answer.start);
            let end = (answer.end - first).min(self.sentences[i].text.len());
            out[i].push(Answer { start: answer.start - first, end, label: answer.label });
        }
        out
    }
}

/// The corpus label of every label of the model.
pub(crate) fn label_map(model: &Model) -> Result<Vec<Label>> {
    let label =
        |name: &str| Label::from_name(name).with_context(|| format!("the corpus has no label {name}"));
    model.labels().map(label).collect()
}

fn answers(context: &mut Context, labels: &[Label], text: &str) -> Result<Vec<Answer>> {
    let found = context.find_utf8(text.as_bytes())?;
    ensure!(found.complete, "a sentence has more mentions than a context holds");
    Ok(found.mentions.iter().map(|mention| answer(mention, labels)).collect())
}

fn answer(mention: &Mention, labels: &[Label]) -> Answer {
    Answer {
        start: mention.start as usize,
        end: mention.end as usize,
        label: labels[usize::from(mention.label)],
    }
}

/// The answers to every sentence of a document. With `whole` the sentences are read as one text, blanks between them,
/// for a model that looks beyond the end of a sentence; an answer belongs to the sentence where it begins.
pub fn answers_of_document(model: &Model, document: &Document, whole: bool) -> Result<Vec<Vec<Answer>>> {
    let labels = label_map(model)?;
    let mut context = Context::new(model, &ContextOptions::default())?;
    if !whole {
        let sentences = document.sentences.iter();
        return sentences.map(|sentence| answers(&mut context, &labels, &sentence.text)).collect();
    }
    let joined = Joined::new(document, " ");
    Ok(joined.split(&answers(&mut context, &labels, &joined.text)?))
}

/// An answer of the engine to a sentence of a corpus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// Label id of the model.
    pub label: usize,
    /// Its score, 0..=1.
    pub score: f32,
    /// Whether a gold mention has the same span and the same label.
    pub right: bool,
}

/// Finds the mentions of every sentence and says of each whether it is right, in the order of the corpus.
///
/// Every label of the model must be one of the corpus.
pub fn judged(model: &Model, corpus: &Corpus) -> Result<Vec<Judged>> {
    let mut reader = Reader::new(model)?;
    let mut out = Vec::new();
    for document in &corpus.documents {
        for (sentence, found) in document.sentences.iter().zip(reader.read(document)?) {
            out.extend(found.iter().map(|mention| {
                let Answer { start, end, label } = reader.answer(mention);
                let right = continuous(sentence).any(|gold| gold == (start..end, label));
                Judged { label: usize::from(mention.label), score: mention.score, right }
            }));
        }
    }
    Ok(out)
}

/// How many gold mentions lie on token boundaries and inside one sentence of the engine.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Boundaries {
    /// Gold mentions of one unbroken range.
    pub continuous: usize,
    /// Those that begin where a token begins, end where one ends, and are not cut by a sentence boundary.
    pub on_tokens: usize,
    /// Corpus sentences.
    pub sentences: usize,
    /// Corpus sentences that the engine reads as one.
    pub whole: usize,
}

/// Counts the gold mentions that the tokenizer can represent.
pub fn boundaries(corpus: &Corpus) -> Boundaries {
    let mut counts = Boundaries::default();
    for sentence in corpus.sentences() {
        let segments = segments(&sentence.text);
        counts.sentences += 1;
        counts.whole += usize::from(segments.len() <= 1);
        for entity in sentence.entities.iter().filter(|entity| entity.is_continuous()) {
            let hull = entity.hull();
            let fits = |tokens: &Vec<Token>| {
                tokens.iter().any(|token| token.start as usize == hull.start)
                    && tokens.iter().any(|token| token.end as usize == hull.end)
            };
            counts.continuous += 1;
            counts.on_tokens += usize::from(segments.iter().any(fits));
        }
    }
    counts
}

/// The engine's sentences of a text, as tokens, with the window of a default context.
pub fn segments(text: &str) -> Vec<Vec<Token>> {
    let mut buffer = [Token::default(); 256];
    let mut sentences = Sentences::new(text.as_bytes());
    let mut out = Vec::new();
    while let Some(sentence) = sentences.next_into(&mut buffer) {
        out.push(buffer[..sentence.tokens].to_vec());
    }
    out
}

/// The gold mentions of a sentence that are one range, with their labels.
pub fn continuous(sentence: &Sentence) -> impl Iterator<Item = (std::ops::Range<usize>, Label)> {
    sentence.entities.iter().filter(|entity| entity.is_continuous()).map(|entity| {
        let hull = entity.hull();
        (hull.start..hull.end, entity.label)
    })
}
