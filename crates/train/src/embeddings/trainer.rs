//! Training in a fixed number of shards, so that the vectors depend on the seed and not on the number of cores.
//!
//! Each shard of the text trains a replica of the matrices for a short interval; then every replica takes the sum of
//! the changes of all, in the order of the shards. This is the update that lock-free threads make (Recht et al. 2011),
//! with the races taken out.

use super::checkpoint;
use super::model::{Matrices, add_scaled, train_pair};
use super::options::{Architecture, EmbeddingOptions};
use super::vectors::Vectors;
use super::vocabulary::Vocabulary;
use anyhow::{Context as _, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Parts of the text that are trained side by side.
pub const SHARDS: usize = 2;
/// Words of a shard between two merges.
const INTERVAL: usize = 50_000;
/// Size of the table from which negatives are drawn.
const NEGATIVES_TABLE: usize = 1 << 22;
/// Id that ends a sentence.
const END: u32 = u32::MAX;

/// Trains vectors on text files. `tokenize` hands the normalised words of a line to its second argument. With a
/// `checkpoint` the state is saved after each epoch; a run that finds one of the same settings and text goes on from it.
pub fn train(
    files: &[PathBuf],
    options: &EmbeddingOptions,
    tokenize: &dyn Fn(&str, &mut dyn FnMut(&str)),
    checkpoint: Option<&Path>,
) -> Result<Vectors> {
    ensure!(options.dim > 0 && options.window > 0, "dim and window must be at least 1");
    let (vocabulary, text) = read(files, options, tokenize)?;
    let resumed = checkpoint.and_then(|path| checkpoint::load(path, options, &vocabulary));
    let (mut base, mut epoch) =
        resumed.unwrap_or_else(|| (Matrices::random(vocabulary.words.len(), options.dim, options.seed), 0));
    let mut replicas = vec![base.clone(); SHARDS];
    let sampler = Sampler::new(&vocabulary, options);
    let shards = split(&text);
    let bar = ProgressBar::new((options.epochs * text.len()) as u64);
    bar.set_style(
        ProgressStyle::with_template("word vectors {wide_bar} {pos}/{len} words  {per_sec}  {eta}  {msg}")
            .context("progress bar")?,
    );
    let mut reported = std::time::Instant::now();
    while epoch < options.epochs {
        let longest = shards.iter().map(|shard| shard.len()).max().unwrap_or(0);
        for (interval, from) in (0..longest).step_by(INTERVAL).enumerate() {
            let done = (epoch * text.len() + (from * SHARDS).min(text.len())) as f64;
            let share = done / (options.epochs * text.len()) as f64;
            let rate = options.learning_rate * (1.0 - share as f32).max(1e-4);
            let losses: Vec<(f64, u64)> = std::thread::scope(|scope| {
                let runs: Vec<_> = replicas
                    .iter_mut()
                    .zip(&shards)
                    .enumerate()
                    .map(|(s, (replica, shard))| {
                        let words = &shard[from.min(shard.len())..(from + INTERVAL).min(shard.len())];
                        let seed = mix(&[options.seed, epoch as u64, s as u64, interval as u64]);
                        let sampler = &sampler;
                        scope.spawn(move || run(replica, words, sampler, options, rate, seed))
                    })
                    .collect();
                runs.into_iter().map(|run| run.join().expect("a training thread panicked")).collect()
            });
            merge(&mut base, &mut replicas);
            let (loss, pairs) = losses.iter().fold((0.0, 0), |(l, n), (loss, pairs)| (l + loss, n + pairs));
            bar.set_position(done as u64);
            bar.set_message(format!("loss {:.3}  rate {rate:.4}", loss / pairs.max(1) as f64));
            if bar.is_hidden() && reported.elapsed().as_secs() >= 10 {
                eprintln!("word vectors: {:.1} %, loss {:.3}", share * 100.0, loss / pairs.max(1) as f64);
                reported = std::time::Instant::now();
            }
        }
        epoch += 1;
        if let Some(path) = checkpoint {
            checkpoint::save(path, options, &vocabulary, &base, epoch)?;
        }
    }
    bar.finish_and_clear();
    let Vocabulary { words, counts } = vocabulary;
    Ok(Vectors { dim: options.dim, words, counts, rows: base.input, options: options.clone() })
}

/// Counts the words and turns the text into ids; [`END`] stands after each sentence.
fn read(
    files: &[PathBuf],
    options: &EmbeddingOptions,
    tokenize: &dyn Fn(&str, &mut dyn FnMut(&str)),
) -> Result<(Vocabulary, Vec<u32>)> {
    let mut first_ids: HashMap<String, u32> = HashMap::new();
    let mut counts: Vec<u64> = Vec::new();
    let mut text = Vec::new();
    super::for_each_line(files, |line| {
        tokenize(line, &mut |word| {
            let id = first_ids.get(word).copied().unwrap_or_else(|| {
                counts.push(0);
                first_ids.insert(word.to_owned(), counts.len() as u32 - 1);
                counts.len() as u32 - 1
            });
            counts[id as usize] += 1;
            text.push(id);
        });
        text.push(END);
    })?;
    let by_word = first_ids.iter().map(|(word, &id)| (word.clone(), counts[id as usize])).collect();
    let vocabulary = Vocabulary::from_counts(by_word, options.min_count);
    ensure!(!vocabulary.words.is_empty(), "no word of the text was seen {} times", options.min_count);
    let mut final_ids = vec![None; counts.len()];
    for (id, word) in vocabulary.words.iter().enumerate() {
        final_ids[first_ids[word] as usize] = Some(id as u32);
    }
    let renumber = |id: u32| if id == END { Some(END) } else { final_ids[id as usize] };
    let text = text.into_iter().filter_map(renumber).collect();
    Ok((vocabulary, text))
}

/// Cuts the text into [`SHARDS`] parts of about the same length, between sentences.
fn split(text: &[u32]) -> Vec<&[u32]> {
    let mut rest = text;
    let mut out = Vec::new();
    for left in (1..=SHARDS).rev() {
        let target = rest.len() / left;
        let end = rest[target.min(rest.len())..]
            .iter()
            .position(|&id| id == END)
            .map_or(rest.len(), |i| target + i + 1);
        let (shard, after) = rest.split_at(if left == 1 { rest.len() } else { end });
        out.push(shard);
        rest = after;
    }
    out
}

/// Draws negatives and thins out frequent words.
struct Sampler {
    negatives: Vec<u32>,
    keep: Vec<f32>,
}

impl Sampler {
    fn new(vocabulary: &Vocabulary, options: &EmbeddingOptions) -> Self {
        let total: f64 = vocabulary.counts.iter().map(|&n| n as f64).sum();
        let power: Vec<f64> = vocabulary.counts.iter().map(|&n| (n as f64).powf(0.75)).collect();
        let all: f64 = power.iter().sum();
        let mut negatives = Vec::with_capacity(NEGATIVES_TABLE);
        let mut sum = 0.0;
        for (id, weight) in power.iter().enumerate() {
            sum += weight;
            let end = (sum / all * NEGATIVES_TABLE as f64) as usize;
            negatives.resize(end.max(negatives.len()), id as u32);
        }
        negatives.resize(NEGATIVES_TABLE, 0);
        let keep = |&count: &u64| {
            let share = count as f64 / total;
            let threshold = options.subsample;
            if threshold <= 0.0 { 1.0 } else { ((share / threshold).sqrt() + 1.0) * threshold / share }
        };
        Self { negatives, keep: vocabulary.counts.iter().map(|n| keep(n) as f32).collect() }
    }

    fn negative(&self, rng: &mut fastrand::Rng) -> u32 {
        self.negatives[rng.usize(..self.negatives.len())]
    }
}

/// Trains one replica on a piece of text; returns the loss and the number of predictions.
fn run(
    replica: &mut Matrices,
    words: &[u32],
    sampler: &Sampler,
    options: &EmbeddingOptions,
    rate: f32,
    seed: u64,
) -> (f64, u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let dim = replica.dim;
    let (mut hidden, mut step) = (vec![0f32; dim], vec![0f32; dim]);
    let mut targets = vec![0u32; 1 + options.negatives];
    let (mut loss, mut pairs) = (0f64, 0u64);
    let mut sentence = Vec::new();
    for piece in words.split(|&id| id == END) {
        sentence.clear();
        sentence.extend(piece.iter().copied().filter(|&id| rng.f32() < sampler.keep[id as usize]));
        for (i, &centre) in sentence.iter().enumerate() {
            let reach = rng.usize(1..=options.window);
            let around = (i.saturating_sub(reach)..(i + reach + 1).min(sentence.len())).filter(|&j| j != i);
            let mut predict = |output: &mut [f32], hidden: &[f32], target: u32, step: &mut [f32]| {
                targets[0] = target;
                for slot in &mut targets[1..] {
                    // A negative that is the positive itself would undo it.
                    *slot = sampler.negative(&mut rng);
                    while *slot == target {
                        *slot = (*slot + 1) % sampler.keep.len() as u32;
                        if sampler.keep.len() == 1 {
                            break;
                        }
                    }
                }
                step.fill(0.0);
                loss += f64::from(train_pair(output, hidden, &targets, rate, step));
                pairs += 1;
            };
            let row = |id: u32| id as usize * dim..(id as usize + 1) * dim;
            match options.architecture {
                Architecture::SkipGram => {
                    for j in around {
                        let range = row(sentence[j]);
                        hidden.copy_from_slice(&replica.input[range.clone()]);
                        predict(&mut replica.output, &hidden, centre, &mut step);
                        add_scaled(&mut replica.input[range], 1.0, &step);
                    }
                }
                Architecture::Cbow => {
                    let count = around.clone().count();
                    if count == 0 {
                        continue;
                    }
                    hidden.fill(0.0);
                    for j in around.clone() {
                        add_scaled(&mut hidden, 1.0 / count as f32, &replica.input[row(sentence[j])]);
                    }
                    predict(&mut replica.output, &hidden, centre, &mut step);
                    for j in around {
                        add_scaled(&mut replica.input[row(sentence[j])], 1.0, &step);
                    }
                }
            }
        }
    }
    (loss, pairs)
}

/// Gives `base` and all replicas the sum of the changes that the replicas made to `base`.
fn merge(base: &mut Matrices, replicas: &mut [Matrices]) {
    std::thread::scope(|scope| {
        let (inputs, outputs): (Vec<_>, Vec<_>) =
            replicas.iter_mut().map(|m| (&mut m.input[..], &mut m.output[..])).unzip();
        scope.spawn(|| merge_matrix(&mut base.input, inputs));
        merge_matrix(&mut base.output, outputs);
    });
}

fn merge_matrix(base: &mut [f32], mut replicas: Vec<&mut [f32]>) {
    for (i, value) in base.iter_mut().enumerate() {
        let old = *value;
        *value += replicas.iter().map(|replica| replica[i] - old).sum::<f32>();
        for replica in &mut replicas {
            replica[i] = *value;
        }
    }
}

fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |seed, part| fastrand::Rng::with_seed(seed ^ part).u64(..))
}
