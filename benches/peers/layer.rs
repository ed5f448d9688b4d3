//! One BiLSTM layer for the comparison with other engines: see README.md beside this file.
//!
//! `layer FILE [ISA] [int8]` reads u32 inputs D, hidden H (a multiple of 16), steps T, batch B; then f32 values: for both
//! directions W_ih `[4H][D]`, W_hh `[4H][H]`, bias `[4H]` (gates i, f, g, o), then x `[B][T][D]`. Weights become fp16,
//! and int8 where that is asked for.
//! `layer FILE limit` computes instead as many products as that layer has, and nothing else: with a single sequence those of
//! the recurrence widen an fp16 weight each.
//! Each line of standard input is a number n: n calls are made, and the seconds they took are printed. An empty line asks for
//! the outputs `[B][T][2H]` as f32, little-endian, in FILE.out.

#[cfg(target_arch = "x86_64")]
mod limit;

use drugner::format::layout;
use drugner::kernels::{Inputs, Kernels, LSTM_CHUNK, LayerWeights, LstmWeights, LstmWeightsInt8, Sequence};
use std::io::{BufRead, Write};
use std::time::Instant;

/// A slice that begins on a cache line, as it does in a model file and in a context.
struct Aligned<T> {
    data: Vec<T>,
    skip: usize,
}

impl<T: Copy + Default> Aligned<T> {
    fn new(values: &[T]) -> Self {
        let mut data = Vec::<T>::with_capacity(values.len() + 64);
        let skip = data.as_ptr().align_offset(64);
        data.resize(skip, T::default());
        data.extend_from_slice(values);
        Self { data, skip }
    }
}

impl<T> std::ops::Deref for Aligned<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.data[self.skip..]
    }
}

impl<T> std::ops::DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data[self.skip..]
    }
}

/// Weights of one direction.
enum Weights {
    Half { wx: Aligned<u16>, wh: Aligned<u16> },
    Int8 { wx: Aligned<i8>, wh: Aligned<i8>, scales: Aligned<f32>, sums: Aligned<i32> },
}

impl Weights {
    /// `wx` and `wh` as the file has them, `[4H][D]` and `[4H][H]`.
    fn new(wx: &[f32], wh: &[f32], input: usize, hidden: usize, int8: bool) -> Self {
        let wx = layout::pack_lstm(wx, hidden, input, input);
        let wh = layout::pack_lstm(wh, hidden, hidden, hidden);
        if !int8 {
            return Self::Half { wx: Aligned::new(&wx), wh: Aligned::new(&wh) };
        }
        let (wx, x_scales) = layout::quantise_lstm(&wx, input);
        let (wh, h_scales) = layout::quantise_lstm(&wh, hidden);
        let scales: Vec<f32> =
            x_scales.into_iter().chain(h_scales.iter().map(|scale| scale / 127.0)).collect();
        let sums: Vec<i32> = layout::int8_sums(&wx, input).chain(layout::int8_sums(&wh, hidden)).collect();
        let (wx, wh) = (Aligned::new(&wx), Aligned::new(&wh));
        Self::Int8 { wx, wh, scales: Aligned::new(&scales), sums: Aligned::new(&sums) }
    }

    fn of_kernels<'a>(&'a self, input: usize, hidden: usize, bias: &'a [f32]) -> LayerWeights<'a> {
        match self {
            Self::Half { wx, wh } => LstmWeights { input, hidden, wx, wh, bias }.into(),
            Self::Int8 { wx, wh, scales, sums } => {
                LstmWeightsInt8 { input, hidden, wx, wh, scales, bias, sums }.into()
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: layer FILE [ISA] [int8]")?;
    let isa = arguments.next();
    let limit = isa.as_deref() == Some("limit");
    let int8 = arguments.next().is_some_and(|kind| kind == "int8");
    let kernels = Kernels::available()
        .find(|kernels| limit || isa.as_deref().is_none_or(|isa| kernels.isa().name() == isa))
        .ok_or("this machine does not have that instruction set")?;

    let file = std::fs::read(&path)?;
    let words = file.as_chunks::<4>().0;
    let [input, hidden, steps, batch] = std::array::from_fn(|i| u32::from_le_bytes(words[i]) as usize);
    let mut values = words[4..].iter().map(|&word| f32::from_le_bytes(word));
    let mut take = |count: usize| -> Vec<f32> { values.by_ref().take(count).collect() };
    let directions: Vec<_> = (0..2)
        .map(|_| {
            let (wx, wh) = (take(4 * hidden * input), take(4 * hidden * hidden));
            let bias = layout::pack_lstm_bias(&take(4 * hidden), hidden);
            (Weights::new(&wx, &wh, input, hidden, int8), Aligned::new(&bias))
        })
        .collect();
    let x = Aligned::new(&take(batch * steps * input));

    let stride = 2 * hidden;
    let mut y = Aligned::new(&vec![0.0; batch * steps * stride]);
    let (weights, bias) = &directions[0];
    let scratch_len = weights.of_kernels(input, hidden, bias).scratch_len(LSTM_CHUNK);
    let mut scratch = Aligned::new(&vec![0.0; scratch_len.ok_or("too many units")?]);
    let sequences: Vec<_> = (0..batch).map(|b| Sequence { first: b * steps, steps }).collect();
    let limit = limit.then(|| {
        multiply_and_add(8 * hidden * steps * input * batch, 8 * hidden * (steps - 1) * hidden, batch)
    });
    let mut run = |y: &mut [f32]| {
        if let Some(products) = &limit {
            return products();
        }
        for (d, (weights, bias)) in directions.iter().enumerate() {
            let (reverse, offset) = (d == 1, d * hidden);
            let weights = weights.of_kernels(input, hidden, bias);
            kernels.lstm(weights, Inputs::Rows(&x), &sequences, reverse, y, stride, offset, &mut scratch);
        }
    };
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.is_empty() {
            run(&mut y);
            let bytes: Vec<u8> = y.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(format!("{path}.out"), bytes)?;
            println!("written");
        } else {
            let calls: u32 = line.parse()?;
            let start = Instant::now();
            for _ in 0..calls {
                run(std::hint::black_box(&mut y));
            }
            println!("{:e}", start.elapsed().as_secs_f64());
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Computes the products of a layer and nothing else.
#[cfg(target_arch = "x86_64")]
fn multiply_and_add(of_inputs: usize, recurrent: usize, batch: usize) -> impl Fn() {
    let (registers, widened) = match batch {
        1 => (of_inputs, recurrent),
        _ => (of_inputs + recurrent * batch, 0),
    };
    let products = limit::fastest(registers, widened);
    // SAFETY: `fastest` gives an instruction set that the machine has.
    move || unsafe { products(registers, widened) }
}

#[cfg(not(target_arch = "x86_64"))]
fn multiply_and_add(_: usize, _: usize, _: usize) -> impl Fn() {
    || panic!("the limit is measured on x86-64 only")
}
