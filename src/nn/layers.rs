//! Layers as they lie in the model file.

use super::{Engine, corrupt};
use crate::format::reader::Sections;
use crate::format::section::Section;
use crate::format::{self, Kind};
use crate::kernels::DenseWeights;
use crate::model::storage::{Storage, View};
use crate::{Error, Status};

/// Most panels of 16 units in a layer.
const MAX_PANELS: usize = 256;

/// A dense layer.
#[derive(Clone, Debug)]
pub struct Dense {
    /// Inputs per row.
    pub input: usize,
    /// Padded number of outputs, a multiple of 16.
    pub outputs: usize,
    weights: View<u16>,
    bias: View<f32>,
}

impl Dense {
    /// Takes the sections of layer `index`; the caller compares the sizes with the other layers.
    pub fn load(sections: &Sections, storage: &Storage, index: u32) -> Result<Self, Error> {
        let weights = sections.require(format::DENSE, index)?;
        let (panels, input) = panels_and_inputs(weights)?;
        check(weights, [panels, input, 16], "a dense layer's panels do not have 16 outputs")?;
        let bias = sections.require(format::DENSE_BIAS, index)?;
        check(bias, [panels, 16, 1], "a dense layer's bias does not fit its weights")?;
        Ok(Self { input, outputs: panels * 16, weights: storage.view(weights)?, bias: storage.view(bias)? })
    }

    /// Whether the layer is an output layer of `count` outputs over `input` inputs.
    pub fn has_sizes(&self, input: usize, count: usize) -> bool {
        self.input == input && self.outputs == count.next_multiple_of(16)
    }

    /// Runs the layer over `rows` rows of `x` that begin `stride` apart; `y` is `[rows][outputs]`.
    pub fn run(&self, engine: Engine<'_>, x: &[f32], stride: usize, rows: usize, y: &mut [f32]) {
        let weights = DenseWeights {
            input: self.input,
            outputs: self.outputs,
            w: engine.storage.get(&self.weights),
            bias: engine.storage.get(&self.bias),
        };
        engine.kernels.dense(&weights, x, stride, rows, y);
    }
}

/// Number of sections of this kind.
pub fn count(sections: &Sections, kind: Kind) -> usize {
    sections.iter().filter(|section| section.code == kind.code).count()
}

pub(super) fn panels_and_inputs(section: &Section) -> Result<(usize, usize), Error> {
    let (panels, inputs) = (section.dims[0] as usize, section.dims[1] as usize);
    if panels > MAX_PANELS {
        return Err(Error::new(Status::Limit, "the model has too many units in a layer").at(section.offset));
    }
    Ok((panels, inputs))
}

pub(super) fn check(section: &Section, dims: [usize; 3], detail: &'static str) -> Result<(), Error> {
    let got = section.dims.map(|dim| dim as usize);
    if got == [dims[0], dims[1], dims[2], 1] { Ok(()) } else { Err(corrupt(detail).at(section.offset)) }
}
