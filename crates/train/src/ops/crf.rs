//! Linear-chain conditional random field: loss with its gradient, and the best path.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

use super::values;

/// Score of an illegal start, end or transition, in training and decoding.
pub const ILLEGAL: f32 = -1e4;

/// Which steps between tags are legal.
#[derive(Clone, Debug, PartialEq)]
pub struct CrfMask {
    /// `[tags]`: a sequence may begin with the tag.
    pub start: Vec<bool>,
    /// `[tags]`: a sequence may end with the tag.
    pub end: Vec<bool>,
    /// `[tags, tags]`, from row to column.
    pub transitions: Vec<bool>,
}

impl CrfMask {
    /// Replaces the scores of illegal steps by [`ILLEGAL`]. Sizes as the mask's own.
    pub fn apply(&self, start: &mut [f32], end: &mut [f32], transitions: &mut [f32]) {
        let pairs = [(&self.start, start), (&self.end, end), (&self.transitions, transitions)];
        for (mask, scores) in pairs {
            assert_eq!(mask.len(), scores.len());
            for (score, _) in scores.iter_mut().zip(mask).filter(|(_, legal)| !**legal) {
                *score = ILLEGAL;
            }
        }
    }
}

/// Mean negative log likelihood of the gold tags, a scalar.
///
/// `emissions` `[batch, time, tags]`; `scores` `[tags + 2, tags]`: the transition scores from row to column, then the
/// start and the end scores. `tags` `[batch * time]` holds the gold tag of each step; steps beyond `lengths` are not
/// read. Illegal steps of the mask count as [`ILLEGAL`] whatever their score is, and get no gradient. A sequence of
/// length 0 has loss 0.
///
/// Errors when the sizes do not agree, a tag is out of range, or a result is not finite.
pub fn crf_loss(
    emissions: &Tensor,
    scores: &Tensor,
    mask: Arc<CrfMask>,
    lengths: &[usize],
    tags: &[u8],
) -> Result<Tensor> {
    let (batch, time, k) = emissions.dims3()?;
    let sizes_agree = scores.dims() == [k + 2, k]
        && (mask.start.len(), mask.end.len(), mask.transitions.len()) == (k, k, k * k)
        && (lengths.len(), tags.len()) == (batch, batch * time);
    if !sizes_agree || lengths.iter().any(|&n| n > time) || tags.iter().any(|&tag| usize::from(tag) >= k) {
        candle_core::bail!("crf: emissions {:?} and the other operands do not fit", emissions.shape());
    }
    let operation =
        CrfLoss { mask, lengths: lengths.to_vec(), tags: tags.to_vec(), gradients: OnceLock::new() };
    emissions.contiguous()?.apply_op2(&scores.contiguous()?, operation)
}

struct CrfLoss {
    mask: Arc<CrfMask>,
    lengths: Vec<usize>,
    tags: Vec<u8>,
    gradients: OnceLock<Gradients>,
}

/// Gradients of the mean loss; shaped like the operands.
struct Gradients {
    emissions: Vec<f32>,
    scores: Vec<f32>,
}

/// The scores of a batch in double precision, with illegal steps in place.
struct Chain {
    tags: usize,
    start: Vec<f64>,
    end: Vec<f64>,
    transitions: Vec<f64>,
    /// `exp(transitions)`: an illegal step has weight 0.
    weights: Vec<f64>,
}

impl Chain {
    fn new(scores: &[f32], mask: &CrfMask) -> Self {
        let tags = mask.start.len();
        let mut scores = scores.to_vec();
        let (transitions, ends) = scores.split_at_mut(tags * tags);
        let (start, end) = ends.split_at_mut(tags);
        mask.apply(start, end, transitions);
        let double = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
        let transitions = double(transitions);
        let weights = transitions.iter().map(|t| t.exp()).collect();
        Chain { tags, start: double(start), end: double(end), transitions, weights }
    }

    /// Score of one path.
    fn path(&self, emissions: &[f64], path: &[u8]) -> f64 {
        let k = self.tags;
        let tag = |t: usize| usize::from(path[t]);
        let mut score = self.start[tag(0)] + self.end[tag(path.len() - 1)];
        for t in 0..path.len() {
            score += emissions[t * k + tag(t)];
            if t > 0 {
                score += self.transitions[tag(t - 1) * k + tag(t)];
            }
        }
        score
    }

