//! Continuous bag of words: the mean of the words around it predicts a word.

use fastrand::Rng;

use super::matrix::{Lane, axpy};
use super::negative_sampling::step;
use super::replica::{Replica, Shared};

/// One step for the word at `centre`, from the words of `sentence` that stand at most `reach` places from it.
///
/// The rows get the gradient of the mean, that is a share of `1 / context words` each; word2vec's own code leaves the
/// division out and so does not follow its objective (Irsoy et al. 2021).
pub(super) fn window(
    replica: &mut Replica,
    shared: &Shared,
    rng: &mut Rng,
    sentence: &[u32],
    centre: usize,
    reach: usize,
    rate: f32,
) {
    let end = (centre + reach + 1).min(sentence.len());
    let context = |at: &usize| *at != centre;
    let places = centre.saturating_sub(reach)..end;
    let share = 1.0 / (places.len() - 1) as f32;
    if !share.is_finite() {
        return;
    }
    replica.draw_targets(sentence[centre], shared, rng);
    let Replica { input, output, hidden, gradient, targets, loss, input_changed, .. } = replica;
    hidden.fill(Lane::ZERO);
    for at in places.clone().filter(context) {
        axpy(share, input.row(sentence[at]), hidden);
    }
    step(hidden, gradient, output, targets, rate, &shared.logistic, loss);
    for at in places.filter(context) {
        axpy(share, gradient, input.row_mut(sentence[at]));
        input_changed[sentence[at] as usize] = true;
    }
}
