//! All trainable values in one flat vector, and the map from it to tensors.

use std::ops::Range;

use candle_core::{Device, Result, Var};
use fastrand::Rng;

use super::options::TaggerOptions;
use super::weights::{Direction, TaggerSizes, TaggerWeights};

/// A tensor's place in the flat vector.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// Number of the tensor.
    pub index: usize,
    range: Range<usize>,
    shape: Vec<usize>,
}

/// Places of one LSTM layer.
#[derive(Clone, Debug)]
pub(crate) struct LayerSlots {
    /// `[2, 4 * hidden, inputs + 1]`: the last input is always 1, its weights are the bias. In the first layer the mark of
    /// cleared flags, if there is one, stands before it.
    pub input: Slot,
    /// `[2, 4 * hidden, hidden]`.
    pub recurrent: Slot,
}

/// Places of an output layer with its CRF.
#[derive(Clone, Debug)]
pub(crate) struct HeadSlots {
    /// `[tags, 2 * hidden]`
    pub weight: Slot,
    /// `[tags]`
    pub bias: Slot,
    /// `[tags + 2, tags]`: transitions, start, end.
    pub crf: Slot,
    /// Number of tags.
    pub tags: usize,
}

/// Places of all tensors of a tagger; the shapes not given are those of [`TaggerWeights`].
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    pub sizes: TaggerSizes,
    pub char_embedding: Slot,
    pub conv_weight: Slot,
    pub conv_bias: Slot,
    pub shape_embedding: Slot,
    pub layers: Vec<LayerSlots>,
    /// The tagger's own task, then the auxiliary one, if any.
    pub heads: Vec<HeadSlots>,
    slots: Vec<Slot>,
    /// The first layer has the mark of cleared flags.
    mark: bool,
}

impl Parameters {
    /// `mark`: see [`TaggerOptions::lexicon_mark`]. `auxiliary` is the number of tags of the auxiliary task, if there is one.
    pub fn new(sizes: TaggerSizes, mark: bool, auxiliary: Option<usize>) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        let mut slot = |shape: &[usize]| {
            let start = slots.last().map_or(0, |last| last.range.end);
            let range = start..start + shape.iter().product::<usize>();
            slots.push(Slot { index: slots.len(), range, shape: shape.to_vec() });
            slots[slots.len() - 1].clone()
        };
        let h = sizes.hidden;
        Parameters {
            sizes,
            char_embedding: slot(&[sizes.characters, sizes.character_dim]),
            conv_weight: slot(&[sizes.filters, 3, sizes.character_dim]),
            conv_bias: slot(&[sizes.filters]),
            shape_embedding: slot(&[sizes.shapes, sizes.shape_dim]),
            layers: (0..sizes.layers)
                .map(|layer| LayerSlots {
                    input: slot(&[2, 4 * h, row_width(&sizes, mark, layer)]),
                    recurrent: slot(&[2, 4 * h, h]),
                })
                .collect(),
            heads: [Some(sizes.tags), auxiliary]
                .into_iter()
                .flatten()
                .map(|tags| HeadSlots {
                    weight: slot(&[tags, 2 * h]),
                    bias: slot(&[tags]),
                    crf: slot(&[tags + 2, tags]),
                    tags,
                })
                .collect(),
            slots,
            mark,
        }
    }

    /// Values for a gate of a unit of a layer: its inputs, those of training alone, the bias.
    fn row_width(&self, layer: usize) -> usize {
        row_width(&self.sizes, self.mark, layer)
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.slots.last().map_or(0, |last| last.range.end)
    }

    /// Number of values below the output layers, which come first.
    pub fn encoder_len(&self) -> usize {
        self.heads[0].weight.range.start
    }

    /// Copies the values below the output layers, `from`, of a network of the same sizes but for lexicon flags, which `own`
    /// does not have, to `to`; the weights of lexicon flags stay as they are.
    pub fn take_encoder(&self, own: &Self, from: &[f32], to: &mut [f32]) {
        let copy = |from_slot: &Slot, to_slot: &Slot, to: &mut [f32]| {
            to[to_slot.range.clone()].copy_from_slice(&from[from_slot.range.clone()]);
        };
        copy(&own.char_embedding, &self.char_embedding, to);
        copy(&own.conv_weight, &self.conv_weight, to);
        copy(&own.conv_bias, &self.conv_bias, to);
        copy(&own.shape_embedding, &self.shape_embedding, to);
        for (layer, (own_slots, slots)) in own.layers.iter().zip(&self.layers).enumerate() {
            copy(&own_slots.recurrent, &slots.recurrent, to);
            let (own_inputs, own_width) = (own.sizes.inputs(layer), own.row_width(layer));
            let width = self.row_width(layer);
            let rows = to[slots.input.range.clone()].chunks_exact_mut(width);
            for (row, own_row) in rows.zip(from[own_slots.input.range.clone()].chunks_exact(own_width)) {
                row[..own_inputs].copy_from_slice(&own_row[..own_inputs]);
                row[width - 1] = own_row[own_width - 1];
            }
        }
    }

    /// The values before training. Embeddings are uniform, recurrent weights orthogonal per gate, other weights after
    /// Glorot, the forget gates' biases 1 and all others 0.
    pub fn initial(&self, rng: &mut Rng) -> Vec<f32> {
        let TaggerSizes { hidden: h, filters, character_dim, .. } = self.sizes;
        let mut values = vec![0f32; self.len()];
        let glorot = |inputs: usize, outputs: usize| (6.0 / (inputs + outputs) as f32).sqrt();
        let mut uniform = |values: &mut [f32], limit: f32| {
            values.iter_mut().for_each(|value| *value = (rng.f32() * 2.0 - 1.0) * limit);
        };
        // Limits that give embedded characters and shapes a root mean square of 0.5 and 0.25.
        uniform(&mut values[self.char_embedding.range.clone()], 0.5 * 3f32.sqrt());
        uniform(&mut values[self.shape_embedding.range.clone()], 0.25 * 3f32.sqrt());
        uniform(&mut values[self.conv_weight.range.clone()], glorot(3 * character_dim, filters));
        for head in &self.heads {
            uniform(&mut values[head.weight.range.clone()], glorot(2 * h, head.tags));
        }
        for (layer, slots) in self.layers.iter().enumerate() {
            let inputs = self.sizes.inputs(layer);
            let width = self.row_width(layer);
            let rows = values[slots.input.range.clone()].chunks_exact_mut(width);
            for (row, weights) in rows.enumerate() {
                uniform(&mut weights[..inputs], glorot(inputs, h));
                weights[width - 1] = if row / h % 4 == 1 { 1.0 } else { 0.0 };
            }
        }
        for slots in &self.layers {
            for gate in values[slots.recurrent.range.clone()].chunks_exact_mut(h * h) {
                orthogonal(gate, h, rng);
            }
        }
        values
    }

    /// The tensors, by slot number.
    pub fn variables(&self, values: &[f32]) -> Result<Vec<Var>> {
        let variable =
            |slot: &Slot| Var::from_slice(&values[slot.range.clone()], slot.shape.as_slice(), &Device::Cpu);
        self.slots.iter().map(variable).collect()
    }

    /// The gradient of every value; zero where the loss does not depend on a tensor.
    pub fn gradient(
        &self,
        variables: &[Var],
        gradients: &candle_core::backprop::GradStore,
    ) -> Result<Vec<f32>> {
        let mut flat = vec![0f32; self.len()];
        for (slot, variable) in self.slots.iter().zip(variables) {
            if let Some(gradient) = gradients.get(variable) {
                flat[slot.range.clone()].copy_from_slice(&gradient.flatten_all()?.to_vec1::<f32>()?);
            }
        }
        Ok(flat)
    }

    /// The values as the tagger's weights.
    pub fn export(&self, values: &[f32], options: &TaggerOptions) -> TaggerWeights {
        let get = |slot: &Slot| values[slot.range.clone()].to_vec();
        let TaggerSizes { hidden: h, tags, .. } = self.sizes;
        let direction = |layer: usize, direction: usize| {
            let slots = &self.layers[layer];
            let inputs = self.sizes.inputs(layer);
            let input = &values[slots.input.range.clone()];
            let width = self.row_width(layer);
            let rows = input.chunks_exact(width).skip(direction * 4 * h).take(4 * h);
            Direction {
                wx: rows.clone().flat_map(|row| &row[..inputs]).copied().collect(),
                wh: values[slots.recurrent.range.clone()][direction * 4 * h * h..][..4 * h * h].to_vec(),
                bias: rows.map(|row| row[width - 1]).collect(),
            }
        };
        let head = &self.heads[0];
        let mut crf_transitions = get(&head.crf);
        let mut crf_start = crf_transitions.split_off(tags * tags);
        let mut crf_end = crf_start.split_off(tags);
        options.mask().apply(&mut crf_start, &mut crf_end, &mut crf_transitions);
        TaggerWeights {
            sizes: self.sizes,
            char_embedding: get(&self.char_embedding),
            conv_weight: get(&self.conv_weight),
            conv_bias: get(&self.conv_bias),
            shape_embedding: get(&self.shape_embedding),
            layers: (0..self.sizes.layers).map(|layer| [0, 1].map(|d| direction(layer, d))).collect(),
            dense_weight: get(&head.weight),
            dense_bias: get(&head.bias),
            crf_start,
            crf_end,
            crf_transitions,
        }
    }
}

