//! Sentences that run through the network together.

use crate::kernels::{LOCKSTEP, Sequence};
use crate::nn::Network;
use crate::text::{Sentences, Token, Tokenizer, Unit};

/// A sentence of a batch.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry {
    /// First unit of the text.
    pub start: u32,
    /// Its first row, which is also its first token.
    pub first: usize,
    /// Words or tokens, at least 1.
    pub rows: usize,
    /// Up to the end of this sentence, the text contains malformed units.
    pub invalid_text_seen: bool,
    /// Up to the end of this sentence, one was cut.
    pub sentence_cut: bool,
}

/// Sentences whose tokens follow each other at the front of a buffer.
pub(super) struct Batch {
    entries: [Entry; LOCKSTEP],
    sequences: [Sequence; LOCKSTEP],
    count: usize,
    /// Tokens of all sentences.
    pub rows: usize,
    /// Words behind them, see [`Network::lookahead`].
    pub following: usize,
}

impl Batch {
    /// The sentences, in the order of the text.
    pub fn entries(&self) -> &[Entry] {
        &self.entries[..self.count]
    }

    /// Their rows, longest first.
    pub fn sequences(&self) -> &[Sequence] {
        &self.sequences[..self.count]
    }

    fn push(&mut self, entry: Entry) {
        let Entry { rows, .. } = entry;
        self.entries[self.count] = Entry { first: self.rows, ..entry };
        self.sequences[self.count] = Sequence { first: self.rows, steps: rows };
        self.count += 1;
        self.rows += rows;
    }
}

/// Reads a text batch by batch. How its sentences fall into batches changes no answer.
pub(super) struct Batches<'t, U> {
    text: &'t [U],
    sentences: Sentences<'t, U>,
    tokenizer: Tokenizer,
    lookahead: usize,
    /// Most tokens of a sentence, and of a batch.
    window: usize,
    /// Most sentences of a batch.
    most: usize,
    /// Read, but without room in the last batch; its tokens lie behind that batch.
    held: Option<Entry>,
    sentence_cut: bool,
}

impl<'t, U: Unit> Batches<'t, U> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'t [U], network: &Network, tokenizer: Tokenizer, window: usize) -> Self {
        Self {
            text,
            sentences: Sentences::new(text),
            tokenizer,
            lookahead: network.lookahead(),
            window,
            most: network.sentences_at_once(),
            held: None,
            sentence_cut: false,
        }
    }

    /// The next sentences with words; `None` at the end of the text. `tokens`, `[2 * window + lookahead]`, is kept from
    /// call to call, `ahead` is scratch of [`Tokenizer::peek`].
    pub fn next(&mut self, tokens: &mut [Token], ahead: &mut [Token]) -> Option<Batch> {
        let mut batch = Batch {
            entries: [Entry::default(); LOCKSTEP],
            sequences: [Sequence::default(); LOCKSTEP],
            count: 0,
            rows: 0,
            following: 0,
        };
        if let Some(held) = self.held.take() {
            tokens.copy_within(held.first..held.first + held.rows, 0);
            batch.push(held);
        }
        while batch.count < self.most
            && let Some(sentence) = self.sentences.next_into(&mut tokens[batch.rows..][..self.window])
        {
            self.sentence_cut |= sentence.cut;
            let rows = self.tokenizer.units(self.text, &mut tokens[batch.rows..][..sentence.tokens]);
            let entry = Entry {
                start: sentence.start,
                first: batch.rows,
                rows,
                invalid_text_seen: self.invalid_text_seen(),
                sentence_cut: self.sentence_cut,
            };
            if batch.rows + rows > self.window {
                self.held = Some(entry);
                break;
            }
            if rows > 0 {
                batch.push(entry);
            }
        }
        let out = &mut tokens[batch.rows..][..self.lookahead];
        batch.following = self.tokenizer.peek(self.text, &self.sentences, ahead, out);
        batch.sequences[..batch.count].sort_unstable_by_key(|sequence| std::cmp::Reverse(sequence.steps));
        (batch.count > 0).then_some(batch)
    }

    /// The text contains malformed units, up to the last sentence that was read or, behind that, in the whole of it.
    pub fn invalid_text_seen(&self) -> bool {
        self.sentences.invalid_at().is_some()
    }

    /// A sentence was cut.
    pub fn sentence_cut(&self) -> bool {
        self.sentence_cut
    }
}
