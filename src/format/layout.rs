//! Panel layouts of the weights: one definition for the writer, the reader and the kernels.
//!
//! A *panel* holds the weights of [`PANEL`] outputs, k-major: everything that input `k` contributes to them lies
//! together, so that one vector register of 16 lanes is 16 outputs and no instruction set needs another order.
//!
//! | weights | order | bias |
//! |---|---|---|
//! | LSTM | fp16 `[hidden / 16][k][gate][16]`, gates i, f, g, o | f32 `[hidden / 16][gate][16]` |
//! | LSTM, int8 | i8 `[hidden / 16][k / 4, rounded up][gate][16][4]` | the same |
//! | dense | fp16 `[outputs / 16][k][16]` | f32 `[outputs / 16][16]` |
//!
//! `hidden` and `outputs` are padded to a multiple of 16 with zero weights and biases. A padded LSTM unit keeps
//! c = h = 0 exactly, so the kernels need no masks.

use half::f16;

/// Outputs per panel.
pub const PANEL: usize = 16;
/// Inputs whose int8 weights of one output lie together.
pub const INPUTS: usize = 4;
/// Gates of an LSTM unit, in the order input, forget, candidate, output (i, f, g, o).
pub const GATES: usize = 4;

/// `count` rounded up to a whole number of panels; `None` if that overflows.
pub fn padded(count: usize) -> Option<usize> {
    count.checked_next_multiple_of(PANEL)
}

/// fp16 values in the panels of an LSTM matrix: `hidden_padded` units of `k` inputs each.
pub fn lstm_panels_len(hidden_padded: usize, k: usize) -> Option<usize> {
    hidden_padded.checked_mul(GATES)?.checked_mul(k)
}

/// f32 values in the bias of an LSTM layer of `hidden_padded` units.
pub fn lstm_bias_len(hidden_padded: usize) -> Option<usize> {
    hidden_padded.checked_mul(GATES)
}

/// int8 values in the panels of an LSTM matrix: as [`lstm_panels_len`], with `k` rounded up to [`INPUTS`].
pub fn int8_panels_len(hidden_padded: usize, k: usize) -> Option<usize> {
    lstm_panels_len(hidden_padded, k.checked_next_multiple_of(INPUTS)?)
}

/// fp16 values in the panels of a dense matrix: `outputs_padded` outputs of `k` inputs each.
pub fn dense_panels_len(outputs_padded: usize, k: usize) -> Option<usize> {
    outputs_padded.checked_mul(k)
}

/// f32 values in the bias of a dense layer.
pub fn dense_bias_len(outputs_padded: usize) -> Option<usize> {
    Some(outputs_padded)
}

/// Packs `rows`, `[4 * hidden][k]` with the gates i, f, g, o one after the other, into LSTM panels of `k_padded`
/// inputs. The recurrent matrix has `k == hidden` and takes `k_padded == padded(hidden)`; the input matrix takes
/// `k_padded == k`. Values are rounded to nearest even; those beyond ±65504 become infinite, which the reader of a
/// model file refuses.
///
/// # Panics
/// If `rows.len() != 4 * hidden * k`, `k_padded < k`, or the result would exceed the address space.
pub fn pack_lstm(rows: &[f32], hidden: usize, k: usize, k_padded: usize) -> Vec<u16> {
    assert!(lstm_panels_len(hidden, k) == Some(rows.len()), "LSTM rows do not match hidden and k");
    assert!(k <= k_padded, "k exceeds its padded size");
    let hidden_padded = padded(hidden).expect("hidden size overflows");
    let mut panels = vec![0; lstm_panels_len(hidden_padded, k_padded).expect("LSTM panels overflow")];
    for (row, weights) in chunks(rows, k).enumerate() {
        let (gate, unit) = (row / hidden, row % hidden);
        for (column, &weight) in weights.iter().enumerate() {
            let vector = ((unit / PANEL) * k_padded + column) * GATES + gate;
            panels[vector * PANEL + unit % PANEL] = f16::from_f32(weight).to_bits();
        }
    }
    panels
}

/// Packs the bias `[4 * hidden]`, gates i, f, g, o one after the other.
///
/// # Panics
/// If `bias.len() != 4 * hidden`.
pub fn pack_lstm_bias(bias: &[f32], hidden: usize) -> Vec<f32> {
    assert!(lstm_bias_len(hidden) == Some(bias.len()), "LSTM bias does not match hidden");
    let hidden_padded = padded(hidden).expect("hidden size overflows");
    let mut packed = vec![0.0; lstm_bias_len(hidden_padded).expect("LSTM bias overflows")];
    for (row, &value) in bias.iter().enumerate() {
        let (gate, unit) = (row / hidden, row % hidden);
        packed[((unit / PANEL) * GATES + gate) * PANEL + unit % PANEL] = value;
    }
    packed
}

