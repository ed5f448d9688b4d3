//! Words between blanks: the tokens of a sentence joined where they touch, as the tuples of Sadikin et al. (2016) need
//! them ("5-fu", "p-450", "(-)-epigallocatechin-3-o-gallate").

use super::{Token, TokenKind, Unit};

/// Tokens that are searched for the partner of a bracket: keeps the cost of a word of brackets linear.
const MOST_INSIDE: usize = 64;

/// Joins touching tokens of one sentence, in place, and returns the number of words at the front of `tokens`.
///
/// Symbols at either end of a word are left out, unless it is a bracket whose partner lies inside the word; a word of
/// symbols alone disappears. A word that has no letter is [`TokenKind::Digits`], so that all numbers read alike.
pub fn join<U: Unit>(text: &[U], tokens: &mut [Token]) -> usize {
    let (mut from, mut words) = (0, 0);
    while from < tokens.len() {
        let rest = &tokens[from..];
        let touching = rest.windows(2).take_while(|pair| pair[0].end == pair[1].start).count() + 1;
        if let Some(word) = word(text, &rest[..touching]) {
            tokens[words] = word;
            words += 1;
        }
        from += touching;
    }
    words
}

fn word<U: Unit>(text: &[U], mut tokens: &[Token]) -> Option<Token> {
    // Only symbols are taken off either end, so what has content keeps its distance from the other end.
    let first_content = tokens.iter().position(is_content)?;
    let content_from_end = tokens.iter().rev().position(is_content)?;
    let (mut before, mut behind) = (first_content, content_from_end);
    loop {
        let (first, last) = (tokens.first()?, tokens.last()?);
        // A bracket stays when something follows its partner: in "(R)-warfarin", not in "(warfarin)".
        let partner_of_first = partner(text, tokens.iter(), closer_of);
        let partner_of_last = partner(text, tokens.iter().rev(), opener_of);
        let keep_first = partner_of_first.is_some_and(|at| at < tokens.len() - behind);
        let keep_last = partner_of_last.is_some_and(|at| at < tokens.len() - before);
        if first.kind == TokenKind::Symbol && !keep_first {
            tokens = &tokens[1..];
            before -= 1;
        } else if last.kind == TokenKind::Symbol && !keep_last {
            tokens = &tokens[..tokens.len() - 1];
            behind -= 1;
        } else {
            let letters = tokens.iter().any(|token| token.kind == TokenKind::Letters);
            let kind = if letters { TokenKind::Letters } else { TokenKind::Digits };
            return Some(Token { start: first.start, end: last.end, kind });
        }
    }
}

fn is_content(token: &Token) -> bool {
    token.kind != TokenKind::Symbol
}

/// Distance from the first of `tokens` to its partner, if it is a bracket that has one.
fn partner<'t, U: Unit>(
    text: &[U],
    mut tokens: impl Iterator<Item = &'t Token>,
    partner_of: impl Fn(char) -> Option<char>,
) -> Option<usize> {
    let bracket = tokens.next()?.first_char(text);
    let sought = partner_of(bracket)?;
    let mut open = 1;
    for (i, token) in tokens.take(MOST_INSIDE).enumerate() {
        match token.first_char(text) {
            symbol if symbol == bracket => open += 1,
            symbol if symbol == sought => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(i + 1);
        }
    }
    None
}

fn closer_of(symbol: char) -> Option<char> {
    match symbol {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    }
}

fn opener_of(symbol: char) -> Option<char> {
    match symbol {
        ')' => Some('('),
        ']' => Some('['),
        '}' => Some('{'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sentences;
    use super::*;

    fn words(text: &str) -> Vec<(&str, TokenKind)> {
        let mut tokens = [Token::default(); 64];
        let sentence = Sentences::new(text.as_bytes()).next_into(&mut tokens).unwrap();
        let count = join(text.as_bytes(), &mut tokens[..sentence.tokens]);
        tokens[..count].iter().map(|t| (&text[t.start as usize..t.end as usize], t.kind)).collect()
    }

    #[test]
    fn inner_symbols_stay_and_outer_ones_go() {
        use TokenKind::{Digits, Letters};
        let expected = [
            ("Give", Letters),
            ("5-FU", Letters),
            ("p-450", Letters),
            ("(-)-epigallocatechin-3-o-gallate", Letters),
            ("iron(III)", Letters),
            ("(R)-warfarin", Letters),
            ("aspirin", Letters),
            ("Na", Letters),
            ("2.5", Digits),
            ("mg/day", Letters),
        ];
        let text = "Give 5-FU, \"p-450\" ((-)-epigallocatechin-3-o-gallate) iron(III) (R)-warfarin - (aspirin); \
                    Na+ [2.5 mg/day].";
        assert_eq!(words(text), expected);
        assert_eq!(words("(aspirin"), [("aspirin", Letters)]);
        for whole in ["[R]-x", "x[R]", "{S}-x", "x{S}", "x(y)", "(x)y"] {
            assert_eq!(words(&format!("--{whole}--")), [(whole, Letters)]);
        }
        assert_eq!(words("(-)(x)"), [("(-)(x", Letters)]);
        assert_eq!(words("(x)(-)"), [("x)(-)", Letters)]);
        assert_eq!(words("((a)) b)"), [("a", Letters), ("b", Letters)]);
        assert_eq!(words("-- () +"), []);
    }

    #[test]
    fn a_hundred_thousand_brackets_are_no_word() {
        let text = "(".repeat(100_000);
        let tokens = |at: u32| Token { start: at, end: at + 1, kind: TokenKind::Symbol };
        let mut tokens: Vec<Token> = (0..text.len() as u32).map(tokens).collect();
        assert_eq!(join(text.as_bytes(), &mut tokens), 0);
    }
}
