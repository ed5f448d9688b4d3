//! `Context`: the scratch memory of one user at a time, and the walk through all stages.

mod batch;
mod nbest;
mod stages;

pub use nbest::{Path, Paths};
pub use stages::{Stage, Work};

use crate::arena::{Arena, Layout, Parts};
use crate::decode::Span;
use crate::decode::abbreviations::{Abbreviations, Answer};
use crate::decode::brackets;
use crate::decode::nbest::MAX_PATHS;
use crate::fault;
use crate::float_state::DefaultState;
use crate::nn::{Engine, Input, Scratch};
use crate::text::Unit;
use crate::{Error, Model, Status};
use batch::{Batches, Entry};

/// What happens to malformed UTF-8 and lone surrogates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum InvalidText {
    /// Each bad unit counts as one replacement character; the result says so.
    #[default]
    Replace = 0,
    /// The call fails with [`Status::InvalidText`] and the position.
    Reject = 1,
}

/// Options of a context.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContextOptions {
    /// Tokens per network run, 16..=65536; 0 takes 256. A longer sentence is cut and the result says so.
    /// The memory of a context grows with it, see [`Context::arena_size`].
    pub max_window_tokens: u32,
    /// Mentions per call, at most 2^20; 0 takes 4096.
    pub max_spans: u32,
    /// Malformed text.
    pub invalid_text: InvalidText,
    /// Mentions with a lower [`Mention::score`] are dropped; 0 keeps all, range 0..=1.
    pub min_score: f32,
    /// Bit i keeps label i; 0 keeps all.
    pub label_mask: u64,
    /// Most paths of [`Context::nbest_utf8`], at most 8; 0: the context gets no memory for it.
    pub max_paths: u32,
}

/// One drug mention.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Mention {
    /// First unit of the mention.
    pub start: u32,
    /// One past its last unit.
    pub end: u32,
    /// Label id, see [`Model::label`].
    pub label: u16,
    /// Where it comes from: 0, or [`Mention::ABBREVIATION`].
    pub flags: u16,
    /// Probability of exactly this span and label, 0..=1: calibrated if the model has a [`Model::calibration`].
    pub score: f32,
    /// Concept id, `u32::MAX` for none.
    pub concept: u32,
    /// Zero.
    pub reserved: [u32; 3],
}

impl Mention {
    /// Flag: the mention is the short form of one before it, as the text says: `ginseng saponin (GSP)`. Label and score are
    /// those of the long form, see [`Model::abbreviations`].
    pub const ABBREVIATION: u16 = 1;
}

/// Result of a call: mentions sorted by start, not overlapping.
#[derive(Clone, Copy, Debug)]
pub struct Found<'c> {
    /// The mentions, owned by the context until its next call.
    pub mentions: &'c [Mention],
    /// Units processed; less than the length of the text only when `complete` is false.
    pub consumed: usize,
    /// False when the mention buffer was full: call again with the text from `consumed` on, which is the beginning of a
    /// sentence, or the end of the last mention if one sentence alone has more mentions than the buffer holds. That call
    /// does not know the abbreviations that the text introduced before.
    pub complete: bool,
    /// The text contained malformed units.
    pub invalid_text_seen: bool,
    /// A sentence was longer than `max_window_tokens` and was cut.
    pub sentence_cut: bool,
}

/// Scratch memory for calls on one model, one user at a time.
///
/// The memory is sized when the context is made; the `find` functions allocate nothing, take no lock and make no
/// system call. Dropping a context overwrites its memory with zeros.
pub struct Context {
    model: Model,
    layout: Layout,
    arena: Arena,
    reject_invalid: bool,
    min_score: f32,
    label_mask: u64,
    max_paths: usize,
}

const MAX_WINDOW_TOKENS: u32 = 1 << 16;
const MAX_SPANS: u32 = 1 << 20;

