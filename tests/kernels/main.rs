//! Every kernel table gives the bits of the scalar one, and the scalar one agrees with a reference in f64.

mod int8;
mod layer;
mod random;

use drugner::format::layout::{self, GATES, PANEL};
use drugner::kernels::{
    DenseWeights, Inputs, Kernels, LOCKSTEP, LstmWeights, Sequence, lstm_scratch_len, math,
};
use half::f16;
use layer::{has_the_bits_of_scalar_one_by_one, run};
use proptest::prelude::*;
use random::{Kind, PLAIN, Place, Random, Shifted, bits, kind, place, sequences, tables};

/// One direction of a layer with its inputs.
struct Layer {
    input: usize,
    hidden: usize,
    wx: Shifted<u16>,
    wh: Shifted<u16>,
    bias: Shifted<f32>,
    x: Shifted<f32>,
    rows: usize,
}

impl Layer {
    fn random(
        seed: u64,
        input: usize,
        hidden: usize,
        rows: usize,
        skip: usize,
        weights: Kind,
        values: Kind,
    ) -> Self {
        let mut random = Random(seed);
        let scale = 1.0 / (hidden as f32).sqrt();
        let wx = random.halves(layout::lstm_panels_len(hidden, input).unwrap(), weights, scale);
        let wh = random.halves(layout::lstm_panels_len(hidden, hidden).unwrap(), weights, scale);
        let bias = random.values(layout::lstm_bias_len(hidden).unwrap(), values);
        let x = random.values(rows * input, values);
        Self {
            input,
            hidden,
            wx: Shifted::new(&wx, skip),
            wh: Shifted::new(&wh, skip),
            bias: Shifted::new(&bias, skip),
            x: Shifted::new(&x, skip),
            rows,
        }
    }

