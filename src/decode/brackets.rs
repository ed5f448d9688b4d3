//! Mentions with all their brackets: chemical names such as `3-[(2-methyl-1,3-thiazol-4-yl)ethynyl]pyridine` and
//! `(+)-pentazocine` are marked whole, but a network that reads word by word may begin or end inside.
//!
//! A mention that holds one bracket of a pair grows to the other one, on the left over what is written together with it, and
//! over a stereodescriptor before it. Nothing else changes: no other mention is touched, and the sentence is the limit.

use super::Span;
use crate::text::{Token, TokenKind, Unit};
use std::ops::Range;

/// Most tokens that a mention grows at each end.
const REACH: usize = 24;
/// Stereodescriptors that stand in brackets with a hyphen behind them.
const STEREODESCRIPTORS: [&str; 10] = ["+", "-", "\u{2212}", "\u{b1}", "+/-", "R", "S", "E", "Z", "RS"];

/// Lets the mentions of the sentence `tokens` grow to whole brackets. They are sorted and do not overlap, before and
/// after; scores and labels stay.
pub fn complete<U: Unit>(text: &[U], tokens: &[Token], mentions: &mut [Span]) {
    let sentence = Sentence { text, tokens };
    let mut free = 0;
    for i in 0..mentions.len() {
        let limit = mentions.get(i + 1).map_or(tokens.len(), |next| next.words.start);
        let words = mentions[i].words.clone();
        let (closing, opening) = sentence.unpaired(words.clone());
        let start = sentence.grown_start(free.max(words.start.saturating_sub(REACH))..words.start, closing);
        let end = sentence.grown_end(words.end..limit.min(words.end.saturating_add(REACH)), opening);
        mentions[i].words = sentence.described_start(free, start)..end;
        free = end;
    }
}

struct Sentence<'a, U> {
    text: &'a [U],
    tokens: &'a [Token],
}

impl<U: Unit> Sentence<'_, U> {
    /// Closing brackets of the tokens `words` without an opening one, and opening ones without a closing one.
    fn unpaired(&self, words: Range<usize>) -> (usize, usize) {
        let (mut closing, mut opening) = (0, 0);
        for at in words {
            match self.bracket(at) {
                Some(Bracket::Opening) => opening += 1,
                Some(Bracket::Closing) if opening > 0 => opening -= 1,
                Some(Bracket::Closing) => closing += 1,
                None => {}
            }
        }
        (closing, opening)
    }

    /// The first token of a mention that begins behind the tokens `before` and needs `open` of their opening brackets.
    fn grown_start(&self, before: Range<usize>, mut open: usize) -> usize {
        if open == 0 {
            return before.end;
        }
        for at in before.clone().rev() {
            match self.bracket(at) {
                Some(Bracket::Closing) => open += 1,
                Some(Bracket::Opening) => open -= 1,
                None => {}
            }
            if open == 0 {
                let together = |&at: &usize| !self.spaced(at + 1) && !self.is_one_of(at, "([{)]},;/");
                return (before.start..at).rev().take_while(together).last().unwrap_or(at);
            }
        }
        before.end
    }

    /// One past the last token of a mention that ends before the tokens `behind` and needs `open` of their closing brackets.
    fn grown_end(&self, behind: Range<usize>, mut open: usize) -> usize {
        if open == 0 {
            return behind.start;
        }
        for at in behind.clone() {
            match self.bracket(at) {
                Some(Bracket::Opening) => open += 1,
                Some(Bracket::Closing) => open -= 1,
                None => {}
            }
            if open == 0 {
                return at + 1;
            }
        }
        behind.start
    }

    /// The first token of a mention that begins with token `start`, with the stereodescriptor before it: `(R)-`.
    fn described_start(&self, free: usize, start: usize) -> usize {
        let described = |&length: &usize| {
            let first = start.checked_sub(length + 3).filter(|&first| first >= free)?;
            let whole = self.is_one_of(first, "([")
                && self.is_one_of(start - 2, ")]")
                && self.is_one_of(start - 1, "-\u{2010}\u{2011}")
                && (first + 1..=start).all(|at| !self.spaced(at))
                && STEREODESCRIPTORS.iter().any(|descriptor| self.reads(first + 1..start - 2, descriptor));
            whole.then_some(first)
        };
        [1, 3].iter().find_map(described).unwrap_or(start)
    }

    fn bracket(&self, at: usize) -> Option<Bracket> {
        match self.symbol(at)? {
            '(' | '[' | '{' => Some(Bracket::Opening),
            ')' | ']' | '}' => Some(Bracket::Closing),
            _ => None,
        }
    }

    fn is_one_of(&self, at: usize, symbols: &str) -> bool {
        self.symbol(at).is_some_and(|symbol| symbols.contains(symbol))
    }

    fn symbol(&self, at: usize) -> Option<char> {
        let token = self.tokens[at];
        (token.kind == TokenKind::Symbol).then(|| token.first_char(self.text))
    }

    /// The tokens `words` are `wanted`.
    fn reads(&self, words: Range<usize>, wanted: &str) -> bool {
        let (mut at, end) = (self.tokens[words.start].start, self.tokens[words.end - 1].end);
        for wanted in wanted.chars() {
            if at >= end {
                return false;
            }
            let point = U::decode(self.text, at as usize);
            if point.value != u32::from(wanted) {
                return false;
            }
            at += point.units;
        }
        at == end
    }

    /// There is white space before token `at`.
    fn spaced(&self, at: usize) -> bool {
        self.tokens[at - 1].end != self.tokens[at].start
    }
}

