//! The algorithms, written once over [`Simd`] and compiled once per instruction set.
//!
//! Each lane is one output with one chain of fused multiply-adds, inputs in ascending order. Tiles, panels, chunks and
//! sequences side by side only choose which chains run together, so no choice here can change a bit of a result.
//!
//! Everything is `#[inline(always)]` and free of closures, see [`super::simd`].

mod inputs;
mod int8;
mod lockstep;
mod lstm;
mod multiply;
mod quantise;
mod walk;

pub(super) use inputs::{InputsCall, lstm_inputs};
pub(super) use int8::{lstm_int8, lstm_int8_inputs};
pub(super) use lstm::{LstmCall, lstm};

use super::math;
use super::simd::Simd;
use super::{DenseWeights, LSTM_CHUNK};
use crate::format::layout::PANEL;
use multiply::{Rows, columns, multiply_panel, vectors};
use walk::IN_ORDER;

/// Arguments of [`dense`]; the lengths have been checked.
pub(super) struct DenseCall<'a> {
    pub weights: DenseWeights<'a>,
    /// Row r is `x[r * x_stride..][..input]`.
    pub x: &'a [f32],
    pub x_stride: usize,
    pub rows: usize,
    /// `[rows][outputs]`
    pub y: &'a mut [f32],
}

/// A dense layer; tiles of one panel x `TILE_ROWS` rows.
#[inline(always)]
pub(super) fn dense<S: Simd, const TILE_ROWS: usize>(s: S, call: DenseCall<'_>) {
    let DenseCall { weights: DenseWeights { input, outputs, w, bias }, x, x_stride, rows, y } = call;
    let w = columns::<1>(w);
    let bias = vectors(bias).as_chunks::<1>().0;
    let mut done = 0;
    while done < rows {
        let list = &IN_ORDER[..LSTM_CHUNK.min(rows - done)];
        let x = &x[done * x_stride..];
        let inputs = Rows { x, list, stride: x_stride, first: 0, places: list, out_stride: outputs };
        for panel in 0..outputs / PANEL {
            multiply_panel::<S, _, 1, 1, TILE_ROWS, 1>(
                s,
                &w[panel * input..][..input],
                Some(&bias[panel]),
                inputs,
                &mut y[done * outputs + panel * PANEL..],
            );
        }
        done += list.len();
    }
}

/// The logistic function of whole panels of values, in place.
#[inline(always)]
pub(super) fn sigmoid<S: Simd>(s: S, values: &mut [f32]) {
    for values in values.as_chunks_mut::<PANEL>().0 {
        s.store(math::sigmoid_lanes(s, s.load(values)), values);
    }
}

/// fp16 to f32, element by element; both slices have the same length.
#[inline(always)]
pub(super) fn widen<S: Simd>(s: S, halves: &[u16], out: &mut [f32]) {
    let (whole, tail) = halves.as_chunks::<PANEL>();
    let (out, out_tail) = out.as_chunks_mut::<PANEL>();
    for (halves, out) in whole.iter().zip(out) {
        s.store(s.load_half(halves), out);
    }
    let mut padded = [0; PANEL];
    padded[..tail.len()].copy_from_slice(tail);
    let mut widened = [0.0; PANEL];
    s.store(s.load_half(&padded), &mut widened);
    out_tail.copy_from_slice(&widened[..tail.len()]);
}
