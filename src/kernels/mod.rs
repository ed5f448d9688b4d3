//! Micro-kernels: one table of functions per instruction set, all with the same bits.
//!
//! A model takes a table once, with [`Kernels::select`], and keeps it; nothing is global. `scalar` is the
//! specification. `generic` holds the algorithms over the trait in `simd`; a new instruction set is one file that
//! implements that trait, and one line in `select`.
//!
//! The results are the same on every machine as long as the floating-point environment is the one that programs
//! start with (round to nearest, subnormals kept); the kernels neither read nor change it.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod generic;
mod int8;
pub mod math;
mod scalar;
mod select;
mod simd;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use std::fmt;

use crate::format::layout;
use generic::{DenseCall, InputsCall, LstmCall};
pub use int8::{LstmWeightsInt8, lstm_int8_scratch_len};

/// Instruction set of a kernel table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Isa {
    /// Portable code; the specification of the arithmetic.
    Scalar = 1,
    /// AVX2 with FMA and F16C.
    Avx2 = 2,
    /// AVX-512F, with VNNI for int8 weights on machines that have it.
    Avx512 = 3,
    /// NEON.
    Neon = 4,
}

/// Most rows whose input contributions [`Kernels::lstm`] computes at once: enough for full tiles, few enough to stay in
/// the cache.
pub const LSTM_CHUNK: usize = 64;

/// Sequences that [`Kernels::lstm`] runs side by side.
pub const LOCKSTEP: usize = 16;

/// Inputs whose weights for one panel are widened at once: 32 KiB.
const WIDE_COLUMNS: usize = 128;

/// Length of the scratch of [`Kernels::lstm`] for chunks of `chunk` rows; `None` if it overflows.
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

/// Weights of one direction of an LSTM layer, in the panels of [`layout`]. Any bit pattern is harmless.
#[derive(Clone, Copy)]
pub struct LstmWeights<'m> {
    /// Inputs per step.
    pub input: usize,
    /// Units, a multiple of 16.
    pub hidden: usize,
    /// fp16, `[hidden / 16][input][4][16]`.
    pub wx: &'m [u16],
    /// fp16, `[hidden / 16][hidden][4][16]`.
    pub wh: &'m [u16],
    /// `[hidden / 16][4][16]`.
    pub bias: &'m [f32],
}

/// Weights of a dense layer, in the panels of [`layout`]. Any bit pattern is harmless.
#[derive(Clone, Copy)]
pub struct DenseWeights<'m> {
    /// Inputs per row.
    pub input: usize,
    /// Outputs per row, a multiple of 16.
    pub outputs: usize,
    /// fp16, `[outputs / 16][input][16]`.
    pub w: &'m [u16],
    /// `[outputs]`.
    pub bias: &'m [f32],
}

/// The kernels of one instruction set.
///
/// All data may have any alignment; 64 bytes are fastest. The lengths are checked in every build, so that a slip of
/// the caller ends in a panic before anything is read.
///
/// The functions are unsafe to call because of the instructions they use: a table may be reached only where the
/// machine supports its instruction set, and `select` hands out no other.
pub struct Kernels {
    isa: Isa,
    lstm: for<'a> unsafe fn(LstmCall<'a, LstmWeights<'a>>),
    lstm_inputs: for<'a> unsafe fn(InputsCall<'a, LstmWeights<'a>>),
    lstm_int8: for<'a> unsafe fn(LstmCall<'a, LstmWeightsInt8<'a>>),
    lstm_int8_inputs: for<'a> unsafe fn(InputsCall<'a, LstmWeightsInt8<'a>>),
    dense: unsafe fn(DenseCall<'_>),
    sigmoid: unsafe fn(&mut [f32]),
    widen: unsafe fn(&[u16], &mut [f32]),
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").field("isa", &self.isa).finish_non_exhaustive()
    }
}

impl Kernels {
    /// The instruction set.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Runs one direction of one LSTM layer over each of `sequences`, rows of `inputs`, from h = c = 0, and
    /// writes the outputs of row r to `y[r * y_stride + y_offset..][..hidden]`. `reverse` walks from the last step to the
    /// first. Rows of no sequence stay as they are.
    ///
    /// Each gate sum is the bias, then one fused multiply-add per input, then one per unit of the previous output (none
    /// in the first step), both in ascending order. Outputs lie in -1..=1 whatever the inputs and weights are: a sum
    /// that is NaN counts as a large positive one.
    ///
    /// [`LOCKSTEP`] sequences run side by side, and the inputs of as many rows as `scratch` has room for, see
    /// [`lstm_scratch_len`], are handled at once; the result of a sequence depends on neither, nor on who computed the
    /// gate sums of the inputs.
    ///
    /// # Panics
    /// If `hidden` is 0 or no multiple of 16, if the sequences are not sorted by length, longest first, or if a length
    /// does not fit: weights as in [`LstmWeights`], inputs of `rows`, `y` of `rows * y_stride`, sequences within the
    /// rows, places within the sums, `y_offset + hidden <= y_stride`, `scratch` for at least [`LOCKSTEP`] rows.
    #[expect(clippy::too_many_arguments)]
    pub fn lstm(
        &self,
        weights: &LstmWeights<'_>,
        inputs: Inputs<'_>,
        sequences: &[Sequence],
        reverse: bool,
        y: &mut [f32],
        y_stride: usize,
        y_offset: usize,
        scratch: &mut [f32],
    ) {
        weights.check(scratch);
        check_lstm(weights.input, weights.hidden, inputs, sequences, y, y_stride, y_offset);
        let call = LstmCall { weights: *weights, inputs, sequences, reverse, y, y_stride, y_offset, scratch };
        // SAFETY: the machine supports the instruction set of every table that can be reached.
        unsafe { (self.lstm)(call) }
    }

