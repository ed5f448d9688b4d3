//! One pass over a token's code points collects everything that the tables are asked with.

use super::chars::{HALF_CHARS, MAX_CHARS, char_id};
use super::hash::{FNV_START, fnv};
use super::shape::{Counts, shape};
use crate::text::chars::lower;
use crate::text::{Token, TokenKind, Unit};

/// Longest normalised word in bytes that can be known.
pub const MAX_WORD: usize = 64;

/// What the tables need to know of a token.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    normal: [u8; MAX_WORD],
    /// Bytes of `normal`; 0 when the word is too long to be known.
    normal_len: u8,
    chars: [u8; MAX_CHARS],
    char_count: u8,
    /// Shape id.
    pub shape: u8,
    /// Hash of the lower-case token.
    pub hash: u64,
    /// Hash without a final `s`; 0 for tokens that have none or fewer than four letters.
    pub singular_hash: u64,
}

impl Default for Word {
    fn default() -> Self {
        Self {
            normal: [0; MAX_WORD],
            normal_len: 0,
            chars: [0; MAX_CHARS],
            char_count: 0,
            shape: 0,
            hash: 0,
            singular_hash: 0,
        }
    }
}

impl Word {
    /// Scans the token. The normal form is lower case; a run of digits becomes `0`.
    pub fn scan<U: Unit>(text: &[U], token: Token) -> Self {
        let mut word = Self::default();
        let mut counts = Counts::default();
        let mut normal_len = 0;
        let mut tail = [0; HALF_CHARS];
        let mut normal_count = 0;
        let (mut hash, mut before_last, mut last) = (FNV_START, 0, 0);
        let mut at = token.start as usize;
        while at < token.end as usize {
            let point = U::decode(text, at);
            at += point.units as usize;
            let small = lower(point.value);
            if counts.total == 0 {
                counts.first = point.value;
                counts.first_upper = small != point.value;
            }
            counts.total += 1;
            counts.upper += u64::from(small != point.value);
            (before_last, last) = (hash, small);
            let mut utf8 = [0; 4];
            let bytes = char::from_u32(small).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut utf8);
            for byte in bytes.bytes() {
                hash = fnv(hash, byte);
            }
            let normal = match token.kind {
                TokenKind::Digits if normal_count > 0 => continue,
                TokenKind::Digits => b"0",
                _ => bytes.as_bytes(),
            };
            if let Some(free) = word.normal.get_mut(normal_len..normal_len + normal.len()) {
                free.copy_from_slice(normal);
            }
            normal_len += normal.len();
            let id = char_id(if token.kind == TokenKind::Digits { u32::from('0') } else { small });
            match word.chars[..HALF_CHARS].get_mut(normal_count) {
                Some(head) => *head = id,
                None => tail[normal_count % HALF_CHARS] = id,
            }
            normal_count += 1;
        }
        word.normal_len = if normal_len <= MAX_WORD { normal_len as u8 } else { 0 };
        let kept_tail = normal_count.saturating_sub(HALF_CHARS).max(HALF_CHARS)..normal_count;
        word.char_count = (normal_count.min(HALF_CHARS) + kept_tail.len()) as u8;
        for (slot, i) in word.chars[HALF_CHARS..].iter_mut().zip(kept_tail) {
            *slot = tail[i % HALF_CHARS];
        }
        word.shape = shape(token.kind, counts);
        word.hash = hash;
        if last == u32::from('s') && counts.total > 3 {
            word.singular_hash = before_last;
        }
        word
    }

    /// The normal form; `None` when it is longer than [`MAX_WORD`].
    pub fn normal(&self) -> Option<&[u8]> {
        (self.normal_len > 0).then(|| &self.normal[..usize::from(self.normal_len)])
    }

    /// Character ids of the normal form: all, or the first and the last [`HALF_CHARS`] of a long word.
    pub fn chars(&self) -> &[u8] {
        &self.chars[..usize::from(self.char_count)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str, kind: TokenKind) -> Word {
        Word::scan(text.as_bytes(), Token { start: 0, end: text.len() as u32, kind })
    }

    #[test]
    fn normal_forms_and_shapes() {
        let cases = [
            ("Aspirin", TokenKind::Letters, "aspirin", 11),
            ("NSAIDs", TokenKind::Letters, "nsaids", 12),
            ("TAXOTERE", TokenKind::Letters, "taxotere", 10),
            ("µg", TokenKind::Letters, "µg", 8),
            ("500", TokenKind::Digits, "0", 1),
            ("-", TokenKind::Symbol, "-", 2),
        ];
        for (text, kind, normal, shape) in cases {
            let word = scan(text, kind);
            assert_eq!(word.normal(), Some(normal.as_bytes()), "{text}");
            assert_eq!(word.shape, shape, "{text}");
        }
    }

    #[test]
    fn long_words_keep_both_ends() {
        let head = "abcdefghijkl";
        let tail = "mnopqrstuvwx";
        for middle in [0, 1, 5, 12, 100] {
            let word = scan(&format!("{head}{}{tail}", "z".repeat(middle)), TokenKind::Letters);
            let expected: Vec<u8> = head.chars().chain(tail.chars()).map(|c| char_id(u32::from(c))).collect();
            assert_eq!(word.chars(), expected, "{middle}");
            assert_eq!(word.normal().is_some(), 24 + middle <= MAX_WORD);
        }
        assert_eq!(scan("abcdefghijklm", TokenKind::Letters).chars().len(), 13);
    }

    #[test]
    fn digits_hash_by_value_but_look_alike() {
        let (a, b) = (scan("12", TokenKind::Digits), scan("37", TokenKind::Digits));
        assert_ne!(a.hash, b.hash);
        assert_eq!(a.normal(), b.normal());
        assert_eq!(a.chars(), b.chars());
    }

    #[test]
    fn plural_has_the_hash_of_the_singular() {
        let plural = scan("Statins", TokenKind::Letters);
        assert_eq!(plural.singular_hash, scan("statin", TokenKind::Letters).hash);
        assert_eq!(scan("gas", TokenKind::Letters).singular_hash, 0);
    }
}
