//! The bilstm-crf family: BiLSTM layers, an output layer, and a CRF over the tags.

use super::direction::{Columns, LstmDirection};
use super::input_cache::{CacheLen, CacheSizes, InputCache};
use super::layers::{self, Dense};
use super::{Engine, Input, Scratch, ScratchLen, Sizes, Source, corrupt};
use crate::decode::crf::{self, Crf};
use crate::decode::mentions::each_mention;
use crate::decode::nbest::{BestPaths, back_len};
use crate::decode::{Span, tags};
use crate::format;
use crate::format::layout::GATES;
use crate::kernels::Inputs;
use crate::model::storage::View;
use crate::{Error, fallible};

/// Most recurrent layers.
pub const MAX_LAYERS: usize = 2;

/// BiLSTM layers, output layer, CRF.
#[derive(Clone, Debug)]
pub struct BilstmCrf {
    input: usize,
    hidden: usize,
    /// Forward and backward direction of each layer.
    layers: Vec<[LstmDirection; 2]>,
    dense: Dense,
    crf: Crf,
}

impl BilstmCrf {
    pub(super) fn load(source: Source<'_>) -> Result<Self, Error> {
        let Source { sections, storage, labels, width: input } = source;
        let directions =
            layers::count(sections, format::LSTM_INPUT) + layers::count(sections, format::LSTM_INPUT_INT8);
        if !matches!(directions, 2 | 4) || layers::count(sections, format::DENSE) != 1 {
            return Err(corrupt("the model does not have one or two BiLSTM layers and one output layer"));
        }
        let direction =
            |index: usize, width: usize| LstmDirection::load(sections, storage, index as u32, Some(width));
        let mut width = input;
        let layers = fallible::try_collect((0..directions / 2).map(|layer| {
            let pair = [direction(2 * layer, width)?, direction(2 * layer + 1, width)?];
            width = 2 * pair[0].hidden;
            Ok(pair)
        }))?;
        let hidden = layers[0][0].hidden;
        for (l, layer) in layers.iter().enumerate() {
            let width = if l == 0 { input } else { 2 * hidden };
            if layer.iter().any(|direction| (direction.input, direction.hidden) != (width, hidden)) {
                return Err(corrupt("the LSTM layers do not fit the features or each other"));
            }
        }
        let tags = tags::tag_count(labels);
        let dense = Dense::load(sections, storage, 0)?;
        if !dense.has_sizes(2 * hidden, tags) {
            return Err(corrupt("the output layer does not fit labels and layers"));
        }
        let section = sections.require(format::CRF, 0)?;
        if section.dims != [2 + tags as u32, tags as u32, 1, 1] {
            return Err(corrupt("the CRF does not fit the labels").at(section.offset));
        }
        let transitions: View<f32> = storage.view(section)?;
        let crf = Crf::new(storage.get(&transitions), tags).map_err(|error| error.at(section.offset))?;
        Ok(Self { input, hidden, layers, dense, crf })
    }

    pub(super) fn sizes(&self) -> Sizes {
        let (hidden, layers) = (self.hidden, self.layers.len());
        Sizes { input: self.input, hidden, layers, outputs: self.crf.tags() }
    }

    pub(super) fn scratch_len(&self, rows: usize) -> Option<ScratchLen> {
        let (width, tags) = (2 * self.hidden, self.crf.tags());
        let lstm = self.lstm_scratch_len()?;
        let floats = [
            [rows, width],
            [rows, width],
            [lstm, 1],
            [rows, self.dense.outputs],
            [rows, tags],
            [rows, tags],
            [rows, tags],
            [rows, 1],
        ];
        ScratchLen::of(&floats, &[[rows, 1], [rows, tags]])
    }

    pub(super) fn cache_len(&self, rows: usize) -> Option<CacheLen> {
        self.cache_sizes(rows)?.len()
    }

    /// Of a cache for runs of up to `rows` words; `None` if it overflows.
    fn cache_sizes(&self, rows: usize) -> Option<CacheSizes> {
        Some(CacheSizes { rows, input: self.input, sums: self.hidden.checked_mul(GATES)? })
    }

