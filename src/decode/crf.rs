//! Linear-chain CRF (Lafferty, McCallum, Pereira 2001): best path by Viterbi, probability of a span by
//! forward-backward. All sums run in ascending tag order in `f32`, so the bits are the same everywhere.

use super::tags::{MAX_TAGS, may_begin, may_end, may_follow};
use crate::kernels::math::exp;
use crate::{Error, Status, fallible};

/// Score of an illegal step: below any legal path, finite so that sums stay comparable.
pub(super) const ILLEGAL: f32 = -1e30;

/// Transition scores and their exponentials; illegal steps are impossible whatever the file says.
#[derive(Clone, Debug)]
pub struct Crf {
    tags: usize,
    pub(super) begin: Vec<f32>,
    pub(super) end: Vec<f32>,
    /// `[to][from]`, so that one target's sources lie together.
    pub(super) step: Vec<f32>,
    begin_exp: Vec<f32>,
    end_exp: Vec<f32>,
    /// `[to][from]`
    step_exp: Vec<f32>,
    /// `[from][to]`
    step_exp_by_source: Vec<f32>,
}

/// Scratch for sentences of up to as many tokens as the slices hold rows of `tags`.
pub struct Scratch<'a> {
    /// `[tokens][tags]` forward probabilities.
    pub alpha: &'a mut [f32],
    /// `[tokens][tags]` backward probabilities.
    pub beta: &'a mut [f32],
    /// `[tokens][tags]` exponentials of the scores.
    pub psi: &'a mut [f32],
    /// `[tokens]` scale of each forward row.
    pub scale: &'a mut [f32],
}

impl Crf {
    /// Takes `[2 + tags][tags]` scores: of the first tag, of the last tag, and `[from][to]` of each step.
    ///
    /// # Errors
    /// [`Status::CorruptModel`] for sizes that do not agree, and [`Status::OutOfMemory`].
    pub fn new(scores: &[f32], tags: usize) -> Result<Self, Error> {
        if tags == 0 || tags > MAX_TAGS || scores.len() != (2 + tags) * tags {
            return Err(Error::new(Status::CorruptModel, "the CRF does not fit its tags"));
        }
        let legal = |score: f32, legal: bool| if legal { score } else { ILLEGAL };
        let begin = fallible::collect((0..tags).map(|t| legal(scores[t], may_begin(t))))?;
        let end = fallible::collect((0..tags).map(|t| legal(scores[tags + t], may_end(t))))?;
        let at = |from: usize, to: usize| legal(scores[(2 + from) * tags + to], may_follow(from, to));
        let step = fallible::collect((0..tags * tags).map(|i| at(i % tags, i / tags)))?;
        let exps = |values: &[f32]| {
            fallible::collect(values.iter().map(|&v| if v == ILLEGAL { 0.0 } else { exp(v) }))
        };
        let step_exp = exps(&step)?;
        let by_source = (0..tags * tags).map(|i| step_exp[(i % tags) * tags + i / tags]);
        let step_exp_by_source = fallible::collect(by_source)?;
        Ok(Self {
            tags,
            begin_exp: exps(&begin)?,
            end_exp: exps(&end)?,
            begin,
            end,
            step,
            step_exp,
            step_exp_by_source,
        })
    }

    /// Number of tags.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// Writes the best path to `path`, `[tokens]`; `scores` has a row of `stride` values per token, of which the
    /// first `tags` count. Of equal paths the one with the lowest tag at the last difference wins.
    pub fn viterbi(&self, scores: &[f32], stride: usize, path: &mut [u8], back: &mut [u8]) {
        let k = self.tags;
        let tokens = path.len();
        if tokens == 0 {
            return;
        }
        let mut best = [0f32; MAX_TAGS];
        for t in 0..k {
            best[t] = self.begin[t] + scores[t];
        }
        for i in 1..tokens {
            let mut next = [0f32; MAX_TAGS];
            for to in 0..k {
                let steps = &self.step[to * k..(to + 1) * k];
                let (mut source, mut top) = (0, best[0] + steps[0]);
                for from in 1..k {
                    let score = best[from] + steps[from];
                    if score > top {
                        (source, top) = (from, score);
                    }
                }
                next[to] = top + scores[i * stride + to];
                back[i * k + to] = source as u8;
            }
            best = next;
        }
        let mut tag = 0;
        for t in 1..k {
            if best[t] + self.end[t] > best[tag] + self.end[tag] {
                tag = t;
            }
        }
        for i in (0..tokens).rev() {
            path[i] = tag as u8;
            if i > 0 {
                tag = usize::from(back[i * k + tag]).min(k - 1);
            }
        }
    }

