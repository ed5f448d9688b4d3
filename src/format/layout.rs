//! Panel layouts of the weights: one definition for the writer, the reader and the kernels.
//!
//! A *panel* holds the weights of [`PANEL`] outputs, k-major: everything that input `k` contributes to them lies
//! together, so that one vector register of 16 lanes is 16 outputs and no instruction set needs another order.
//!
//! | weights | order | bias |
//! |---|---|---|
//! | LSTM | fp16 `[hidden / 16][k][gate][16]`, gates i, f, g, o | f32 `[hidden / 16][gate][16]` |
//! | dense | fp16 `[outputs / 16][k][16]` | f32 `[outputs / 16][16]` |
//!
//! `hidden` and `outputs` are padded to a multiple of 16 with zero weights and biases. A padded LSTM unit keeps
//! c = h = 0 exactly, so the kernels need no masks.

use half::f16;

/// Outputs per panel.
pub const PANEL: usize = 16;
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
