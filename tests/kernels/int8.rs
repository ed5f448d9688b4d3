//! int8 LSTM layers: equal bits everywhere, and the documented arithmetic written down a second time.

use super::layer::{has_the_bits_of_scalar_one_by_one, run};
use super::random::{Kind, PLAIN, Place, Random, Shifted, bits, kind, place, sequences, tables};
use drugner::format::layout::{self, GATES, INPUTS, PANEL};
use drugner::kernels::{
    Inputs, Kernels, LOCKSTEP, LstmWeights, LstmWeightsInt8, Sequence, lstm_int8_scratch_len,
    lstm_scratch_len,
};
use proptest::prelude::*;

/// One direction of a layer with its inputs.
struct Layer {
    input: usize,
    hidden: usize,
    wx: Shifted<i8>,
    wh: Shifted<i8>,
    scales: Shifted<f32>,
    bias: Shifted<f32>,
    sums: Shifted<i32>,
    x: Shifted<f32>,
    rows: usize,
}

impl Layer {
    fn random(seed: u64, (input, hidden, rows): (usize, usize, usize), skip: usize, values: Kind) -> Self {
        let mut random = Random(seed);
        let mut weights = |k| -> Vec<i8> {
            let weight = |_| (random.bits() % 255) as i8;
            (0..layout::int8_panels_len(hidden, k).unwrap()).map(weight).map(|w| w.max(-127)).collect()
        };
        let (wx, wh) = (weights(input), weights(hidden));
        let outputs = layout::lstm_bias_len(hidden).unwrap();
        let mut scales = random.values(2 * outputs, values);
        // Usual sums stay where sigmoids are not flat.
        if matches!(values, Kind::Usual) {
            let size = |i: usize| if i < outputs { input } else { hidden };
            scales.iter_mut().enumerate().for_each(|(i, s)| *s *= 0.02 / (size(i) as f32).sqrt());
            scales[outputs..].iter_mut().for_each(|scale| *scale /= 127.0);
        }
        Self::new(
            (input, hidden, rows),
            skip,
            [&wx, &wh],
            &scales,
            [&random.values(outputs, values), &random.values(rows * input, values)],
        )
    }

    fn new(
        (input, hidden, rows): (usize, usize, usize),
        skip: usize,
        [wx, wh]: [&[i8]; 2],
        scales: &[f32],
        [bias, x]: [&[f32]; 2],
    ) -> Self {
        let sums: Vec<i32> = layout::int8_sums(wx, input).chain(layout::int8_sums(wh, hidden)).collect();
        Self {
            input,
            hidden,
            wx: Shifted::new(wx, skip),
            wh: Shifted::new(wh, skip),
            scales: Shifted::new(scales, skip),
            bias: Shifted::new(bias, skip),
            sums: Shifted::new(&sums, skip),
            x: Shifted::new(x, skip),
            rows,
        }
    }

    fn weights(&self) -> LstmWeightsInt8<'_> {
        LstmWeightsInt8 {
            input: self.input,
            hidden: self.hidden,
            wx: &self.wx,
            wh: &self.wh,
            scales: &self.scales,
            bias: &self.bias,
            sums: &self.sums,
        }
    }

    fn run(&self, kernels: &Kernels, sequences: &[Sequence], reverse: bool, place: Place) -> Vec<u32> {
        run(self.weights().into(), kernels, &self.x, sequences, reverse, place)
    }
}

/// Whole numbers of the values, as the documentation of `LstmWeightsInt8` defines them.
fn whole(values: &[f32], factor: f32) -> Vec<i64> {
    let one = |&value: &f32| {
        let value = value * factor;
        if value.is_nan() { 127 } else { value.clamp(-127.0, 127.0).round_ties_even() as i64 }
    };
    values.iter().map(one).collect()
}

/// The largest magnitude of a row within the documented limits.
fn largest(row: &[f32]) -> f32 {
    let any_nan = row.iter().any(|value| value.is_nan());
    let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    if any_nan { f32::MAX } else { largest.clamp(2_f32.powi(-119), f32::MAX) }
}

