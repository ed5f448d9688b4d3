//! Windows, and their standardised values.

use anyhow::{Context, Result, ensure};

use super::classifier::DenseLayer;
use super::options::WindowOptions;

/// Five-word (or other length) windows over word rows.
#[derive(Clone, Copy, Debug)]
pub struct Windows<'a> {
    /// Word vectors, `[rows, dim]`.
    pub table: &'a [f32],
    /// Numbers in a word vector.
    pub dim: usize,
    /// Words per window.
    pub length: usize,
    /// Rows of the table, `[windows, length]`; [`u32::MAX`] is padding, a vector of zeros.
    pub rows: &'a [u32],
    /// Right classes, `[windows]`.
    pub classes: &'a [u8],
}

impl Windows<'_> {
    /// Numbers in a window.
    pub fn inputs(&self) -> usize {
        self.dim * self.length
    }

    /// Checks that the windows agree with each other, the table and the options.
    pub(super) fn check(&self, options: &WindowOptions) -> Result<()> {
        ensure!(self.dim > 0 && self.length > 0, "dim or length is 0");
        let inputs = self.dim.checked_mul(self.length).context("dim times length is too large")?;
        ensure!(inputs <= 1 << 20, "a window has more than 2^20 numbers");
        ensure!(self.table.len().is_multiple_of(self.dim), "the word vectors are not a table");
        ensure!(!self.classes.is_empty(), "there are no training windows");
        ensure!(
            self.classes.len().checked_mul(self.length) == Some(self.rows.len()),
            "rows and classes do not agree"
        );
        let words = self.table.len() / self.dim;
        let row_fits = |&row: &u32| row == u32::MAX || (row as usize) < words;
        if let Some(at) = self.rows.iter().position(|row| !row_fits(row)) {
            anyhow::bail!("window {}: a row lies outside the table", at / self.length);
        }
        if let Some(at) = self.classes.iter().position(|&class| usize::from(class) >= options.classes) {
            anyhow::bail!("window {at}: the class is not below {}", options.classes);
        }
        ensure!(self.table.iter().all(|value| value.is_finite()), "a word vector holds no finite number");
        Ok(())
    }

    /// Everything that training sees, as numbers to be hashed.
    pub(super) fn words(&self) -> impl Iterator<Item = u32> + '_ {
        let sizes = [self.dim as u32, self.length as u32, self.classes.len() as u32];
        let rows = self.rows.iter().copied();
        let classes = self.classes.iter().map(|&class| u32::from(class));
        sizes.into_iter().chain(rows).chain(classes).chain(self.table.iter().map(|value| value.to_bits()))
    }

    /// Calls `add` with the words of each window: place in the window and vector. Padding is passed over.
    fn each_word(&self, mut add: impl FnMut(usize, &[f32])) {
        for window in self.rows.chunks_exact(self.length) {
            for (place, &row) in window.iter().enumerate().filter(|(_, row)| **row != u32::MAX) {
                add(place * self.dim, &self.table[row as usize * self.dim..][..self.dim]);
            }
        }
    }
}