fn row_width(sizes: &TaggerSizes, mark: bool, layer: usize) -> usize {
    sizes.inputs(layer) + usize::from(mark && layer == 0) + 1
}

/// Fills a square matrix of side `n` with orthonormal rows (Gram-Schmidt on Gaussian rows).
pub(crate) fn orthogonal(matrix: &mut [f32], n: usize, rng: &mut Rng) {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(n);
    while rows.len() < n {
        let gaussian = |rng: &mut Rng| {
            (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
        };
        let mut row: Vec<f64> = (0..n).map(|_| gaussian(rng)).collect();
        for other in &rows {
            let dot: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            row.iter_mut().zip(other).for_each(|(a, b)| *a -= dot * b);
        }
        let norm = row.iter().map(|a| a * a).sum::<f64>().sqrt();
        // A row that nearly lies in the space of the others would be rounding noise: draw again.
        if norm > 1e-3 {
            row.iter_mut().for_each(|a| *a /= norm);
            rows.push(row);
        }
    }
    matrix.iter_mut().zip(rows.iter().flatten()).for_each(|(to, from)| *to = *from as f32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initial_values() {
        let options = TaggerOptions { hidden: 6, ..Default::default() };
        let parameters = Parameters::new(options.sizes(4), false, None);
        let weights = parameters.export(&parameters.initial(&mut Rng::with_seed(1)), &options);
        let direction = &weights.layers[0][1];
        assert_eq!(direction.bias[..6], [0.0; 6]);
        assert_eq!(direction.bias[6..12], [1.0; 6]);
        assert_eq!(direction.bias[12..], [0.0; 12]);
        for gate in direction.wh.chunks_exact(36) {
            for (a, row) in gate.chunks_exact(6).enumerate() {
                for (b, other) in gate.chunks_exact(6).enumerate() {
                    let dot: f32 = row.iter().zip(other).map(|(x, y)| x * y).sum();
                    assert!((dot - if a == b { 1.0 } else { 0.0 }).abs() < 1e-5);
                }
            }
        }
    }
}
