//! The lstm family: the words' vectors with their distances, one LSTM layer over the sentence, a softmax per word.

use super::direction::{Columns, LstmDirection};
use super::layers::{self, Dense};
use super::{Engine, Input, Scratch, ScratchLen, Sizes, Source, corrupt};
use crate::Error;
use crate::decode::{Span, runs};
use crate::features::distance::Distance;
use crate::format;
use crate::kernels::Inputs;

/// One LSTM layer, forward, and the output layer.
#[derive(Clone, Debug)]
pub struct Lstm {
    /// Width of a word's vector.
    width: usize,
    distance: Distance,
    layer: LstmDirection,
    dense: Dense,
    labels: usize,
}

impl Lstm {
    pub(super) fn load(source: Source<'_>) -> Result<Self, Error> {
        let Source { sections, storage, labels, width } = source;
        if layers::count(sections, format::LSTM_INPUT) != 1 || layers::count(sections, format::DENSE) != 1 {
            return Err(corrupt("the model does not have one LSTM layer and one output layer"));
        }
        let layer = LstmDirection::load(sections, storage, 0, None)?;
        let distance = Distance::from_widths(width, layer.input)
            .ok_or_else(|| corrupt("feature tables and network disagree in width"))?;
        let dense = Dense::load(sections, storage, 0)?;
        if !dense.has_sizes(layer.hidden, runs::class_count(labels)) {
            return Err(corrupt("the output layer does not fit labels and layers"));
        }
        Ok(Self { width, distance, layer, dense, labels })
    }

    pub(super) fn sizes(&self) -> Sizes {
        let outputs = runs::class_count(self.labels);
        Sizes { input: self.layer.input, hidden: self.layer.hidden, layers: 1, outputs }
    }

    pub(super) fn scratch_len(&self, rows: usize) -> Option<ScratchLen> {
        let lstm = self.layer.scratch_len()?;
        ScratchLen::of(&[[rows, self.layer.hidden], [lstm, 1], [rows, self.dense.outputs]], &[])
    }

    pub(super) fn decode(&self, scores: &mut [f32], found: &mut dyn FnMut(Span)) {
        runs::each_run(scores, self.dense.outputs, self.labels, found);
    }

    /// Scores of the classes, `[rows][outputs]`.
    pub(super) fn run<'s>(
        &self,
        engine: Engine<'_>,
        input: Input<'_>,
        scratch: &mut Scratch<'s>,
    ) -> &'s mut [f32] {
        let Input { x, rows, sentences, .. } = input;
        let LstmDirection { input, hidden, .. } = self.layer;
        let x = &mut x[..rows * input];
        self.distance.append(x, self.width, rows);
        let states = scratch.floats(rows, hidden);
        let lstm_len = self.layer.scratch_len().expect("the number of units is bounded");
        let columns = Columns { y: &mut *states, stride: hidden, offset: 0 };
        self.layer.run(engine, Inputs::Rows(x), sentences, false, columns, scratch.floats(lstm_len, 1));
        let scores = scratch.floats(rows, self.dense.outputs);
        self.dense.run(engine, states, hidden, rows, scores);
        scores
    }
}
