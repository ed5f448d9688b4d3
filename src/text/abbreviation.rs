//! Whether a full stop belongs to an abbreviation, a number or an initial instead of ending a sentence.

use super::chars;
use super::token::Scanned;
use super::{Token, TokenKind, Unit};

/// Something always follows, such as a name.
#[rustfmt::skip]
const NEVER_LAST: &[&str] = &[
    "dr", "drs", "mr", "mrs", "ms", "prof", "st", "vs", "cf", "approx", "eg", "ie", "viz", "esp", "incl", "fig", "figs",
];

/// Within a sentence a number or a small letter follows; before a capital the word ends its sentence.
#[rustfmt::skip]
const BEFORE_NUMBER: &[&str] = &[
    "no", "nos", "vol", "ref", "refs", "eq", "pp", "ca", "mg", "mcg", "ug", "kg", "gm", "ml", "dl", "cc", "oz", "lb",
    "lbs", "hr", "hrs", "min", "mins", "sec", "wk", "wks", "mo", "mos", "yr", "yrs",
];

/// May end a sentence; only a word that typically begins one tells.
#[rustfmt::skip]
const MAYBE_LAST: &[&str] = &[
    "tab", "tabs", "cap", "caps", "inj", "susp", "sol", "soln", "supp", "amp", "oint", "gtt", "gtts", "pt", "pts",
    "hosp", "dept", "univ", "al", "sp", "spp", "subsp", "inc", "ltd", "co", "corp", "jr", "sr",
];

/// Words behind which a single letter is a name (`vitamin K.`), not an initial (`J. Smith`).
#[rustfmt::skip]
const DESIGNATORS: &[&str] = &[
    "vitamin", "vitamins", "hepatitis", "factor", "toxin", "group", "type", "class", "grade", "stage", "phase", "arm",
    "schedule", "protein", "and", "or",
];

/// Words that, capitalised, rarely follow an abbreviation within a sentence.
#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "after", "all", "although", "an", "as", "at", "because", "before", "both", "but", "by", "during", "each", "follow",
    "for", "from", "he", "her", "his", "how", "however", "if", "in", "it", "its", "most", "no", "none", "not", "on",
    "our", "patient", "patients", "she", "since", "some", "such", "that", "the", "their", "there", "therefore",
    "these", "they", "this", "those", "thus", "to", "two", "we", "what", "when", "whereas", "while", "with", "you",
];

/// Words that do not end a sentence even where a line ends.
#[rustfmt::skip]
const CONNECTORS: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "than", "the", "to", "was", "were",
    "with",
];

/// The stop between `before` (the tokens of the sentence up to it) and `next` does not end the sentence.
pub(super) fn is_abbreviation<U: Unit>(text: &[U], before: &[Token], stop: Token, next: &Scanned) -> bool {
    let Some((&last, before_last)) = before.split_last() else {
        return true;
    };
    if last.end != stop.start {
        return false;
    }
    match last.kind {
        // A list number: `1. Aspirin`.
        TokenKind::Digits => before_last.is_empty(),
        TokenKind::Symbol => false,
        TokenKind::Letters => word_is_abbreviation(text, before_last, last, next),
    }
}

fn word_is_abbreviation<U: Unit>(text: &[U], before: &[Token], last: Token, next: &Scanned) -> bool {
    let word = Word::read(text, last);
    let single = word.as_bytes().len() == 1;
    let maybe_last = || !begins_like_a_sentence(text, next);
    if let Some(&previous) = before.last()
        && previous.end == last.start
        && previous.kind == TokenKind::Symbol
    {
        match previous.first_char(text) {
            '.' if matches!(word.as_bytes().len(), 1..=2) => {
                let first = touching_word(text, before);
                let always = matches!((first.as_bytes(), word.as_bytes()), (b"e", b"g") | (b"i", b"e"));
                // p.o., b.i.d., U.S., Ph.D.
                return always || matches!(first.as_bytes().len(), 1..=2) && maybe_last();
            }
            '(' | '[' | '"' => {}
            // A part of something longer: `5 mg/L.`, `LC-MS.`
            _ => return false,
        }
    }
    let initial = || {
        before.last().is_none_or(|&previous| {
            previous.kind != TokenKind::Digits && !Word::read(text, previous).is_one_of(DESIGNATORS)
        })
    };
    word.is_one_of(NEVER_LAST)
        || word.is_one_of(BEFORE_NUMBER) && !chars::is_upper(next.first)
        || (word.is_one_of(MAYBE_LAST) || single && initial()) && maybe_last()
}

/// The word that touches the symbol at the end of `tokens`.
fn touching_word<U: Unit>(text: &[U], tokens: &[Token]) -> Word {
    match tokens {
        [.., word, dot] if word.end == dot.start && word.kind == TokenKind::Letters => {
            Word::read(text, *word)
        }
        _ => Word::EMPTY,
    }
}

fn begins_like_a_sentence<U: Unit>(text: &[U], next: &Scanned) -> bool {
    chars::is_upper(next.first) && Word::read(text, next.token).is_one_of(OPENERS)
}

/// The word at the end of a line asks for more.
pub(super) fn asks_for_more<U: Unit>(text: &[U], last: Token) -> bool {
    last.kind == TokenKind::Letters && Word::read(text, last).is_one_of(CONNECTORS)
}

/// A short ASCII word in lower case; anything else reads as empty.
struct Word {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl Word {
    /// Bytes of the longest word in the lists.
    const MAX: usize = 9;
    const EMPTY: Self = Self { bytes: [0; Self::MAX], length: 0 };

    fn read<U: Unit>(text: &[U], token: Token) -> Self {
        let mut word = Self::EMPTY;
        let range = token.start as usize..token.end as usize;
        if range.len() > Self::MAX {
            return word;
        }
        for (slot, at) in word.bytes.iter_mut().zip(range.clone()) {
            match u8::try_from(U::decode(text, at).value) {
                Ok(byte) if byte.is_ascii() => *slot = byte.to_ascii_lowercase(),
                _ => return Self::EMPTY,
            }
        }
        word.length = range.len();
        word
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| word.as_bytes() == self.as_bytes())
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