/// Windows with the scale and shift that standardise each input over all of them.
pub(super) struct Inputs<'a> {
    windows: Windows<'a>,
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl<'a> Inputs<'a> {
    pub fn new(windows: Windows<'a>) -> Self {
        let inputs = windows.inputs();
        let count = windows.classes.len() as f64;
        let mut mean = vec![0f64; inputs];
        windows.each_word(|at, vector| {
            mean[at..].iter_mut().zip(vector).for_each(|(sum, &value)| *sum += f64::from(value));
        });
        mean.iter_mut().for_each(|sum| *sum /= count);
        // Padding is counted by what the words of its place leave over.
        let mut squares = vec![0f64; inputs];
        let mut words = vec![0f64; inputs];
        windows.each_word(|at, vector| {
            for (k, &value) in vector.iter().enumerate() {
                squares[at + k] += (f64::from(value) - mean[at + k]).powi(2);
                words[at + k] += 1.0;
            }
        });
        let deviation: Vec<f64> = (0..inputs)
            .map(|k| ((squares[k] + (count - words[k]) * mean[k].powi(2)) / count).sqrt())
            .collect();
        let typical = (deviation.iter().map(|d| d * d).sum::<f64>() / inputs as f64).sqrt();
        // An input that hardly varies tells nothing, and would have a huge weight after folding.
        let scale: Vec<f64> =
            deviation.iter().map(|&d| if d > 1e-3 * typical { 1.0 / d } else { 0.0 }).collect();
        Inputs {
            windows,
            shift: mean.iter().zip(&scale).map(|(mean, scale)| (-mean * scale) as f32).collect(),
            scale: scale.iter().map(|&scale| scale as f32).collect(),
        }
    }

    pub fn count(&self) -> usize {
        self.windows.classes.len()
    }

    /// Right classes of some windows.
    pub fn classes(&self, indices: &[usize]) -> Vec<u8> {
        indices.iter().map(|&at| self.windows.classes[at]).collect()
    }

    /// Standardised values of some windows, `[indices, inputs]`.
    pub fn gather(&self, indices: &[usize]) -> Vec<f32> {
        let Windows { table, dim, length, rows, .. } = self.windows;
        let mut out = Vec::with_capacity(indices.len() * dim * length);
        for &at in indices {
            for (place, &row) in rows[at * length..][..length].iter().enumerate() {
                let shift = &self.shift[place * dim..][..dim];
                if row == u32::MAX {
                    out.extend_from_slice(shift);
                } else {
                    let scale = &self.scale[place * dim..][..dim];
                    let vector = &table[row as usize * dim..][..dim];
                    out.extend((0..dim).map(|k| vector[k] * scale[k] + shift[k]));
                }
            }
        }
        out
    }

    /// Makes a layer over standardised values one over the values as they are.
    pub fn fold(&self, layer: &mut DenseLayer) {
        for (row, bias) in layer.weight.chunks_exact_mut(layer.inputs).zip(&mut layer.bias) {
            let shift = row.iter().zip(&self.shift).map(|(&w, &s)| f64::from(w) * f64::from(s)).sum::<f64>();
            *bias = (f64::from(*bias) + shift) as f32;
            row.iter_mut().zip(&self.scale).for_each(|(weight, scale)| *weight *= scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardises_and_folds() {
        let table = [1.0, 5.0, 3.0, 5.0, -2.0, 5.0];
        let rows = [0, 1, 1, u32::MAX, 2, 2, 0, 2];
        let windows = Windows { table: &table, dim: 2, length: 2, rows: &rows, classes: &[0; 4] };
        let inputs = Inputs::new(windows);
        let x = inputs.gather(&[0, 1, 2, 3]);
        for k in 0..4 {
            let column: Vec<f32> = (0..4).map(|row| x[row * 4 + k]).collect();
            let variance = column.iter().map(|v| v * v).sum::<f32>() / 4.0;
            assert!(column.iter().sum::<f32>().abs() < 1e-5);
            // The second number of the first word is always 5.
            let expected = if k == 1 { 0.0 } else { 1.0 };
            assert!((variance - expected).abs() < 1e-5, "{k} {variance}");
        }

        let weight = vec![0.5, -1.0, 2.0, 0.25, 1.0, 1.0, -3.0, 0.1];
        let layer = DenseLayer { inputs: 4, outputs: 2, weight, bias: vec![0.3, -0.2] };
        let mut folded = layer.clone();
        inputs.fold(&mut folded);
        let raw = [1.0, 5.0, 3.0, 5.0, 3.0, 5.0, 0.0, 0.0];
        let on_raw = super::super::forward(&[folded], &raw);
        let standardised = super::super::forward(&[layer], &x[..8]);
        for (a, b) in on_raw.iter().zip(&standardised) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
}
