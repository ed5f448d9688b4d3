//! The training of a window classifier.

use std::path::Path;

use anyhow::Result;
use fastrand::Rng;

use super::classifier::{Classifier, DenseLayer, Dropout};
use super::inputs::{Inputs, Windows};
use super::options::{OptimiserKind, Pretraining, WindowOptions};
use super::pretraining;
use crate::run::{Run, State, check_loss, identity};

/// Trains a window classifier and returns the layers of the epoch with the best score, for the words' values as they
/// are.
///
/// After each epoch of back-propagation `score` tells how good the layers are, on development data, higher being better;
/// a score that is no finite number counts as none, and when all are such the last epoch's layers are returned. Of equal
/// scores the first counts. With a `checkpoint` path the state is saved there after each epoch, of pre-training too, and
/// a run that finds its own checkpoint there goes on from it. Progress goes to standard error under the name `progress`,
/// or nowhere.
///
/// Errors when options, windows or the checkpoint do not fit, when `score` fails, or when the loss is not a finite number.
pub fn train(
    options: &WindowOptions,
    train: &Windows<'_>,
    score: &mut dyn FnMut(&[DenseLayer]) -> Result<f64>,
    checkpoint: Option<&Path>,
    progress: Option<&str>,
) -> Result<Vec<DenseLayer>> {
    options.check()?;
    train.check(options)?;
    let classifier = Classifier::new(train.inputs(), &options.hidden, options.classes);
    let phases = if options.pretraining == Pretraining::None { 0 } else { options.hidden.len() };
    let (before, epochs) = (options.pretraining.epochs(), options.epochs);
    let all = phases * before + epochs;
    let mut run = Run::new(checkpoint, || identity(options, train.words()), progress, all)?;
    let saved = run.load(|phase| match phase {
        _ if phase > phases => None,
        _ if phase == phases => Some([0, classifier.len()]),
        _ => Some([classifier.start(phase), pretraining::coder(&classifier, phase).len()]),
    })?;
    let mut state = saved.unwrap_or_else(|| begin(&classifier, options, phases, 0, options.seed, Vec::new()));
    run.progress.resume(state.phase * before + state.epochs);

    let inputs = Inputs::new(*train);
    while state.phase < phases {
        if state.epochs < before {
            let loss = pretraining::epoch(&classifier, options, &inputs, &mut state)?;
            state.epochs += 1;
            run.save(&state)?;
            let layer = format!("pre-training layer {} ", state.phase + 1);
            run.progress.epoch(&layer, state.epochs, before, loss, None);
        } else {
            let coder = pretraining::coder(&classifier, state.phase);
            state.finished.extend_from_slice(&state.values[..coder.len() - coder.inputs]);
            state = begin(&classifier, options, phases, state.phase + 1, state.rng, state.finished);
        }
    }
    let export = |values: &[f32]| {
        let mut layers = classifier.export(values);
        inputs.fold(&mut layers[0]);
        layers
    };
    let best = run.finish(
        state,
        epochs,
        options.patience,
        &mut |state| epoch(&classifier, options, &inputs, state),
        &mut |values| score(&export(values)),
    )?;
    Ok(export(&best))
}

/// The state at the beginning of a phase; `finished`: the values of the layers that are pre-trained.
fn begin(
    classifier: &Classifier,
    options: &WindowOptions,
    phases: usize,
    phase: usize,
    seed: u64,
    mut finished: Vec<f32>,
) -> State {
    let mut rng = Rng::with_seed(seed);
    if phase < phases {
        let values =
            pretraining::coder(classifier, phase).initial(options.pretraining.initial_scale(), &mut rng);
        State::new(phase, rng.get_seed(), finished, values, false)
    } else {
        classifier.extend(&mut finished, &mut rng);
        State::new(phase, rng.get_seed(), Vec::new(), finished, options.optimiser == OptimiserKind::Adam)
    }
}

/// Trains one epoch of back-propagation and returns its mean loss.
fn epoch(
    classifier: &Classifier,
    options: &WindowOptions,
    inputs: &Inputs,
    state: &mut State,
) -> Result<f64> {
    let mut rng = Rng::with_seed(state.rng);
    let mut gradient = vec![0f32; classifier.len()];
    let mut sum = 0.0;
    for batch in batches(inputs.count(), options.batch, &mut rng) {
        let dropout = (options.dropout > 0.0).then_some(Dropout { rate: options.dropout, rng: &mut rng });
        let (x, classes) = (inputs.gather(&batch), inputs.classes(&batch));
        let loss = classifier.loss(&state.values, x, &classes, dropout, &mut gradient);
        check_loss(loss, "learning_rate", options.learning_rate)?;
        if options.weight_decay > 0.0 {
            classifier.decay(&state.values, options.weight_decay, &mut gradient);
        }
        state.optimiser.update(&mut state.values, &gradient, options.learning_rate, options.momentum);
        sum += loss * batch.len() as f64;
    }
    state.rng = rng.get_seed();
    Ok(sum / inputs.count() as f64)
}

/// The numbers below `count` in random order, in batches.
pub(super) fn batches(count: usize, size: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    rng.shuffle(&mut order);
    order.chunks(size).map(<[usize]>::to_vec).collect()
}
