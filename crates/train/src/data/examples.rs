//! Training examples: what the network is given of each token, by the engine's own text and feature stages.

use super::labelled::{Labelled, tags};
use super::noise::NoiseOptions;
use super::swap::Swap;
use super::teachers::Taught;
use crate::embeddings::Vectors;
use crate::evaluate::segments;
use crate::tagger::{DistinctWords, Example, Source};
use drugner::features::lexicon::Lexicon;
use drugner::features::word::Word;
use std::collections::HashMap;

/// Tables that turn tokens into the numbers of an [`Example`].
pub struct Encoder {
    rows: HashMap<Vec<u8>, u32>,
    keys: Vec<u32>,
    sets: Vec<u16>,
    lists: usize,
}

impl Encoder {
    /// `words` are the known words in the order of rows 1, 2, ...; `lexicon` the table of `lists` lists.
    pub fn new(words: &[String], lexicon: (Vec<u32>, Vec<u16>), lists: usize) -> Self {
        let rows = words.iter().enumerate().map(|(i, word)| (word.clone().into_bytes(), i as u32 + 1));
        Self { rows: rows.collect(), keys: lexicon.0, sets: lexicon.1, lists }
    }

    /// Examples of a text, one for each sentence of the engine.
    pub fn encode(&self, sentence: &Labelled, distinct: &mut Distinct, out: &mut Vec<Example>) {
        for tokens in segments(&sentence.text) {
            let words: Vec<Word> = tokens.iter().map(|t| Word::scan(sentence.text.as_bytes(), *t)).collect();
            let row =
                |word: &Word| word.normal().and_then(|normal| self.rows.get(normal)).copied().unwrap_or(0);
            let mut lexicon = vec![0u32; tokens.len()];
            Lexicon::new(&self.keys, &self.sets, self.lists).mark(&words, |i, flag| lexicon[i] |= 1 << flag);
            for (flags, token) in lexicon.iter_mut().zip(&tokens) {
                if sentence.unlisted.iter().any(|range| range.contains(&(token.start as usize))) {
                    *flags = 0;
                }
            }
            out.push(Example {
                words: words.iter().map(row).collect(),
                chars: words.iter().map(|word| distinct.id(word.chars())).collect(),
                shapes: words.iter().map(|word| word.shape).collect(),
                lexicon,
                tags: tags(&tokens, &sentence.mentions),
                auxiliary: false,
            });
        }
    }
}

/// Collects the distinct words of an epoch.
#[derive(Default)]
pub struct Distinct {
    ids: HashMap<Vec<u8>, u32>,
    pub(crate) words: Vec<Vec<u8>>,
}

impl Distinct {
    fn id(&mut self, chars: &[u8]) -> u32 {
        if let Some(&id) = self.ids.get(chars) {
            return id;
        }
        let id = self.words.len() as u32;
        self.ids.insert(chars.to_vec(), id);
        self.words.push(chars.to_vec());
        id
    }
}

/// The training sentences with their augmentation, as the source of every epoch.
pub struct TrainingSentences {
    /// Encoder of the examples.
    pub encoder: Encoder,
    /// Sentences, repeated as their sub-corpus weighs.
    pub sentences: Vec<Labelled>,
    /// Mention swap, if any.
    pub swap: Option<Swap>,
    /// Noise, if any.
    pub noise: Option<NoiseOptions>,
    /// Sentences labelled by teachers.
    pub taught: Option<Taught>,
    /// Sentences of the auxiliary task.
    pub auxiliary: Vec<Labelled>,
    /// Share of them that each epoch uses.
    pub auxiliary_share: f64,
}

impl TrainingSentences {
    fn encode(
        &self,
        sentence: &Labelled,
        rng: &mut fastrand::Rng,
        distinct: &mut Distinct,
        out: &mut Vec<Example>,
    ) {
        match self.noise.as_ref().and_then(|noise| noise.draw(rng)) {
            Some(noise) => self.encoder.encode(&noise.labelled(sentence, rng), distinct, out),
            None => self.encoder.encode(sentence, distinct, out),
        }
    }
}

impl Source for TrainingSentences {
    fn epoch(&mut self, _epoch: usize, rng: &mut fastrand::Rng) -> (Vec<Example>, DistinctWords) {
        let mut distinct = Distinct::default();
        let mut examples = Vec::new();
        for sentence in &self.sentences {
            let swapped = self.swap.as_ref().map(|swap| swap.apply(sentence, rng));
            self.encode(swapped.as_ref().unwrap_or(sentence), rng, &mut distinct, &mut examples);
        }
        let taught = self.taught.as_ref().map_or_else(Vec::new, |taught| taught.draw(rng));
        for sentence in taught {
            self.encode(&sentence, rng, &mut distinct, &mut examples);
        }
        let own = examples.len();
        for sentence in &self.auxiliary {
            if rng.f64() < self.auxiliary_share {
                self.encoder.encode(sentence, &mut distinct, &mut examples);
            }
        }
        examples[own..].iter_mut().for_each(|example| example.auxiliary = true);
        (examples, DistinctWords(distinct.words))
    }
}

/// The word table of the network: row 0 is the mean vector, for unknown words; then the vectors of the words seen at
/// least `min_count` times, in order. All are scaled to a root mean square of `rms`.
pub fn word_table(vectors: &Vectors, min_count: u64, rms: f32) -> (Vec<String>, Vec<f32>) {
    let kept: Vec<usize> = (0..vectors.words.len()).filter(|&i| vectors.counts[i] >= min_count).collect();
    let row = |i: usize| &vectors.rows[i * vectors.dim..(i + 1) * vectors.dim];
    let square: f64 = kept.iter().flat_map(|&i| row(i)).map(|v| f64::from(*v) * f64::from(*v)).sum();
    let scale = f64::from(rms) / (square / (kept.len() * vectors.dim).max(1) as f64).sqrt().max(1e-12);
    let mut mean = vec![0f64; vectors.dim];
    let mut table = vec![0f32; vectors.dim];
    for &i in &kept {
        for (sum, value) in mean.iter_mut().zip(row(i)) {
            *sum += f64::from(*value);
        }
        table.extend(row(i).iter().map(|v| (f64::from(*v) * scale) as f32));
    }
    for (out, sum) in table.iter_mut().zip(mean) {
        *out = (sum / kept.len().max(1) as f64 * scale) as f32;
    }
    (kept.iter().map(|&i| vectors.words[i].clone()).collect(), table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::lexicon::Lists;

    #[test]
    fn unlisted_names_have_no_lexicon_flags() {
        let lists = Lists { names: vec!["chemical".into()], entries: vec![vec!["nitric acid".into()]] };
        let encoder = Encoder::new(&[], lists.build(), 1);
        let text = "Nitric acid is nitric acid.";
        let flags = |unlisted: Vec<std::ops::Range<usize>>| {
            let sentence = Labelled { text: text.into(), unlisted, ..Labelled::default() };
            let mut out = Vec::new();
            encoder.encode(&sentence, &mut Distinct::default(), &mut out);
            out.remove(0).lexicon
        };
        assert_eq!(flags(vec![]), [1, 2, 0, 1, 2, 0]);
        assert_eq!(flags(std::iter::once(0..11).collect()), [0, 0, 0, 1, 2, 0]);
    }
}
