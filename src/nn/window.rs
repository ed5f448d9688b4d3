//! The window family: dense layers over the vectors of a word and the words behind it, then a softmax over the names
//! that can begin at the word.

use super::layers::{self, Dense};
use super::{Engine, Input, Scratch, ScratchLen, Sizes, Source, corrupt};
use crate::decode::{Span, windows};
use crate::format::{self, layout::PANEL};
use crate::model::storage::View;
use crate::{Error, Status, fallible};

/// Most words of a window.
pub const MAX_WINDOW_WORDS: usize = 16;
/// Most dense layers, the output layer included.
pub const MAX_DENSE_LAYERS: usize = 8;

/// Dense layers over windows of words.
#[derive(Clone, Debug)]
pub struct Window {
    /// Width of a word's vector.
    width: usize,
    /// Words per window.
    words: usize,
    /// A window reads on into the words behind its sentence.
    reads_on: bool,
    /// At least one; the last is the output layer.
    layers: Vec<Dense>,
    labels: usize,
}

impl Window {
    pub(super) fn load(source: Source<'_>) -> Result<Self, Error> {
        let Source { sections, storage, labels, width } = source;
        let section = sections.require(format::WINDOW, 0)?;
        let view: View<u32> = storage.view(section)?;
        let (words, reads_on) = match *storage.get(&view) {
            [words, border @ (0 | 1)] if words > 0 => (words as usize, border == 1),
            _ => {
                return Err(
                    corrupt("the window is neither a number of words nor a known border").at(section.offset)
                );
            }
        };
        let count = layers::count(sections, format::DENSE);
        if words > MAX_WINDOW_WORDS || count > MAX_DENSE_LAYERS {
            return Err(Error::new(
                Status::Limit,
                "the model has too many words in a window or too many layers",
            ));
        }
        let layers =
            fallible::try_collect((0..count.max(1)).map(|l| Dense::load(sections, storage, l as u32)))?;
        if words.checked_mul(width) != Some(layers[0].input) {
            return Err(corrupt("feature tables and network disagree in width"));
        }
        // A layer reads the units of the layer before it without their padding.
        let fits = |pair: &[Dense]| pair[1].input.next_multiple_of(16) == pair[0].outputs;
        if !layers.windows(2).all(fits) {
            return Err(corrupt("the dense layers disagree in size"));
        }
        let last = &layers[layers.len() - 1];
        if !last.has_sizes(last.input, windows::class_count(words, labels)) {
            return Err(corrupt("the output layer does not fit labels and window"));
        }
        Ok(Self { width, words, reads_on, layers, labels })
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            input: self.layers[0].input,
            hidden: self.layers.get(1).map_or(0, |layer| layer.input),
            layers: self.layers.len() - 1,
            outputs: windows::class_count(self.words, self.labels),
        }
    }

    pub(super) fn lookahead(&self) -> usize {
        if self.reads_on { self.words - 1 } else { 0 }
    }

    pub(super) fn input_len(&self, rows: usize) -> Option<usize> {
        rows.checked_add(self.words - 1)?.checked_mul(self.width)
    }

    pub(super) fn scratch_len(&self, rows: usize) -> Option<ScratchLen> {
        let widest = self.widest();
        ScratchLen::of(&[[rows, widest], [rows, widest]], &[])
    }

    fn widest(&self) -> usize {
        self.layers.iter().map(|layer| layer.outputs).max().unwrap_or(0)
    }

    pub(super) fn decode(&self, scores: &mut [f32], found: &mut dyn FnMut(Span)) {
        let classes = windows::class_count(self.words, self.labels);
        windows::each_name(scores, classes.next_multiple_of(PANEL), classes, self.labels, found);
    }

    /// Scores of the classes, `[rows][padded classes]`.
    pub(super) fn run<'s>(
        &self,
        engine: Engine<'_>,
        input: Input<'_>,
        scratch: &mut Scratch<'s>,
    ) -> &'s mut [f32] {
        let Input { x, rows, following, .. } = input;
        let x = &mut x[..(rows + self.words - 1) * self.width];
        x[(rows + following) * self.width..].fill(0.0);
        let widest = self.widest();
        let (mut source, mut out) = (scratch.floats(rows, widest), scratch.floats(rows, widest));
        let mut stride = self.width;
        for (l, layer) in self.layers.iter().enumerate() {
            let y = &mut out[..rows * layer.outputs];
            // The rows of the first layer overlap: each begins one word behind the one before.
            layer.run(engine, if l == 0 { x } else { source }, stride, rows, y);
            if l + 1 < self.layers.len() {
                engine.kernels.sigmoid(y);
            }
            stride = layer.outputs;
            std::mem::swap(&mut source, &mut out);
        }
        &mut source[..rows * stride]
    }
}
