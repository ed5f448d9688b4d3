//! Text: original units -> code points with offsets -> sentences -> tokens.
//!
//! All positions are offsets in units of the caller's text (bytes of UTF-8 or UTF-16 units), half-open. Nothing
//! here slices a `str`, allocates, or fails: malformed input is one replacement character per bad unit.

mod abbreviation;
pub mod chars;
pub mod offsets;
mod sentence;
mod token;
mod tokenizer;
mod utf16;
mod utf8;
pub mod words;

pub use sentence::{Sentence, Sentences};
pub use token::Tokens;
pub use tokenizer::Tokenizer;

/// How a token was cut: a run of letters, a run of digits, or one other symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
pub enum TokenKind {
    /// Letters and the combining marks that follow them.
    #[default]
    Letters = 0,
    /// Decimal digits.
    Digits = 1,
    /// Any other single code point that is not white space.
    Symbol = 2,
}

/// One token: `start..end` in units of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// How it was cut.
    pub kind: TokenKind,
}

/// A decoded code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePoint {
    /// Unicode scalar value; U+FFFD for a malformed unit.
    pub value: u32,
    /// Units it occupies in the text, at least 1.
    pub units: u32,
    /// False for a malformed unit.
    pub valid: bool,
}

impl CodePoint {
    /// What one malformed unit reads as.
    const REPLACEMENT: Self = Self { value: 0xFFFD, units: 1, valid: false };

    const fn scalar(value: u32, units: u32) -> Self {
        Self { value, units, valid: true }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
}

/// The element of a text: `u8` for UTF-8, `u16` for UTF-16.
pub trait Unit: sealed::Sealed + Copy + PartialEq + 'static {
    /// Decodes the code point that starts at `at`; `at < text.len()`.
    fn decode(text: &[Self], at: usize) -> CodePoint;
}
