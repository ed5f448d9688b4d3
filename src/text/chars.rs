//! Character classes and lower case from fixed tables.
//!
//! A model is trained on these classes, so they never follow the Unicode version of a compiler or a system:
//! changing a table here changes the tokenizer and needs a new tokenizer version in the model file.

/// What the tokenizer does with a code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Separates tokens: white space, control characters, invisible formatting characters.
    Space,
    /// Continues or begins a run of letters.
    Letter,
    /// A combining mark: continues a run of letters, is a symbol elsewhere.
    Mark,
    /// An ASCII digit.
    Digit,
    /// A token of its own.
    Symbol,
}

const ASCII: [Class; 128] = {
    let mut table = [Class::Symbol; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            0..=0x20 | 0x7F => Class::Space,
            b'0'..=b'9' => Class::Digit,
            b'A'..=b'Z' | b'a'..=b'z' => Class::Letter,
            _ => Class::Symbol,
        };
        byte += 1;
    }
    table
};

/// Letters outside ASCII: Latin, Greek, Cyrillic and the other scripts that write words with letters and spaces.
/// The ordinal indicators are left out because notes use them as degree signs (`37ºC`).
const LETTERS: &[(u32, u32)] = &[
    (0x00B5, 0x00B5), // micro sign
    (0x00C0, 0x00D6), // Latin-1
    (0x00D8, 0x00F6),
    (0x00F8, 0x02C1), // Latin Extended A and B, IPA, modifier letters
    (0x02C6, 0x02D1),
    (0x02E0, 0x02E4),
    (0x02EC, 0x02EC),
    (0x02EE, 0x02EE),
    (0x0370, 0x0374), // Greek
    (0x0376, 0x0377),
    (0x037A, 0x037D),
    (0x037F, 0x037F),
    (0x0386, 0x0386),
    (0x0388, 0x038A),
    (0x038C, 0x038C),
    (0x038E, 0x03A1),
    (0x03A3, 0x03F5),
    (0x03F7, 0x0481), // Greek, Cyrillic
    (0x048A, 0x052F),
    (0x0531, 0x0556), // Armenian
    (0x0560, 0x0588),
    (0x05D0, 0x05EA), // Hebrew
    (0x0620, 0x064A), // Arabic
    (0x066E, 0x066F),
    (0x0671, 0x06D3),
    (0x06FA, 0x06FC),
    (0x0750, 0x077F),
    (0x10A0, 0x10C5), // Georgian
    (0x10D0, 0x10FA),
    (0x10FC, 0x10FF),
    (0x13A0, 0x13F5), // Cherokee
    (0x13F8, 0x13FD),
    (0x1C80, 0x1C88), // Cyrillic Extended C
    (0x1C90, 0x1CBA), // Georgian Extended
    (0x1D00, 0x1DBF), // phonetic extensions
    (0x1E00, 0x1F15), // Latin Extended Additional, Greek Extended
    (0x1F18, 0x1F1D),
    (0x1F20, 0x1F45),
    (0x1F48, 0x1F4D),
    (0x1F50, 0x1F57),
    (0x1F59, 0x1F59),
    (0x1F5B, 0x1F5B),
    (0x1F5D, 0x1F5D),
    (0x1F5F, 0x1F7D),
    (0x1F80, 0x1FB4),
    (0x1FB6, 0x1FBC),
    (0x1FBE, 0x1FBE),
    (0x1FC2, 0x1FC4),
    (0x1FC6, 0x1FCC),
    (0x1FD0, 0x1FD3),
    (0x1FD6, 0x1FDB),
    (0x1FE0, 0x1FEC),
    (0x1FF2, 0x1FF4),
    (0x1FF6, 0x1FFC),
    (0x2126, 0x2126), // ohm, kelvin, angstrom signs
    (0x212A, 0x212B),
    (0x2C60, 0x2CE4), // Latin Extended C, Coptic
    (0x2D00, 0x2D25), // Georgian Supplement
    (0xA640, 0xA66E), // Cyrillic Extended B
    (0xA680, 0xA69D),
    (0xA722, 0xA787), // Latin Extended D
    (0xA78B, 0xA7CA),
    (0xAB30, 0xAB5A), // Latin Extended E
    (0xFB00, 0xFB06), // ligatures
    (0xFF21, 0xFF3A), // full-width Latin
    (0xFF41, 0xFF5A),
    (0x1_0400, 0x1_044F), // Deseret
];

/// The class of a code point.
#[inline]
pub fn class(cp: u32) -> Class {
    match ASCII.get(cp as usize) {
        Some(&class) => class,
        None => class_beyond_ascii(cp),
    }
}

fn class_beyond_ascii(cp: u32) -> Class {
    match cp {
        0x80..=0xA0 // C1 controls, no-break space
        | 0xAD // soft hyphen
        | 0x1680
        | 0x180E
        | 0x2000..=0x200F // spaces, zero-width characters, direction marks
        | 0x2028..=0x202F // line and paragraph separator, embeddings, narrow no-break space
        | 0x205F..=0x206F // mathematical space, word joiner, isolates
        | 0x3000
        | 0xFEFF => Class::Space,
        0x0300..=0x036F => Class::Mark,
        _ => {
            let after = LETTERS.partition_point(|&(first, _)| first <= cp);
            match after.checked_sub(1).and_then(|i| LETTERS.get(i)) {
                Some(&(_, last)) if cp <= last => Class::Letter,
                _ => Class::Symbol,
            }
        }
    }
}

