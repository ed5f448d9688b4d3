//! The first stages alone, for measurements: a stage costs the difference to the walk that ends before it. The walk of
//! the `find` functions holds no clock and no switch.

use super::{Context, check_text};
use crate::Error;
use crate::arena::Parts;
use crate::nn::{Engine, Input, Scratch};
use crate::text::Sentences;

/// Where [`Context::run_stages`] ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Sentences and tokens are known.
    Text,
    /// Each token has its vector.
    Features,
    /// Each token has its scores; only decoding is missing to a whole answer.
    Network,
}

/// What a text consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Sentences, and pieces of sentences that were cut.
    pub sentences: usize,
    /// Tokens (or words) of all sentences.
    pub tokens: usize,
}

impl Context {
    /// Runs the stages up to `last` over all sentences of UTF-8 text and drops what they compute.
    ///
    /// # Errors
    /// Those of [`find_utf8`](Self::find_utf8).
    pub fn run_stages(&mut self, text: &[u8], last: Stage) -> Result<Work, Error> {
        check_text(text, self.reject_invalid)?;
        let Self { model, layout, arena, .. } = self;
        let (network, features, tokenizer) = (model.network(), model.features(), model.tokenizer());
        let engine = Engine { kernels: model.kernels(), storage: model.storage() };
        let Parts { tokens, ahead, words, x, floats, bytes, .. } = arena.parts(layout);
        let lookahead = network.lookahead();
        let window = tokens.len() - lookahead;
        let mut sentences = Sentences::new(text);
        let mut work = Work::default();
        while let Some(sentence) = sentences.next_into(&mut tokens[..window]) {
            let rows = tokenizer.units(text, &mut tokens[..sentence.tokens]);
            if rows == 0 {
                continue;
            }
            work = Work { sentences: work.sentences + 1, tokens: work.tokens + rows };
            let following = tokenizer.peek(text, &sentences, ahead, &mut tokens[rows..rows + lookahead]);
            if last >= Stage::Features {
                features.extract(engine.kernels, text, &tokens[..rows + following], words, x);
            }
            if last >= Stage::Network {
                let input = Input { x: &mut *x, rows, following };
                let mut scratch = Scratch { floats: &mut *floats, bytes: &mut *bytes };
                std::hint::black_box(network.run(engine, input, &mut scratch));
            }
        }
        Ok(work)
    }
}