    fn weights(&self) -> LstmWeights<'_> {
        LstmWeights { input: self.input, hidden: self.hidden, wx: &self.wx, wh: &self.wh, bias: &self.bias }
    }

    /// All rows as one sequence.
    fn whole(&self) -> Vec<Sequence> {
        vec![Sequence { first: 0, steps: self.rows }]
    }

    fn run(&self, kernels: &Kernels, sequences: &[Sequence], reverse: bool, place: Place) -> Vec<u32> {
        run(self.weights().into(), kernels, &self.x, sequences, reverse, place)
    }
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
            prop_oneof![1_usize..=40, Just(63), Just(64), Just(65), Just(129)].prop_map(|steps| vec![steps]),
        ],
        reverse: bool,
        place in place(),
        (weights, values) in (kind(), kind()),
    ) {
        let (sequences, rows) = sequences(&lengths);
        let layer = Layer::random(seed, input, panels * PANEL, rows, place.skip, weights, values);
        has_the_bits_of_scalar_one_by_one(layer.weights().into(), &layer.x, &sequences, reverse, place)?;
    }

    /// More inputs than the weights that are widened at once.
    #[test]
    fn wide_inputs_have_the_bits_of_scalar(
        seed: u64,
        input in 120_usize..=300,
        batch in 2_usize..=5,
        apart: bool,
    ) {
        let (sequences, rows) = sequences(&vec![7; batch]);
        let layer = Layer::random(seed, input, 2 * PANEL, rows, 0, Kind::Usual, Kind::Usual);
        let place = Place { apart, ..PLAIN };
        let results: Vec<_> =
            tables().into_iter().map(|kernels| layer.run(kernels, &sequences, false, place)).collect();
        prop_assert!(results.iter().all(|result| Some(result) == results.last()));
    }

    #[test]
    fn dense_has_the_bits_of_scalar(
        seed: u64,
        input in 1_usize..=70,
        panels in 1_usize..=5,
        rows in 1_usize..=40,
        x_stride in 0_usize..=80,
        skip in 0_usize..4,
        (weights, values) in (kind(), kind()),
    ) {
        let outputs = panels * PANEL;
        let mut random = Random(seed);
        let w = Shifted::new(&random.halves(outputs * input, weights, 0.3), skip);
        let bias = Shifted::new(&random.values(outputs, values), skip);
        let x = Shifted::new(&random.values((rows - 1) * x_stride + input, values), skip);
        let weights = DenseWeights { input, outputs, w: &w, bias: &bias };
        let results: Vec<_> = tables().into_iter().map(|kernels| {
            let mut y = vec![0.0; skip + rows * outputs];
            kernels.dense(&weights, &x, x_stride, rows, &mut y[skip..]);
            bits(&y[skip..])
        }).collect();
        prop_assert!(results.iter().all(|result| Some(result) == results.last()));
        // The documented order, written down a second time.
        for (row, y) in results[0].chunks_exact(outputs).enumerate() {
            for (output, &y) in y.iter().enumerate() {
                let mut sum = bias[output];
                for k in 0..input {
                    let weight = w[((output / PANEL) * input + k) * PANEL + output % PANEL];
                    sum = f16::from_bits(weight).to_f32().mul_add(x[row * x_stride + k], sum);
                }
                let expected = if sum.is_nan() { 0x7FC0_0000 } else { sum.to_bits() };
                prop_assert_eq!(y, expected);
            }
        }
    }

    #[test]
    fn lstm_agrees_with_f64(
        seed: u64,
        input in 1_usize..=70,
        hidden in 1_usize..=40,
        steps in 1_usize..=70,
        reverse: bool,
    ) {
        let mut random = Random(seed);
        let scale = 1.0 / (hidden as f32).sqrt();
        let mut matrix = |columns: usize| -> Vec<f32> {
            let weight = |_| f16::from_f32(random.unit() * scale).to_f32();
            (0..GATES * hidden * columns).map(weight).collect()
        };
        let (wx, wh, bias) = (matrix(input), matrix(hidden), matrix(1));
        let x: Vec<f32> = (0..steps * input).map(|_| random.unit()).collect();

        // The size is not a multiple of a panel: the packed layer has units of zeros.
        let padded = layout::padded(hidden).unwrap();
        let layer = Layer {
            input,
            hidden: padded,
            wx: Shifted::new(&layout::pack_lstm(&wx, hidden, input, input), 0),
            wh: Shifted::new(&layout::pack_lstm(&wh, hidden, hidden, padded), 0),
            bias: Shifted::new(&layout::pack_lstm_bias(&bias, hidden), 0),
            x: Shifted::new(&x, 0),
            rows: steps,
        };
        let expected = reference(&wx, &wh, &bias, &x, input, hidden, reverse);
        for kernels in tables() {
            let outputs = layer.run(kernels, &layer.whole(), reverse, PLAIN);
            for (outputs, expected) in outputs.chunks_exact(padded).zip(expected.chunks_exact(hidden)) {
                for (&output, &expected) in outputs.iter().zip(expected) {
                    let output = f64::from(f32::from_bits(output));
                    prop_assert!((output - expected).abs() < 1e-5, "{output} {expected}");
                }
                prop_assert!(outputs[hidden..].iter().all(|&output| output == 0), "padding is not zero");
            }
        }
    }

    #[test]
    fn widen_takes_any_length(seed: u64, len in 0_usize..70, skip in 0_usize..4) {
        let halves = Shifted::new(&Random(seed).halves(len, Kind::AnyBits, 1.0), skip);
        let expected: Vec<u32> = halves.iter().map(|&half| f16::from_bits(half).to_f32().to_bits()).collect();
        for kernels in tables() {
            let mut out = vec![0.0; skip + len];
            kernels.widen(&halves, &mut out[skip..]);
            prop_assert_eq!(&bits(&out[skip..]), &expected);
        }
    }
}