/// Integer sum of an output's products.
fn sum(weights: &[i8], k: usize, output: usize, codes: &[i64]) -> i64 {
    let (panel, within) = (output / (GATES * PANEL), output % (GATES * PANEL));
    let weight = |i: usize| {
        let group = panel * k.div_ceil(INPUTS) + i / INPUTS;
        i64::from(weights[(group * GATES * PANEL + within) * INPUTS + i % INPUTS])
    };
    (0..k).map(|i| weight(i) * codes[i]).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn lstm_has_the_bits_of_scalar_one_by_one(
        seed: u64,
        input in 1_usize..=70,
        panels in 1_usize..=5,
        lengths in prop_oneof![
            prop::collection::vec(0_usize..=40, 1..=LOCKSTEP + 2),
            prop::collection::vec(3_usize..=4, 1..=LOCKSTEP + 1),
            prop_oneof![1_usize..=70, Just(129)].prop_map(|steps| vec![steps]),
        ],
        reverse: bool,
        place in place(),
        values in kind(),
    ) {
        let (sequences, rows) = sequences(&lengths);
        let layer = Layer::random(seed, (input, panels * PANEL, rows), place.skip, values);
        has_the_bits_of_scalar_one_by_one(layer.weights().into(), &layer.x, &sequences, reverse, place)?;
    }

    /// Weights and inputs at their limits: no sum on the way may saturate.
    #[test]
    fn extreme_weights_and_inputs_keep_their_sums(
        seed: u64,
        input in 1_usize..=300,
        rows in 1_usize..=5,
        few in 1_u64..=4,
    ) {
        let mut random = Random(seed);
        let hidden = PANEL;
        let mut sign = || if random.bits().is_multiple_of(few) { -1_i8 } else { 1 };
        let mut weights = |k| -> Vec<i8> {
            (0..layout::int8_panels_len(hidden, k).unwrap()).map(|_| 127 * sign()).collect()
        };
        let (wx, wh) = (weights(input), weights(hidden));
        let x: Vec<f32> = (0..rows * input).map(|_| f32::from(sign())).collect();
        let scales = vec![1e-6; 2 * GATES * hidden];
        let layer = Layer::new((input, hidden, rows), 0, [&wx, &wh], &scales, [&[0.0; GATES * PANEL], &x]);
        first_steps_are_as_documented(&layer)?;
    }

    #[test]
    fn the_arithmetic_is_the_documented_one(
        seed: u64,
        input in 1_usize..=70,
        panels in 1_usize..=3,
        rows in 1_usize..=9,
        values in kind(),
    ) {
        first_steps_are_as_documented(&Layer::random(seed, (input, panels * PANEL, rows), 0, values))?;
        all_steps_are_as_documented(&Layer::random(seed, (input, panels * PANEL, rows), 0, Kind::Usual))?;
    }

    /// A layer of numbers, quantised, against the textbook: the errors are those of 8 bits.
    #[test]
    fn a_quantised_layer_stays_near_the_fp16_one(
        seed: u64,
        input in 1_usize..=70,
        hidden in 1_usize..=40,
        steps in 1_usize..=70,
        reverse: bool,
    ) {
        let mut random = Random(seed);
        let scale = 1.0 / (hidden.max(input) as f32).sqrt();
        let mut rows = |k: usize| -> Vec<f32> { (0..GATES * hidden * k).map(|_| random.unit() * scale).collect() };
        let padded = layout::padded(hidden).unwrap();
        let (wx, wh) = (rows(input), rows(hidden));
        let bias = layout::pack_lstm_bias(&rows(1), hidden);
        let (wx, wh) = (
            layout::pack_lstm(&wx, hidden, input, input),
            layout::pack_lstm(&wh, hidden, hidden, padded),
        );
        let x = random.values(steps * input, Kind::Usual);
        let sequences = [Sequence { first: 0, steps }];
        let ((qx, x_scales), (qh, h_scales)) =
            (layout::quantise_lstm(&wx, input), layout::quantise_lstm(&wh, padded));
        let scales: Vec<f32> = x_scales.into_iter().chain(h_scales.iter().map(|scale| scale / 127.0)).collect();
        let layer = Layer::new((input, padded, steps), 0, [&qx, &qh], &scales, [&bias, &x]);
        let weights = LstmWeights { input, hidden: padded, wx: &wx, wh: &wh, bias: &bias };
        let mut exact = vec![0.0; steps * padded];
        for kernels in tables() {
            let mut scratch = vec![0.0; lstm_scratch_len(padded, LOCKSTEP).unwrap()];
            let inputs = Inputs::Rows(&x);
            kernels.lstm(weights, inputs, &sequences, reverse, &mut exact, padded, 0, &mut scratch);
            let outputs = layer.run(kernels, &sequences, reverse, PLAIN);
            for (unit, (&output, &exact)) in outputs.iter().zip(&exact).enumerate() {
                prop_assert!((f32::from_bits(output) - exact).abs() < 0.05, "{unit}: {exact}");
                prop_assert!(unit % padded < hidden || output == 0, "padding is not zero");
            }
        }
    }
}

