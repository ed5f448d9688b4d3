//! The training loop.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fastrand::Rng;

use super::batch::Batch;
use super::checkpoint::{self, Best, State};
use super::data::{DistinctWords, Example, WordVectors, check};
use super::network::Network;
use super::options::TaggerOptions;
use super::progress::Progress;
use super::rate::learning_rate;
use super::weights::TaggerWeights;
use crate::language_model::LanguageModel;
use crate::optimiser::{Adam, clip};

/// Supplies the examples of each epoch, so that they can change from one to the next.
pub trait Source {
    /// The examples of epoch `epoch` (from 0) and the distinct words they point to. Random choices come from `rng` alone,
    /// and the answer depends on nothing but the arguments: then a run that goes on from a checkpoint gives the same
    /// weights as one that was never stopped.
    fn epoch(&mut self, epoch: usize, rng: &mut Rng) -> (Vec<Example>, DistinctWords);
}

/// Result of [`train`].
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// Weights of the best epoch.
    pub weights: TaggerWeights,
    /// The best epoch, from 0.
    pub epoch: usize,
    /// Its development score; 0 without one.
    pub score: f64,
}

/// Trains a tagger over frozen word vectors and returns the best epoch's weights. With a language model, training begins from
/// it.
///
/// After each epoch `evaluate` scores the weights on development data, higher being better; from the second half on
/// these are the exponential average. A tie goes to the later epoch, and so does `None`: no data to choose with. With a `checkpoint` path the state is saved there
/// after each epoch, and a run that finds its own checkpoint there goes on from it. Progress goes to standard error.
///
/// Errors when options, examples or the checkpoint do not fit, when `evaluate` fails, or when the loss or a score is not
/// a finite number. No error quotes an example.
pub fn train(
    options: &TaggerOptions,
    words: WordVectors,
    language_model: Option<&LanguageModel>,
    source: &mut dyn Source,
    evaluate: &mut dyn FnMut(&TaggerWeights) -> Result<Option<f64>>,
    checkpoint: Option<&Path>,
) -> Result<Trained> {
    options.check()?;
    ensure!(
        words.dim > 0 && !words.rows.is_empty() && words.rows.len().is_multiple_of(words.dim),
        "the word vectors are not a table"
    );
    let network = Network::new(options, words.dim);
    let run = format!(
        "{} words {:016x} language model {:016x}",
        serde_json::to_string(options)?,
        words.fingerprint(),
        language_model.map_or(0, LanguageModel::fingerprint)
    );
    let saved = match checkpoint {
        Some(path) => checkpoint::load(path, &run, network.parameters.len())?,
        None => None,
    };
    let mut state = match saved {
        Some(state) => state,
        None => initial_state(&network, options, words, language_model)?,
    };
    let mut progress = Progress::new(options.epochs, state.epochs);
    while state.epochs < options.epochs && !out_of_patience(&state, options) {
        let loss = train_epoch(&network, options, words, source, &mut state, &mut progress)?;
        let values = state.average.as_ref().unwrap_or(&state.values);
        let score = evaluate(&network.parameters.export(values, options))?;
        ensure!(score.is_none_or(f64::is_finite), "the development score is not a number");
        if state.best.as_ref().is_none_or(|best| score.is_none_or(|score| score >= best.score)) {
            let score = score.unwrap_or_default();
            state.best = Some(Best { epoch: state.epochs, score, values: values.clone() });
        }
        progress.epoch_done(state.epochs, loss, score);
        state.epochs += 1;
        if let Some(path) = checkpoint {
            checkpoint::save(path, &run, &state)?;
        }
    }
    progress.finish();
    let best = state.best.context("the checkpoint has no scored epoch")?;
    Ok(Trained {
        weights: network.parameters.export(&best.values, options),
        epoch: best.epoch,
        score: best.score,
    })
}

fn initial_state(
    network: &Network,
    options: &TaggerOptions,
    words: WordVectors,
    language_model: Option<&LanguageModel>,
) -> Result<State> {
    let mut rng = Rng::with_seed(options.seed);
    let mut values = network.parameters.initial(&mut rng);
    if let Some(language_model) = language_model {
        language_model.begin(&network.parameters, words, &mut values)?;
    }
    let adam = Adam::new(values.len());
    Ok(State { epochs: 0, rng: rng.get_seed(), values, adam, average: None, best: None })
}

fn out_of_patience(state: &State, options: &TaggerOptions) -> bool {
    match (&state.best, options.patience) {
        (Some(best), Some(patience)) => state.epochs > best.epoch + patience,
        _ => false,
    }
}

/// Trains one epoch and returns its mean loss.
fn train_epoch(
    network: &Network,
    options: &TaggerOptions,
    words: WordVectors,
    source: &mut dyn Source,
    state: &mut State,
    progress: &mut Progress,
) -> Result<f64> {
    let mut rng = Rng::with_seed(state.rng);
    let epoch = state.epochs;
    let (examples, distinct) = source.epoch(epoch, &mut rng);
    check(&examples, &distinct, words, options)?;
    let batches = batches(&examples, options.batch, &mut rng);
    ensure!(!batches.is_empty(), "epoch {epoch} has no tokens");
    progress.epoch(epoch, batches.len());
    let mut sum = 0.0;
    for (at, indices) in batches.iter().enumerate() {
        let batch: Vec<&Example> = indices.iter().map(|&index| &examples[index]).collect();
        let batch = Batch::new(&batch, &distinct, words, options, Some(&mut rng))?;
        let done =
            |steps: usize| (epoch as f64 + steps as f64 / batches.len() as f64) / options.epochs as f64;
        sum += train_step(network, options, state, &batch, done(at))?;
        if done(at + 1) >= 0.5 {
            average(state, options.average);
        }
        progress.step(epoch, sum / (at + 1) as f64);
    }
    state.rng = rng.get_seed();
    Ok(sum / batches.len() as f64)
}

/// One update; returns the loss before it.
fn train_step(
    network: &Network,
    options: &TaggerOptions,
    state: &mut State,
    batch: &Batch,
    progress: f64,
) -> Result<f64> {
    let variables = network.parameters.variables(&state.values)?;
    let loss = network.loss(&variables, batch)?;
    let mut gradient = network.parameters.gradient(&variables, &loss.backward()?)?;
    let norm = clip(&mut gradient, options.clip);
    ensure!(norm.is_finite(), "training diverged: the gradient is not finite");
    let rate = learning_rate(options, state.adam.step, progress);
    state.adam.update(&mut state.values, &gradient, rate);
    Ok(f64::from(loss.to_scalar::<f32>()?))
}

/// Moves the exponential average towards the values, or starts it there.
fn average(state: &mut State, decay: f32) {
    match &mut state.average {
        None => state.average = Some(state.values.clone()),
        Some(average) => {
            for (average, value) in average.iter_mut().zip(&state.values) {
                *average = decay * *average + (1.0 - decay) * value;
            }
        }
    }
}

/// Examples of one task and similar length together, in random order; examples without tokens are left out.
fn batches(examples: &[Example], size: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..examples.len()).filter(|&at| !examples[at].words.is_empty()).collect();
    rng.shuffle(&mut order);
    order.sort_by_key(|&at| examples[at].words.len());
    let (auxiliary, own): (Vec<usize>, Vec<usize>) =
        order.into_iter().partition(|&at| examples[at].auxiliary);
    let mut batches: Vec<Vec<usize>> =
        own.chunks(size).chain(auxiliary.chunks(size)).map(<[usize]>::to_vec).collect();
    rng.shuffle(&mut batches);
    batches
}
