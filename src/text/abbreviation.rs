//! Whether a full stop belongs to an abbreviation, a number or an initial instead of ending a sentence.

use super::chars;
use super::token::Scanned;
use super::{Token, TokenKind, Unit};

/// The stop between `before` (the tokens of the sentence up to it) and `next` does not end the sentence.
pub(super) fn is_abbreviation<U: Unit>(text: &[U], before: &[Token], stop: Token, next: &Scanned) -> bool {
    let Some(&last) = before.last() else {
        return true;
    };
    if last.end != stop.start {
        return false;
    }
    match last.kind {
        // A list number: `1. Aspirin`.
        TokenKind::Digits => before.len() == 1,
        TokenKind::Symbol => false,
        TokenKind::Letters => match meaning(text, before, last) {
            Meaning::Word => false,
            Meaning::NeverLast => true,
            Meaning::BeforeNumber => !chars::is_upper(next.first),
            Meaning::MaybeLast => !begins_like_a_sentence(text, next),
        },
    }
}

/// What a word in front of a full stop says about that stop.
enum Meaning {
    /// Not an abbreviation.
    Word,
    /// Something always follows, such as a name.
    NeverLast,
    /// A number or a small letter follows; before a capital the word ends its sentence.
    BeforeNumber,
    /// May end a sentence; only a word that typically begins one tells.
    MaybeLast,
}

fn meaning<U: Unit>(text: &[U], before: &[Token], last: Token) -> Meaning {
    let word = Word::read(text, last);
    if let [.., first, dot, _] = before
        && first.end == dot.start
        && dot.end == last.start
        && U::decode(text, dot.start as usize).value == u32::from(b'.')
        && word.len() <= 2
    {
        let first = Word::read(text, *first);
        return match (first.as_bytes(), word.as_bytes()) {
            (b"e", b"g") | (b"i", b"e") => Meaning::NeverLast,
            // p.o., b.i.d., U.S., Ph.D.
            _ if matches!(first.len(), 1..=2) => Meaning::MaybeLast,
            _ => Meaning::Word,
        };
    }
    match word.as_bytes() {
        b"dr" | b"drs" | b"mr" | b"mrs" | b"ms" | b"prof" | b"st" | b"vs" | b"cf" | b"approx" | b"eg"
        | b"ie" | b"viz" | b"esp" | b"incl" | b"fig" | b"figs" => Meaning::NeverLast,

        b"no" | b"nos" | b"vol" | b"ref" | b"refs" | b"eq" | b"pp" | b"ca" | b"mg" | b"mcg" | b"ug"
        | b"kg" | b"gm" | b"ml" | b"dl" | b"cc" | b"oz" | b"lb" | b"lbs" | b"hr" | b"hrs" | b"min"
        | b"mins" | b"sec" | b"wk" | b"wks" | b"mo" | b"mos" | b"yr" | b"yrs" => Meaning::BeforeNumber,

        b"tab" | b"tabs" | b"cap" | b"caps" | b"inj" | b"susp" | b"sol" | b"soln" | b"supp" | b"amp"
        | b"oint" | b"gtt" | b"gtts" | b"pt" | b"pts" | b"hosp" | b"dept" | b"univ" | b"al" | b"sp"
        | b"spp" | b"subsp" | b"inc" | b"ltd" | b"co" | b"corp" | b"jr" | b"sr" => Meaning::MaybeLast,

        [_] if is_initial(text, &before[..before.len() - 1], last) => Meaning::MaybeLast,
        _ => Meaning::Word,
    }
}

/// A single letter stands for a name (`J. Smith`), not for itself (`vitamin K.`, `5 mg/L.`).
fn is_initial<U: Unit>(text: &[U], before: &[Token], letter: Token) -> bool {
    let Some(&previous) = before.last() else {
        return true;
    };
    if previous.end == letter.start {
        return previous.kind == TokenKind::Symbol
            && matches!(U::decode(text, previous.start as usize).value, 0x22 | 0x28 | 0x5B);
    }
    !matches!(
        Word::read(text, previous).as_bytes(),
        b"vitamin"
            | b"vitamins"
            | b"hepatitis"
            | b"factor"
            | b"group"
            | b"type"
            | b"class"
            | b"grade"
            | b"stage"
            | b"phase"
            | b"arm"
            | b"schedule"
            | b"protein"
            | b"and"
            | b"or"
    )
}

/// A capitalised word that rarely follows an abbreviation within a sentence.
fn begins_like_a_sentence<U: Unit>(text: &[U], next: &Scanned) -> bool {
    next.token.kind == TokenKind::Letters
        && chars::is_upper(next.first)
        && matches!(
            Word::read(text, next.token).as_bytes(),
            b"after"
                | b"all"
                | b"although"
                | b"an"
                | b"as"
                | b"at"
                | b"because"
                | b"before"
                | b"both"
                | b"but"
                | b"by"
                | b"during"
                | b"each"
                | b"follow"
                | b"for"
                | b"from"
                | b"he"
                | b"her"
                | b"his"
                | b"how"
                | b"however"
                | b"if"
                | b"in"
                | b"it"
                | b"its"
                | b"most"
                | b"no"
                | b"none"
                | b"not"
                | b"on"
                | b"our"
                | b"patient"
                | b"patients"
                | b"she"
                | b"since"
                | b"some"
                | b"such"
                | b"that"
                | b"the"
                | b"their"
                | b"there"
                | b"therefore"
                | b"these"
                | b"they"
                | b"this"
                | b"those"
                | b"thus"
                | b"to"
                | b"two"
                | b"we"
                | b"what"
                | b"when"
                | b"whereas"
                | b"while"
                | b"with"
                | b"you"
        )
}

/// The end of the word in front of a wrapped line asks for more: `of`, `the`, `with`.
pub(super) fn asks_for_more<U: Unit>(text: &[U], last: Token) -> bool {
    last.kind == TokenKind::Letters
        && matches!(
            Word::read(text, last).as_bytes(),
            b"a" | b"an"
                | b"and"
                | b"as"
                | b"at"
                | b"by"
                | b"for"
                | b"from"
                | b"in"
                | b"of"
                | b"on"
                | b"or"
                | b"than"
                | b"the"
                | b"to"
                | b"was"
                | b"were"
                | b"with"
        )
}

/// A short ASCII word in lower case; anything else reads as empty.
struct Word {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl Word {
    const MAX: usize = 10;

    fn read<U: Unit>(text: &[U], token: Token) -> Self {
        let mut word = Self { bytes: [0; Self::MAX], length: 0 };
        let units = (token.end - token.start) as usize;
        if units > Self::MAX {
            return word;
        }
        for (slot, at) in word.bytes.iter_mut().zip(token.start as usize..token.end as usize) {
            match u8::try_from(U::decode(text, at).value) {
                Ok(byte) if byte.is_ascii() => *slot = byte.to_ascii_lowercase(),
                _ => return word,
            }
        }
        word.length = units;
        word
    }

    fn len(&self) -> usize {
        self.length
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
