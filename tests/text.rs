//! The text stage: golden tokens and sentences, and properties on hostile input.

use std::ops::Range;

use drugner::Status;
use drugner::text::{Sentence, Sentences, Token, TokenKind, Tokens, Unit, chars, offsets};
use proptest::prelude::*;

const BLANK: Token = Token { start: 0, end: 0, kind: TokenKind::Symbol };

fn range(start: u32, end: u32) -> Range<usize> {
    start as usize..end as usize
}

/// All sentences with their tokens.
fn read<U: Unit>(text: &[U], buffer: usize) -> Vec<(Sentence, Vec<Token>)> {
    let mut buffer = vec![BLANK; buffer];
    let mut sentences = Sentences::new(text);
    let mut all = Vec::new();
    while let Some(sentence) = sentences.next_into(&mut buffer) {
        assert!(all.len() < text.len(), "more sentences than units");
        all.push((sentence, buffer[..sentence.tokens].to_vec()));
    }
    assert_eq!(sentences.position() as usize, text.len());
    assert_eq!(sentences.next_into(&mut buffer), None);
    all
}

fn sentences(text: &str, buffer: usize) -> Vec<&str> {
    read(text.as_bytes(), buffer).iter().map(|(s, _)| &text[range(s.start, s.end)]).collect()
}

fn token_stream<U: Unit>(text: &[U], buffer: usize) -> Vec<Token> {
    read(text, buffer).into_iter().flat_map(|(_, tokens)| tokens).collect()
}

#[test]
fn golden_tokens() {
    let golden: &[(&str, &[&str])] = &[
        ("", &[]),
        (" \t\r\n\0\u{FEFF}\u{A0}\u{200B}\u{3000}", &[]),
        ("5-FU", &["5", "-", "FU"]),
        ("5mg 0.5µg/kg", &["5", "mg", "0", ".", "5", "µg", "/", "kg"]),
        ("α-tocopherol, TNFα", &["α", "-", "tocopherol", ",", "TNFα"]),
        ("Crème cafe\u{301} \u{301}x 5\u{301}", &["Crème", "cafe\u{301}", "\u{301}", "x", "5", "\u{301}"]),
        ("Аспирин 500мг", &["Аспирин", "500", "мг"]),
        ("阿司匹林3片", &["阿", "司", "匹", "林", "3", "片"]),
        ("Tylenol® 37ºC ½", &["Tylenol", "®", "37", "º", "C", "½"]),
        ("👩\u{200D}⚕\u{FE0F}x", &["👩", "⚕", "\u{FE0F}", "x"]),
        ("a\0b\u{202F}c\u{2028}d", &["a", "b", "c", "d"]),
        ("٣5", &["٣", "5"]),
    ];
    for (text, expected) in golden {
        let tokens: Vec<_> = Tokens::new(text.as_bytes()).map(|t| &text[range(t.start, t.end)]).collect();
        assert_eq!(&tokens, expected, "{text:?}");
    }
}

