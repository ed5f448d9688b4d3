//! The training loop: rounds of one piece of text per shard, each followed by a merge; epochs; checkpoints.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::EmbeddingOptions;
use super::container;
use super::matrix::Matrix;
use super::negative_sampling::{Logistic, Loss};
use super::progress::Progress;
use super::replica::{Replica, Shared, merge};
use super::sampling::{Noise, Subsampling};
use super::vectors::{Provenance, Vectors};
use super::vocabulary::{Corpus, SENTENCE_END};

/// Pieces of text that are trained at the same time. Part of the algorithm, so not the number of processors.
const SHARDS: usize = 2;
/// Words of a piece. Shorter pieces keep the shards closer together, longer ones spend less time on merging.
const PIECE: u64 = 25_000;
/// A small text has at least this many rounds in an epoch, as long as its pieces do not get shorter than `LEAST_PIECE`.
const ROUNDS: u64 = 16;
const LEAST_PIECE: u64 = 200;
/// The learning rate does not fall below this part of its start.
const LEAST_RATE: f64 = 1e-4;

const MARK: &[u8; 8] = b"drugveck";

/// Everything that a checkpoint must agree on with the run that resumes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    options: EmbeddingOptions,
    text_hash: String,
    shards: usize,
    piece: u64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    identity: Identity,
    epochs_done: u32,
    losses: Vec<f64>,
}

/// A training run between two epochs.
pub(super) struct Trainer<'a> {
    corpus: &'a Corpus,
    identity: Identity,
    shared: Shared,
    input: Matrix,
    output: Matrix,
    pub(super) epochs_done: u32,
    /// Mean of the objective per step, for every epoch done.
    losses: Vec<f64>,
}

impl<'a> Trainer<'a> {
    pub(super) fn new(corpus: &'a Corpus, options: &EmbeddingOptions) -> Self {
        let counts = &corpus.vocabulary.counts;
        let (words, dim) = (counts.len(), options.dim);
        Self {
            identity: Identity {
                options: options.clone(),
                text_hash: format!("{:016x}", corpus.fingerprint()),
                shards: SHARDS,
                piece: (corpus.word_total / (SHARDS as u64 * ROUNDS)).clamp(LEAST_PIECE, PIECE),
            },
            shared: Shared {
                architecture: options.architecture,
                window: options.window,
                negatives: options.negatives,
                logistic: Logistic::new(),
                noise: Noise::new(counts),
                subsampling: Subsampling::new(counts, options.subsample),
            },
            input: Matrix::random(words, dim, &mut generator(options.seed, &[])),
            output: Matrix::zeros(words, dim),
            epochs_done: 0,
            losses: Vec::new(),
            corpus,
        }
    }

    /// Words of all epochs.
    pub(super) fn word_total(&self) -> u64 {
        self.corpus.word_total * u64::from(self.identity.options.epochs)
    }

    /// Words of the epochs done.
    pub(super) fn words_done(&self) -> u64 {
        self.corpus.word_total * u64::from(self.epochs_done)
    }

    /// Passes once over the text.
    ///
    /// # Errors
    ///
    /// The numbers left the range of `f32`.
    pub(super) fn epoch(&mut self, progress: &mut Progress) -> Result<()> {
        let options = &self.identity.options;
        let (start, total) = (self.words_done(), self.word_total());
        let mut done = start;
        let (mut loss, mut steps) = (0.0, 0);
        let words = self.corpus.vocabulary.words.len();
        let mut replicas: Vec<Replica> =
            (0..SHARDS).map(|_| Replica::new(&self.input, &self.output, words)).collect();
        for (round, pieces) in self.corpus.pieces(self.identity.piece).chunks(SHARDS).enumerate() {
            let left = 1.0 - done as f64 / total as f64;
            let rate = options.initial_rate() * left.max(LEAST_RATE) as f32;
            let place = |shard: usize| [u64::from(self.epochs_done), round as u64, shard as u64];
            replicas.par_iter_mut().zip(pieces).enumerate().for_each(|(shard, (replica, piece))| {
                replica.train(piece, &self.shared, &mut generator(options.seed, &place(shard)), rate);
            });
            merge(&mut self.input, &mut self.output, &mut replicas);
            done += pieces.iter().flat_map(|piece| piece.iter()).filter(|&&word| word != SENTENCE_END).count()
                as u64;
            let (mut round_loss, mut round_steps) = (0.0, 0);
            for replica in &mut replicas {
                let part = std::mem::replace(&mut replica.loss, Loss::new());
                round_loss += part.total();
                round_steps += part.steps;
            }
            loss += round_loss;
            steps += round_steps;
            progress.update(done, round_loss / round_steps.max(1) as f64, rate);
        }
        let mean = loss / steps.max(1) as f64;
        ensure!(
            mean.is_finite(),
            "training diverged in epoch {}; lower the learning rate",
            self.epochs_done + 1
        );
        self.losses.push(mean);
        self.epochs_done += 1;
        Ok(())
    }

    pub(super) fn save(&self, path: &Path) -> Result<()> {
        let header = Header {
            identity: self.identity.clone(),
            epochs_done: self.epochs_done,
            losses: self.losses.clone(),
        };
        container::write(path, MARK, &header, |sink| {
            sink.floats(&self.input.values())?;
            sink.floats(&self.output.values())
        })
    }

    /// Continues from a checkpoint.
    ///
    /// # Errors
    ///
    /// A checkpoint that is damaged, or of other settings or another text.
    pub(super) fn restore(&mut self, path: &Path) -> Result<()> {
        let (header, mut source): (Header, _) = container::read(path, MARK)?;
        let named = || format!("{} cannot be used", path.display());
        ensure!(
            header.identity == self.identity,
            "the checkpoint {} is of other settings or another text; remove it to start anew",
            path.display()
        );
        let (words, dim) = (self.corpus.vocabulary.words.len(), self.identity.options.dim);
        let mut matrix = || source.floats(words, dim).map(|values| Matrix::from_values(&values, dim));
        (self.input, self.output) = (matrix().with_context(named)?, matrix().with_context(named)?);
        source.end().with_context(named)?;
        self.epochs_done = header.epochs_done;
        self.losses = header.losses;
        Ok(())
    }

    pub(super) fn vectors(&self, files: Vec<String>) -> Vectors {
        Vectors {
            dim: self.identity.options.dim,
            words: self.corpus.vocabulary.words.clone(),
            counts: self.corpus.vocabulary.counts.clone(),
            rows: self.input.values(),
            provenance: Some(Provenance {
                options: self.identity.options.clone(),
                files,
                word_total: self.corpus.word_total,
                text_hash: self.identity.text_hash.clone(),
                losses: self.losses.clone(),
            }),
        }
    }
}

/// A generator of its own for every place in the training, so that the order of work does not matter.
fn generator(seed: u64, place: &[u64]) -> Rng {
    let mut hash = container::Fnv::default();
    hash.update(&seed.to_le_bytes());
    place.iter().for_each(|part| hash.update(&part.to_le_bytes()));
    Rng::with_seed(hash.finish())
}
