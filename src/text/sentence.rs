//! Sentences of clinical text, cut into windows that fit the caller's token buffer.
//!
//! Each rule decides from the tokens before a gap, the line breaks in the gap and the token behind it, so a text
//! is read once. Only a sentence that overflows the buffer is re-read, and then at most a quarter of the buffer.

use super::abbreviation::{asks_for_more, is_abbreviation};
use super::chars;
use super::token::{Scanned, Tokens, to_char};
use super::{Token, TokenKind, Unit};

/// The narrowest page, in code points: a line that had room for the next line's first word was not wrapped.
const PAGE_WIDTH: u32 = 64;

/// A sentence, or a piece of one that is longer than the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Tokens written to the front of the buffer, at least 1.
    pub tokens: usize,
    /// First unit of the first token.
    pub start: u32,
    /// One past the last unit of the last token.
    pub end: u32,
    /// The buffer was full: the sentence continues in the next piece.
    pub cut: bool,
}

/// Walks through the sentences of a text, each token in exactly one of them.
#[derive(Clone, Debug)]
pub struct Sentences<'t, U> {
    scanner: Tokens<'t, U>,
    /// The next token, already scanned.
    ahead: Option<Scanned>,
    position: u32,
}

impl<'t, U: Unit> Sentences<'t, U> {
    /// Starts at the beginning of `text`, of which at most `u32::MAX` units are read.
    pub fn new(text: &'t [U]) -> Self {
        let mut scanner = Tokens::new(text);
        let ahead = scanner.scan_token();
        Self { scanner, ahead, position: 0 }
    }

    /// Fills the front of `tokens` with the next sentence; `None` at the end of the text.
    ///
    /// The length of `tokens`, at least 1, is the most that a piece can hold. A longer sentence is cut in the last
    /// quarter of the buffer: behind the last `,` `;` `:` or line break there, else at the last white space, else
    /// where the buffer ends. An empty buffer ends the iteration.
    pub fn next_into(&mut self, tokens: &mut [Token]) -> Option<Sentence> {
        let text = self.scanner.text();
        let limit = tokens.len();
        let last_quarter = limit - limit / 4;
        let mut best: Option<Cut<'t, U>> = None;
        let mut count = 0;
        while let (Some(current), Some(slot)) = (self.ahead, tokens.get_mut(count)) {
            *slot = current.token;
            count += 1;
            self.ahead = self.scanner.scan_token();
            let Some(next) = &self.ahead else {
                break;
            };
            let so_far = &tokens[..count];
            if ends_between(text, so_far, current.column, next) {
                break;
            }
            if count >= last_quarter {
                let quality = cut_quality(text, so_far, next);
                if best.as_ref().is_none_or(|best| quality >= best.quality) {
                    best = Some(Cut { quality, count, scanner: self.scanner, ahead: self.ahead });
                }
            }
            if count == limit
                && let Some(cut) = best
            {
                self.scanner = cut.scanner;
                self.ahead = cut.ahead;
                return self.piece(&tokens[..cut.count], true);
            }
        }
        self.piece(&tokens[..count], false)
    }

    /// Position of the first malformed unit met so far; final once [`next_into`](Self::next_into) returned `None`.
    pub fn invalid_at(&self) -> Option<u32> {
        self.scanner.invalid_at()
    }

    /// Units behind which nothing has been returned yet: the end of the last sentence, or of the text.
    pub fn position(&self) -> u32 {
        self.position
    }

    fn piece(&mut self, tokens: &[Token], cut: bool) -> Option<Sentence> {
        let ended = self.ahead.is_none();
        let piece = match tokens {
            [first, .., last] | [first @ last] => {
                self.position = last.end;
                Some(Sentence { tokens: tokens.len(), start: first.start, end: last.end, cut })
            }
            [] => None,
        };
        if ended {
            self.position = self.scanner.text().len() as u32;
        }
        piece
    }
}

/// A state to return to when the buffer is full.
struct Cut<'t, U> {
    quality: CutQuality,
    count: usize,
    scanner: Tokens<'t, U>,
    ahead: Option<Scanned>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CutQuality {
    InWord,
    Space,
    Pause,
}