impl Context {
    /// Bytes that [`Context::init_in`] needs, a multiple of 64.
    pub fn arena_size(model: &Model, options: &ContextOptions) -> Result<usize, Error> {
        Ok(layout(model, options)?.size())
    }

    /// A context with memory of its own.
    pub fn new(model: &Model, options: &ContextOptions) -> Result<Self, Error> {
        let layout = layout(model, options)?;
        let arena = Arena::owned(layout.size())?;
        Ok(Self::with_arena(model, options, layout, arena))
    }

    /// A context whose scratch lies in the caller's memory.
    ///
    /// # Safety
    /// `memory` is valid for writes of `bytes` bytes and unused by others until the context is dropped.
    pub unsafe fn init_in(
        memory: *mut u8,
        bytes: usize,
        model: &Model,
        options: &ContextOptions,
    ) -> Result<Self, Error> {
        let layout = layout(model, options)?;
        if bytes < layout.size() {
            let detail = "the memory is smaller than the context needs";
            return Err(Error::new(Status::BufferTooSmall, detail).at(layout.size() as u64));
        }
        // SAFETY: the caller's promise is the contract of `lent`.
        let arena = unsafe { Arena::lent(memory, layout.size())? };
        Ok(Self::with_arena(model, options, layout, arena))
    }

    fn with_arena(model: &Model, options: &ContextOptions, layout: Layout, arena: Arena) -> Self {
        fault::point("create");
        Self {
            model: model.clone(),
            layout,
            arena,
            reject_invalid: options.invalid_text == InvalidText::Reject,
            min_score: options.min_score,
            label_mask: if options.label_mask == 0 { u64::MAX } else { options.label_mask },
            max_paths: options.max_paths as usize,
        }
    }

    /// Finds the mentions of UTF-8 text; offsets are bytes.
    pub fn find_utf8(&mut self, text: &[u8]) -> Result<Found<'_>, Error> {
        let _state = DefaultState::enter();
        self.find(text)
    }

    /// Finds the mentions of UTF-16 text; offsets are UTF-16 units.
    pub fn find_utf16(&mut self, text: &[u16]) -> Result<Found<'_>, Error> {
        let _state = DefaultState::enter();
        self.find(text)
    }

    /// Overwrites all memory, the last result and what is kept of texts before included, with zeros; also done on drop.
    pub fn wipe(&mut self) {
        self.arena.wipe();
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    fn find<U: Unit>(&mut self, text: &[U]) -> Result<Found<'_>, Error> {
        check_text(text, self.reject_invalid)?;
        let network = self.model.network();
        let features = self.model.features();
        let calibration = self.model.calibration();
        let engine = Engine { kernels: self.model.kernels(), storage: self.model.storage() };
        let width = features.width();
        let Parts {
            tokens,
            ahead,
            words,
            x,
            floats,
            bytes,
            mut cache,
            found: spans,
            abbreviations,
            mentions,
            ..
        } = self.arena.parts(&self.layout);
        let mut batches = Batches::new(text, network, self.model.tokenizer(), self.layout.window());
        let mut abbreviations = Abbreviations::new(text, abbreviations);
        let mut found = 0;
        while let Some(batch) = batches.next(tokens, ahead) {
            fault::point("text");
            for &Entry { first, rows, .. } in batch.entries() {
                let tokens = &tokens[first..][..rows + batch.following];
                features.extract(engine.kernels, text, tokens, words, &mut x[first * width..]);
            }
            fault::point("features");
            let mut scratch = Scratch { floats: &mut *floats, bytes: &mut *bytes };
            let (rows, following) = (batch.rows, batch.following);
            let (x, cache) = (&mut *x, cache.reborrow());
            let input = Input { x, rows, sentences: batch.sequences(), following, cache };
            fault::point("network");
            let scores = network.run(engine, input, &mut scratch);
            let stride = scores.len() / rows;
            for entry in batch.entries() {
                let tokens = &tokens[entry.first..][..entry.rows];
                let scores = &mut scores[entry.first * stride..][..entry.rows * stride];
                let mut count = 0;
                network.decode(scores, entry.rows, scratch.reborrow(), &mut |span| {
                    let score = calibration.map_or(span.score, |table| table.apply(span.score, span.label));
                    spans[count] = Span { score, ..span };
                    count += 1;
                });
                let spans = &mut spans[..count];
                if self.model.brackets() {
                    brackets::complete(text, tokens, spans);
                }
                if self.model.abbreviations() {
                    spans.iter().for_each(|mention| abbreviations.learn(tokens, mention));
                }
                let found_before = found;
                let mut full = false;
                abbreviations.each(tokens, spans, |Answer { span, abbreviation }| {
                    fault::point("mentions");
                    let Span { words, label, score } = span;
                    if score < self.min_score || self.label_mask >> label & 1 == 0 {
                        return;
                    }
                    let Some(slot) = mentions.get_mut(found) else {
                        full = true;
                        return;
                    };
                    *slot = Mention {
                        start: tokens[words.start].start,
                        end: tokens[words.end - 1].end,
                        label: label as u16,
                        flags: if abbreviation { Mention::ABBREVIATION } else { 0 },
                        score,
                        concept: u32::MAX,
                        reserved: [0; 3],
                    };
                    found += 1;
                });
                if full {
                    // The next call answers the sentence whole; one that alone has too many mentions is answered in
                    // parts, so that every call makes progress.
                    let (found, consumed) = match found_before {
                        0 => (found, mentions[found - 1].end),
                        _ => (found_before, entry.start),
                    };
                    return Ok(Found {
                        mentions: &mentions[..found],
                        consumed: consumed as usize,
                        complete: false,
                        invalid_text_seen: entry.invalid_text_seen,
                        sentence_cut: entry.sentence_cut,
                    });
                }
            }
        }
        Ok(Found {
            mentions: &mentions[..found],
            consumed: text.len(),
            complete: true,
            invalid_text_seen: batches.invalid_text_seen(),
            sentence_cut: batches.sentence_cut(),
        })
    }
}