/// The textbook LSTM on unpacked weights.
fn reference(
    wx: &[f32],
    wh: &[f32],
    bias: &[f32],
    x: &[f32],
    input: usize,
    hidden: usize,
    reverse: bool,
) -> Vec<f64> {
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let steps = x.len() / input;
    let mut y = vec![0.0; steps * hidden];
    let (mut h, mut c) = (vec![0.0; hidden], vec![0.0; hidden]);
    for i in 0..steps {
        let t = if reverse { steps - 1 - i } else { i };
        let sum = |row: usize| {
            let from_x = wx[row * input..][..input].iter().zip(&x[t * input..]);
            let from_h = wh[row * hidden..][..hidden].iter().zip(&h);
            f64::from(bias[row])
                + from_x.map(|(&w, &x)| f64::from(w) * f64::from(x)).sum::<f64>()
                + from_h.map(|(&w, &h)| f64::from(w) * h).sum::<f64>()
        };
        let sums: Vec<f64> = (0..GATES * hidden).map(sum).collect();
        for unit in 0..hidden {
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| sums[gate * hidden + unit]);
            c[unit] = sigmoid(f) * c[unit] + sigmoid(i) * g.tanh();
            h[unit] = sigmoid(o) * c[unit].tanh();
        }
        y[t * hidden..][..hidden].copy_from_slice(&h);
    }
    y
}

#[test]
fn sigmoid_has_the_bits_of_the_function_of_one_number() {
    let numbers: Vec<f32> = (0..1 << 16).map(|i| f32::from_bits(i << 16 | i)).collect();
    let expected: Vec<u32> = numbers.iter().map(|&x| math::sigmoid(x).to_bits()).collect();
    for kernels in tables() {
        let mut values = numbers.clone();
        kernels.sigmoid(&mut values);
        assert!(bits(&values) == expected, "{:?}", kernels.isa());
    }
}

#[test]
fn all_halves_are_widened_exactly() {
    let halves: Vec<u16> = (0..=u16::MAX).collect();
    let expected: Vec<u32> = halves.iter().map(|&half| f16::from_bits(half).to_f32().to_bits()).collect();
    for kernels in tables() {
        let mut out = vec![0.0; halves.len()];
        kernels.widen(&halves, &mut out);
        assert!(bits(&out) == expected, "{:?}", kernels.isa());
    }
}

#[test]
fn empty_calls_write_nothing() {
    let layer = Layer::random(1, 3, PANEL, 0, 0, Kind::Usual, Kind::Usual);
    for kernels in tables() {
        for reverse in [false, true] {
            assert!(layer.run(kernels, &layer.whole(), reverse, PLAIN).is_empty());
            assert!(layer.run(kernels, &[], reverse, PLAIN).is_empty());
        }
        let weights = DenseWeights { input: 2, outputs: PANEL, w: &[0; 2 * PANEL], bias: &[0.0; PANEL] };
        kernels.dense(&weights, &[], 2, 0, &mut []);
    }
}