/// Gate sums of a row after the outputs `previous`, none in a first step.
fn gate_sums(layer: &Layer, row: &[f32], previous: Option<&[f32]>) -> Vec<f32> {
    let largest = largest(row);
    let x = whole(row, 127.0 / largest);
    let h = previous.map(|h| whole(h, 127.0));
    let outputs = GATES * layer.hidden;
    let one = |output: usize| {
        let scale = layer.scales[output] * (largest / 127.0);
        let z = (sum(&layer.wx, layer.input, output, &x) as f32).mul_add(scale, layer.bias[output]);
        let from_h = |h: &Vec<i64>| {
            (sum(&layer.wh, layer.hidden, output, h) as f32).mul_add(layer.scales[outputs + output], z)
        };
        h.as_ref().map_or(z, from_h)
    };
    (0..outputs).map(one).collect()
}

/// The cell update is that of the fp16 kernel: a layer whose bias is the gate sums.
fn first_steps_are_as_documented(layer: &Layer) -> Result<(), TestCaseError> {
    let (hidden, outputs) = (layer.hidden, GATES * layer.hidden);
    let rows: Vec<Sequence> = (0..layer.rows).map(|first| Sequence { first, steps: 1 }).collect();
    for kernels in tables() {
        let found = layer.run(kernels, &rows, false, PLAIN);
        for (row, found) in layer.x.chunks_exact(layer.input).zip(found.chunks_exact(hidden)) {
            let z = gate_sums(layer, row, None);
            let zeros = vec![0; outputs * hidden];
            let weights = LstmWeights { input: 1, hidden, wx: &zeros[..outputs], wh: &zeros, bias: &z };
            prop_assert_eq!(found, fp16(kernels, &weights, &[0.0]));
        }
    }
    Ok(())
}

/// The same for all rows as one sequence: the fp16 layer has the gate sums as inputs and the identity as weights.
fn all_steps_are_as_documented(layer: &Layer) -> Result<(), TestCaseError> {
    let (hidden, outputs) = (layer.hidden, GATES * layer.hidden);
    let mut identity = vec![0_u16; outputs * outputs];
    for output in 0..outputs {
        let (panel, within) = (output / (GATES * PANEL), output % (GATES * PANEL));
        identity[(panel * outputs + output) * GATES * PANEL + within] = 0x3C00;
    }
    let (zeros, bias) = (vec![0; outputs * hidden], vec![0.0; outputs]);
    let weights = LstmWeights { input: outputs, hidden, wx: &identity, wh: &zeros, bias: &bias };
    for kernels in tables() {
        let found = layer.run(kernels, &[Sequence { first: 0, steps: layer.rows }], false, PLAIN);
        let outputs: Vec<f32> = found.iter().map(|&bits| f32::from_bits(bits)).collect();
        let z: Vec<f32> = (0..layer.rows)
            .flat_map(|t| {
                let row = &layer.x[t * layer.input..][..layer.input];
                gate_sums(layer, row, t.checked_sub(1).map(|before| &outputs[before * hidden..][..hidden]))
            })
            .collect();
        prop_assert!(found == fp16(kernels, &weights, &z), "{:?}", kernels.isa());
    }
    Ok(())
}