    /// Enough for every layer; `None` if it overflows.
    fn lstm_scratch_len(&self) -> Option<usize> {
        self.layers.iter().flatten().try_fold(0, |len, direction| Some(direction.scratch_len()?.max(len)))
    }

    pub(super) fn decode(
        &self,
        scores: &[f32],
        rows: usize,
        mut scratch: Scratch<'_>,
        found: &mut dyn FnMut(Span),
    ) {
        let tags = self.crf.tags();
        let stride = self.dense.outputs;
        let (path, back) = (scratch.bytes(rows, 1), scratch.bytes(rows, tags));
        self.crf.viterbi(scores, stride, path, back);
        if path.iter().all(|&tag| tag == 0) {
            return;
        }
        let sums = self.sums(scores, rows, &mut scratch);
        each_mention(path, |words, label| {
            let score = self.crf.probability(&path[words.clone()], words.start, rows, &sums);
            found(Span { words, label, score });
        });
    }

    pub(super) fn path_bytes(&self, rows: usize, most: usize) -> Option<usize> {
        back_len(rows, self.crf.tags(), most)?.checked_add(rows.checked_mul(most)?)
    }

    pub(super) fn best_paths<'s>(
        &'s self,
        engine: Engine<'_>,
        input: Input<'_>,
        mut scratch: Scratch<'s>,
        path_bytes: &'s mut [u8],
        most: usize,
    ) -> BestPaths<'s> {
        let tokens = input.rows;
        let scores = self.run(engine, input, &mut scratch);
        let (paths, back) = path_bytes.split_at_mut(tokens * most);
        let count = self.crf.best_paths(scores, self.dense.outputs, tokens, most, paths, back);
        let sums = self.sums(scores, tokens, &mut scratch);
        BestPaths { crf: &self.crf, paths: &paths[..count * tokens], tokens, sums }
    }

    /// Forward-backward over the scores of [`run`](Self::run).
    fn sums<'s>(&self, scores: &[f32], rows: usize, scratch: &mut Scratch<'s>) -> crf::Scratch<'s> {
        let tags = self.crf.tags();
        let mut sums = crf::Scratch {
            alpha: scratch.floats(rows, tags),
            beta: scratch.floats(rows, tags),
            psi: scratch.floats(rows, tags),
            scale: scratch.floats(rows, 1),
        };
        self.crf.forward_backward(scores, self.dense.outputs, rows, &mut sums);
        sums
    }

    /// Scores of the tags, `[rows][outputs]`.
    pub(super) fn run<'s>(
        &self,
        engine: Engine<'_>,
        input: Input<'_>,
        scratch: &mut Scratch<'s>,
    ) -> &'s mut [f32] {
        let Input { x, rows, sentences, cache, .. } = input;
        let x = &x[..rows * self.input];
        let width = 2 * self.hidden;
        let (mut source, mut out) = (scratch.floats(rows, width), scratch.floats(rows, width));
        let lstm_len = self.lstm_scratch_len().expect("the number of units is bounded");
        let lstm = scratch.floats(lstm_len, 1);
        let sizes = self.cache_sizes(cache.rows).expect("the number of rows is bounded");
        let mut cache = InputCache::new(sizes, cache);
        cache.look_up(x);
        for (d, direction) in self.layers[0].iter().enumerate() {
            let (rows, missing, sums) = cache.missing(d);
            direction.run_inputs(engine, rows, missing, sums, lstm);
        }
        cache.complete();
        for (l, layer) in self.layers.iter().enumerate() {
            for (d, direction) in layer.iter().enumerate() {
                let inputs = match l {
                    0 => Inputs::Sums { sums: &*cache.sums[d], places: &cache.places[..rows] },
                    _ => Inputs::Rows(&*source),
                };
                let columns = Columns { y: &mut *out, stride: width, offset: d * self.hidden };
                direction.run(engine, inputs, sentences, d == 1, columns, lstm);
            }
            std::mem::swap(&mut source, &mut out);
        }
        let scores = scratch.floats(rows, self.dense.outputs);
        self.dense.run(engine, source, width, rows, scores);
        scores
    }
}
