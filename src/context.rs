//! Stub.
use crate::{Error, Model};

/// What happens to malformed UTF-8 and lone surrogates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum InvalidText {
    /// Each bad unit counts as one replacement character; the result says so.
    #[default]
    Replace = 0,
    /// The call fails with [`Status::InvalidText`](crate::Status::InvalidText) and the position.
    Reject = 1,
}

/// Options of a context.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContextOptions {
    /// Tokens per network run; 0 takes 256. A longer sentence is cut and the result says so.
    pub max_window_tokens: u32,
    /// Mentions per call; 0 takes 4096.
    pub max_spans: u32,
    /// Malformed text.
    pub invalid_text: InvalidText,
    /// Mentions with a lower score are dropped; 0 keeps all, range 0..=1.
    pub min_score: f32,
    /// Bit i keeps label i; 0 keeps all.
    pub label_mask: u64,
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
    /// Reserved for the origin of the mention, 0.
    pub flags: u16,
    /// Probability of exactly this span and label under the model, 0..=1.
    pub score: f32,
    /// Concept id, `u32::MAX` for none.
    pub concept: u32,
    /// Zero.
    pub reserved: [u32; 3],
}

/// Result of a call: mentions sorted by start, not overlapping.
#[derive(Clone, Copy, Debug)]
pub struct Found<'c> {
    /// The mentions, owned by the context until its next call.
    pub mentions: &'c [Mention],
    /// Units processed; less than the length of the text only when `complete` is false.
    pub consumed: usize,
    /// False when the mention buffer was full: call again with the text from `consumed` on.
    pub complete: bool,
    /// The text contained malformed units.
    pub invalid_text_seen: bool,
    /// A sentence was longer than `max_window_tokens` and was cut.
    pub sentence_cut: bool,
}

/// Scratch memory for calls on one model, one user at a time.
pub struct Context;

#[expect(unused_variables)]
impl Context {
    /// Bytes that [`Context::init_in`] needs, a multiple of 64.
    pub fn arena_size(model: &Model, options: &ContextOptions) -> Result<usize, Error> {
        todo!()
    }
    /// A context with memory of its own.
    pub fn new(model: &Model, options: &ContextOptions) -> Result<Self, Error> {
        todo!()
    }
    /// A context whose scratch lies in the caller's memory.
    /// # Safety
    /// `memory` is 64-byte aligned, `bytes` long, and unused by others until the context is dropped.
    pub unsafe fn init_in(
        memory: *mut u8,
        bytes: usize,
        model: &Model,
        options: &ContextOptions,
    ) -> Result<Self, Error> {
        todo!()
    }
    /// Finds the mentions of UTF-8 text; offsets are bytes.
    pub fn find_utf8(&mut self, text: &[u8]) -> Result<Found<'_>, Error> {
        todo!()
    }
    /// Finds the mentions of UTF-16 text; offsets are UTF-16 units.
    pub fn find_utf16(&mut self, text: &[u16]) -> Result<Found<'_>, Error> {
        todo!()
    }
    /// Overwrites all scratch memory with zeros; also done on drop.
    pub fn wipe(&mut self) {
        todo!()
    }
    /// The model.
    pub fn model(&self) -> &Model {
        todo!()
    }
}