/// Each wrong length is refused before the kernel runs.
#[test]
fn wrong_lengths_are_refused() {
    let refused = |call: &dyn Fn()| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).expect_err("the call was accepted");
    };
    let layer = Layer::random(1, 3, PANEL, 2, 0, Kind::Usual, Kind::Usual);
    let good = layer.weights();
    for kernels in tables() {
        let room = lstm_scratch_len(PANEL, LOCKSTEP).unwrap();
        let lstm =
            |weights: LstmWeights<'_>, x: usize, y: usize, stride: usize, offset: usize, scratch: usize| {
                let (mut y, mut scratch) = (vec![0.0; y], vec![0.0; scratch]);
                kernels.lstm(
                    weights,
                    Inputs::Rows(&layer.x[..x]),
                    &layer.whole(),
                    false,
                    &mut y,
                    stride,
                    offset,
                    &mut scratch,
                );
            };
        lstm(good, 6, 32, 16, 0, room);
        refused(&|| lstm(LstmWeights { hidden: 15, ..good }, 6, 32, 16, 0, room));
        refused(&|| lstm(LstmWeights { hidden: 0, ..good }, 6, 32, 16, 0, room));
        refused(&|| lstm(LstmWeights { wx: &good.wx[1..], ..good }, 6, 32, 16, 0, room));
        refused(&|| lstm(LstmWeights { wh: &good.wh[1..], ..good }, 6, 32, 16, 0, room));
        refused(&|| lstm(LstmWeights { bias: &good.bias[1..], ..good }, 6, 32, 16, 0, room));
        refused(&|| lstm(good, 5, 32, 16, 0, room));
        refused(&|| lstm(good, 6, 31, 16, 0, room));
        refused(&|| lstm(good, 3, 16, 16, 0, room));
        refused(&|| lstm(good, 6, 32, 16, 1, room));
        refused(&|| lstm(good, 6, 32, 16, usize::MAX, room));
        refused(&|| lstm(good, 6, 32, usize::MAX, 0, room));
        refused(&|| lstm(good, 6, 32, 16, 0, room - 1));

        let ordered = |sequences: &[(usize, usize)]| {
            let sequences: Vec<_> =
                sequences.iter().map(|&(first, steps)| Sequence { first, steps }).collect();
            kernels.lstm(
                good,
                Inputs::Rows(&layer.x),
                &sequences,
                false,
                &mut [0.0; 32],
                16,
                0,
                &mut vec![0.0; room],
            );
        };
        ordered(&[(1, 1), (0, 1), (2, 0)]);
        refused(&|| ordered(&[(1, 2)]));
        refused(&|| ordered(&[(3, 0)]));
        refused(&|| ordered(&[(usize::MAX, 1)]));
        refused(&|| ordered(&[(0, 0), (0, 1)]));

        let from_sums = |sums: usize, places: &[u32]| {
            let (sums, mut y) = (vec![0.0; sums], [0.0; 32]);
            let inputs = Inputs::Sums { sums: &sums, places };
            kernels.lstm(good, inputs, &layer.whole(), false, &mut y, 16, 0, &mut vec![0.0; room]);
        };
        from_sums(128, &[1, 1]);
        refused(&|| from_sums(127, &[1, 1]));
        refused(&|| from_sums(128, &[1, 2]));
        refused(&|| from_sums(128, &[1]));

        let inputs = |x: usize, list: &[u32], sums: usize, scratch: usize| {
            kernels.lstm_inputs(good, &layer.x[..x], list, &mut vec![0.0; sums], &mut vec![0.0; scratch]);
        };
        inputs(6, &[1, 0, 1], 128, room);
        refused(&|| inputs(6, &[2], 128, room));
        refused(&|| inputs(3, &[0], 128, room));
        refused(&|| inputs(6, &[0], 127, room));
        refused(&|| inputs(6, &[0], 128, room - 1));

        let dense = |outputs: usize, w: usize, bias: usize, x: usize, stride: usize, y: usize| {
            let (w, bias, x, mut y) = (vec![0; w], vec![0.0; bias], vec![0.0; x], vec![0.0; y]);
            kernels.dense(&DenseWeights { input: 3, outputs, w: &w, bias: &bias }, &x, stride, 2, &mut y);
        };
        dense(16, 48, 16, 5, 2, 32);
        refused(&|| dense(15, 45, 15, 5, 2, 30));
        refused(&|| dense(16, 47, 16, 5, 2, 32));
        refused(&|| dense(16, 48, 15, 5, 2, 32));
        refused(&|| dense(16, 48, 16, 4, 2, 32));
        refused(&|| dense(16, 48, 16, 5, usize::MAX, 32));
        refused(&|| dense(16, 48, 16, 5, 2, 31));

        refused(&|| kernels.widen(&[0; 3], &mut [0.0; 2]));
        refused(&|| kernels.sigmoid(&mut [0.0; 17]));
    }
}
