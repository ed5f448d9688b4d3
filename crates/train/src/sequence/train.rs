//! The training of a sequence classifier.

use std::path::Path;

use anyhow::Result;
use fastrand::Rng;

use super::network::{Batch, loss};
use super::options::{Sequence, SequenceOptions};
use super::weights::SequenceWeights;
use crate::optimiser::clip;
use crate::run::{Run, State, check_loss, identity};

/// Largest norm of the gradient.
const CLIP: f32 = 5.0;

/// Trains a sequence classifier over inputs of `width` numbers a word and returns the weights of the epoch with the best
/// score. Sequences without words are passed over.
///
/// After each epoch `score` tells how good the weights are, on development data, higher being better; a score that is no
/// finite number counts as none, and when all are such the last epoch's weights are returned. Of equal scores the first
/// counts. With a `checkpoint` path the state is saved there after each epoch, and a run that finds its own checkpoint
/// there goes on from it. Progress goes to standard error under the name `progress`, or nowhere.
///
/// Errors when options, sequences or the checkpoint do not fit, when `score` fails, or when the loss is not a finite
/// number. No error quotes a sequence.
pub fn train(
    options: &SequenceOptions,
    width: usize,
    train: &[Sequence],
    score: &mut dyn FnMut(&SequenceWeights) -> Result<f64>,
    checkpoint: Option<&Path>,
    progress: Option<&str>,
) -> Result<SequenceWeights> {
    options.check()?;
    options.check_sequences(width, train)?;
    let mut weights = SequenceWeights::zeros(options, width);
    let len = weights.flatten().len();
    let data = || std::iter::once(width as u32).chain(train.iter().flat_map(words));
    let run = Run::new(checkpoint, || identity(options, data()), progress, options.epochs)?;
    let saved = run.load(|phase| (phase == 0).then_some([0, len]))?;
    let state = saved.unwrap_or_else(|| {
        let mut rng = Rng::with_seed(options.seed);
        let values = SequenceWeights::initial(options, width, &mut rng).flatten();
        State::new(0, rng.get_seed(), Vec::new(), values, true)
    });
    run.progress.resume(state.epochs);
    let mut trained = weights.clone();
    let best = run.finish(
        state,
        options.epochs,
        options.patience,
        &mut |state| epoch(options, train, &mut trained, state),
        &mut |values| {
            weights.fill(values);
            score(&weights)
        },
    )?;
    weights.fill(&best);
    Ok(weights)
}

/// A sequence as numbers to be hashed.
fn words(sequence: &Sequence) -> impl Iterator<Item = u32> + '_ {
    let classes = sequence.classes.iter().map(|&class| u32::from(class));
    let values = sequence.x.iter().map(|value| value.to_bits());
    std::iter::once(sequence.classes.len() as u32).chain(classes).chain(values)
}

/// Trains one epoch and returns its mean loss; `weights` is room for the values.
fn epoch(
    options: &SequenceOptions,
    train: &[Sequence],
    weights: &mut SequenceWeights,
    state: &mut State,
) -> Result<f64> {
    let mut rng = Rng::with_seed(state.rng);
    let (mut sum, mut words) = (0.0, 0);
    for indices in batches(train, options.batch, &mut rng) {
        let batch = Batch::new(indices.iter().map(|&at| &train[at]));
        let factors: Option<Vec<f32>> = (options.dropout > 0.0).then(|| {
            let mut factor = || if rng.f32() < options.dropout { 0.0 } else { 1.0 / (1.0 - options.dropout) };
            (0..batch.sequences() * options.directions() * options.hidden).map(|_| factor()).collect()
        });
        weights.fill(&state.values);
        let (loss, gradient) = loss(weights, &batch, factors.as_deref())?;
        let mut gradient = gradient.flatten();
        let norm = clip(&mut gradient, CLIP);
        check_loss(loss + f64::from(norm), "learning_rate", options.learning_rate)?;
        state.optimiser.update(&mut state.values, &gradient, options.learning_rate, 0.0);
        sum += loss * batch.words() as f64;
        words += batch.words();
    }
    state.rng = rng.get_seed();
    Ok(sum / words as f64)
}

/// Sequences of similar length together, in random order; sequences without words are left out.
fn batches(sequences: &[Sequence], size: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let words = |at: usize| sequences[at].classes.len();
    let mut order: Vec<usize> = (0..sequences.len()).filter(|&at| words(at) > 0).collect();
    rng.shuffle(&mut order);
    order.sort_by_key(|&at| words(at));
    let mut batches: Vec<Vec<usize>> = order.chunks(size).map(<[usize]>::to_vec).collect();
    rng.shuffle(&mut batches);
    batches
}