/// White space, control and invisible formatting characters.
pub fn is_space(cp: u32) -> bool {
    class(cp) == Class::Space
}

/// `0`..=`9`.
pub fn is_digit(cp: u32) -> bool {
    class(cp) == Class::Digit
}

/// A capital letter that [`lower`] knows.
pub fn is_upper(cp: u32) -> bool {
    lower(cp) != cp
}

/// LF, VT, FF, CR, NEL, line separator, paragraph separator. CR LF is one break, which the caller handles.
#[inline]
pub fn is_line_break(cp: u32) -> bool {
    matches!(cp, 0x0A..=0x0D | 0x85 | 0x2028 | 0x2029)
}

/// The lower-case form of a code point, always one code point; everything unknown is returned as it is.
///
/// Covers ASCII, Latin-1, the regular pairs of Latin Extended, Greek, Cyrillic, Armenian and full-width Latin.
#[inline]
pub fn lower(cp: u32) -> u32 {
    match cp {
        0x41..=0x5A => cp + 32,
        0..=0xBF => cp,
        _ => lower_beyond_ascii(cp),
    }
}

fn lower_beyond_ascii(cp: u32) -> u32 {
    // Many capitals stand next to their small letter: at even code points in most stretches, at odd ones in some.
    let capital_is_even = cp | 1;
    let capital_is_odd = cp + (cp & 1);
    match cp {
        0xC0..=0xD6 | 0xD8..=0xDE => cp + 32,

        0x0130 => 0x69,
        0x0178 => 0xFF,
        0x0100..=0x0137 | 0x014A..=0x0177 => capital_is_even,
        0x0139..=0x0148 | 0x0179..=0x017E => capital_is_odd,
        0x01CD..=0x01DC => capital_is_odd,
        0x01DE..=0x01EF | 0x01F8..=0x021F | 0x0222..=0x0233 | 0x0246..=0x024F => capital_is_even,

        0x0370..=0x0373 | 0x0376..=0x0377 | 0x03D8..=0x03EF => capital_is_even,
        0x0386 => 0x03AC,
        0x0388..=0x038A => cp + 37,
        0x038C => 0x03CC,
        0x038E..=0x038F => cp + 63,
        0x0391..=0x03A1 | 0x03A3..=0x03AB => cp + 32,
        0x03CF => 0x03D7,
        0x03F4 => 0x03B8,

        0x0400..=0x040F => cp + 80,
        0x0410..=0x042F => cp + 32,
        0x04C0 => 0x04CF,
        0x0460..=0x0481 | 0x048A..=0x04BF | 0x04D0..=0x052F => capital_is_even,
        0x04C1..=0x04CE => capital_is_odd,

        0x0531..=0x0556 => cp + 48,

        0x1E9E => 0xDF,
        0x1E00..=0x1E95 | 0x1EA0..=0x1EFF => capital_is_even,

        0x2126 => 0x03C9,
        0x212A => 0x6B,
        0x212B => 0xE5,
        0xFF21..=0xFF3A => cp + 32,
        _ => cp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn std_lower(cp: u32) -> Option<u32> {
        let mut small = char::from_u32(cp)?.to_lowercase();
        let first = small.next()?;
        small.next().is_none().then_some(u32::from(first))
    }

    #[test]
    fn letter_ranges_are_sorted_and_disjoint() {
        assert!(LETTERS.iter().all(|(first, last)| first <= last));
        assert!(LETTERS.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn lower_agrees_with_unicode() {
        // Unicode has two code points here, `i` and a mark.
        assert_eq!(lower(0x130), 0x69);
        for cp in 0..=0x11_0000 {
            if lower(cp) != cp && cp != 0x130 {
                assert_eq!(std_lower(cp), Some(lower(cp)), "U+{cp:04X}");
            }
            assert_eq!(lower(lower(cp)), lower(cp), "U+{cp:04X}");
        }
        let pairs = (0..0x180).chain(0x1CD..0x1F0).chain(0x386..0x3F7).chain(0x400..0x557);
        let signs = [0x1E9E, 0x2126, 0x212A, 0x212B];
        for cp in pairs.chain(signs).chain(0x1E00..0x1E96).chain(0x1EA0..0x1F00).chain(0xFF21..0xFF3B) {
            assert!(cp == 0x130 || std_lower(cp) == Some(lower(cp)), "U+{cp:04X}");
        }
    }

    #[test]
    fn classes_agree_with_unicode_where_words_are_written() {
        for cp in (0..0x250).chain(0x370..0x530) {
            // Unassigned places and modifier letters follow the Unicode version, which the tables must not.
            let Some(c) = char::from_u32(cp).filter(|&c| c.is_alphabetic() && !"ªº".contains(c)) else {
                continue;
            };
            assert_eq!(class(cp), Class::Letter, "U+{cp:04X} {c}");
        }
        for cp in (0..=0x10_FFFF).filter_map(char::from_u32).filter(|c| c.is_whitespace() || c.is_control()) {
            assert!(is_space(cp.into()), "{cp:?}");
        }
        assert!(!is_space(0x61));
        for c in "×÷º°™®©中カ한€\u{FFFD}😀½²".chars() {
            assert_eq!(class(c.into()), Class::Symbol, "{c}");
        }
    }
}