fn layout(model: &Model, options: &ContextOptions) -> Result<Layout, Error> {
    let invalid = |detail: &'static str| Err(Error::new(Status::InvalidArgument, detail));
    let window = if options.max_window_tokens == 0 { 256 } else { options.max_window_tokens };
    if !(16..=MAX_WINDOW_TOKENS).contains(&window) {
        return invalid("max_window_tokens must lie in 16..=65536");
    }
    let spans = if options.max_spans == 0 { 4096 } else { options.max_spans };
    if spans > MAX_SPANS {
        return invalid("max_spans must lie in 0..=2^20");
    }
    if !(0.0..=1.0).contains(&options.min_score) {
        return invalid("min_score must lie in 0..=1");
    }
    if options.max_paths as usize > MAX_PATHS {
        return invalid("max_paths must lie in 0..=8");
    }
    if options.max_paths > 0 && !model.network().has_paths() {
        let detail = "models of this family have no paths: max_paths must be 0";
        return Err(Error::new(Status::Unsupported, detail));
    }
    Layout::new(model, window as usize, spans as usize, options.max_paths as usize)
        .ok_or_else(|| Error::new(Status::OutOfMemory, "the context exceeds the address space"))
}

fn check_text<U: Unit>(text: &[U], reject_invalid: bool) -> Result<(), Error> {
    if text.len() > i32::MAX as usize {
        return Err(Error::new(Status::TextTooLong, "the text is longer than 2^31 - 1 units"));
    }
    match reject_invalid.then(|| first_invalid(text)).flatten() {
        Some(at) => Err(Error::new(Status::InvalidText, "the text is not valid Unicode").at(at as u64)),
        None => Ok(()),
    }
}

fn first_invalid<U: Unit>(text: &[U]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let point = U::decode(text, at);
        if !point.valid {
            return Some(at);
        }
        at += point.units as usize;
    }
    None
}