#[test]
fn golden_sentences() {
    // `¶` marks where a sentence must end; everything else must stay whole.
    let golden = [
        "Aspirin was given.¶ Then warfarin.¶ (No bleeding.)¶ 5 days later \"it stopped.\"¶ Why?¶ Unknown!",
        "Dr. Smith saw Mr. J. Doe vs. placebo, e.g. Aspirin, approx. 5 mg (Fig. 2).¶ Done.",
        "Lasix 40 mg p.o. b.i.d. and K 20 mEq q.d. p.r.n. Tab. Digoxin 0.25 mg o.d.¶ The patient left.",
        "Given 0.5 mg/kg q.4h. for 5 mg. daily.¶ Heparin was stopped.",
        "No. 5 of St. Mary's.¶ Allergies: no.¶ Sulfa is fine.",
        "Vitamin K.¶ Warfarin at 2 mg/L.¶ Digoxin by LC-MS.¶ Aspirin by J. Smith in the U.S.¶ However, E. coli grew.",
        "Dx: ? PE or ? Pneumonia.",
        "MEDICATIONS:¶\n1. Aspirin 81 mg¶\r\n2) lasix 40 mg¶\r- metoprolol¶\u{2028}• insulin",
        "first line¶\n\nsecond¶\r\n \r\nthird, and¶\n\nfourth",
        "The patient was treated with intravenous heparin for the suspected\n\
         pulmonary embolism and was later transitioned without events to\n\
         Coumadin at a dose that was adjusted to the level of his INR, now\r\n\
         5 mg.¶ He went home, where he continued to do well and gained weight.¶\n\
         no complaints of any kind were heard from him in the next four weeks¶\n\
         - aspirin",
        "Given to all patients of the study and to every one of the controls,\n\
         Aspirin¶\nHeparin",
        "aspirin 81 mg¶\nmetoprolol 25 mg",
        "He went home after the operation, where he continued to gain weight¶\nHeparin was stopped.",
        "He took all of these medications at home before he was admitted to us¶\n2) lasix 40 mg",
        "He took all of these medications at home before he was admitted to us¶\n(a) lasix 40 mg",
        "Given b.orally.¶ Warfarin, 5.b.¶ Warfarin, a .b.¶ Warfarin, a.b. Warfarin.",
        "She has hepatitis B.¶ Warfarin by J. S. Smith.",
        "服用阿司匹林。¶没有出血。」",
        "Hello . . . world 3.5.2 and a.b.c",
        ". Aspirin",
        "No bleeding!¶ Warfarin.+ Then stopped. ) Then metoprolol.¶ Given by É.¶ Dubois stopped it.",
    ];
    for marked in golden {
        let text = marked.replace('¶', "");
        let expected: Vec<_> = marked.split('¶').map(str::trim).collect();
        assert_eq!(sentences(&text, 256), expected, "{marked:?}");
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(read(&units, 256).len(), expected.len(), "{marked:?}");
    }
}

#[test]
fn lines_end_where_the_page_ends() {
    // As long as the narrowest page is wide, so that every next word could have been wrapped.
    let line = format!("{} dose", "six of ten ".repeat(6)[..60].trim_end());
    let count = |second: &str| sentences(&format!("{line}\n{second}"), 256).len();
    for goes_on in ["1.5 mg", "a. x", "(1. x", "1234. x", "1)x", "(see x)", "(%) x", "() x", "to  x", "x"] {
        assert_eq!(count(goes_on), 1, "{goes_on:?}");
    }
    for begins in
        ["1. x", "12) x", "123. x", "(1) x", "(12) x", "a) x", "(a) x", "(a)", "1)", "1.", "- x", "% x"]
    {
        assert_eq!(count(begins), 2, "{begins:?}");
    }
}

#[test]
fn a_line_with_room_for_the_next_word_was_not_wrapped() {
    let line = |letters: usize| sentences(&format!("a {}\nword", "x".repeat(letters)), 256).len();
    // With ` word` the line is 63 characters long, then 64.
    assert_eq!((line(56), line(57)), (2, 1));
}

#[test]
fn long_sentences_are_cut_at_pauses() {
    assert_eq!(sentences("a b c d e f, g h i j", 8), ["a b c d e f,", "g h i j"]);
    assert_eq!(sentences("a b c d e f\u{2D}g h i j", 8), ["a b c d e f-g", "h i j"]);
    assert_eq!(sentences("1,2,3,4,5,6,7,8", 8), ["1,2,3,4,", "5,6,7,8"]);
    assert_eq!(sentences("a b c d e,f g h i j", 8), ["a b c d e,f g", "h i j"]);
    let line = "a b c d e ".to_owned() + &"f".repeat(60);
    assert_eq!(sentences(&format!("{line}\ng h i j"), 8), [line.as_str(), "g h i j"]);
    assert_eq!(sentences("Aspirin 81 mg", 1), ["Aspirin", "81", "mg"]);
    let cuts: Vec<_> = read(b"a b c d e f g hi. Then", 4).iter().map(|(s, _)| (s.tokens, s.cut)).collect();
    assert_eq!(cuts, [(4, true), (3, true), (2, false), (1, false)]);
    assert_eq!(Sentences::new(b"text").next_into(&mut []), None);
}

