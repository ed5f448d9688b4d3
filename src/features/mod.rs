//! Features: token -> input vector of the network.
//!
//! A token's vector is, in this order: word vector and character features (one row of the word table; unknown
//! words take row 0 and compute their character features), the embedding of its case shape, and two flags for
//! each lexicon list (begin and inside of a listed name). A model without character filters, shapes or lexicon has
//! empty tables for them, which add nothing to the vector.

pub mod chars;
pub mod distance;
pub mod hash;
pub mod lexicon;
pub mod shape;
pub mod vocabulary;
pub mod word;

use crate::kernels::Kernels;
use crate::text::{Token, Unit};
use chars::CharFilters;
use lexicon::Lexicon;
use vocabulary::Vocabulary;
use word::Word;

/// The tables that turn tokens into vectors, borrowed from a model.
#[derive(Clone, Copy)]
pub struct Features<'m> {
    /// Known words.
    pub vocabulary: Vocabulary<'m>,
    /// `[rows][word_width + filters]` halves.
    pub word_table: &'m [u16],
    /// Width of the word vector.
    pub word_width: usize,
    /// Character filters.
    pub filters: &'m CharFilters,
    /// `[shape::COUNT][shape_width]`.
    pub shapes: &'m [f32],
    /// Width of the shape embedding.
    pub shape_width: usize,
    /// Listed names.
    pub lexicon: Lexicon<'m>,
}

impl Features<'_> {
    /// Width of a token's vector.
    pub fn width(&self) -> usize {
        self.word_width + self.filters.count() + self.shape_width + self.lexicon.flags()
    }

    /// Writes the vectors of `tokens` to the front of `x`, `[tokens][width]`. `words` is scratch for as many tokens.
    pub fn extract<U: Unit>(
        &self,
        kernels: &Kernels,
        text: &[U],
        tokens: &[Token],
        words: &mut [Word],
        x: &mut [f32],
    ) {
        let row_width = self.word_width + self.filters.count();
        for ((token, word), vector) in
            tokens.iter().zip(words.iter_mut()).zip(x.chunks_exact_mut(self.width()))
        {
            *word = Word::scan(text, *token);
            let row = self.vocabulary.row(word).unwrap_or(0);
            let halves = self.word_table.get(row * row_width..(row + 1) * row_width);
            let (row_part, rest) = vector.split_at_mut(row_width);
            match halves {
                Some(halves) => kernels.widen(halves, row_part),
                None => row_part.fill(0.0),
            }
            if row == 0 {
                self.filters.apply(word.chars(), &mut row_part[self.word_width..]);
            }
            let (shape, flags) = rest.split_at_mut(self.shape_width);
            let from = usize::from(word.shape) * self.shape_width;
            shape.copy_from_slice(&self.shapes[from..from + self.shape_width]);
            flags.fill(0.0);
        }
        let first_flag = row_width + self.shape_width;
        self.lexicon.mark(&words[..tokens.len()], |token, flag| {
            x[token * self.width() + first_flag + flag] = 1.0;
        });
    }
}
