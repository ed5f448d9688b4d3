//! What the trainings of plain classifiers share: the state between two epochs, its file, the loop over the epochs.

mod checkpoint;
mod progress;

use std::path::Path;

use anyhow::{Result, ensure};

use crate::optimiser::{Adam, Optimiser};
pub(crate) use progress::Progress;

/// The best epoch so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Best {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Its score, a finite number.
    pub score: f64,
    pub values: Vec<f32>,
}

/// Everything that training depends on besides its inputs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    /// Finished phases: a training with pre-training has one for each layer before the last one.
    pub phase: usize,
    /// Finished epochs of this phase.
    pub epochs: usize,
    /// State of the random generator.
    pub rng: u64,
    /// What earlier phases leave to later ones.
    pub finished: Vec<f32>,
    /// What this phase trains.
    pub values: Vec<f32>,
    pub optimiser: Optimiser,
    pub best: Option<Best>,
}

impl State {
    /// The beginning of a phase; `adam`: the optimiser is Adam, else gradient descent.
    pub fn new(phase: usize, rng: u64, finished: Vec<f32>, values: Vec<f32>, adam: bool) -> Self {
        let len = values.len();
        let optimiser = if adam { Optimiser::Adam(Adam::new(len)) } else { Optimiser::Sgd(vec![0.0; len]) };
        State { phase, epochs: 0, rng, finished, values, optimiser, best: None }
    }
}

/// A training run as its surroundings see it.
pub(crate) struct Run<'a> {
    /// File and what tells this run from others, see [`identity`].
    checkpoint: Option<(&'a Path, String)>,
    pub progress: Progress,
}

impl<'a> Run<'a> {
    /// `identity` is only asked for with a checkpoint.
    pub fn new(
        checkpoint: Option<&'a Path>,
        identity: impl FnOnce() -> Result<String>,
        progress: Option<&str>,
        epochs: usize,
    ) -> Result<Self> {
        let checkpoint = match checkpoint {
            Some(path) => Some((path, identity()?)),
            None => None,
        };
        Ok(Run { checkpoint, progress: Progress::new(progress, epochs) })
    }

    /// The saved state, if there is one; `sizes` gives the lengths of a phase's `finished` and `values`, or `None` when
    /// there is no such phase.
    pub fn load(&self, sizes: impl Fn(usize) -> Option<[usize; 2]>) -> Result<Option<State>> {
        match &self.checkpoint {
            Some((path, identity)) => checkpoint::load(path, identity, sizes),
            None => Ok(None),
        }
    }

    /// Saves the state, if this run has a checkpoint.
    pub fn save(&self, state: &State) -> Result<()> {
        match &self.checkpoint {
            Some((path, identity)) => checkpoint::save(path, identity, state),
            None => Ok(()),
        }
    }

    /// Trains the remaining epochs of the last phase: `epoch` trains one and returns its mean loss, `score` tells how
    /// good the values are, higher being better. Ends early after `patience` epochs without a better score, if that is
    /// not 0. Returns the best epoch's values, or the last one's when no score was finite.
    pub fn finish(
        mut self,
        mut state: State,
        epochs: usize,
        patience: usize,
        epoch: &mut dyn FnMut(&mut State) -> Result<f64>,
        score: &mut dyn FnMut(&[f32]) -> Result<f64>,
    ) -> Result<Vec<f32>> {
        let impatient =
            |best: &Option<Best>, at| patience > 0 && best.as_ref().is_some_and(|b| at > b.epoch + patience);
        while state.epochs < epochs && !impatient(&state.best, state.epochs) {
            let loss = epoch(&mut state)?;
            let score = score(&state.values)?;
            if score.is_finite() && state.best.as_ref().is_none_or(|best| score > best.score) {
                state.best = Some(Best { epoch: state.epochs, score, values: state.values.clone() });
            }
            state.epochs += 1;
            self.save(&state)?;
            self.progress.epoch("", state.epochs, epochs, loss, Some(score));
        }
        Ok(state.best.map_or(state.values, |best| best.values))
    }
}

/// A line that tells one run from another: the options and a hash over the data.
pub(crate) fn identity(options: &impl serde::Serialize, data: impl Iterator<Item = u32>) -> Result<String> {
    // FNV-1a over numbers in place of bytes.
    let hash = data.fold(0xcbf2_9ce4_8422_2325_u64, |hash, value| {
        (hash ^ u64::from(value)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    Ok(format!("{} data {hash:016x}", serde_json::to_string(options)?))
}

/// Refuses a loss that is not a number; `setting` is the one to lower, `rate` its value.
pub(crate) fn check_loss(loss: f64, setting: &str, rate: f32) -> Result<()> {
    ensure!(loss.is_finite(), "training diverged: set {setting} below {rate}");
    Ok(())
}