/// Outputs of a fp16 layer for all rows of `x` as one sequence.
fn fp16(kernels: &Kernels, weights: &LstmWeights<'_>, x: &[f32]) -> Vec<u32> {
    let (hidden, steps) = (weights.hidden, x.len() / weights.input);
    let mut y = vec![0.0; steps * hidden];
    let mut scratch = vec![0.0; lstm_scratch_len(hidden, LOCKSTEP).unwrap()];
    let sequences = [Sequence { first: 0, steps }];
    kernels.lstm(*weights, Inputs::Rows(x), &sequences, false, &mut y, hidden, 0, &mut scratch);
    bits(&y)
}

#[test]
fn empty_calls_write_nothing() {
    let layer = Layer::random(1, (3, PANEL, 0), 0, Kind::Usual);
    for kernels in tables() {
        for reverse in [false, true] {
            assert!(layer.run(kernels, &[Sequence { first: 0, steps: 0 }], reverse, PLAIN).is_empty());
            assert!(layer.run(kernels, &[], reverse, PLAIN).is_empty());
        }
    }
}

/// Each wrong length is refused before the kernel runs.
#[test]
fn wrong_lengths_are_refused() {
    let layer = Layer::random(1, (3, PANEL, 2), 0, Kind::Usual);
    let good = layer.weights();
    let room = lstm_int8_scratch_len(3, PANEL, LOCKSTEP).unwrap();
    for kernels in tables() {
        let lstm = |weights: LstmWeightsInt8<'_>, x: usize, y: usize, scratch: usize| {
            let (mut y, mut scratch) = (vec![0.0; y], vec![0.0; scratch]);
            let rows = [Sequence { first: 0, steps: 2 }];
            kernels.lstm(weights, Inputs::Rows(&layer.x[..x]), &rows, false, &mut y, PANEL, 0, &mut scratch);
        };
        let refused = |weights: LstmWeightsInt8<'_>, x: usize, y: usize, scratch: usize| {
            let call = std::panic::AssertUnwindSafe(|| lstm(weights, x, y, scratch));
            std::panic::catch_unwind(call).expect_err("the call was accepted");
        };
        lstm(good, 6, 32, room);
        refused(LstmWeightsInt8 { hidden: 15, ..good }, 6, 32, room);
        refused(LstmWeightsInt8 { wx: &good.wx[1..], ..good }, 6, 32, room);
        refused(LstmWeightsInt8 { wh: &good.wh[1..], ..good }, 6, 32, room);
        refused(LstmWeightsInt8 { bias: &good.bias[1..], ..good }, 6, 32, room);
        refused(LstmWeightsInt8 { scales: &good.scales[1..], ..good }, 6, 32, room);
        refused(LstmWeightsInt8 { sums: &good.sums[1..], ..good }, 6, 32, room);
        refused(good, 5, 32, room);
        refused(good, 6, 31, room);
        refused(good, 6, 32, room - 1);
        let inputs = |list: &[u32], room: usize| {
            kernels.lstm_inputs(good, &layer.x, list, &mut [0.0; 128], &mut vec![0.0; room]);
        };
        inputs(&[1, 0], room);
        let refused = |list: &[u32], room: usize| {
            let call = std::panic::AssertUnwindSafe(|| inputs(list, room));
            std::panic::catch_unwind(call).expect_err("the call was accepted");
        };
        refused(&[2], room);
        refused(&[0], room - 1);
    }
}