enum Bracket {
    Opening,
    Closing,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Sentences;

    /// The one sentence of `marked` in which the network finds what stands between `<` and `>`; the answer, marked likewise.
    fn complete_in<U: Unit>(
        marked: &str,
        encode: impl Fn(&str) -> Vec<U>,
        show: impl Fn(&[U]) -> String,
    ) -> String {
        let text = encode(&marked.replace(['<', '>'], ""));
        let mut buffer = [Token::default(); 128];
        let sentence = Sentences::new(&text).next_into(&mut buffer).unwrap();
        let tokens = &buffer[..sentence.tokens];
        let (mut spans, mut before) = (Vec::new(), 0);
        for (i, part) in marked.split(['<', '>']).enumerate() {
            let (start, end) = (before, before + encode(part).len());
            before = end;
            if i % 2 == 1 {
                let first = tokens.iter().position(|token| token.start as usize == start).unwrap();
                let last = tokens.iter().position(|token| token.end as usize == end).unwrap();
                spans.push(Span { words: first..last + 1, label: i, score: 0.5 });
            }
        }
        complete(&text, tokens, &mut spans);
        let mut out = String::new();
        let mut at = 0;
        for (i, Span { words, label, score }) in spans.iter().enumerate() {
            assert_eq!((*label, *score), (2 * i + 1, 0.5));
            let (start, end) = (tokens[words.start].start as usize, tokens[words.end - 1].end as usize);
            out += &format!("{}<{}>", show(&text[at..start]), show(&text[start..end]));
            at = end;
        }
        out + &show(&text[at..])
    }

    fn completed(marked: &str) -> String {
        let utf8 = complete_in(
            marked,
            |text| text.as_bytes().to_vec(),
            |units| String::from_utf8(units.to_vec()).unwrap(),
        );
        let utf16 = complete_in(
            marked,
            |text| text.encode_utf16().collect(),
            |units| String::from_utf16(units).unwrap(),
        );
        assert_eq!(utf8, utf16);
        utf8
    }

    #[test]
    fn brackets_are_whole() {
        for (network, whole) in [
            ("of 3-[(2-<methyl-4-yl)ethynyl]pyridine> was", "of <3-[(2-methyl-4-yl)ethynyl]pyridine> was"),
            ("𝛼 hemantane [<(2-adamantyl)imine>] was", "𝛼 hemantane [<(2-adamantyl)imine>] was"),
            (
                "the drug <hemantane [(2-adamantyl)imine>] was",
                "the drug <hemantane [(2-adamantyl)imine]> was",
            ),
            ("a (beta<)-agonist>, b", "a <(beta)-agonist>, b"),
            ("PAR-1/3-[(2-<yl)pyridine]> b", "PAR-1/<3-[(2-yl)pyridine]> b"),
            ("a {1-<x]-[y> z}", "a <{1-x]-[y z}>"),
        ] {
            assert_eq!(completed(network), whole);
        }
    }

    #[test]
    fn stereodescriptors_before_a_name_belong_to_it() {
        for (network, whole) in [
            ("dose of (+)-<NANM> and (−)-<NANM>.", "dose of <(+)-NANM> and <(−)-NANM>."),
            ("(+/-)-<MDMA> here", "<(+/-)-MDMA> here"),
            ("(R)-<warfarin>", "<(R)-warfarin>"),
            ("(R) -<warfarin> (Q)-<warfarin> (+)<warfarin>", "(R) -<warfarin> (Q)-<warfarin> (+)<warfarin>"),
            ("<warfarin (S>)-<warfarin>", "<warfarin (S)>-<warfarin>"),
        ] {
            assert_eq!(completed(network), whole);
        }
    }

    #[test]
    fn what_has_no_other_half_stays() {
        let far = format!("({} <x)-y>", "a ".repeat(REACH));
        for text in ["<x)-y> a", "a <x (y> b", "<a (b> <c> d)", "(<a> b<)-c>", &far] {
            assert_eq!(completed(text), text);
        }
    }
}
