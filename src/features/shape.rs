//! Case shape of a token.

use crate::text::TokenKind;

/// Number of shapes.
pub const COUNT: usize = 13;

/// Names of the shapes by id.
pub const NAMES: [&str; COUNT] = [
    "digit",
    "digits",
    "hyphen",
    "slash",
    "open",
    "close",
    "comma or period",
    "symbol",
    "lower",
    "single upper",
    "all upper",
    "capitalised",
    "mixed",
];

/// Counts that decide the shape of a token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Code points.
    pub total: u64,
    /// Code points that have a lower-case form.
    pub upper: u64,
    /// Whether the first code point has a lower-case form.
    pub first_upper: bool,
    /// The first code point.
    pub first: u32,
}

/// Shape id of a token, below [`COUNT`].
pub fn shape(kind: TokenKind, counts: Counts) -> u8 {
    match kind {
        TokenKind::Digits => u8::from(counts.total > 1),
        TokenKind::Symbol => match char::from_u32(counts.first) {
            Some('-' | '\u{2010}'..='\u{2015}') => 2,
            Some('/') => 3,
            Some('(' | '[' | '{') => 4,
            Some(')' | ']' | '}') => 5,
            Some(',' | '.') => 6,
            _ => 7,
        },
        TokenKind::Letters => match counts {
            Counts { upper: 0, .. } => 8,
            Counts { total: 1, .. } => 9,
            Counts { total, upper, .. } if total == upper => 10,
            Counts { upper: 1, first_upper: true, .. } => 11,
            _ => 12,
        },
    }
}