    /// Computes the gate sums of the inputs for the rows `list` of `x`, `[rows][input]`: the bias, then one fused
    /// multiply-add per input. Those of row r go to `sums[r * 4 * hidden..][..4 * hidden]`; other rows of `sums` stay as
    /// they are.
    ///
    /// # Panics
    /// If a length does not fit: `weights` and `scratch` as in [`lstm`](Self::lstm), `x` and `sums` of the same
    /// number of rows, `list` within them.
    pub fn lstm_inputs(
        &self,
        weights: &LstmWeights<'_>,
        x: &[f32],
        list: &[u32],
        sums: &mut [f32],
        scratch: &mut [f32],
    ) {
        weights.check(scratch);
        check_list(weights.input, weights.hidden, x, list, sums);
        let call = InputsCall { weights: *weights, x, list, sums, scratch };
        // SAFETY: as in `lstm`.
        unsafe { (self.lstm_inputs)(call) }
    }

    /// Runs a dense layer: row r of `y`, `[rows][outputs]`, is the bias plus the weights times
    /// `x[r * x_stride..][..input]`. A stride smaller than `input` makes the rows overlap, as windows over a
    /// sequence do.
    ///
    /// Each output is the bias, then one fused multiply-add per input in ascending order. An output that is NaN has
    /// the bits 0x7FC00000.
    ///
    /// # Panics
    /// If `outputs` is 0 or no multiple of 16, or if a length does not fit: weights as in [`DenseWeights`], `x` at
    /// least up to the end of the last row, `y` of `rows * outputs`.
    pub fn dense(&self, weights: &DenseWeights<'_>, x: &[f32], x_stride: usize, rows: usize, y: &mut [f32]) {
        let DenseWeights { input, outputs, w, bias } = *weights;
        assert!(is_whole_panels(outputs), "dense: number of outputs is not a multiple of 16");
        assert!(layout::dense_panels_len(outputs, input) == Some(w.len()), "dense: length of w");
        assert!(layout::dense_bias_len(outputs) == Some(bias.len()), "dense: length of bias");
        assert!(rows.checked_mul(outputs) == Some(y.len()), "dense: length of y");
        let Some(last) = rows.checked_sub(1) else { return };
        let end = last.checked_mul(x_stride).and_then(|start| start.checked_add(input));
        assert!(end.is_some_and(|end| end <= x.len()), "dense: length of x");
        let call = DenseCall { weights: *weights, x, x_stride, rows, y };
        // SAFETY: as in `lstm`.
        unsafe { (self.dense)(call) }
    }

    /// Replaces every value by its logistic function, with the bits of [`math::sigmoid`].
    ///
    /// # Panics
    /// If the length is no multiple of 16.
    pub fn sigmoid(&self, values: &mut [f32]) {
        assert!(values.len().is_multiple_of(layout::PANEL), "sigmoid: length is not a multiple of 16");
        // SAFETY: as in `lstm`.
        unsafe { (self.sigmoid)(values) }
    }

    /// Widens fp16 values to f32, exactly; a signalling NaN becomes quiet and keeps its payload.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn widen(&self, halves: &[u16], out: &mut [f32]) {
        assert!(halves.len() == out.len(), "widen: lengths differ");
        // SAFETY: as in `lstm`.
        unsafe { (self.widen)(halves, out) }
    }
}

fn is_whole_panels(count: usize) -> bool {
    count > 0 && count.is_multiple_of(layout::PANEL)
}

impl LstmWeights<'_> {
    fn check(&self, scratch: &[f32]) {
        let Self { input, hidden, wx, wh, bias } = *self;
        assert!(is_whole_panels(hidden), "lstm: hidden size is not a multiple of 16");
        assert!(layout::lstm_panels_len(hidden, input) == Some(wx.len()), "lstm: length of wx");
        assert!(layout::lstm_panels_len(hidden, hidden) == Some(wh.len()), "lstm: length of wh");
        assert!(layout::lstm_bias_len(hidden) == Some(bias.len()), "lstm: length of bias");
        let len = lstm_scratch_len(hidden, LOCKSTEP);
        assert!(len.is_some_and(|len| len <= scratch.len()), "lstm: length of scratch");
    }
}

/// What both kinds of LSTM weights ask of the other arguments; the weights have been checked.
fn check_lstm(
    input: usize,
    hidden: usize,
    inputs: Inputs<'_>,
    sequences: &[Sequence],
    y: &[f32],
    y_stride: usize,
    y_offset: usize,
) {
    assert!(y_offset.checked_add(hidden).is_some_and(|end| end <= y_stride), "lstm: y_offset or y_stride");
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
}

/// The same for the sums of inputs.
fn check_list(input: usize, hidden: usize, x: &[f32], list: &[u32], sums: &[f32]) {
    let rows = sums.len() / (layout::GATES * hidden);
    assert!(rows * layout::GATES * hidden == sums.len(), "lstm: length of sums");
    assert!(rows.checked_mul(input) == Some(x.len()), "lstm: length of x");
    assert!(list.iter().all(|&row| (row as usize) < rows), "lstm: list");
}
