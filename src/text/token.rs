//! Tokenizer: a run of letters with their marks, a run of digits, or one other code point.

use super::chars::{self, Class};
use super::{CodePoint, Token, TokenKind, Unit};

/// A token with what the sentence rules need to know about its surroundings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanned {
    pub token: Token,
    /// First code point of the token.
    pub first: u32,
    /// White space before the token.
    pub spaced: bool,
    /// Line breaks before the token, at most 2 (a blank line).
    pub breaks: u8,
    /// Code points on the line up to the end of the token.
    pub column: u32,
}

impl Token {
    /// The first code point of the token as it stands in `text`.
    pub(crate) fn first_char<U: Unit>(self, text: &[U]) -> char {
        to_char(U::decode(text, self.start as usize).value)
    }
}

pub(super) fn to_char(cp: u32) -> char {
    char::from_u32(cp).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Iterator over the tokens of a text.
///
/// Only the first `u32::MAX` units are read, since no token could name a place behind them; callers refuse longer
/// texts beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'t, U> {
    text: &'t [U],
    at: usize,
    column: u32,
    invalid_at: Option<u32>,
}

impl<'t, U: Unit> Tokens<'t, U> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'t [U]) -> Self {
        let length = text.len().min(u32::MAX as usize);
        Self { text: &text[..length], at: 0, column: 0, invalid_at: None }
    }

    /// Position of the first malformed unit read so far.
    pub fn invalid_at(&self) -> Option<u32> {
        self.invalid_at
    }

    pub(super) fn text(&self) -> &'t [U] {
        self.text
    }

    pub(super) fn scan_token(&mut self) -> Option<Scanned> {
        let (mut spaced, mut breaks, mut after_cr) = (false, 0, false);
        let (start, first, class) = loop {
            let start = self.at;
            let (cp, class) = self.peek()?;
            self.step(cp.units);
            if !cp.valid {
                self.invalid_at.get_or_insert(start as u32);
            }
            if class != Class::Space {
                break (start, cp.value, class);
            }
            spaced = true;
            if chars::is_line_break(cp.value) {
                let second_of_crlf = after_cr && cp.value == 0x0A;
                breaks = u8::min(2, breaks + u8::from(!second_of_crlf));
                self.column = 0;
            }
            after_cr = cp.value == 0x0D;
        };
        let kind = match class {
            Class::Letter => {
                self.skip_while(|class| matches!(class, Class::Letter | Class::Mark));
                TokenKind::Letters
            }
            Class::Digit => {
                self.skip_while(|class| class == Class::Digit);
                TokenKind::Digits
            }
            _ => TokenKind::Symbol,
        };
        let token = Token { start: start as u32, end: self.at as u32, kind };
        Some(Scanned { token, first, spaced, breaks, column: self.column })
    }

    #[inline]
    fn peek(&self) -> Option<(CodePoint, Class)> {
        if self.at >= self.text.len() {
            return None;
        }
        let cp = U::decode(self.text, self.at);
        Some((cp, chars::class(cp.value)))
    }

    #[inline]
    fn step(&mut self, units: u32) {
        self.at += units as usize;
        self.column = self.column.saturating_add(1);
    }

    #[inline]
    fn skip_while(&mut self, belongs: impl Fn(Class) -> bool) {
        while let Some((cp, class)) = self.peek()
            && belongs(class)
        {
            self.step(cp.units);
        }
    }
}

impl<U: Unit> Iterator for Tokens<'_, U> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.scan_token().map(|scanned| scanned.token)
    }
}