#[test]
fn malformed_units_are_one_symbol_each() {
    let utf8: &[(&[u8], usize, Option<u32>)] = &[
        (b"a\xFFb", 3, Some(1)),
        (b"a\xC0\x80", 3, Some(1)),
        (b"\xC3x", 2, Some(0)),
        (b"\xE2\x82", 2, Some(0)),
        (b"\xE2\x82\xAC", 1, None),
        (b"\xED\xA0\x80", 3, Some(0)),
        (b"ok \xF4\x90\x80\x80", 5, Some(3)),
        (b"\xF0\x9F\x92x", 4, Some(0)),
        ("\u{FFFD}\u{10FFFF}".as_bytes(), 2, None),
    ];
    for (text, tokens, invalid_at) in utf8 {
        let mut all = Tokens::new(text);
        assert_eq!(all.by_ref().count(), *tokens, "{text:02X?}");
        assert_eq!(all.invalid_at(), *invalid_at, "{text:02X?}");
    }
    let utf16: &[(&[u16], usize, Option<u32>)] =
        &[(&[0xD83D, 0xDE00], 1, None), (&[0x61, 0xD83D], 2, Some(1)), (&[0xDE00, 0xD83D, 0x61], 3, Some(0))];
    for (text, tokens, invalid_at) in utf16 {
        let mut all = Tokens::new(text);
        assert_eq!(all.by_ref().count(), *tokens, "{text:04X?}");
        assert_eq!(all.invalid_at(), *invalid_at, "{text:04X?}");
    }
}

#[test]
fn huge_inputs_take_linear_time() {
    const SIZE: usize = 10 << 20;
    for (piece, tokens) in [
        ("a", 1),
        ("-", SIZE),
        (" ", 0),
        ("\r", 0),
        ("1a", SIZE),
        (".)", SIZE),
        ("\u{301}", SIZE / 2),
        ("a\n", SIZE / 2),
        ("a,", SIZE),
    ] {
        let text = piece.repeat(SIZE / piece.len());
        let mut buffer = [BLANK; 256];
        let mut all = Sentences::new(text.as_bytes());
        let mut count = 0;
        while let Some(sentence) = all.next_into(&mut buffer) {
            // What is read twice is at most what a cut left in the buffer.
            assert!(!sentence.cut || sentence.tokens >= 192, "{piece:?}");
            count += sentence.tokens;
        }
        assert_eq!(count, tokens, "{piece:?}");
    }
}

#[test]
fn offsets_are_converted_or_refused() {
    let text = "aé€😀z".as_bytes();
    let boundaries = [0, 1, 3, 6, 10, 10, 11];
    let mut output = boundaries;
    offsets::utf8_to_utf16(text, &mut output).unwrap();
    assert_eq!(output, [0, 1, 2, 3, 5, 5, 6]);
    let mut last_of_one_unit = [3];
    offsets::utf8_to_utf16("\u{FFFF}".as_bytes(), &mut last_of_one_unit).unwrap();
    assert_eq!(last_of_one_unit, [1]);
    let mut output = boundaries;
    offsets::utf8_to_codepoints(text, &mut output).unwrap();
    assert_eq!(output, [0, 1, 2, 3, 4, 4, 5]);
    let mut output = [1, 3, 4];
    offsets::utf16_to_codepoints(&[0x61, 0xD83D, 0xDE00, 0xDE00], &mut output).unwrap();
    assert_eq!(output, [1, 2, 3]);
    let mut output = [1, 2, 3];
    offsets::utf8_to_utf16(b"\xF0\x9F\x92", &mut output).unwrap();
    assert_eq!(output, [1, 2, 3]);

    for (input, index) in [(&[1, 2][..], 1), (&[3, 1], 1), (&[12], 0), (&[0, 0, u32::MAX], 2)] {
        let mut refused = input.to_vec();
        let error = offsets::utf8_to_utf16(text, &mut refused).unwrap_err();
        assert_eq!((error.status, error.position), (Status::InvalidArgument, Some(index)), "{input:?}");
        assert_eq!(refused, input);
    }
}

/// What a good token stream of `text` must satisfy, whatever the text is.
fn check<U: Unit>(text: &[U], buffer: usize) -> Result<(), TestCaseError> {
    let mut covered = 0;
    let only_space = |range: Range<usize>| {
        let mut at = range.start;
        while at < range.end {
            let cp = U::decode(text, at);
            if !chars::is_space(cp.value) {
                return false;
            }
            at += cp.units as usize;
        }
        at == range.end
    };
    for (sentence, tokens) in read(text, buffer) {
        prop_assert_eq!(sentence.start, tokens[0].start);
        prop_assert_eq!(sentence.end, tokens[tokens.len() - 1].end);
        for token in tokens {
            prop_assert!(covered <= token.start && token.start < token.end);
            prop_assert!(only_space(range(covered, token.start)));
            covered = token.end;
        }
    }
    prop_assert!(covered as usize <= text.len() && only_space(covered as usize..text.len()));

    let mut all = Sentences::new(text);
    let mut tokens = vec![BLANK; buffer];
    while all.next_into(&mut tokens).is_some() {}
    let (mut at, mut first_invalid) = (0, None);
    while at < text.len() && first_invalid.is_none() {
        let cp = U::decode(text, at);
        first_invalid = (!cp.valid).then_some(at as u32);
        at += cp.units as usize;
    }
    prop_assert_eq!(all.invalid_at(), first_invalid);
    Ok(())
}

