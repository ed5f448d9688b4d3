//! LSTM layers, whatever their weights are made of.

use super::generic::{InputsCall, LstmCall};
use super::{Kernels, LstmWeightsInt8, is_whole_panels, lstm_int8_scratch_len};
use crate::format::layout;

/// Most rows whose input contributions [`Kernels::lstm`] computes at once: enough for full tiles, few enough to stay in
/// the cache.
pub const LSTM_CHUNK: usize = 64;

/// Sequences that [`Kernels::lstm`] runs side by side.
pub const LOCKSTEP: usize = 16;

/// Inputs whose weights for one panel are widened at once: 32 KiB.
pub(super) const WIDE_COLUMNS: usize = 128;

/// Length of the scratch of a layer of fp16 weights, see [`LayerWeights::scratch_len`].
pub fn lstm_scratch_len(hidden: usize, chunk: usize) -> Option<usize> {
    let sums = layout::lstm_bias_len(hidden)?.checked_mul(chunk)?;
    let wide_and_gates = (WIDE_COLUMNS + LOCKSTEP) * layout::GATES * layout::PANEL;
    hidden.checked_mul(3 * LOCKSTEP)?.checked_add(wide_and_gates)?.checked_add(sums)
}

/// Rows of a matrix that are the steps of one sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// First row.
    pub first: usize,
    /// Number of rows.
    pub steps: usize,
}

/// The inputs of an LSTM layer.
#[derive(Clone, Copy)]
pub enum Inputs<'a> {
    /// `[rows][input]`
    Rows(&'a [f32]),
    /// What [`Kernels::lstm_inputs`] made of them: row r has the gate sums with number `places[r]`.
    Sums {
        /// `[places][hidden / 16][4][16]`
        sums: &'a [f32],
        /// `[rows]`
        places: &'a [u32],
    },
}

/// fp16 weights of one direction of an LSTM layer, in the panels of [`layout`]. Any bit pattern is harmless.
#[derive(Clone, Copy)]
pub struct LstmWeights<'m> {
    /// Inputs per step.
    pub input: usize,
    /// Units, a multiple of 16.
    pub hidden: usize,
    /// `[hidden / 16][input][4][16]`
    pub wx: &'m [u16],
    /// `[hidden / 16][hidden][4][16]`
    pub wh: &'m [u16],
    /// `[hidden / 16][4][16]`
    pub bias: &'m [f32],
}

impl LstmWeights<'_> {
    fn check(&self) {
        let Self { input, hidden, wx, wh, bias } = *self;
        assert!(layout::lstm_panels_len(hidden, input) == Some(wx.len()), "lstm: length of wx");
        assert!(layout::lstm_panels_len(hidden, hidden) == Some(wh.len()), "lstm: length of wh");
        assert!(layout::lstm_bias_len(hidden) == Some(bias.len()), "lstm: length of bias");
    }
}

/// Weights of one direction of an LSTM layer.
#[derive(Clone, Copy)]
pub enum LayerWeights<'m> {
    /// fp16.
    Half(LstmWeights<'m>),
    /// int8.
    Int8(LstmWeightsInt8<'m>),
}

impl<'m> From<LstmWeights<'m>> for LayerWeights<'m> {
    fn from(weights: LstmWeights<'m>) -> Self {
        Self::Half(weights)
    }
}

impl<'m> From<LstmWeightsInt8<'m>> for LayerWeights<'m> {
    fn from(weights: LstmWeightsInt8<'m>) -> Self {
        Self::Int8(weights)
    }
}

impl LayerWeights<'_> {
    /// Inputs per step, and units.
    pub fn sizes(&self) -> (usize, usize) {
        match self {
            Self::Half(weights) => (weights.input, weights.hidden),
            Self::Int8(weights) => (weights.input, weights.hidden),
        }
    }

    /// Length of the scratch of a call for chunks of `chunk` rows; `None` if it overflows.
    pub fn scratch_len(&self, chunk: usize) -> Option<usize> {
        match self {
            Self::Half(weights) => lstm_scratch_len(weights.hidden, chunk),
            Self::Int8(weights) => lstm_int8_scratch_len(weights.input, weights.hidden, chunk),
        }
    }

    /// Panics unless the lengths fit each other.
    fn check(&self, scratch: &[f32]) {
        assert!(is_whole_panels(self.sizes().1), "lstm: hidden size is not a multiple of 16");
        match self {
            Self::Half(weights) => weights.check(),
            Self::Int8(weights) => weights.check(),
        }
        let len = self.scratch_len(LOCKSTEP);
        assert!(len.is_some_and(|len| len <= scratch.len()), "lstm: length of scratch");
    }
}