    /// Fills the forward and backward rows of `scratch` for `tokens` rows of scores.
    pub fn forward_backward(&self, scores: &[f32], stride: usize, tokens: usize, scratch: &mut Scratch<'_>) {
        let k = self.tags;
        for i in 0..tokens {
            let row = &scores[i * stride..i * stride + k];
            let top = row.iter().fold(f32::MIN, |top, &v| if v > top { v } else { top });
            for (psi, &score) in scratch.psi[i * k..(i + 1) * k].iter_mut().zip(row) {
                *psi = exp(score - top);
            }
        }
        for i in 0..tokens {
            let (before, rest) = scratch.alpha.split_at_mut(i * k);
            let row = &mut rest[..k];
            for (to, value) in row.iter_mut().enumerate() {
                let reach = if i == 0 {
                    self.begin_exp[to]
                } else {
                    dot(&before[(i - 1) * k..], &self.step_exp[to * k..(to + 1) * k])
                };
                *value = reach * scratch.psi[i * k + to];
            }
            let mut sum = row.iter().fold(0f32, |sum, v| sum + v);
            if !(sum > 0.0 && sum.is_finite()) {
                // Every path underflowed; scores of this sentence become 0, never NaN.
                row.fill(0.0);
                sum = 1.0;
            }
            for value in row.iter_mut() {
                *value /= sum;
            }
            scratch.scale[i] = sum;
        }
        for i in (0..tokens).rev() {
            let (rest, after) = scratch.beta.split_at_mut((i + 1) * k);
            let row = &mut rest[i * k..];
            if i + 1 == tokens {
                row.copy_from_slice(&self.end_exp);
                continue;
            }
            let mut weighted = [0f32; MAX_TAGS];
            for to in 0..k {
                weighted[to] = after[to] * scratch.psi[(i + 1) * k + to] / scratch.scale[i + 1];
            }
            for (from, value) in row.iter_mut().enumerate() {
                *value = dot(&weighted, &self.step_exp_by_source[from * k..(from + 1) * k]);
            }
        }
    }

    /// Probability that the tokens `first..` carry exactly the tags `path`, after
    /// [`forward_backward`](Self::forward_backward) over `tokens` rows. 0..=1.
    pub fn probability(&self, path: &[u8], first: usize, tokens: usize, scratch: &Scratch<'_>) -> f32 {
        let k = self.tags;
        let total = dot(&scratch.alpha[(tokens - 1) * k..tokens * k], &self.end_exp);
        let mut probability = scratch.alpha[first * k + usize::from(path[0])];
        for (i, pair) in path.windows(2).enumerate() {
            let (from, to) = (usize::from(pair[0]), usize::from(pair[1]));
            let at = first + i + 1;
            probability =
                probability * self.step_exp[to * k + from] * scratch.psi[at * k + to] / scratch.scale[at];
        }
        let last = first + path.len() - 1;
        probability = probability * scratch.beta[last * k + usize::from(path[path.len() - 1])] / total;
        if probability > 0.0 { probability.min(1.0) } else { 0.0 }
    }
}

/// Sum of products in ascending order, without fused operations.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).fold(0f32, |sum, (a, b)| sum + a * b)
}

#[cfg(test)]
#[path = "crf_tests.rs"]
mod tests;
