//! The training loop of the language models.

use std::path::Path;

use anyhow::{Result, ensure};
use candle_core::{Device, Tensor};
use fastrand::Rng;

use super::checkpoint;
use super::options::LanguageModelOptions;
use super::softmax::{Softmax, Task};
use super::text::Text;
use super::{Header, LanguageModel};
use crate::embeddings::{Noise, Progress};
use crate::optimiser::{Adam, clip};
use crate::tagger::{Batch, Example, Network, TaggerOptions, WordVectors, learning_rate};

/// Steps between two checkpoints.
const SAVE_EVERY: usize = 1_000;

/// Steps whose batches are sorted by length together.
const POOL: usize = 64;

/// Everything that training depends on besides its inputs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    /// Finished steps.
    pub steps: usize,
    /// State of the random generator.
    pub rng: u64,
    /// Values of the network.
    pub values: Vec<f32>,
    pub adam: Adam,
    /// Output layers, forward and backward.
    pub outputs: [Softmax; 2],
    /// Negative log likelihoods of the last twentieth of all steps, forward and backward, and the number of words.
    pub last: [f64; 3],
}

impl State {
    fn new(network: &Network, options: &TaggerOptions, words: usize) -> Self {
        let mut rng = Rng::with_seed(options.seed);
        let values = network.parameters.initial(&mut rng);
        let outputs = [(); 2].map(|()| Softmax::new(words, options.hidden + 1, &mut rng));
        let adam = Adam::new(values.len());
        Self { steps: 0, rng: rng.get_seed(), values, adam, outputs, last: [0.0; 3] }
    }
}

/// A training run.
struct Trainer<'a> {
    options: &'a LanguageModelOptions,
    tagger: &'a TaggerOptions,
    words: WordVectors<'a>,
    text: &'a Text,
    network: Network,
    noise: Noise,
    /// See [`noise_logarithms`].
    ln_expected: Vec<f32>,
    /// Sentences of each step of the epoch `epoch`.
    batches: Vec<Vec<usize>>,
    epoch: usize,
    /// Steps of the whole run.
    total: usize,
    state: State,
}

impl<'a> Trainer<'a> {
    fn new(
        options: &'a LanguageModelOptions,
        tagger: &'a TaggerOptions,
        words: WordVectors<'a>,
        text: &'a Text,
    ) -> Self {
        let network = Network::new(tagger, words.dim);
        let batches = batches(text, options.batch, tagger.seed, 0);
        Self {
            options,
            tagger,
            words,
            text,
            noise: Noise::new(&text.counts),
            ln_expected: noise_logarithms(&text.counts, options.negatives),
            total: batches.len() * options.epochs,
            batches,
            epoch: 0,
            state: State::new(&network, tagger, text.counts.len()),
            network,
        }
    }

    /// Identifies options, words and text.
    fn name(&self) -> Result<String> {
        Ok(format!(
            "{} {} words {:016x} text {:016x}",
            serde_json::to_string(self.options)?,
            serde_json::to_string(self.tagger)?,
            self.words.fingerprint(),
            self.text.fingerprint(),
        ))
    }

    /// The next step: the mean negative log likelihood of its words and the learning rate.
    fn advance(&mut self) -> Result<(f64, f32)> {
        let state = &mut self.state;
        let per_epoch = self.batches.len();
        if state.steps / per_epoch != self.epoch {
            self.epoch = state.steps / per_epoch;
            self.batches = batches(self.text, self.options.batch, self.tagger.seed, self.epoch);
        }
        let sentences = &self.batches[state.steps % per_epoch];
        let examples: Vec<Example> = sentences.iter().map(|&sentence| self.text.example(sentence)).collect();
        let done = state.steps as f64 / self.total as f64;
        let mut rng = Rng::with_seed(state.rng);
        let negatives: Vec<u32> = (0..self.options.negatives).map(|_| self.noise.draw(&mut rng)).collect();
        let references: Vec<&Example> = examples.iter().collect();
        let batch = Batch::new(&references, &self.text.distinct, self.words, self.tagger, Some(&mut rng))?;
        state.rng = rng.get_seed();
        let rate = learning_rate(self.tagger, state.adam.step, done);
        let rates = [rate, self.options.output_rate * (1.0 - done as f32)];
        let losses = step(&self.network, state, &batch, &examples, &negatives, &self.ln_expected, rates)?;
        state.steps += 1;
        if state.steps * 20 > self.total * 19 {
            state.last.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += loss);
        }
        Ok(((losses[0] + losses[1]) / (2.0 * losses[2]), rate))
    }
}