/// fp16 LSTM panels of `k` inputs in int8, rounded to nearest, and what a unit of each output's weights is worth,
/// `[panel][gate][16]`: a 127th of the largest magnitude.
///
/// # Panics
/// If `panels` is not a whole number of panels.
pub fn quantise_lstm(panels: &[u16], k: usize) -> (Vec<i8>, Vec<f32>) {
    let outputs = GATES * PANEL;
    assert!(k > 0 && panels.len().is_multiple_of(k * outputs), "LSTM panels do not match k");
    let k_padded = k.next_multiple_of(INPUTS);
    let mut scales = vec![0_f32; panels.len() / k];
    let mut packed = vec![0; scales.len() * k_padded];
    let panels = panels.chunks_exact(k * outputs).zip(scales.chunks_exact_mut(outputs));
    for ((panel, scales), packed) in panels.zip(packed.chunks_exact_mut(k_padded * outputs)) {
        let weight = |column: usize, output: usize| f16::from_bits(panel[column * outputs + output]).to_f32();
        for (output, scale) in scales.iter_mut().enumerate() {
            *scale = (0..k).map(|column| weight(column, output).abs()).fold(0.0, f32::max) / 127.0;
            let factor = if *scale > 0.0 { scale.recip() } else { 0.0 };
            for column in 0..k {
                let value = (weight(column, output) * factor).round_ties_even().clamp(-127.0, 127.0);
                packed[(column / INPUTS * outputs + output) * INPUTS + column % INPUTS] = value as i8;
            }
        }
    }
    (packed, scales)
}

/// Sum of the int8 weights of each output, `[panel][gate][16]`, modulo 2^32.
///
/// # Panics
/// If `panels` is not a whole number of panels of `k` inputs.
pub fn int8_sums<'a>(panels: &'a [i8], k: usize) -> impl ExactSizeIterator<Item = i32> + use<'a> {
    let (outputs, groups) = (GATES * PANEL, k.div_ceil(INPUTS));
    let panel_len = groups * outputs * INPUTS;
    assert!(k > 0 && panels.len().is_multiple_of(panel_len), "int8 panels do not match k");
    (0..panels.len() / panel_len * outputs).map(move |i| {
        let panel = &panels[i / outputs * panel_len..][..panel_len];
        let weights = panel.chunks_exact(INPUTS).skip(i % outputs).step_by(outputs).flatten();
        weights.fold(0_i32, |sum, &weight| sum.wrapping_add(i32::from(weight)))
    })
}

/// Packs `rows`, `[outputs][k]`, into dense panels; rounding as in [`pack_lstm`].
///
/// # Panics
/// If `rows.len() != outputs * k` or the result would exceed the address space.
pub fn pack_dense(rows: &[f32], outputs: usize, k: usize) -> Vec<u16> {
    assert!(dense_panels_len(outputs, k) == Some(rows.len()), "dense rows do not match outputs and k");
    let outputs_padded = padded(outputs).expect("output size overflows");
    let mut panels = vec![0; dense_panels_len(outputs_padded, k).expect("dense panels overflow")];
    for (output, weights) in chunks(rows, k).enumerate() {
        for (column, &weight) in weights.iter().enumerate() {
            let vector = (output / PANEL) * k + column;
            panels[vector * PANEL + output % PANEL] = f16::from_f32(weight).to_bits();
        }
    }
    panels
}

/// Packs the bias of a dense layer: the values, then zeros up to a whole panel.
///
/// # Panics
/// If the padded size overflows.
pub fn pack_dense_bias(bias: &[f32]) -> Vec<f32> {
    let mut packed = bias.to_vec();
    packed.resize(padded(bias.len()).expect("output size overflows"), 0.0);
    packed
}