fn cut_quality<U: Unit>(text: &[U], so_far: &[Token], next: &Scanned) -> CutQuality {
    match last_symbol(text, so_far) {
        _ if next.breaks > 0 => CutQuality::Pause,
        Some(',' | ';' | ':') if next.spaced => CutQuality::Pause,
        _ if next.spaced => CutQuality::Space,
        _ => CutQuality::InWord,
    }
}

/// A sentence ends between `so_far` and `next`; `column` is the length of the line up to there.
fn ends_between<U: Unit>(text: &[U], so_far: &[Token], column: u32, next: &Scanned) -> bool {
    match next.breaks {
        0 if next.spaced => is_closed(text, so_far, next) && can_begin(next.first),
        0 => matches!(last_symbol(text, so_far), Some('。' | '！' | '？')) && !is_closer(to_char(next.first)),
        1 => !is_wrapped(text, so_far, column, next),
        _ => true,
    }
}

/// The single line break before `next` was put there by the width of the page.
fn is_wrapped<U: Unit>(text: &[U], so_far: &[Token], column: u32, next: &Scanned) -> bool {
    let with_next_word = column.saturating_add(1).saturating_add(next.column);
    if with_next_word < PAGE_WIDTH || begins_list_item(text, next) || is_closed(text, so_far, next) {
        return false;
    }
    let last = last_symbol(text, so_far);
    if matches!(last, Some(':')) {
        return false;
    }
    matches!(last, Some(',' | '-' | '\u{2010}' | '\u{2011}' | '–' | '/' | '('))
        || so_far.last().is_some_and(|&last| asks_for_more(text, last))
        || next.token.kind == TokenKind::Digits
        || next.token.kind == TokenKind::Letters && !chars::is_upper(next.first)
        || matches!(to_char(next.first), '(' | '[')
}

/// `so_far` ends in `.`, `?`, `!` or `…`, closing quotes and brackets behind it included.
fn is_closed<U: Unit>(text: &[U], so_far: &[Token], next: &Scanned) -> bool {
    const MOST_CLOSERS: usize = 4;
    let mut before = so_far;
    for _ in 0..=MOST_CLOSERS {
        let Some((&last, rest)) = before.split_last() else {
            return false;
        };
        let touches = rest.last().is_some_and(|previous| previous.end == last.start);
        match last_symbol(text, before) {
            Some('.') => return !is_abbreviation(text, rest, last, next),
            // Behind white space it is a query: `Dx: ? PE`.
            Some('?') => return touches,
            Some('!' | '…' | '。' | '！' | '？') => return true,
            Some(closer) if touches && is_closer(closer) => before = rest,
            _ => return false,
        }
    }
    false
}

fn can_begin(first: u32) -> bool {
    chars::is_upper(first)
        || chars::is_digit(first)
        || matches!(
            to_char(first),
            '(' | '[' | '{' | '"' | '\'' | '“' | '‘' | '«' | '„' | '¿' | '¡' | '•' | '-' | '*'
        )
}

fn is_closer(symbol: char) -> bool {
    matches!(symbol, ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '」' | '』' | '）')
}

/// A line that begins with a bullet, `1.`, `1)`, `(1)` or `a)`.
fn begins_list_item<U: Unit>(text: &[U], next: &Scanned) -> bool {
    const MOST_DIGITS: usize = 3;
    if matches!(to_char(next.first), '-' | '*' | '#' | '•' | '·' | '‣' | '▪' | '●' | '○' | '–' | '—')
    {
        return true;
    }
    // Markers are ASCII, so one unit is one character as long as the pattern holds.
    let start = next.token.start as usize;
    let read = |i| if start + i < text.len() { to_char(U::decode(text, start + i).value) } else { ' ' };
    let bracketed = read(0) == '(';
    let body = usize::from(bracketed);
    let digits = (body..body + MOST_DIGITS).take_while(|&i| read(i).is_ascii_digit()).count();
    let close = match digits {
        0 if read(body).is_ascii_alphabetic() => body + 1,
        0 => return false,
        _ => body + digits,
    };
    let closed = match read(close) {
        ')' => true,
        '.' => digits > 0 && !bracketed,
        _ => false,
    };
    closed && chars::is_space(read(close + 1).into())
}

/// The last token as a character, if it is a symbol.
fn last_symbol<U: Unit>(text: &[U], tokens: &[Token]) -> Option<char> {
    let last = tokens.last().filter(|last| last.kind == TokenKind::Symbol)?;
    Some(last.first_char(text))
}
