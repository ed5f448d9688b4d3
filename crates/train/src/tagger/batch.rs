//! Examples padded to one length, with the noise of one training step.

use std::sync::Arc;

use candle_core::{Device, Result, Tensor};
use fastrand::Rng;

use super::data::{DistinctWords, Example, WordVectors};
use super::options::TaggerOptions;

/// Sentences of one step as tensors. `tokens` is sentences times the longest length; padding is zero or index 0.
pub(crate) struct Batch {
    pub lengths: Vec<usize>,
    /// Longest length.
    pub time: usize,
    /// `[tokens, word_dim]`, after dropout.
    pub words: Tensor,
    /// Character ids of the batch's distinct words.
    pub distinct: Arc<Vec<Vec<u8>>>,
    /// `[tokens]`: index into `distinct`.
    pub characters: Tensor,
    /// `[tokens]`.
    pub shapes: Tensor,
    /// `[tokens, lexicon_flags + 1]` or, with the mark of cleared flags, `[tokens, lexicon_flags + 2]`; the last value is 1,
    /// for the bias.
    pub flags: Tensor,
    /// `[tokens]`.
    pub tags: Vec<u8>,
    /// Output layer: 0 for the tagger's own task, 1 for the auxiliary one.
    pub head: usize,
    /// Factors of the character and shape features, `[tokens, filters + shape_dim]`, and of each layer's states,
    /// `[sentences, 1, 2 * hidden]`; none without noise.
    pub dropout: Option<(Tensor, Vec<Tensor>)>,
}

impl Batch {
    /// Pads `examples`, none of which may be empty and all of one task; with noise when there is a generator to draw it from.
    pub fn new(
        examples: &[&Example],
        distinct: &DistinctWords,
        words: WordVectors,
        options: &TaggerOptions,
        mut rng: Option<&mut Rng>,
    ) -> Result<Self> {
        let lengths: Vec<usize> = examples.iter().map(|example| example.words.len()).collect();
        let time = lengths.iter().copied().max().unwrap_or(0);
        let tokens = examples.len() * time;
        let flag_count = 2 * options.lexicons;
        let flag_width = flag_count + usize::from(options.lexicon_mark) + 1;

        let mut rows = vec![0f32; tokens * words.dim];
        let mut characters = vec![0u32; tokens];
        let mut shapes = vec![0u32; tokens];
        let mut flags = vec![0f32; tokens * flag_width];
        let mut tags = vec![0u8; tokens];
        let mut batch_words: Vec<Vec<u8>> = Vec::new();
        let mut batch_index = vec![u32::MAX; distinct.0.len()];
        for (sentence, example) in examples.iter().enumerate() {
            for position in 0..example.words.len() {
                let token = sentence * time + position;
                let mut chance = |p: f32| rng.as_mut().is_some_and(|rng| rng.f32() < p);
                let word = if chance(options.word_dropout) { 0 } else { example.words[position] };
                rows[token * words.dim..][..words.dim].copy_from_slice(words.row(word));
                let cleared = chance(options.lexicon_dropout);
                let bits = if cleared { 0 } else { example.lexicon[position] };
                let token_flags = &mut flags[token * flag_width..][..flag_width];
                for (bit, flag) in token_flags[..flag_count].iter_mut().enumerate() {
                    *flag = (bits >> bit & 1) as f32;
                }
                if options.lexicon_mark {
                    token_flags[flag_count] = f32::from(u8::from(cleared));
                }
                token_flags[flag_width - 1] = 1.0;
                let index = &mut batch_index[example.chars[position] as usize];
                if *index == u32::MAX {
                    *index = batch_words.len() as u32;
                    batch_words.push(distinct.0[example.chars[position] as usize].clone());
                }
                characters[token] = *index;
                shapes[token] = u32::from(example.shapes[position]);
                tags[token] = example.tags[position];
            }
        }

        let dropout = match &mut rng {
            None => None,
            Some(rng) => {
                for (value, factor) in rows.iter_mut().zip(factors(rng, options.input_dropout)) {
                    *value *= factor;
                }
                let width = options.filters + options.shape_dim;
                let features: Vec<f32> = factors(rng, options.input_dropout).take(tokens * width).collect();
                let mut states = Vec::new();
                for _ in 0..options.layers {
                    let shape = (examples.len(), 1, 2 * options.hidden);
                    let values: Vec<f32> =
                        factors(rng, options.hidden_dropout).take(shape.0 * shape.2).collect();
                    states.push(Tensor::from_vec(values, shape, &Device::Cpu)?);
                }
                Some((Tensor::from_vec(features, (tokens, width), &Device::Cpu)?, states))
            }
        };
        Ok(Batch {
            words: Tensor::from_vec(rows, (tokens, words.dim), &Device::Cpu)?,
            distinct: Arc::new(batch_words),
            characters: Tensor::from_vec(characters, tokens, &Device::Cpu)?,
            shapes: Tensor::from_vec(shapes, tokens, &Device::Cpu)?,
            flags: Tensor::from_vec(flags, (tokens, flag_width), &Device::Cpu)?,
            head: usize::from(examples.first().is_some_and(|example| example.auxiliary)),
            lengths,
            time,
            tags,
            dropout,
        })
    }
}

/// Endless dropout factors: 0 with probability `p`, else what keeps the mean at 1.
fn factors(rng: &mut Rng, p: f32) -> impl Iterator<Item = f32> + '_ {
    std::iter::repeat_with(move || if rng.f32() < p { 0.0 } else { 1.0 / (1.0 - p) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleared_flags_are_marked() {
        let options = TaggerOptions {
            lexicons: 1,
            lexicon_dropout: 0.5,
            lexicon_mark: true,
            ..TaggerOptions::default()
        };
        let words = WordVectors { rows: &[0.0], dim: 1 };
        let n = 100;
        let example = Example {
            words: vec![0; n],
            chars: vec![0; n],
            shapes: vec![0; n],
            lexicon: (0..n as u32).map(|at| at % 2).collect(),
            tags: vec![0; n],
            auxiliary: false,
        };
        let flags = |rng: Option<&mut Rng>| {
            let batch = Batch::new(&[&example], &DistinctWords(vec![vec![1]]), words, &options, rng).unwrap();
            batch.flags.to_vec2::<f32>().unwrap()
        };
        let listed = |at: usize| (at % 2) as f32;
        for (at, token) in flags(None).into_iter().enumerate() {
            assert_eq!(token, [listed(at), 0.0, 0.0, 1.0]);
        }
        let mut marked = 0;
        for (at, token) in flags(Some(&mut Rng::with_seed(1))).into_iter().enumerate() {
            let mark = token[2];
            assert_eq!(token, [listed(at) * (1.0 - mark), 0.0, mark, 1.0]);
            marked += usize::from(mark == 1.0);
        }
        assert!((25..75).contains(&marked), "{marked} of {n}");
    }
}
