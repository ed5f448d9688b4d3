//! Classes and lower case of code points, from fixed ranges: the answer depends on no Unicode version.

/// White space and everything else that separates tokens without being one: controls, NUL, byte order mark,
/// zero-width space.
pub fn is_space(point: u32) -> bool {
    matches!(
        point,
        0..=0x20 | 0x7F..=0xA0 | 0x1680 | 0x2000..=0x200B | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 | 0xFEFF
    )
}

/// Ends of lines: LF, VT, FF, CR, NEL, line and paragraph separator.
pub fn is_line_break(point: u32) -> bool {
    matches!(point, 0x0A..=0x0D | 0x85 | 0x2028 | 0x2029)
}

/// Decimal digits of ASCII.
pub fn is_digit(point: u32) -> bool {
    (0x30..=0x39).contains(&point)
}

/// Letters of alphabetic scripts. Scripts written without spaces (CJK, kana, Thai, ...) count as symbols: each of
/// their characters is a token.
pub fn is_letter(point: u32) -> bool {
    matches!(
        point,
        0x41..=0x5A
            | 0x61..=0x7A
            | 0xAA
            | 0xB5
            | 0xBA
            | 0xC0..=0xD6
            | 0xD8..=0xF6
            | 0xF8..=0x2AF
            | 0x370..=0x373
            | 0x376
            | 0x377
            | 0x37B..=0x37D
            | 0x37F
            | 0x386
            | 0x388..=0x3FF
            | 0x400..=0x481
            | 0x48A..=0x52F
            | 0x531..=0x556
            | 0x561..=0x587
            | 0x5D0..=0x5EA
            | 0x620..=0x64A
            | 0x671..=0x6D3
            | 0x904..=0x939
            | 0x10A0..=0x10FF
            | 0x1E00..=0x1FBC
            | 0x1FBE..=0x1FFC
    )
}

/// Combining marks that continue a run of letters.
pub fn is_mark(point: u32) -> bool {
    matches!(point, 0x300..=0x36F | 0x483..=0x487 | 0x93A..=0x94F | 0x64B..=0x65F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF)
}

/// Lower case, one code point to one, for ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic and Latin Extended
/// Additional; any other code point is returned as it is.
pub fn lower(point: u32) -> u32 {
    match point {
        0x41..=0x5A | 0xC0..=0xD6 | 0xD8..=0xDE | 0x391..=0x3A1 | 0x3A3..=0x3A9 | 0x410..=0x42F => {
            point + 0x20
        }
        0x130 => 0x69,
        0x178 => 0xFF,
        0x100..=0x12F | 0x132..=0x137 | 0x14A..=0x177 | 0x460..=0x481 | 0x48A..=0x4BF | 0x4D0..=0x52F => {
            point | 1
        }
        0x139..=0x148 | 0x179..=0x17E => point + (point & 1),
        0x1E00..=0x1E95 | 0x1EA0..=0x1EFF => point | 1,
        0x386 => 0x3AC,
        0x388..=0x38A => point + 37,
        0x38C => 0x3CC,
        0x38E | 0x38F => point + 63,
        0x400..=0x40F => point + 0x50,
        _ => point,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_agrees_with_the_standard_library_where_it_is_defined() {
        for point in 0..0x3000 {
            let small = lower(point);
            assert_eq!(lower(small), small, "U+{point:04X}");
            if small != point {
                let expected = char::from_u32(point).unwrap().to_lowercase().next().unwrap();
                assert_eq!(small, u32::from(expected), "U+{point:04X}");
            }
        }
    }

    #[test]
    fn letters_are_alphabetic_and_classes_do_not_overlap() {
        for point in 0..0x3100 {
            let classes = [is_space(point), is_digit(point), is_letter(point), is_mark(point)];
            assert!(classes.iter().filter(|&&class| class).count() <= 1, "U+{point:04X}");
            assert!(!is_line_break(point) || is_space(point));
        }
    }
}
