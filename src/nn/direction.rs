//! One direction of an LSTM layer as it lies in the model file, in fp16 or in int8.

use super::layers::{check, panels_and_inputs};
use super::{Engine, corrupt};
use crate::format::layout::{GATES, INPUTS, PANEL, int8_sums};
use crate::format::reader::Sections;
use crate::format::section::Section;
use crate::format::{self, Kind};
use crate::kernels::{
    Inputs, LSTM_CHUNK, LayerWeights, LstmWeights, LstmWeightsInt8, Sequence, lstm_int8_scratch_len,
    lstm_scratch_len,
};
use crate::model::storage::{Storage, View};
use crate::{Error, Status, fallible};

/// Most inputs of int8 weights: their sums do not overflow.
const MAX_INT8_INPUTS: usize = 1 << 16;

/// One direction of an LSTM layer.
#[derive(Clone, Debug)]
pub struct LstmDirection {
    /// Inputs per step.
    pub input: usize,
    /// Units, a multiple of 16.
    pub hidden: usize,
    weights: Weights,
    bias: View<f32>,
}

/// Input and recurrent weights.
#[derive(Clone, Debug)]
enum Weights {
    Half {
        wx: View<u16>,
        wh: View<u16>,
    },
    /// `sums` are computed when the model is opened; should a mapped file have changed since, only numbers differ.
    Int8 {
        wx: View<i8>,
        wh: View<i8>,
        scales: View<f32>,
        sums: Vec<i32>,
    },
}

/// The part of a matrix `[rows][stride]` that a direction writes: its columns from `offset` on.
pub struct Columns<'a> {
    /// `[rows][stride]`
    pub y: &'a mut [f32],
    /// Columns of the whole matrix.
    pub stride: usize,
    /// First column.
    pub offset: usize,
}

impl LstmDirection {
    /// Takes the sections with this index: layer * 2 + direction. int8 weights do not tell how many inputs they have, but
    /// for a multiple of 4: `input` does; without it they are refused.
    pub fn load(
        sections: &Sections,
        storage: &Storage,
        index: u32,
        input: Option<usize>,
    ) -> Result<Self, Error> {
        let get = |kind: Kind| sections.get(kind, index);
        let half = [format::LSTM_INPUT, format::LSTM_RECURRENT].map(get);
        let int8 = [format::LSTM_INPUT_INT8, format::LSTM_RECURRENT_INT8, format::LSTM_SCALES].map(get);
        let Some(section) = int8.into_iter().flatten().next() else {
            return Self::load_half(sections, storage, index);
        };
        if half.iter().any(Option::is_some) {
            return Err(corrupt("an LSTM layer has fp16 and int8 weights").at(section.offset));
        }
        match input {
            Some(input) if input <= MAX_INT8_INPUTS => Self::load_int8(sections, storage, index, input),
            Some(_) => {
                Err(Error::new(Status::Limit, "the model has too many inputs in a layer").at(section.offset))
            }
            None => Err(corrupt("the family of the model has no int8 weights").at(section.offset)),
        }
    }

    fn load_half(sections: &Sections, storage: &Storage, index: u32) -> Result<Self, Error> {
        let (panels, input) = panels_and_inputs(sections.require(format::LSTM_INPUT, index)?)?;
        let hidden = panels * PANEL;
        let section = |kind: Kind, dims: [usize; 3]| sized(sections, kind, index, dims);
        let wx = storage.view(section(format::LSTM_INPUT, [panels, input, GATES * PANEL])?)?;
        let wh = storage.view(section(format::LSTM_RECURRENT, [panels, hidden, GATES * PANEL])?)?;
        let bias = storage.view(section(format::LSTM_BIAS, [panels, GATES * PANEL, 1])?)?;
        Ok(Self { input, hidden, weights: Weights::Half { wx, wh }, bias })
    }

    fn load_int8(sections: &Sections, storage: &Storage, index: u32, input: usize) -> Result<Self, Error> {
        let (panels, _) = panels_and_inputs(sections.require(format::LSTM_INPUT_INT8, index)?)?;
        let hidden = panels * PANEL;
        let section = |kind: Kind, dims: [usize; 3]| sized(sections, kind, index, dims);
        let group = GATES * PANEL * INPUTS;
        let wx = storage.view(section(format::LSTM_INPUT_INT8, [panels, input.div_ceil(INPUTS), group])?)?;
        let wh = storage.view(section(format::LSTM_RECURRENT_INT8, [panels, hidden / INPUTS, group])?)?;
        let scales = storage.view(section(format::LSTM_SCALES, [2, panels, GATES * PANEL])?)?;
        let bias = storage.view(section(format::LSTM_BIAS, [panels, GATES * PANEL, 1])?)?;
        let mut sums = fallible::collect((0..2 * panels * GATES * PANEL).map(|_| 0))?;
        let of_both = int8_sums(storage.get(&wx), input).chain(int8_sums(storage.get(&wh), hidden));
        for (sum, value) in sums.iter_mut().zip(of_both) {
            *sum = value;
        }
        Ok(Self { input, hidden, weights: Weights::Int8 { wx, wh, scales, sums }, bias })
    }

    /// Length of the scratch of [`run`](Self::run); `None` if it overflows.
    pub fn scratch_len(&self) -> Option<usize> {
        match self.weights {
            Weights::Half { .. } => lstm_scratch_len(self.hidden, LSTM_CHUNK),
            Weights::Int8 { .. } => lstm_int8_scratch_len(self.input, self.hidden, LSTM_CHUNK),
        }
    }

    /// Runs the direction over the sequences of `inputs`; `scratch` is the kernel's.
    pub fn run(
        &self,
        engine: Engine<'_>,
        inputs: Inputs<'_>,
        sequences: &[Sequence],
        reverse: bool,
        out: Columns<'_>,
        scratch: &mut [f32],
    ) {
        let Columns { y, stride, offset } = out;
        let weights = self.weights(engine.storage);
        engine.kernels.lstm(weights, inputs, sequences, reverse, y, stride, offset, scratch);
    }

    /// Gate sums of the rows `list` of `x`, `[rows][input]`, to the same rows of `sums`, `[rows][4 * hidden]`; `scratch` is
    /// the kernel's.
    pub fn run_inputs(
        &self,
        engine: Engine<'_>,
        x: &[f32],
        list: &[u32],
        sums: &mut [f32],
        scratch: &mut [f32],
    ) {
        engine.kernels.lstm_inputs(self.weights(engine.storage), x, list, sums, scratch);
    }

    fn weights<'m>(&'m self, storage: &'m Storage) -> LayerWeights<'m> {
        let (input, hidden, bias) = (self.input, self.hidden, storage.get(&self.bias));
        match &self.weights {
            Weights::Half { wx, wh } => {
                let (wx, wh) = (storage.get(wx), storage.get(wh));
                LayerWeights::Half(LstmWeights { input, hidden, wx, wh, bias })
            }
            Weights::Int8 { wx, wh, scales, sums } => {
                let (wx, wh, scales) = (storage.get(wx), storage.get(wh), storage.get(scales));
                LayerWeights::Int8(LstmWeightsInt8 { input, hidden, wx, wh, scales, bias, sums })
            }
        }
    }
}

/// The section of this kind and index, which must have these sizes.
fn sized(sections: &Sections, kind: Kind, index: u32, dims: [usize; 3]) -> Result<&Section, Error> {
    let section = sections.require(kind, index)?;
    check(section, dims, "LSTM sections disagree in size").map(|()| section)
}