/// Trains on `text`; `tagger` are the options of the network.
pub(super) fn train(
    options: &LanguageModelOptions,
    tagger: &TaggerOptions,
    words: WordVectors<'_>,
    text: &Text,
    checkpoint: Option<&Path>,
) -> Result<LanguageModel> {
    let mut trainer = Trainer::new(options, tagger, words, text);
    let (name, total) = (trainer.name()?, trainer.total);
    if let Some(path) = checkpoint {
        checkpoint::load(path, &name, &mut trainer.state)?;
    }
    let tokens = options.epochs as u64 * text.token_count() as u64;
    let words_of = |steps: usize| tokens * steps as u64 / total as u64;
    let mut progress = Progress::new(true, tokens, words_of(trainer.state.steps));
    while trainer.state.steps < total {
        let (loss, rate) = trainer.advance()?;
        let steps = trainer.state.steps;
        progress.update(words_of(steps), loss, rate);
        if let Some(path) = checkpoint.filter(|_| steps.is_multiple_of(SAVE_EVERY) || steps == total) {
            checkpoint::save(path, &name, &trainer.state)?;
        }
    }
    let Trainer { mut state, network, .. } = trainer;
    state.values.truncate(network.parameters.encoder_len());
    let perplexity = [0, 1].map(|direction| (state.last[direction] / state.last[2]).exp());
    let sizes = network.parameters.sizes;
    let header = Header { sizes, words: words.fingerprint(), options: options.clone(), perplexity };
    Ok(LanguageModel { header, values: state.values })
}

/// One update. Returns the sums of the negative log likelihoods, forward and backward, and the number of words that were
/// predicted each way, at least 1.
fn step(
    network: &Network,
    state: &mut State,
    batch: &Batch,
    examples: &[Example],
    negatives: &[u32],
    ln_expected: &[f32],
    [rate, output_rate]: [f32; 2],
) -> Result<[f64; 3]> {
    let variables = network.parameters.variables(&state.values)?;
    let states = network.states(&variables, batch)?;
    let flat = states.flatten_all()?.to_vec1::<f32>()?;
    let mut gradient = vec![0f32; flat.len()];
    let mut losses = [0.0; 3];
    let [forward, backward] = &mut state.outputs;
    let hidden = forward.width - 1;
    let parts = rayon::join(
        || direction(forward, &flat, batch.time, examples, 0, negatives, ln_expected, output_rate),
        || direction(backward, &flat, batch.time, examples, 1, negatives, ln_expected, output_rate),
    );
    for (d, (loss, places, d_states)) in [parts.0, parts.1].into_iter().enumerate() {
        losses[d] = loss;
        losses[2] = places.len().max(1) as f64;
        for (place, row) in places.iter().zip(d_states.chunks_exact(hidden + 1)) {
            gradient[place * 2 * hidden + d * hidden..][..hidden].copy_from_slice(&row[..hidden]);
        }
    }
    let gradient = Tensor::from_vec(gradient, states.shape(), &Device::Cpu)?;
    let loss = (&states * gradient)?.sum_all()?;
    let mut gradient = network.parameters.gradient(&variables, &loss.backward()?)?;
    let norm = clip(&mut gradient, 1.0);
    ensure!(
        norm.is_finite() && losses.iter().all(|loss| loss.is_finite()),
        "training diverged: choose a smaller rate"
    );
    state.adam.update(&mut state.values, &gradient, rate);
    Ok(losses)
}

