//! Which units of a sentence a model reads: its tokens, or the words between blanks.

use super::{Sentences, Token, Unit, words};
use crate::format;

/// The units that a model's rows stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokenizer {
    /// Tokens as they are cut.
    Tokens,
    /// Tokens joined where they touch, see [`words::join`].
    Words,
}

impl Tokenizer {
    /// The tokenizer with this id in the header of a model file.
    pub fn from_id(id: u32) -> Option<Self> {
        match id {
            format::TOKENIZER => Some(Self::Tokens),
            format::TOKENIZER_WORDS => Some(Self::Words),
            _ => None,
        }
    }

    /// Turns the tokens of one sentence into units, in place, and returns how many lie at the front; a sentence of
    /// symbols has no word.
    pub fn units<U: Unit>(self, text: &[U], tokens: &mut [Token]) -> usize {
        match self {
            Self::Tokens => tokens.len(),
            Self::Words => words::join(text, tokens),
        }
    }

    /// Fills `out` with the first units behind the sentence that `sentences` returned last, as many as it holds or
    /// the text has, and returns their number.
    ///
    /// With a `buffer` of the length that the sentences themselves are read with, these are exactly the units that
    /// they will have. Each sentence with a unit shortens the search, so a token is looked at by at most
    /// `out.len()` searches.
    pub fn peek<U: Unit>(
        self,
        text: &[U],
        sentences: &Sentences<'_, U>,
        buffer: &mut [Token],
        out: &mut [Token],
    ) -> usize {
        let mut count = 0;
        let mut ahead = sentences.clone();
        while count < out.len()
            && let Some(sentence) = ahead.next_into(buffer)
        {
            let units = self.units(text, &mut buffer[..sentence.tokens]);
            let taken = units.min(out.len() - count);
            out[count..count + taken].copy_from_slice(&buffer[..taken]);
            count += taken;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peeked(text: &str, tokenizer: Tokenizer, room: usize) -> Vec<&str> {
        let mut sentences = Sentences::new(text.as_bytes());
        let mut buffer = [Token::default(); 16];
        sentences.next_into(&mut buffer).unwrap();
        let mut out = vec![Token::default(); room];
        let count = tokenizer.peek(text.as_bytes(), &sentences, &mut buffer, &mut out);
        out[..count].iter().map(|t| &text[t.start as usize..t.end as usize]).collect()
    }

    #[test]
    fn the_units_behind_a_sentence_pass_over_its_end() {
        let text = "None.\n\n- Give\n\n---\n\n5-FU (twice)\n\nEnd";
        assert_eq!(peeked(text, Tokenizer::Words, 4), ["Give", "5-FU", "twice", "End"]);
        assert_eq!(peeked(text, Tokenizer::Words, 2), ["Give", "5-FU"]);
        assert_eq!(peeked(text, Tokenizer::Words, 9).len(), 4);
        assert_eq!(peeked(text, Tokenizer::Tokens, 4), ["-", "Give", "-", "-"]);
        assert!(peeked(text, Tokenizer::Tokens, 0).is_empty());
        assert!(peeked("Alone", Tokenizer::Tokens, 3).is_empty());
    }

    #[test]
    fn ids_are_those_of_the_format() {
        assert_eq!(Tokenizer::from_id(format::TOKENIZER), Some(Tokenizer::Tokens));
        assert_eq!(Tokenizer::from_id(format::TOKENIZER_WORDS), Some(Tokenizer::Words));
        assert_eq!(Tokenizer::from_id(format::TOKENIZER_WORDS + 1), None);
    }

    #[test]
    fn peeking_leaves_the_sentences_as_they_are() {
        let text = b"One \xFF. Two.";
        let mut sentences = Sentences::new(&text[..]);
        let mut buffer = [Token::default(); 16];
        let before = sentences.invalid_at();
        Tokenizer::Tokens.peek(text, &sentences, &mut buffer.clone(), &mut [Token::default(); 9]);
        assert_eq!(sentences.invalid_at(), before);
        assert_eq!(sentences.next_into(&mut buffer).unwrap().start, 0);
    }
}