    /// Logarithm of the sum over all paths, and the expected number of uses: of each tag at each step into `d_emissions`,
    /// of each transition, start and end added to `d_scores`.
    fn expectations(&self, emissions: &[f64], d_emissions: &mut [f64], d_scores: &mut [f64]) -> f64 {
        let k = self.tags;
        let steps = emissions.len() / k;
        let row = |t: usize| t * k..(t + 1) * k;
        // alpha: logarithm of the sum over the beginnings that reach a tag; beta: over the ends that leave it.
        // Each step works on exp(value - largest value), kept as `before` and `after` for the pair expectations.
        let [mut alpha, mut beta, mut before, mut after] = [(); 4].map(|()| vec![0f64; steps * k]);
        let [mut before_shift, mut after_shift] = [(); 2].map(|()| vec![0f64; steps]);
        for j in 0..k {
            alpha[j] = self.start[j] + emissions[j];
        }
        for t in 1..steps {
            before_shift[t] = exp_shifted(&alpha[row(t - 1)], &mut before[row(t)]);
            let mut sums = vec![0f64; k];
            for (p, weights) in before[row(t)].iter().zip(self.weights.chunks_exact(k)) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += p * weight;
                }
            }
            for j in 0..k {
                alpha[t * k + j] = emissions[t * k + j] + before_shift[t] + sums[j].ln();
            }
        }
        beta[row(steps - 1)].copy_from_slice(&self.end);
        for t in (1..steps).rev() {
            let leaving: Vec<f64> = beta[row(t)].iter().zip(&emissions[row(t)]).map(|(b, e)| b + e).collect();
            after_shift[t] = exp_shifted(&leaving, &mut after[row(t)]);
            for i in 0..k {
                let sum: f64 =
                    self.weights[row(i)].iter().zip(&after[row(t)]).map(|(weight, q)| weight * q).sum();
                beta[(t - 1) * k + i] = after_shift[t] + sum.ln();
            }
        }
        let ends: Vec<f64> = alpha[row(steps - 1)].iter().zip(&self.end).map(|(a, e)| a + e).collect();
        let mut scaled = vec![0f64; k];
        let log_sum = exp_shifted(&ends, &mut scaled) + scaled.iter().sum::<f64>().ln();

        for (d, (a, b)) in d_emissions.iter_mut().zip(alpha.iter().zip(&beta)) {
            *d = (a + b - log_sum).exp();
        }
        for t in 1..steps {
            let scale = (before_shift[t] + after_shift[t] - log_sum).exp();
            for i in 0..k {
                let p = before[t * k + i] * scale;
                let sums = &mut d_scores[row(i)];
                for ((sum, weight), q) in sums.iter_mut().zip(&self.weights[row(i)]).zip(&after[row(t)]) {
                    *sum += p * weight * q;
                }
            }
        }
        for j in 0..k {
            d_scores[k * k + j] += d_emissions[j];
            d_scores[k * k + k + j] += d_emissions[(steps - 1) * k + j];
        }
        log_sum
    }
}

/// Writes `exp(x - m)` for the largest value m, and returns m.
fn exp_shifted(from: &[f64], to: &mut [f64]) -> f64 {
    let largest = from.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (to, from) in to.iter_mut().zip(from) {
        *to = (from - largest).exp();
    }
    largest
}