/// Text of pieces that the rules look at, mixed with any characters.
fn clinical() -> impl Strategy<Value = String> {
    const PIECES: [&str; 28] = [
        ". ", "? ", "! ", ".) ", ", ", ": ", "\n", "\r\n", "\n\n", "\t", "- ", "1. ", "(2) ", "a) ", "Dr",
        "p.o", "mg", "J", "No", "aspirin ", "Warfarin", "5", "the ", "é", "\u{301}", "\u{212A}", "阿", "。",
    ];
    let piece = prop_oneof![
        4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => Just("a line of many words ".repeat(3)),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_covered(mut text in prop::collection::vec(any::<u8>(), 0..200), buffer in 1..20_usize) {
        check(&text, buffer)?;
        // Fewer high bytes make longer well-formed stretches.
        text.iter_mut().step_by(3).for_each(|byte| *byte &= 0x7F);
        check(&text, buffer)?;
    }

    #[test]
    fn any_units_are_covered(text in prop::collection::vec(prop_oneof![any::<u16>(), 0..128_u16, 0xD7F0..0xE010_u16], 0..200),
                             buffer in 1..20_usize) {
        check(&text, buffer)?;
    }

    #[test]
    fn encodings_agree(text in clinical(), buffer in 1..40_usize) {
        let utf16: Vec<u16> = text.encode_utf16().collect();
        let (bytes, units) = (read(text.as_bytes(), buffer), read(&utf16, buffer));
        check(text.as_bytes(), buffer)?;

        let edges = |all: &[(Sentence, Vec<Token>)]| -> Vec<u32> {
            all.iter().flat_map(|(_, tokens)| tokens.iter().flat_map(|t| [t.start, t.end])).collect()
        };
        let shape = |all: &[(Sentence, Vec<Token>)]| -> Vec<(usize, bool, Vec<TokenKind>)> {
            all.iter().map(|(s, tokens)| (s.tokens, s.cut, tokens.iter().map(|t| t.kind).collect())).collect()
        };
        let mut converted = edges(&bytes);
        offsets::utf8_to_utf16(text.as_bytes(), &mut converted).unwrap();
        prop_assert_eq!(&converted, &edges(&units));
        prop_assert_eq!(shape(&bytes), shape(&units));

        let mut codepoints = edges(&bytes);
        offsets::utf8_to_codepoints(text.as_bytes(), &mut codepoints).unwrap();
        offsets::utf16_to_codepoints(&utf16, &mut converted).unwrap();
        prop_assert_eq!(codepoints, converted);
    }

    #[test]
    fn buffer_size_does_not_change_tokens(text in clinical(), buffer in 1..40_usize) {
        let whole: Vec<_> = Tokens::new(text.as_bytes()).collect();
        prop_assert_eq!(&token_stream(text.as_bytes(), buffer), &whole);
        for (sentence, tokens) in read(text.as_bytes(), buffer) {
            prop_assert!(tokens.len() <= buffer && (!sentence.cut || tokens.len() >= buffer - buffer / 4));
        }
    }

    #[test]
    fn decoders_agree_with_the_standard_library(text in any::<String>()) {
        let utf16: Vec<u16> = text.encode_utf16().collect();
        let (mut byte, mut unit) = (0, 0);
        for c in text.chars() {
            let (a, b) = (u8::decode(text.as_bytes(), byte), u16::decode(&utf16, unit));
            prop_assert!(a.valid && b.valid && a.value == u32::from(c) && b.value == u32::from(c));
            prop_assert_eq!((a.units as usize, b.units as usize), (c.len_utf8(), c.len_utf16()));
            byte += c.len_utf8();
            unit += c.len_utf16();
        }
    }
}
