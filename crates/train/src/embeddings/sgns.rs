//! Skip-gram: a word predicts each word around it.

use fastrand::Rng;

use super::matrix::axpy;
use super::negative_sampling::step;
use super::replica::{Replica, Shared};

/// One step for every word of `sentence` that stands at most `reach` places from `centre`.
pub(super) fn window(
    replica: &mut Replica,
    shared: &Shared,
    rng: &mut Rng,
    sentence: &[u32],
    centre: usize,
    reach: usize,
    rate: f32,
) {
    let word = sentence[centre];
    let end = (centre + reach + 1).min(sentence.len());
    for at in (centre.saturating_sub(reach)..end).filter(|&at| at != centre) {
        replica.draw_targets(sentence[at], shared, rng);
        let Replica { input, output, gradient, targets, loss, .. } = replica;
        step(input.row(word), gradient, output, targets, rate, &shared.logistic, loss);
        axpy(1.0, gradient, input.row_mut(word));
        replica.input_changed[word as usize] = true;
    }
}
