//! A copy of both matrices that one shard trains by itself for a while, and the merging of such copies.
//!
//! Shards never see each other's changes while they train, and are merged in a fixed order; so the result depends on
//! the seed and the text, not on the number of threads or their timing.

use fastrand::Rng;
use rayon::prelude::*;

use super::matrix::{LANE, Lane, Matrix, dot};
use super::negative_sampling::{Logistic, Loss};
use super::sampling::{Noise, Subsampling};
use super::vocabulary::SENTENCE_END;
use super::{Architecture, cbow, sgns};

/// What every replica reads and none changes.
pub(super) struct Shared {
    pub(super) architecture: Architecture,
    pub(super) window: usize,
    pub(super) negatives: usize,
    pub(super) logistic: Logistic,
    pub(super) noise: Noise,
    pub(super) subsampling: Subsampling,
}

/// The state of one shard.
pub(super) struct Replica {
    pub(super) input: Matrix,
    pub(super) output: Matrix,
    /// Rows of `input` that differ from the merged matrix.
    pub(super) input_changed: Vec<bool>,
    pub(super) output_changed: Vec<bool>,
    pub(super) loss: Loss,
    pub(super) hidden: Vec<Lane>,
    pub(super) gradient: Vec<Lane>,
    /// The true word, then the noise words.
    pub(super) targets: Vec<u32>,
    sentence: Vec<u32>,
}

impl Replica {
    pub(super) fn new(input: &Matrix, output: &Matrix, words: usize) -> Self {
        Self {
            input_changed: vec![false; words],
            output_changed: vec![false; words],
            loss: Loss::new(),
            hidden: vec![Lane::ZERO; input.stride],
            gradient: vec![Lane::ZERO; input.stride],
            targets: Vec::new(),
            sentence: Vec::new(),
            input: input.clone(),
            output: output.clone(),
        }
    }

    /// Trains on sentences that each end in [`SENTENCE_END`].
    pub(super) fn train(&mut self, tokens: &[u32], shared: &Shared, rng: &mut Rng, rate: f32) {
        let window = match shared.architecture {
            Architecture::SkipGram => sgns::window,
            Architecture::Cbow => cbow::window,
        };
        let mut sentence = std::mem::take(&mut self.sentence);
        for words in tokens.split(|&token| token == SENTENCE_END) {
            sentence.clear();
            sentence.extend(words.iter().filter(|&&word| shared.subsampling.keeps(word, rng)));
            for centre in 0..sentence.len() {
                let reach = rng.usize(1..=shared.window);
                window(self, shared, rng, &sentence, centre, reach, rate);
            }
        }
        self.sentence = sentence;
    }

    /// A noise word equal to the true one is left out.
    #[inline]
    pub(super) fn draw_targets(&mut self, word: u32, shared: &Shared, rng: &mut Rng) {
        self.targets.clear();
        self.targets.push(word);
        self.output_changed[word as usize] = true;
        for _ in 0..shared.negatives {
            let drawn = shared.noise.draw(rng);
            if drawn != word {
                self.targets.push(drawn);
                self.output_changed[drawn as usize] = true;
            }
        }
    }
}

/// Brings the changes of all replicas into the merged matrices, and the result back into the replicas.
pub(super) fn merge(input: &mut Matrix, output: &mut Matrix, replicas: &mut [Replica]) {
    merge_matrix(input, replicas, |replica| (&mut replica.input, &mut replica.input_changed));
    merge_matrix(output, replicas, |replica| (&mut replica.output, &mut replica.output_changed));
}

fn merge_matrix(
    merged: &mut Matrix,
    replicas: &mut [Replica],
    part: impl Fn(&mut Replica) -> (&mut Matrix, &mut Vec<bool>),
) {
    const ROWS: usize = 512;
    let stride = merged.stride;
    let mut copies: Vec<_> = replicas
        .iter_mut()
        .map(|replica| {
            let (matrix, changed) = part(replica);
            matrix.blocks_mut(ROWS).zip(changed.chunks_mut(ROWS))
        })
        .collect();
    let blocks: Vec<_> = merged
        .blocks_mut(ROWS)
        .map(|block| (block, copies.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>()))
        .collect();
    blocks.into_par_iter().for_each(|(block, mut copies)| {
        let mut sum = vec![Lane::ZERO; stride];
        let mut change = vec![Lane::ZERO; stride];
        for (row, old) in block.chunks_exact_mut(stride).enumerate() {
            let lanes = row * stride..(row + 1) * stride;
            let mut changes = 0;
            for (copy, changed) in &mut copies {
                if !std::mem::take(&mut changed[row]) {
                    continue;
                }
                changes += 1;
                let target = if changes == 1 { &mut sum } else { &mut change };
                subtract(&copy[lanes.clone()], old, target);
                if changes > 1 {
                    combine(&mut sum, &change);
                }
            }
            if changes > 0 {
                for (old, sum) in old.iter_mut().zip(&sum) {
                    for i in 0..LANE {
                        old.0[i] += sum.0[i];
                    }
                }
                for (copy, _) in &mut copies {
                    copy[lanes.clone()].copy_from_slice(old);
                }
            }
        }
    });
}

fn subtract(new: &[Lane], old: &[Lane], change: &mut [Lane]) {
    for ((new, old), change) in new.iter().zip(old).zip(change) {
        for i in 0..LANE {
            change.0[i] = new.0[i] - old.0[i];
        }
    }
}

/// Unites two changes of a row that began at the same values (Adasum, Maleki et al. 2021): unrelated changes are
/// added; of changes that agree, which both went the same way, the mean is taken, since twice the way would overshoot.
fn combine(sum: &mut [Lane], change: &[Lane]) {
    let (a, b, both) = (dot(sum, sum), dot(change, change), dot(sum, change));
    let factor = |square: f32| if square > 0.0 { 1.0 - both / (2.0 * square) } else { 1.0 };
    let (left, right) =
        if std::env::var_os("PLAIN_SUM").is_some() { (1.0, 1.0) } else { (factor(a), factor(b)) };
    for (sum, change) in sum.iter_mut().zip(change) {
        for i in 0..LANE {
            sum.0[i] = left * sum.0[i] + right * change.0[i];
        }
    }
}