impl Kernels {
    /// Runs one direction of one LSTM layer over each of `sequences`, rows of `inputs`, from h = c = 0, and
    /// writes the outputs of row r to `y[r * y_stride + y_offset..][..hidden]`. `reverse` walks from the last step to the
    /// first. Rows of no sequence stay as they are.
    ///
    /// With fp16 weights each gate sum is the bias, then one fused multiply-add per input, then one per unit of the previous
    /// output (none in the first step), both in ascending order; [`LstmWeightsInt8`] says what it is with
    /// int8 weights. Outputs lie in -1..=1 whatever the inputs and weights are: a sum that is NaN counts as a large positive
    /// one.
    ///
    /// [`LOCKSTEP`] sequences run side by side, and the inputs of as many rows as `scratch` has room for, see
    /// [`LayerWeights::scratch_len`], are handled at once; the result of a sequence depends on neither, nor on who computed
    /// the gate sums of the inputs.
    ///
    /// # Panics
    /// If `hidden` is 0 or no multiple of 16, if the sequences are not sorted by length, longest first, or if a length
    /// does not fit: those of the weights, inputs of `rows`, `y` of `rows * y_stride`, sequences within the
    /// rows, places within the sums, `y_offset + hidden <= y_stride`, `scratch` for at least [`LOCKSTEP`] rows.
    #[expect(clippy::too_many_arguments)]
    pub fn lstm<'m>(
        &self,
        weights: impl Into<LayerWeights<'m>>,
        inputs: Inputs<'_>,
        sequences: &[Sequence],
        reverse: bool,
        y: &mut [f32],
        y_stride: usize,
        y_offset: usize,
        scratch: &mut [f32],
    ) {
        let weights = weights.into();
        weights.check(scratch);
        let (input, hidden) = weights.sizes();
        assert!(
            y_offset.checked_add(hidden).is_some_and(|end| end <= y_stride),
            "lstm: y_offset or y_stride"
        );
        let rows = y.len() / y_stride;
        assert!(y.len() == rows * y_stride, "lstm: length of y");
        match inputs {
            Inputs::Rows(x) => assert!(rows.checked_mul(input) == Some(x.len()), "lstm: length of x"),
            Inputs::Sums { sums, places } => {
                assert!(places.len() == rows, "lstm: length of places");
                let count = sums.len() / (layout::GATES * hidden);
                assert!(places.iter().all(|&place| (place as usize) < count), "lstm: places");
            }
        }
        let ends = |sequence: &Sequence| sequence.first.checked_add(sequence.steps);
        assert!(
            sequences.iter().all(|sequence| ends(sequence).is_some_and(|end| end <= rows)),
            "lstm: sequences"
        );
        assert!(sequences.is_sorted_by(|a, b| a.steps >= b.steps), "lstm: order of the sequences");
        let call = LstmCall { inputs, sequences, reverse, y, y_stride, y_offset, scratch };
        match weights {
            // SAFETY: the machine supports the instruction set of every table that can be reached.
            LayerWeights::Half(weights) => unsafe { (self.lstm)(weights, call) },
            // SAFETY: as above.
            LayerWeights::Int8(weights) => unsafe { (self.lstm_int8)(weights, call) },
        }
    }

    /// Computes the inputs' part of the gate sums for the rows `list` of `x`, `[rows][input]`. The sums of row r go to
    /// `sums[r * 4 * hidden..][..4 * hidden]`; those of other rows stay as they are.
    ///
    /// # Panics
    /// If a length does not fit: weights and `scratch` as in [`lstm`](Self::lstm), `x` and `sums` of the same
    /// number of rows, `list` within them.
    pub fn lstm_inputs<'m>(
        &self,
        weights: impl Into<LayerWeights<'m>>,
        x: &[f32],
        list: &[u32],
        sums: &mut [f32],
        scratch: &mut [f32],
    ) {
        let weights = weights.into();
        weights.check(scratch);
        let (input, hidden) = weights.sizes();
        let sums_of_row = layout::GATES * hidden;
        let rows = sums.len() / sums_of_row;
        assert!(rows * sums_of_row == sums.len(), "lstm: length of sums");
        assert!(rows.checked_mul(input) == Some(x.len()), "lstm: length of x");
        assert!(list.iter().all(|&row| (row as usize) < rows), "lstm: list");
        let call = InputsCall { x, list, sums, scratch };
        match weights {
            // SAFETY: as in `lstm`.
            LayerWeights::Half(weights) => unsafe { (self.lstm_inputs)(weights, call) },
            // SAFETY: as in `lstm`.
            LayerWeights::Int8(weights) => unsafe { (self.lstm_int8_inputs)(weights, call) },
        }
    }
}
