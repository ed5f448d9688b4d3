//! Abbreviations that a text introduces, `ginseng saponin (GSP)`: where the long form is a mention, the short form is one
//! from there on, with its label and its score.
//!
//! An abbreviation seldom says what it stands for; the place where it is introduced does. A short form is the content of
//! the brackets right behind a mention, and belongs to it if its letters and digits occur in the mention in their order,
//! the first of them at the beginning of a token (Schwartz and Hearst 2003, section 3, with the mention in the place of
//! the words that may be the long form).

use super::Span;
use crate::text::chars::{is_upper, lower};
use crate::text::{Token, TokenKind, Unit};
use std::ops::Range;

/// Most abbreviations that are known at a time; a further one takes the place of the oldest.
pub const CAPACITY: usize = 64;
/// Most tokens of a short form.
const MOST_TOKENS: usize = 6;
/// Least and most letters and digits of a short form.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=10;
/// Most code points of a short form in all.
const MOST_POINTS: usize = 16;

/// A short form and what it stands for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abbreviation {
    /// Where it was introduced: first unit of the text.
    start: u32,
    /// Its length in units.
    units: u32,
    label: u32,
    score: f32,
}

/// A mention of a sentence, found by the network or by its abbreviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The mention.
    pub span: Span,
    /// Its label and score are those of the long form.
    pub abbreviation: bool,
}

/// The abbreviations of a text, read sentence by sentence.
pub struct Abbreviations<'a, U> {
    text: &'a [U],
    memory: &'a mut [Abbreviation],
    /// How many were introduced, also those whose place was taken.
    introduced: usize,
}

impl<'a, U: Unit> Abbreviations<'a, U> {
    /// None are known at the beginning of `text`. `memory` is scratch, at least one element.
    pub fn new(text: &'a [U], memory: &'a mut [Abbreviation]) -> Self {
        assert!(!memory.is_empty(), "no place for an abbreviation");
        Self { text, memory, introduced: 0 }
    }

    /// Takes note of the abbreviation that stands in brackets behind a mention of the sentence `tokens`, if one does.
    pub fn learn(&mut self, tokens: &[Token], mention: &Span) {
        let Some(short) = self.in_brackets(tokens, mention.words.end) else { return };
        if !self.is_short_for(&tokens[short.clone()], &tokens[mention.words.clone()]) {
            return;
        }
        let start = tokens[short.start].start;
        let units = tokens[short.end - 1].end - start;
        let known = self.known().iter().position(|other| self.units(other) == self.range(start, units));
        let place = known.unwrap_or(self.introduced % self.memory.len());
        self.introduced += usize::from(known.is_none());
        self.memory[place] = Abbreviation { start, units, label: mention.label as u32, score: mention.score };
    }

    /// Calls `found` for every mention of the sentence `tokens` in order: those of the network, `mentions`, of which one
    /// that is a known short form takes label and score of the long form, and all other short forms that do not lie across
    /// one of them.
    pub fn each(&self, tokens: &[Token], mentions: &[Span], mut found: impl FnMut(Answer)) {
        let mut mentions = mentions.iter().peekable();
        let mut at = 0;
        while at < tokens.len() {
            let next = mentions.next_if(|mention| mention.words.start == at);
            let limit = next.map_or_else(
                || mentions.peek().map_or(tokens.len(), |mention| mention.words.start),
                |mention| mention.words.end,
            );
            match (self.short_form_at(tokens, at, limit), next) {
                (Some((end, long)), _) if next.is_none() || end == limit => {
                    let span = Span { words: at..end, label: long.label as usize, score: long.score };
                    found(Answer { span, abbreviation: true });
                    at = end;
                }
                (_, Some(mention)) => {
                    found(Answer { span: mention.clone(), abbreviation: false });
                    at = limit;
                }
                (_, None) => at += 1,
            }
        }
    }

