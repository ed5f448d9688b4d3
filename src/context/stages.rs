//! The first stages alone, for measurements: a stage costs the difference to the walk that ends before it. The walk of
//! the `find` functions holds no clock and no switch.

use super::batch::{Batches, Entry};
use super::{Context, check_text};
use crate::Error;
use crate::arena::Parts;
use crate::nn::{Engine, Input, Scratch};

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
        let (network, features) = (model.network(), model.features());
        let engine = Engine { kernels: model.kernels(), storage: model.storage() };
        let Parts { tokens, ahead, words, x, floats, bytes, mut cache, .. } = arena.parts(layout);
        let mut batches = Batches::new(text, network, model.tokenizer(), layout.window());
        let mut work = Work::default();
        while let Some(batch) = batches.next(tokens, ahead) {
            let (rows, following) = (batch.rows, batch.following);
            work.sentences += batch.entries().len();
            work.tokens += rows;
            if last >= Stage::Features {
                for &Entry { first, rows, .. } in batch.entries() {
                    let x = &mut x[first * features.width()..];
                    features.extract(engine.kernels, text, &tokens[first..][..rows + following], words, x);
                }
            }
            if last >= Stage::Network {
                let (x, cache) = (&mut *x, cache.reborrow());
                let input = Input { x, rows, sentences: batch.sequences(), following, cache };
                let mut scratch = Scratch { floats: &mut *floats, bytes: &mut *bytes };
                std::hint::black_box(network.run(engine, input, &mut scratch));
            }
        }
        Ok(work)
    }
}