/// Trains the output layer of one direction. Returns the sum of the negative log likelihoods, the rows of `states` that
/// predicted a word, and their gradients.
#[expect(clippy::too_many_arguments)]
fn direction(
    output: &mut Softmax,
    states: &[f32],
    time: usize,
    examples: &[Example],
    direction: usize,
    negatives: &[u32],
    ln_expected: &[f32],
    rate: f32,
) -> (f64, Vec<usize>, Vec<f32>) {
    let hidden = output.width - 1;
    let (mut places, mut targets, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (sentence, example) in examples.iter().enumerate() {
        for position in 1..example.words.len() {
            // Forward a word is predicted by the state before it, backward by the one behind it.
            let (target, from) =
                if direction == 0 { (position, position - 1) } else { (position - 1, position) };
            let target = example.words[target];
            if target != 0 {
                let place = sentence * time + from;
                places.push(place);
                targets.push(target);
                rows.extend_from_slice(&states[place * 2 * hidden + direction * hidden..][..hidden]);
                rows.push(1.0);
            }
        }
    }
    if places.is_empty() {
        return (0.0, places, rows);
    }
    let task = Task { states: &rows, targets: &targets, negatives, ln_expected };
    let (loss, gradient) = output.step(&task, rate);
    (loss, places, gradient)
}

/// The logarithm of how often a sample of `negatives` draws is expected to hold each word.
fn noise_logarithms(counts: &[u64], negatives: usize) -> Vec<f32> {
    let weights: Vec<f64> = counts.iter().map(|&count| (count as f64).powf(0.75)).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (negatives as f64 * weight / total).max(1e-9).ln() as f32).collect()
}

/// The sentences of each step of an epoch: of similar length, in random order.
fn batches(text: &Text, size: usize, seed: u64, epoch: usize) -> Vec<Vec<usize>> {
    let mut rng = Rng::with_seed(seed.wrapping_add(epoch as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut order: Vec<usize> = (0..text.len()).collect();
    rng.shuffle(&mut order);
    let mut batches = Vec::new();
    for pool in order.chunks_mut(size * POOL) {
        pool.sort_by_key(|&sentence| text.tokens(sentence));
        batches.extend(pool.chunks(size).map(<[usize]>::to_vec));
    }
    rng.shuffle(&mut batches);
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::examples::Encoder;

    #[test]
    fn a_run_goes_on_from_its_checkpoint_to_the_same_state() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("text.txt");
        let lines: Vec<String> = (0..40).map(|i| format!("take aspirin {i} times with water")).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        let vocabulary = ["take", "aspirin", "0", "times", "with", "water"].map(str::to_owned);
        let encoder = Encoder::new(&vocabulary, (Vec::new(), Vec::new()), 0);
        let text = Text::read(&[file], 40, &encoder, 7, 1).unwrap();
        let options = LanguageModelOptions { batch: 8, negatives: 10, epochs: 3, ..Default::default() };
        let tagger = options.network(&TaggerOptions { hidden: 4, filters: 3, ..Default::default() });
        let rows: Vec<f32> = (0..14).map(|i| i as f32 * 0.1).collect();
        let new = || Trainer::new(&options, &tagger, WordVectors { rows: &rows, dim: 2 }, &text);
        let mut whole = new();
        // Five steps an epoch: the stops lie inside one and between two.
        assert_eq!(whole.total, 15);
        for stop in [3, 10] {
            let mut torn = new();
            while torn.state.steps < stop {
                torn.advance().unwrap();
            }
            let path = folder.path().join("checkpoint");
            checkpoint::save(&path, "a", &torn.state).unwrap();
            let mut resumed = new();
            assert!(checkpoint::load(&path, "b", &mut resumed.state).is_err());
            checkpoint::load(&path, "a", &mut resumed.state).unwrap();
            assert_eq!(resumed.state, torn.state);
            while resumed.state.steps < resumed.total {
                resumed.advance().unwrap();
            }
            while whole.state.steps < whole.total {
                whole.advance().unwrap();
            }
            assert_eq!(resumed.state, whole.state);
        }
    }
}
