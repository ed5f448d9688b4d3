//! Tokens: a run of letters with their marks, a run of digits, or one other symbol.

use super::chars::{is_digit, is_letter, is_mark, is_space};
use super::{CodePoint, Token, TokenKind, Unit};

/// What lies between two tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gap {
    /// Line breaks; CR LF is one.
    pub line_breaks: u32,
    /// Whether anything was skipped.
    pub space: bool,
}

/// Reads tokens from left to right.
pub struct Tokens<'t, U: Unit> {
    text: &'t [U],
    at: usize,
    invalid_at: Option<u32>,
}

impl<'t, U: Unit> Tokens<'t, U> {
    /// Starts at the beginning. The text is at most `u32::MAX` units long.
    pub fn new(text: &'t [U]) -> Self {
        Self { text, at: 0, invalid_at: None }
    }

    /// The first malformed unit met so far.
    pub fn invalid_at(&self) -> Option<u32> {
        self.invalid_at
    }

    /// Goes back to `at`, the end of a token.
    pub fn rewind(&mut self, at: u32) {
        self.at = at as usize;
    }

    /// The space before the next token, and the token, if there is one.
    pub fn next_token(&mut self) -> (Gap, Option<Token>) {
        let gap = self.skip_space();
        let start = self.at;
        let Some(first) = self.peek() else {
            return (gap, None);
        };
        self.advance(first);
        let kind = if is_letter(first.value) {
            self.advance_while(|point| is_letter(point) || is_mark(point));
            TokenKind::Letters
        } else if is_digit(first.value) {
            self.advance_while(is_digit);
            TokenKind::Digits
        } else {
            TokenKind::Symbol
        };
        (gap, Some(Token { start: start as u32, end: self.at as u32, kind }))
    }

    fn skip_space(&mut self) -> Gap {
        let mut gap = Gap::default();
        let mut after_return = false;
        while let Some(point) = self.peek().filter(|point| is_space(point.value)) {
            let continues = after_return && point.value == 0x0A;
            if super::chars::is_line_break(point.value) && !continues {
                gap.line_breaks += 1;
            }
            after_return = point.value == 0x0D;
            gap.space = true;
            self.advance(point);
        }
        gap
    }

    fn advance_while(&mut self, belongs: impl Fn(u32) -> bool) {
        while let Some(point) = self.peek().filter(|point| belongs(point.value)) {
            self.advance(point);
        }
    }

    fn peek(&self) -> Option<CodePoint> {
        (self.at < self.text.len()).then(|| U::decode(self.text, self.at))
    }

    fn advance(&mut self, point: CodePoint) {
        if !point.valid && self.invalid_at.is_none() {
            self.invalid_at = Some(self.at as u32);
        }
        self.at += point.units as usize;
    }
}