    /// The longest known short form of whole words from token `at` on that ends with token `limit` at the latest, and the
    /// token behind it.
    fn short_form_at(&self, tokens: &[Token], at: usize, limit: usize) -> Option<(usize, &Abbreviation)> {
        let start = tokens[at].start;
        let end_of = |short: &Abbreviation| -> Option<usize> {
            let same = self.text.get(start as usize..)?.starts_with(self.units(short));
            let end = start + short.units;
            let last = tokens[at..limit].iter().take(MOST_TOKENS).position(|token| token.end == end)?;
            (same && !joined(tokens, at) && !joined(tokens, at + last + 1)).then_some(at + last + 1)
        };
        let ends = self.known().iter().filter_map(|short| Some((end_of(short)?, short)));
        ends.max_by_key(|&(end, _)| end)
    }

    fn known(&self) -> &[Abbreviation] {
        &self.memory[..self.introduced.min(self.memory.len())]
    }

    fn units(&self, short: &Abbreviation) -> &[U] {
        self.range(short.start, short.units)
    }

    fn range(&self, start: u32, units: u32) -> &[U] {
        &self.text[start as usize..][..units as usize]
    }

    /// The tokens between the bracket at `at` and the end of what it holds, if they look like an abbreviation.
    fn in_brackets(&self, tokens: &[Token], at: usize) -> Option<Range<usize>> {
        let is = |token: &Token, symbols: &str| {
            token.kind == TokenKind::Symbol && symbols.contains(token.first_char(self.text))
        };
        let inside = at + 1;
        if !is(tokens.get(at)?, "([") {
            return None;
        }
        let length = tokens[inside..].iter().take(MOST_TOKENS + 1).position(|token| is(token, "()[],;"))?;
        let short = &tokens[inside..][..length];
        let begins = short.first().is_some_and(|first| first.kind != TokenKind::Symbol);
        let points = self.points(short).take(MOST_POINTS + 1).count();
        let (mut letters, mut capitals) = (0, 0);
        for (_, point) in self.letters(short).take(MOST_POINTS) {
            letters += 1;
            capitals += usize::from(is_upper(point));
        }
        let fits = begins && points <= MOST_POINTS && capitals > 0 && LENGTH.contains(&letters);
        fits.then_some(inside..inside + length)
    }

    /// The letters and digits of `short` occur in `long` in their order, the first at the beginning of a token.
    fn is_short_for(&self, short: &[Token], long: &[Token]) -> bool {
        let mut wanted = self.letters(short).map(|(_, point)| lower(point)).peekable();
        let mut begun = false;
        for (first, point) in self.letters(long) {
            if (begun || first) && wanted.next_if_eq(&lower(point)).is_some() {
                begun = true;
            }
        }
        begun && wanted.peek().is_none()
    }

    /// Code points of the tokens, each with whether it is its token's first.
    fn points<'t>(&'t self, tokens: &'t [Token]) -> impl Iterator<Item = (bool, u32)> + 't {
        tokens.iter().flat_map(move |token| {
            let mut at = token.start;
            std::iter::from_fn(move || {
                let point = (at < token.end).then(|| U::decode(self.text, at as usize))?;
                let first = at == token.start;
                at += point.units;
                Some((first, point.value))
            })
        })
    }

    /// The same of tokens that are no symbols.
    fn letters<'t>(&'t self, tokens: &'t [Token]) -> impl Iterator<Item = (bool, u32)> + 't {
        let words = tokens.iter().filter(|token| token.kind != TokenKind::Symbol);
        words.flat_map(|token| self.points(std::slice::from_ref(token)))
    }
}