impl CrfLoss {
    fn loss(&self, emissions: &[f32], scores: &[f32], time: usize) -> (f64, Gradients) {
        let chain = Chain::new(scores, &self.mask);
        let k = chain.tags;
        let scale = 1.0 / self.lengths.len().max(1) as f64;
        let mut loss = 0.0;
        let mut d_emissions = vec![0f32; emissions.len()];
        let mut d_scores = vec![0f64; scores.len()];
        for (sequence, &length) in self.lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let first = sequence * time;
            let gold = &self.tags[first..first + length];
            let rows = first * k..(first + length) * k;
            let emissions: Vec<f64> = emissions[rows.clone()].iter().map(|&e| f64::from(e)).collect();
            let mut expected = vec![0f64; emissions.len()];
            loss += chain.expectations(&emissions, &mut expected, &mut d_scores);
            loss -= chain.path(&emissions, gold);
            for (t, &tag) in gold.iter().enumerate() {
                expected[t * k + usize::from(tag)] -= 1.0;
            }
            for pair in gold.windows(2) {
                d_scores[usize::from(pair[0]) * k + usize::from(pair[1])] -= 1.0;
            }
            d_scores[k * k + usize::from(gold[0])] -= 1.0;
            d_scores[k * k + k + usize::from(gold[length - 1])] -= 1.0;
            for (d, expected) in d_emissions[rows].iter_mut().zip(expected) {
                *d = (expected * scale) as f32;
            }
        }
        let legal = self.mask.transitions.iter().chain(&self.mask.start).chain(&self.mask.end);
        let d_scores =
            d_scores.iter().zip(legal).map(|(d, &legal)| if legal { (d * scale) as f32 } else { 0.0 });
        (loss * scale, Gradients { scores: d_scores.collect(), emissions: d_emissions })
    }
}

impl CustomOp2 for CrfLoss {
    fn name(&self) -> &'static str {
        "crf-loss"
    }

    fn cpu_fwd(
        &self,
        emissions: &CpuStorage,
        emissions_layout: &Layout,
        scores: &CpuStorage,
        scores_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let time = emissions_layout.dims()[1];
        let (loss, gradients) =
            self.loss(values(emissions, emissions_layout)?, values(scores, scores_layout)?, time);
        if !loss.is_finite() {
            candle_core::bail!("crf: the loss is not finite");
        }
        // A second forward pass over the same operation gives the same gradients.
        let _ = self.gradients.set(gradients);
        Ok((CpuStorage::F32(vec![loss as f32]), Shape::from(())))
    }

    fn bwd(
        &self,
        emissions: &Tensor,
        scores: &Tensor,
        _loss: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(gradients) = self.gradients.get() else { candle_core::bail!("backward before forward") };
        let factor = gradient.to_scalar::<f32>()?;
        let scaled = |values: &[f32], like: &Tensor| {
            let values: Vec<f32> = values.iter().map(|v| v * factor).collect();
            Tensor::from_vec(values, like.shape(), like.device())
        };
        Ok((Some(scaled(&gradients.emissions, emissions)?), Some(scaled(&gradients.scores, scores)?)))
    }
}

/// The path with the highest score; of equal paths the one with the smaller tags at its end.
///
/// `emissions` `[time, tags]`, `start` and `end` `[tags]`, `transitions` `[tags, tags]` from row to column, with illegal
/// steps already replaced (see [`CrfMask::apply`]). Panics when the sizes do not agree or there are more than 256 tags.
pub fn viterbi(emissions: &[f32], start: &[f32], end: &[f32], transitions: &[f32]) -> Vec<u8> {
    let k = start.len();
    assert!((1..=256).contains(&k) && end.len() == k && transitions.len() == k * k);
    assert_eq!(emissions.len() % k, 0);
    let argmax = |scores: &mut dyn Iterator<Item = f32>| {
        let first = (0, scores.next().expect("at least one tag"));
        scores.enumerate().fold(first, |best, (i, s)| if s > best.1 { (i + 1, s) } else { best })
    };
    let mut steps = emissions.chunks_exact(k);
    let Some(first) = steps.next() else { return Vec::new() };
    let mut best: Vec<f32> = start.iter().zip(first).map(|(s, e)| s + e).collect();
    let mut origins: Vec<Vec<usize>> = Vec::new();
    for step in steps {
        let reached: Vec<(usize, f32)> = (0..k)
            .map(|to| argmax(&mut (0..k).map(|from| best[from] + transitions[from * k + to])))
            .collect();
        best = reached.iter().zip(step).map(|((_, score), e)| score + e).collect();
        origins.push(reached.into_iter().map(|(origin, _)| origin).collect());
    }
    let mut tag = argmax(&mut best.iter().zip(end).map(|(b, e)| b + e)).0;
    let mut path = vec![tag as u8];
    for origins in origins.iter().rev() {
        tag = origins[tag];
        path.push(tag as u8);
    }
    path.reverse();
    path
}
