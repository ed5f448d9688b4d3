//! Sentences of clinical text: prose, wrapped lines, lists, headings.
//!
//! A blank line ends a sentence. A line break ends one unless the line looks wrapped: it is long and the next
//! line goes on in lower case, with a digit, or after an open comma or hyphen. Within a line a sentence ends after
//! `.`, `?` or `!` (and closing quotes or brackets), white space, and something that can begin a sentence; a period
//! after an abbreviation, a single letter or a list number does not end one. Doubtful places are not cut: a missing
//! boundary costs the network little, a cut through a name loses it.

use super::abbreviations;
use super::chars::lower;
use super::token::{Gap, Tokens};
use super::{Token, TokenKind, Unit};

/// A line with at least this many code points may be wrapped.
const WRAPPED_LINE: usize = 60;

/// A sentence whose tokens lie in the caller's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Number of tokens, at least 1.
    pub tokens: usize,
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// The sentence was longer than the buffer and goes on in the next one.
    pub cut: bool,
}

/// Reads sentences from left to right, in time linear in the length of the text.
pub struct Sentences<'t, U: Unit> {
    text: &'t [U],
    tokens: Tokens<'t, U>,
    ahead: Option<(Gap, Token)>,
    line_start: u32,
}

impl<'t, U: Unit> Sentences<'t, U> {
    /// Starts at the beginning of a text of at most `u32::MAX` units.
    pub fn new(text: &'t [U]) -> Self {
        Self { text, tokens: Tokens::new(text), ahead: None, line_start: 0 }
    }

    /// The first malformed unit met so far; complete once [`next_into`](Self::next_into) has returned `None`.
    pub fn invalid_at(&self) -> Option<u32> {
        self.tokens.invalid_at()
    }

    /// Fills `buffer` with the tokens of the next sentence; `None` at the end of the text or for an empty buffer.
    ///
    /// A sentence that does not fit is cut in the last quarter of the buffer: after a comma, semicolon, colon or
    /// line break, else at white space, else where the buffer ends.
    pub fn next_into(&mut self, buffer: &mut [Token]) -> Option<Sentence> {
        let (limit, mut count, mut cut) = (buffer.len(), 0, false);
        while let Some((gap, token)) = self.take() {
            if count > 0 && self.is_boundary(&buffer[..count], gap, token) {
                self.ahead = Some((gap, token));
                break;
            }
            if count == limit {
                if limit == 0 {
                    return None;
                }
                count = self.best_cut(buffer);
                self.tokens.rewind(buffer[count - 1].end);
                cut = true;
                break;
            }
            if count == 0 || gap.line_breaks > 0 {
                self.line_start = token.start;
            }
            buffer[count] = token;
            count += 1;
        }
        let (first, last) = (buffer[..count].first()?, buffer[..count].last()?);
        Some(Sentence { tokens: count, start: first.start, end: last.end, cut })
    }

    fn take(&mut self) -> Option<(Gap, Token)> {
        self.ahead.take().or_else(|| {
            let (gap, token) = self.tokens.next_token();
            token.map(|token| (gap, token))
        })
    }

    fn is_boundary(&self, before: &[Token], gap: Gap, next: Token) -> bool {
        match gap.line_breaks {
            0 => gap.space && self.ends_in_line(before, next),
            1 => !self.is_wrapped(before, next) || self.ends_in_line(before, next),
            _ => true,
        }
    }

    fn is_wrapped(&self, before: &[Token], next: Token) -> bool {
        let Some(last) = before.last() else {
            return false;
        };
        let open =
            last.kind == TokenKind::Symbol && matches!(self.ascii(*last), b',' | b'-' | b'/' | b'(' | b'+');
        let goes_on = match next.kind {
            TokenKind::Letters => !self.is_upper(next),
            TokenKind::Digits => true,
            TokenKind::Symbol => {
                matches!(self.ascii(next), b'(' | b')' | b'/' | b',' | b'.' | b';' | b'%' | b'+')
            }
        };
        (open || goes_on) && self.line_is_long(last.end)
    }

    fn line_is_long(&self, end: u32) -> bool {
        let (mut at, mut points) = (self.line_start as usize, 0);
        while at < end as usize && points < WRAPPED_LINE {
            at += U::decode(self.text, at).units as usize;
            points += 1;
        }
        points == WRAPPED_LINE
    }

    /// Whether a sentence ends between `before` and `next`, which white space separates.
    fn ends_in_line(&self, before: &[Token], next: Token) -> bool {
        let can_begin = match next.kind {
            TokenKind::Letters => self.is_upper(next),
            TokenKind::Digits => true,
            TokenKind::Symbol => {
                matches!(
                    self.point(next),
                    0x22 | 0x27 | 0x28 | 0x5B | 0x2018 | 0x201C | 0xAB | 0x2D | 0x2A | 0x2022
                )
            }
        };
        if !can_begin {
            return false;
        }
        let closers = before.iter().rev().take_while(|token| self.is_closer(**token)).count();
        let before = &before[..before.len() - closers.min(before.len())];
        let Some((last, rest)) = before.split_last() else {
            return false;
        };
        match self.ascii(*last) {
            b'?' | b'!' => true,
            b'.' => !self.period_continues(rest, *last),
            _ => false,
        }
    }

    /// Whether a period after `rest` belongs to an abbreviation, an initial or a list number.
    fn period_continues(&self, rest: &[Token], period: Token) -> bool {
        let Some(word) = rest.last().filter(|word| word.end == period.start) else {
            return false;
        };
        match word.kind {
            TokenKind::Digits => rest.len() == 1,
            TokenKind::Symbol => false,
            TokenKind::Letters => {
                let mut letters = [0; abbreviations::LONGEST];
                let mut len = 0;
                let mut at = word.start as usize;
                while at < word.end as usize {
                    let point = U::decode(self.text, at);
                    at += point.units as usize;
                    let Some(slot) = letters.get_mut(len) else {
                        return false;
                    };
                    *slot = u8::try_from(lower(point.value)).unwrap_or(0);
                    len += 1;
                }
                len == 1 || abbreviations::contains(&letters[..len])
            }
        }
    }

    /// The cut of a full buffer, see [`next_into`](Self::next_into); at least 1.
    fn best_cut(&self, buffer: &[Token]) -> usize {
        let limit = buffer.len();
        let places = (limit - limit / 4..limit).rev();
        let after_pause =
            |&c: &usize| c > 0 && matches!(self.ascii(buffer[c - 1]), b',' | b';' | b':' | b'.');
        let at_space = |&c: &usize| c > 0 && buffer[c - 1].end < buffer[c].start;
        let pause = places.clone().find(|c| after_pause(c) && at_space(c));
        pause.or_else(|| places.clone().find(at_space)).unwrap_or(limit)
    }

    fn point(&self, token: Token) -> u32 {
        U::decode(self.text, token.start as usize).value
    }

    /// The symbol, or 0 if it is not ASCII.
    fn ascii(&self, token: Token) -> u8 {
        u8::try_from(self.point(token)).unwrap_or(0)
    }

    fn is_upper(&self, token: Token) -> bool {
        let point = self.point(token);
        lower(point) != point
    }

    fn is_closer(&self, token: Token) -> bool {
        token.kind == TokenKind::Symbol
            && matches!(self.point(token), 0x22 | 0x27 | 0x29 | 0x5D | 0x2019 | 0x201D | 0xBB)
    }
}
