//! The character convolution of width 3 with its maximum over positions, as a sum of table rows.
//!
//! A filter of width 3 over embedded characters is a sum of three products, and each depends only on one character and
//! its place in the window. With these products in a table, a word costs three additions per filter and position.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::values;

/// Character that stands before the first one of every word.
pub const BEGIN: u8 = 0;
/// Character that stands after the last one of every word.
pub const END: u8 = 1;

/// For each word and filter the largest value over the positions of the word's characters.
///
/// `table` `[characters, 3, filters]`: what a character adds to a filter when it stands before, at or after the filter's
/// position. `words`: the character ids of each word, without [`BEGIN`] and [`END`], which are added here. The result is
/// `[words, filters]`.
///
/// Errors when a word is empty or longer than 255 characters, or a character lies outside the table.
pub fn max_trigram(table: &Tensor, words: Arc<Vec<Vec<u8>>>) -> Result<Tensor> {
    table.contiguous()?.apply_op1(MaxTrigram { words, argmax: OnceLock::new() })
}

struct MaxTrigram {
    words: Arc<Vec<Vec<u8>>>,
    /// `[words, filters]`: the position of each maximum (the first, when there are several).
    argmax: OnceLock<Vec<u8>>,
}

/// The window of three characters around `position`.
fn window(word: &[u8], position: usize) -> [usize; 3] {
    let before = if position == 0 { BEGIN } else { word[position - 1] };
    let after = word.get(position + 1).copied().unwrap_or(END);
    [before, word[position], after].map(usize::from)
}

impl CustomOp1 for MaxTrigram {
    fn name(&self) -> &'static str {
        "max-trigram"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (characters, width, filters) = layout.shape().dims3()?;
        let fits = |word: &Vec<u8>| {
            (1..=255).contains(&word.len()) && word.iter().all(|&c| usize::from(c) < characters)
        };
        if width != 3 || characters < 2 || !self.words.iter().all(fits) {
            candle_core::bail!("character table or words out of range");
        }
        let table = values(storage, layout)?;
        let row = |character: usize, place: usize| &table[(character * 3 + place) * filters..][..filters];
        let mut out = vec![f32::NEG_INFINITY; self.words.len() * filters];
        let mut argmax = vec![0u8; out.len()];
        for (w, word) in self.words.iter().enumerate() {
            let best = &mut out[w * filters..][..filters];
            let arg = &mut argmax[w * filters..][..filters];
            for position in 0..word.len() {
                let [a, b, c] = window(word, position);
                let (a, b, c) = (row(a, 0), row(b, 1), row(c, 2));
                for f in 0..filters {
                    let value = a[f] + b[f] + c[f];
                    if value > best[f] {
                        best[f] = value;
                        arg[f] = position as u8;
                    }
                }
            }
        }
        // A second forward pass over the same operation gives the same positions.
        let _ = self.argmax.set(argmax);
        Ok((CpuStorage::F32(out), Shape::from((self.words.len(), filters))))
    }

    fn bwd(&self, table: &Tensor, _out: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let Some(argmax) = self.argmax.get() else { candle_core::bail!("backward before forward") };
        let (characters, _, filters) = table.dims3()?;
        let gradient = gradient.flatten_all()?.to_vec1::<f32>()?;
        let mut sum = vec![0f32; characters * 3 * filters];
        for (w, word) in self.words.iter().enumerate() {
            for f in 0..filters {
                let at = w * filters + f;
                for (place, character) in window(word, usize::from(argmax[at])).into_iter().enumerate() {
                    sum[(character * 3 + place) * filters + f] += gradient[at];
                }
            }
        }
        Ok(Some(Tensor::from_vec(sum, (characters, 3, filters), table.device())?))
    }
}