/// Letters or digits touch each other between token `at - 1` and token `at`.
fn joined(tokens: &[Token], at: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|i| tokens.get(i)), tokens.get(at)) else {
        return false;
    };
    before.end == after.start && before.kind != TokenKind::Symbol && after.kind != TokenKind::Symbol
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Sentences;

    /// Reads `text`, in which the network finds the words `long` wherever they stand, with label 1 and score 0.75, and the
    /// words `other`, with label 2. Gives the mentions, `+` before those by abbreviation.
    fn read_in<U: Unit>(text: &[U], show: impl Fn(&[U]) -> String, long: &str, other: &str) -> Vec<String> {
        let mut memory = [Abbreviation::default(); 2];
        let mut abbreviations = Abbreviations::new(text, &mut memory);
        let (mut sentences, mut buffer) = (Sentences::new(text), [Token::default(); 64]);
        let mut out = Vec::new();
        while let Some(sentence) = sentences.next_into(&mut buffer) {
            let tokens = &buffer[..sentence.tokens];
            let text_of = |words: &Range<usize>| {
                show(&text[tokens[words.start].start as usize..tokens[words.end - 1].end as usize])
            };
            let (mut spans, mut at) = (Vec::new(), 0);
            while at < tokens.len() {
                let ends = (at + 1..=tokens.len()).rev();
                let is = |name: &str| ends.clone().find(|&end| text_of(&(at..end)) == name);
                let span = is(long).map(|end| (end, 1)).or_else(|| is(other).map(|end| (end, 2)));
                let Some((end, label)) = span else {
                    at += 1;
                    continue;
                };
                spans.push(Span { words: at..end, label, score: 0.75 });
                at = end;
            }
            spans.iter().for_each(|mention| abbreviations.learn(tokens, mention));
            abbreviations.each(tokens, &spans, |Answer { span, abbreviation }| {
                assert_eq!(span.score, 0.75);
                let mark = if abbreviation { "+" } else { "" };
                out.push(format!("{mark}{}:{}", text_of(&span.words), span.label));
            });
        }
        out
    }

    fn read(text: &str, long: &str, other: &str) -> Vec<String> {
        let utf8 = read_in(text.as_bytes(), |units| String::from_utf8_lossy(units).into_owned(), long, other);
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(read_in(&units, String::from_utf16_lossy, long, other), utf8, "UTF-16");
        utf8
    }

    #[test]
    fn a_short_form_is_a_mention_from_its_sentence_on() {
        let text = "GSP first. Then ginseng saponin (GSP) was given.\n\nGSP helps, GSPs and GSP2 are others, anti-GSP not.";
        assert_eq!(
            read(text, "ginseng saponin", ""),
            ["ginseng saponin:1", "+GSP:1", "+GSP:1", "+GSP:1"],
            "not before it, not as a part of a word"
        );
    }

    #[test]
    fn the_long_form_decides_on_the_label_but_not_inside_of_a_longer_mention() {
        let text = "Cyclosporine A [CsA, 5 mg]. CsA. CsA salt. A CsA-like drug.";
        let expected = ["Cyclosporine A:1", "+CsA:1", "+CsA:1", "CsA salt:2", "+CsA:1"];
        assert_eq!(read(text, "Cyclosporine A", "CsA salt"), expected);
        assert_eq!(read(text, "Cyclosporine A", "CsA")[1..3], ["+CsA:1", "+CsA:1"]);
    }

    #[test]
    fn what_the_brackets_hold_must_be_short_for_the_mention() {
        for (text, expected) in [
            ("ζ-γλυκάνη (ΖΓ) here. ΖΓ.", Some("ζ-γλυκάνη")),
            ("1,4-dioxane (D14) here. D14.", None),
            ("1,4-dioxane (14D) here. 14D.", Some("1,4-dioxane")),
            ("warfarin (Coumadin) here. Coumadin.", None),
            ("warfarin (wfn) here. wfn.", None),
            ("warfarin (W) here. W.", None),
            ("warfarin () here. ().", None),
            ("warfarin (WRF here. WRF.", None),
            ("warfarin WRF here. WRF.", None),
            ("warfarin (Warfarin-warfarin) here.", None),
        ] {
            let long = text.split([' ']).next().unwrap_or_default();
            let found = read(text, long, "").into_iter().any(|mention| mention.starts_with('+'));
            assert_eq!(found.then_some(long), expected, "{text}");
        }
    }

    #[test]
    fn the_newest_abbreviations_are_known() {
        let text = "a a b (AB). a a b (AAB). a a b (AB). a a b (A-B). AB A-B AAB.";
        // Two have a place: the third takes that of the oldest, which is not the one that was introduced again.
        let known = read(text, "a a b", "");
        assert_eq!(known[known.len() - 2..], ["+A-B:1", "+AAB:1"]);
        let none: [&str; 0] = [];
        assert_eq!(read("", "a", ""), none);
    }
}
