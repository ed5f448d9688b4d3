//! The tagger's network as a graph of tensor operations.

use std::sync::Arc;

use candle_core::{Result, Tensor, Var};

use super::batch::Batch;
use super::options::TaggerOptions;
use super::parameters::{HeadSlots, Parameters, Slot};
use crate::ops::{CrfMask, crf_loss, lstm, max_trigram};

/// The function from a batch and the parameters to the loss.
pub(crate) struct Network {
    pub parameters: Parameters,
    masks: Vec<Arc<CrfMask>>,
}

impl Network {
    pub fn new(options: &TaggerOptions, word_dim: usize) -> Self {
        let auxiliary = (options.auxiliary_labels > 0).then(|| options.head_tags(true));
        let parameters = Parameters::new(options.sizes(word_dim), options.lexicon_mark, auxiliary);
        let mask = |head: &HeadSlots| Arc::new(TaggerOptions::mask_of(head.tags));
        Network { masks: parameters.heads.iter().map(mask).collect(), parameters }
    }

    /// Mean negative log likelihood of the batch's sentences.
    pub fn loss(&self, variables: &[Var], batch: &Batch) -> Result<Tensor> {
        let emissions = self.emissions(variables, batch)?;
        let crf = variables[self.parameters.heads[batch.head].crf.index].as_tensor();
        crf_loss(&emissions, crf, self.masks[batch.head].clone(), &batch.lengths, &batch.tags)
    }

    /// Scores of the tags of the batch's task, `[sentences, time, tags]`.
    pub fn emissions(&self, variables: &[Var], batch: &Batch) -> Result<Tensor> {
        let states = self.states(variables, batch)?;
        let head = &self.parameters.heads[batch.head];
        let tensor = |slot: &Slot| variables[slot.index].as_tensor();
        let scores = states.matmul(&tensor(&head.weight).t()?)?;
        scores.broadcast_add(tensor(&head.bias))?.reshape((batch.lengths.len(), batch.time, head.tags))
    }

    /// States of the last LSTM layer, forward then backward, `[tokens, 2 * hidden]`.
    pub fn states(&self, variables: &[Var], batch: &Batch) -> Result<Tensor> {
        let sizes = &self.parameters.sizes;
        let tensor = |slot: &Slot| variables[slot.index].as_tensor();
        let (sentences, time) = (batch.lengths.len(), batch.time);
        let tokens = sentences * time;

        let features = Tensor::cat(&[self.characters(variables, batch)?, self.shapes(variables, batch)?], 1)?;
        let features = match &batch.dropout {
            Some((factors, _)) => (features * factors)?,
            None => features,
        };
        let mut input = Tensor::cat(&[&batch.words, &features, &batch.flags], 1)?;
        let ones = batch.flags.narrow(1, batch.flags.dim(1)? - 1, 1)?;
        for (layer, slots) in self.parameters.layers.iter().enumerate() {
            if layer > 0 {
                input = Tensor::cat(&[&input, &ones], 1)?;
            }
            let weights = tensor(&slots.input).flatten(0, 1)?;
            let z = input.matmul(&weights.t()?)?.reshape((sentences, time, 2, 4 * sizes.hidden))?;
            let mut states = lstm(&z, tensor(&slots.recurrent), &batch.lengths)?;
            if let Some((_, factors)) = &batch.dropout {
                states = states.broadcast_mul(&factors[layer])?;
            }
            input = states.reshape((tokens, 2 * sizes.hidden))?;
        }
        Ok(input)
    }

    /// Character features of each token, `[tokens, filters]`.
    fn characters(&self, variables: &[Var], batch: &Batch) -> Result<Tensor> {
        let sizes = &self.parameters.sizes;
        let tensor = |slot: &Slot| variables[slot.index].as_tensor();
        let filters = tensor(&self.parameters.conv_weight).permute((2, 1, 0))?;
        let filters = filters.reshape((sizes.character_dim, 3 * sizes.filters))?;
        let table = tensor(&self.parameters.char_embedding).matmul(&filters)?;
        let table = table.reshape((sizes.characters, 3, sizes.filters))?;
        let words = max_trigram(&table, batch.distinct.clone())?;
        let words = words.broadcast_add(tensor(&self.parameters.conv_bias))?.relu()?;
        words.index_select(&batch.characters, 0)
    }

    /// Shape embedding of each token, `[tokens, shape_dim]`.
    fn shapes(&self, variables: &[Var], batch: &Batch) -> Result<Tensor> {
        variables[self.parameters.shape_embedding.index].index_select(&batch.shapes, 0)
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::tagger::{DistinctWords, Example, WordVectors, emissions};
    use drugner::features::chars::char_id;

    /// The graph without noise and the plain forward pass are two readings of the same weights.
    #[test]
    fn agrees_with_the_plain_forward_pass() {
        let mut rng = Rng::with_seed(7);
        let words = ["aspirin", "5-fluorouracil", "µg", "a", "inconspicuousnessesand"];
        let distinct = DistinctWords(
            words.iter().map(|word| word.chars().map(|c| char_id(u32::from(c))).collect()).collect(),
        );
        let rows: Vec<f32> = (0..8 * 3).map(|_| rng.f32() - 0.5).collect();
        let vectors = WordVectors { rows: &rows, dim: 3 };
        for layers in [1, 2] {
            let sizes = TaggerOptions { labels: 2, hidden: 5, layers, filters: 4, ..Default::default() };
            let options = TaggerOptions { lexicon_mark: layers == 1, ..sizes };
            let examples: Vec<Example> = [3usize, 6, 1]
                .iter()
                .map(|&n| Example {
                    words: (0..n).map(|_| rng.u32(..8)).collect(),
                    chars: (0..n).map(|_| rng.u32(..5)).collect(),
                    shapes: (0..n).map(|_| rng.u8(..12)).collect(),
                    lexicon: (0..n).map(|_| rng.u32(..1 << 14)).collect(),
                    tags: vec![0; n],
                    auxiliary: false,
                })
                .collect();
            let network = Network::new(&options, 3);
            let values = network.parameters.initial(&mut rng);
            let batch =
                Batch::new(&examples.iter().collect::<Vec<_>>(), &distinct, vectors, &options, None).unwrap();
            let graph = network.emissions(&network.parameters.variables(&values).unwrap(), &batch).unwrap();
            let graph = graph.to_vec3::<f32>().unwrap();
            let weights = network.parameters.export(&values, &options);
            for (example, graph) in examples.iter().zip(graph) {
                let plain = emissions(&weights, vectors, example, &distinct);
                assert_eq!(plain.len(), example.words.len() * 9);
                for (a, b) in plain.iter().zip(graph.iter().flatten()) {
                    assert!((a - b).abs() < 1e-5, "{a} {b}");
                }
            }
        }
    }
}
