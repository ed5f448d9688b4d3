//! The best answers to one sentence, for people who review what was found.

use super::{Context, Mention, check_text};
use crate::arena::Parts;
use crate::decode::Span;
use crate::fault;
use crate::float_state::DefaultState;
use crate::kernels::Sequence;
use crate::nn::{Engine, Input, Scratch};
use crate::text::{Sentences, Unit};
use crate::{Error, Status};

/// One answer to a sentence: all its mentions together.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Path {
    /// Index of its first mention in [`Paths::mentions`].
    pub first_mention: u32,
    /// Number of its mentions; 0: the sentence holds none.
    pub mention_count: u32,
    /// Probability of exactly this answer under the network, 0..=1, not calibrated. Never rises from path to path; all
    /// together are at most 1.
    pub probability: f32,
    /// Zero.
    pub reserved: u32,
}

/// The best answers to a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'c> {
    /// From the best on, each another one; owned by the context until its next call. Empty behind the last sentence.
    pub paths: &'c [Path],
    /// The mentions of all paths, path by path. Their scores are those that the `find` functions give: of the mention
    /// alone, calibrated.
    pub mentions: &'c [Mention],
    /// First unit of the sentence; the length of the text behind the last sentence.
    pub start: usize,
    /// One past its last unit, from where the next sentence is asked for.
    pub end: usize,
    /// Up to the end of the sentence, or somewhat behind it, the text contains malformed units.
    pub invalid_text_seen: bool,
    /// The sentence is longer than `max_window_tokens`: this is a piece of it.
    pub sentence_cut: bool,
}

impl<'c> Paths<'c> {
    /// The mentions of one path, sorted by start, not overlapping.
    pub fn mentions_of(&self, path: &Path) -> &'c [Mention] {
        &self.mentions[path.first_mention as usize..][..path.mention_count as usize]
    }
}

impl Context {
    /// The up to `most` best answers to one sentence of UTF-8 text: the first one that ends behind byte `at`.
    ///
    /// Sentences are those of [`find_utf8`](Self::find_utf8), and the first path has its mentions of this sentence as the
    /// network alone finds them, without [brackets](crate::Model::brackets) completed and without
    /// [abbreviations](super::Mention::ABBREVIATION); `min_score` and `label_mask` leave no
    /// mention out. Offsets count from the beginning of the text. Allocates nothing.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] if `most` is 0 or more than [`max_paths`](super::ContextOptions::max_paths); those of
    /// `find_utf8`.
    pub fn nbest_utf8(&mut self, text: &[u8], at: usize, most: usize) -> Result<Paths<'_>, Error> {
        let _state = DefaultState::enter();
        self.nbest(text, at, most)
    }

    /// Like [`nbest_utf8`](Self::nbest_utf8) on UTF-16 text, with `at` and all offsets in units.
    pub fn nbest_utf16(&mut self, text: &[u16], at: usize, most: usize) -> Result<Paths<'_>, Error> {
        let _state = DefaultState::enter();
        self.nbest(text, at, most)
    }

    fn nbest<U: Unit>(&mut self, text: &[U], at: usize, most: usize) -> Result<Paths<'_>, Error> {
        if !(1..=self.max_paths).contains(&most) {
            let detail = "the number of paths must lie in 1 to the context's max_paths";
            return Err(Error::new(Status::InvalidArgument, detail));
        }
        check_text(text, self.reject_invalid)?;
        let Self { model, layout, arena, .. } = self;
        let (network, calibration) = (model.network(), model.calibration());
        let engine = Engine { kernels: model.kernels(), storage: model.storage() };
        let Parts { tokens, words, x, floats, bytes, cache, paths, path_bytes, path_mentions, .. } =
            arena.parts(layout);
        let window = layout.window();
        let mut sentences = Sentences::new(text);
        let (sentence, rows) = loop {
            let Some(sentence) = sentences.next_into(&mut tokens[..window]) else {
                return Ok(Paths {
                    paths: &[],
                    mentions: &[],
                    start: text.len(),
                    end: text.len(),
                    invalid_text_seen: sentences.invalid_at().is_some(),
                    sentence_cut: false,
                });
            };
            let rows = match sentence.end as usize > at {
                true => model.tokenizer().units(text, &mut tokens[..sentence.tokens]),
                false => 0,
            };
            if rows > 0 {
                break (sentence, rows);
            }
        };
        let tokens = &tokens[..rows];
        model.features().extract(engine.kernels, text, tokens, words, x);
        fault::point("nbest");
        let sentence_rows = [Sequence { first: 0, steps: rows }];
        let input = Input { x, rows, sentences: &sentence_rows, following: 0, cache };
        let best = network
            .best_paths(engine, input, Scratch { floats, bytes }, path_bytes, most)
            .ok_or_else(|| Error::new(Status::Unsupported, "models of this family have no paths"))?;
        let (mut found, mut bound, mut rest) = (0, 1f32, 1f32);
        for (i, path) in paths[..best.count()].iter_mut().enumerate() {
            let first = found;
            best.each_mention(i, |Span { words, label, score }| {
                path_mentions[found] = Mention {
                    start: tokens[words.start].start,
                    end: tokens[words.end - 1].end,
                    label: label as u16,
                    flags: 0,
                    score: calibration.map_or(score, |table| table.apply(score, label)),
                    concept: u32::MAX,
                    reserved: [0; 3],
                };
                found += 1;
            });
            // The order is that of the scores; the bounds hide what rounding leaves over (1.4e-4 with weights of 50).
            bound = best.probability(i).min(bound).min(rest);
            rest = (rest - bound).max(0.0);
            *path = Path {
                first_mention: first as u32,
                mention_count: (found - first) as u32,
                probability: bound,
                reserved: 0,
            };
        }
        Ok(Paths {
            paths: &paths[..best.count()],
            mentions: &path_mentions[..found],
            start: sentence.start as usize,
            end: sentence.end as usize,
            invalid_text_seen: sentences.invalid_at().is_some(),
            sentence_cut: sentence.cut,
        })
    }
}