/// Rows of `k` values; `k == 0` has no rows with content.
fn chunks(rows: &[f32], k: usize) -> std::slice::ChunksExact<'_, f32> {
    rows.chunks_exact(k.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What lies at a place of the panels, read back by walking the documented order.
    fn unpack_lstm(panels: &[u16], hidden: usize, k: usize, k_padded: usize) -> Vec<f32> {
        let mut rows = vec![f32::NAN; GATES * hidden * k];
        let mut halves = panels.iter();
        for panel in 0..hidden.div_ceil(PANEL) {
            for column in 0..k_padded {
                for gate in 0..GATES {
                    for lane in 0..PANEL {
                        let value = f16::from_bits(*halves.next().unwrap()).to_f32();
                        let unit = panel * PANEL + lane;
                        if unit < hidden && column < k {
                            rows[(gate * hidden + unit) * k + column] = value;
                        } else {
                            assert_eq!(value.to_bits(), 0, "padding must be zero");
                        }
                    }
                }
            }
        }
        assert!(halves.next().is_none());
        rows
    }

    proptest! {
        #[test]
        fn lstm_panels_round_trip(hidden in 1_usize..40, k in 1_usize..20, extra in 0_usize..3) {
            let rows: Vec<f32> = (0..GATES * hidden * k).map(|i| (i % 2000) as f32 - 1000.0).collect();
            let panels = pack_lstm(&rows, hidden, k, k + extra);
            prop_assert_eq!(Some(panels.len()), lstm_panels_len(padded(hidden).unwrap(), k + extra));
            prop_assert_eq!(unpack_lstm(&panels, hidden, k, k + extra), rows);
        }

        #[test]
        fn dense_panels_round_trip(outputs in 1_usize..40, k in 1_usize..20) {
            let rows: Vec<f32> = (0..outputs * k).map(|i| (i % 2000) as f32 - 1000.0).collect();
            let panels = pack_dense(&rows, outputs, k);
            prop_assert_eq!(Some(panels.len()), dense_panels_len(padded(outputs).unwrap(), k));
            for (i, &half) in panels.iter().enumerate() {
                let (output, column) = (i / (PANEL * k) * PANEL + i % PANEL, i / PANEL % k);
                let expected = if output < outputs { rows[output * k + column] } else { 0.0 };
                prop_assert_eq!(f16::from_bits(half).to_f32(), expected);
            }
        }

        #[test]
        fn biases_follow_the_panels(hidden in 1_usize..40) {
            let bias: Vec<f32> = (0..GATES * hidden).map(|i| i as f32 + 1.0).collect();
            // A bias is a matrix of one column that stays f32.
            let as_matrix: Vec<f32> =
                pack_lstm(&bias, hidden, 1, 1).iter().map(|&half| f16::from_bits(half).to_f32()).collect();
            prop_assert_eq!(pack_lstm_bias(&bias, hidden), as_matrix);
        }
    }

    proptest! {
        #[test]
        fn int8_panels_hold_the_weights_within_half_a_scale(hidden in 1_usize..40, k in 1_usize..20) {
            let rows: Vec<f32> = (0..GATES * hidden * k).map(|i| (i * i % 2000) as f32 - 1000.0).collect();
            let halves = pack_lstm(&rows, hidden, k, k);
            let (packed, scales) = quantise_lstm(&halves, k);
            let hidden_padded = padded(hidden).unwrap();
            prop_assert_eq!(Some(packed.len()), int8_panels_len(hidden_padded, k));
            prop_assert_eq!(Some(scales.len()), lstm_bias_len(hidden_padded));
            let mut sums = vec![0; scales.len()];
            for (i, &weight) in packed.iter().enumerate() {
                let (vector, lane, input) = (i / (PANEL * INPUTS), i / INPUTS % PANEL, i % INPUTS);
                let (group, gate) = (vector / GATES, vector % GATES);
                let (panel, column) = (group / k.div_ceil(INPUTS), group % k.div_ceil(INPUTS) * INPUTS + input);
                let output = (panel * GATES + gate) * PANEL + lane;
                sums[output] += i32::from(weight);
                if column < k {
                    let half = halves[((panel * k + column) * GATES + gate) * PANEL + lane];
                    let error = f16::from_bits(half).to_f32() - f32::from(weight) * scales[output];
                    prop_assert!(error.abs() <= 0.5001 * scales[output], "{}", error);
                } else {
                    prop_assert_eq!(weight, 0, "padding must be zero");
                }
            }
            prop_assert_eq!(int8_sums(&packed, k).collect::<Vec<_>>(), sums);
        }
    }

    #[test]
    fn dense_bias_is_padded_with_zeros() {
        let packed = pack_dense_bias(&[1.0; 17]);
        assert_eq!((packed.len(), packed[16], packed[17]), (32, 1.0, 0.0));
        assert_eq!(dense_bias_len(32), Some(32));
    }

    #[test]
    fn weights_are_rounded_to_nearest_even() {
        // 2049 and 2051 lie half-way between fp16 neighbours.
        let packed = pack_dense(&[2049.0, 2051.0, 1e9], 3, 1);
        let values: Vec<f32> = packed.iter().map(|&half| f16::from_bits(half).to_f32()).collect();
        assert_eq!(values[..3], [2048.0, 2052.0, f32::INFINITY]);
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        assert_eq!(padded(usize::MAX), None);
        assert_eq!(lstm_panels_len(usize::MAX / 4 + 1, 1), None);
        assert_eq!(lstm_panels_len(1 << 31, 1 << 40), None);
        assert_eq!(lstm_bias_len(usize::MAX / 2), None);
        assert_eq!(dense_panels_len(usize::MAX, 2), None);
    }
}
