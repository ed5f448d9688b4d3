//! LSTM layers with int8 weights: exact integer sums of quantised inputs, one correction in f32.

use super::LOCKSTEP;
use crate::format::layout::{self, INPUTS, PANEL};

/// int8 weights of one direction of an LSTM layer, in the panels of [`layout`]. Any bit pattern is harmless; where a weight
/// is -128, instruction sets may differ.
///
/// Each row of inputs is brought to whole numbers of -127 to 127: with m the largest magnitude in the row, at least 2^-119
/// and at most `f32::MAX`, an input is multiplied by 127 / m, limited to ±127 (a NaN becomes 127) and rounded to nearest,
/// ties to even. The outputs of a step are multiplied by 127 and rounded in the same way for the next.
///
/// Each gate sum is the bias, then a fused multiply-add of the inputs' integer sum, rounded to f32, and its scale
/// times (m / 127), then one of the previous outputs' integer sum and its scale (none in the first step). Integer
/// sums are exact modulo 2^32; with up to 65,536 inputs they do not overflow.
#[derive(Clone, Copy)]
pub struct LstmWeightsInt8<'m> {
    /// Inputs per step.
    pub input: usize,
    /// Units, a multiple of 16.
    pub hidden: usize,
    /// `[hidden / 16][input / 4, rounded up][4][16][4]`
    pub wx: &'m [i8],
    /// `[hidden / 16][hidden / 4][4][16][4]`
    pub wh: &'m [i8],
    /// What a unit of an integer sum is worth: for `wx` and a row of scale 1, then for `wh`.
    /// `[2][hidden / 16][4][16]`
    pub scales: &'m [f32],
    /// `[hidden / 16][4][16]`
    pub bias: &'m [f32],
    /// Sum of the weights of each output, as [`layout::int8_sums`] gives it: of `wx`, then of `wh`.
    /// `[2][hidden / 16][4][16]`
    pub sums: &'m [i32],
}

/// Length of the scratch of a layer of int8 weights, see [`LayerWeights::scratch_len`](super::LayerWeights::scratch_len).
pub fn lstm_int8_scratch_len(input: usize, hidden: usize, chunk: usize) -> Option<usize> {
    row_len(input, hidden)?.checked_mul(chunk)?.checked_add(state_len(hidden)?)
}

/// Numbers of scratch for the states: the cells in f32, the outputs of two steps in bytes.
pub(super) fn state_len(hidden: usize) -> Option<usize> {
    hidden.checked_mul(LOCKSTEP + 2 * LOCKSTEP / size_of::<f32>())
}

/// Numbers of scratch for a row of a chunk: the gate sums, and the inputs in bytes, a whole number of [`PANEL`]s.
pub(super) fn row_len(input: usize, hidden: usize) -> Option<usize> {
    layout::lstm_bias_len(hidden)?.checked_add(layout::padded(input)? / size_of::<f32>())
}

impl LstmWeightsInt8<'_> {
    pub(super) fn check(&self) {
        let Self { input, hidden, wx, wh, scales, bias, sums } = *self;
        assert!(layout::int8_panels_len(hidden, input) == Some(wx.len()), "lstm: length of wx");
        assert!(layout::int8_panels_len(hidden, hidden) == Some(wh.len()), "lstm: length of wh");
        let outputs = layout::lstm_bias_len(hidden);
        assert!(outputs == Some(bias.len()), "lstm: length of bias");
        let both = outputs.and_then(|outputs| outputs.checked_mul(2));
        assert!(both == Some(scales.len()), "lstm: length of scales");
        assert!(both == Some(sums.len()), "lstm: length of sums");
    }
}

const _: () = assert!(PANEL.is_multiple_of(INPUTS));
