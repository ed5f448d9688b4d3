//! The network of the bilstm-crf family: plain views into the model file and the order of the layers.

use crate::decode::crf::Crf;
use crate::format::reader::Sections;
use crate::format::{self, Kind};
use crate::kernels::{DenseWeights, Kernels, LSTM_CHUNK, LstmWeights, lstm_scratch_len};
use crate::model::storage::{Storage, View};
use crate::{Error, Status};

/// Most recurrent layers.
pub const MAX_LAYERS: usize = 2;
/// Most panels of 16 units in a direction.
const MAX_PANELS: usize = 256;

/// Weights of one direction of a layer.
#[derive(Clone, Debug)]
struct Direction {
    input: View<u16>,
    recurrent: View<u16>,
    bias: View<f32>,
}

/// BiLSTM layers, output layer, CRF.
#[derive(Clone, Debug)]
pub struct Network {
    /// Width of a token's vector.
    pub input: usize,
    /// Units per direction, a multiple of 16.
    pub hidden: usize,
    /// Forward and backward direction of each layer.
    layers: Vec<[Direction; 2]>,
    dense: View<u16>,
    dense_bias: View<f32>,
    /// Padded number of outputs, a multiple of 16.
    pub outputs: usize,
    /// The CRF.
    pub crf: Crf,
}

/// Scratch of a run over at most `rows` tokens, see [`Network::scratch_len`].
pub struct Buffers<'a> {
    /// `[rows][2 * hidden]` for each layer.
    pub layers: &'a mut [f32],
    /// Working memory of the LSTM kernel.
    pub lstm: &'a mut [f32],
    /// `[rows][outputs]`
    pub scores: &'a mut [f32],
}

impl Network {
    /// Takes the network's sections; `labels` decides the number of tags.
    pub fn load(sections: &Sections, storage: &Storage, labels: usize) -> Result<Self, Error> {
        let corrupt = |detail: &'static str| Error::new(Status::CorruptModel, detail);
        let first = sections.require(format::LSTM_INPUT, 0)?;
        let (panels, input) = (first.dims[0] as usize, first.dims[1] as usize);
        if panels > MAX_PANELS {
            return Err(Error::new(Status::Limit, "the model has too many units").at(first.offset));
        }
        let hidden = panels * 16;
        let mut layers = Vec::new();
        let mut width = input;
        while layers.len() < MAX_LAYERS && sections.get(format::LSTM_INPUT, 2 * layers.len() as u32).is_some()
        {
            let direction = |index: u32| -> Result<Direction, Error> {
                let check = |kind: Kind, dims: [usize; 3]| {
                    let section = sections.require(kind, index)?;
                    let got = [section.dims[0] as usize, section.dims[1] as usize, section.dims[2] as usize];
                    if got != dims {
                        return Err(corrupt("LSTM sections disagree in size").at(section.offset));
                    }
                    Ok(section)
                };
                Ok(Direction {
                    input: storage.view(check(format::LSTM_INPUT, [panels, width, 64])?)?,
                    recurrent: storage.view(check(format::LSTM_RECURRENT, [panels, hidden, 64])?)?,
                    bias: storage.view(check(format::LSTM_BIAS, [panels, 64, 1])?)?,
                })
            };
            let index = 2 * layers.len() as u32;
            layers.push([direction(index)?, direction(index + 1)?]);
            width = 2 * hidden;
        }
        let lstm_sections = sections.iter().filter(|s| s.code == format::LSTM_INPUT.code).count();
        if lstm_sections != 2 * layers.len() {
            return Err(corrupt("the model has more LSTM sections than layers"));
        }
        let dense = sections.require(format::DENSE, 0)?;
        let bias = sections.require(format::DENSE_BIAS, 0)?;
        let tags = crate::decode::tags::tag_count(labels);
        let output_panels = tags.div_ceil(16);
        if dense.dims != [output_panels as u32, 2 * hidden as u32, 16, 1]
            || bias.dims != [output_panels as u32, 16, 1, 1]
        {
            return Err(corrupt("the output layer does not fit labels and layers").at(dense.offset));
        }
        let crf = sections.require(format::CRF, 0)?;
        if crf.dims != [2 + tags as u32, tags as u32, 1, 1] {
            return Err(corrupt("the CRF does not fit the labels").at(crf.offset));
        }
        let transitions: View<f32> = storage.view(crf)?;
        Ok(Self {
            input,
            hidden,
            layers,
            dense: storage.view(dense)?,
            dense_bias: storage.view(bias)?,
            outputs: output_panels * 16,
            crf: Crf::new(storage.get(&transitions), tags)
                .ok_or_else(|| corrupt("the CRF has too many tags").at(crf.offset))?,
        })
    }

    /// Number of BiLSTM layers.
    pub fn layer_count(&self) -> usize {
        self.layers.len()
    }

    /// Lengths of the slices of [`Buffers`] for `rows` tokens: layers, lstm, scores.
    pub fn scratch_len(&self, rows: usize) -> [usize; 3] {
        let lstm = lstm_scratch_len(self.hidden, LSTM_CHUNK).expect("the number of units is bounded");
        [self.layers.len() * rows * 2 * self.hidden, lstm, rows * self.outputs]
    }

    /// Runs all layers over `x`, `[rows][input]`; the scores are left in `buffers.scores`, `[rows][outputs]`.
    pub fn run(
        &self,
        kernels: &Kernels,
        storage: &Storage,
        x: &[f32],
        rows: usize,
        buffers: &mut Buffers<'_>,
    ) {
        let width = 2 * self.hidden;
        let layer_len = rows * width;
        let mut done = 0;
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, after) = buffers.layers.split_at_mut(done);
            let (input, source) =
                if l == 0 { (self.input, x) } else { (width, &before[done - layer_len..done]) };
            let out = &mut after[..layer_len];
            for (d, direction) in layer.iter().enumerate() {
                let weights = LstmWeights {
                    input,
                    hidden: self.hidden,
                    wx: storage.get(&direction.input),
                    wh: storage.get(&direction.recurrent),
                    bias: storage.get(&direction.bias),
                };
                kernels.lstm(
                    &weights,
                    &source[..rows * input],
                    rows,
                    d == 1,
                    out,
                    width,
                    d * self.hidden,
                    buffers.lstm,
                );
            }
            done += layer_len;
        }
        let weights = DenseWeights {
            input: width,
            outputs: self.outputs,
            w: storage.get(&self.dense),
            bias: storage.get(&self.dense_bias),
        };
        let last = &buffers.layers[done - layer_len..done];
        kernels.dense(&weights, last, width, rows, &mut buffers.scores[..rows * self.outputs]);
    }
}
