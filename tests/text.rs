//! Tokens, sentences and offsets of tricky text.

use drugner::text::{Sentences, Token, Unit, offsets};
use proptest::prelude::*;

/// Sentences as lists of tokens.
fn sentences<U: Unit>(text: &[U], window: usize) -> Vec<Vec<Token>> {
    let mut buffer = vec![Token::default(); window];
    let mut reader = Sentences::new(text);
    let mut out = Vec::new();
    while let Some(sentence) = reader.next_into(&mut buffer) {
        assert!((1..=window).contains(&sentence.tokens));
        out.push(buffer[..sentence.tokens].to_vec());
    }
    assert!(reader.next_into(&mut buffer).is_none(), "the end stays the end");
    out
}

fn words(text: &str) -> Vec<String> {
    let slice = |t: &Token| text[t.start as usize..t.end as usize].to_owned();
    sentences(text.as_bytes(), 256).iter().flatten().map(slice).collect()
}

fn split(text: &str) -> Vec<&str> {
    sentences(text.as_bytes(), 256)
        .iter()
        .map(|tokens| &text[tokens[0].start as usize..tokens.last().unwrap().end as usize])
        .collect()
}

#[test]
fn tokens_of_doses_names_and_marks() {
    let cases: [(&str, &[&str]); 9] = [
        ("5mg", &["5", "mg"]),
        ("0.5 mg/kg", &["0", ".", "5", "mg", "/", "kg"]),
        ("5-FU", &["5", "-", "FU"]),
        ("amoxicillin/clavulanate", &["amoxicillin", "/", "clavulanate"]),
        ("(S)-warfarin", &["(", "S", ")", "-", "warfarin"]),
        ("100µg\u{a0}BID", &["100", "µg", "BID"]),
        ("cafe\u{301} α-tocopherol", &["cafe\u{301}", "α", "-", "tocopherol"]),
        ("阿司匹林 👍🏽", &["阿", "司", "匹", "林", "👍", "🏽"]),
        ("a\0b\u{feff}c\td", &["a", "b", "c", "d"]),
    ];
    for (text, expected) in cases {
        assert_eq!(words(text), expected, "{text:?}");
    }
}

#[test]
fn sentences_of_clinical_text() {
    let wrapped =
        "The patient was started on low dose aspirin and then on intravenous\nheparin for two days.";
    let cases: [(&str, &[&str]); 14] = [
        ("He took aspirin. It helped.", &["He took aspirin.", "It helped."]),
        ("Give 0.5 mg/kg p.o. b.i.d. with food.", &["Give 0.5 mg/kg p.o. b.i.d. with food."]),
        ("Seen by Dr. Smith vs. Dr. Jones.", &["Seen by Dr. Smith vs. Dr. Jones."]),
        ("Give 5 mg. of X. Stop Y!", &["Give 5 mg. of X. Stop Y!"]),
        ("Is he on warfarin? Yes.", &["Is he on warfarin?", "Yes."]),
        ("E. coli grew. Start gentamicin.", &["E. coli grew.", "Start gentamicin."]),
        ("(He stopped.) Then Z.", &["(He stopped.)", "Then Z."]),
        ("1. Aspirin 81 mg daily\n2. metoprolol 25 mg", &["1. Aspirin 81 mg daily", "2. metoprolol 25 mg"]),
        ("MEDICATIONS:\r\nlisinopril\r\n- lasix", &["MEDICATIONS:", "lisinopril", "- lasix"]),
        ("one\n\ntwo", &["one", "two"]),
        (wrapped, &[wrapped]),
        ("ALLERGIES: PENICILLIN. NO OTHERS.", &["ALLERGIES: PENICILLIN.", "NO OTHERS."]),
        ("", &[]),
        (" \r\n\t ", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(split(text), expected, "{text:?}");
    }
}

#[test]
fn malformed_units_are_single_tokens_and_are_reported() {
    let text = b"as\xFFpirin \xE2\x82 \xED\xA0\x80 \xF4\x90\x80\x80 \xC0\xAF";
    let lens: Vec<u32> = sentences(text, 64).concat().iter().map(|t| t.end - t.start).collect();
    assert_eq!(lens, [vec![2, 1, 5], vec![1; 11]].concat());
    let mut reader = Sentences::new(text.as_slice());
    while reader.next_into(&mut [Token::default(); 64]).is_some() {}
    assert_eq!(reader.invalid_at(), Some(2));
    let lone: [u16; 6] = [0x61, 0xD83D, 0x62, 0xDC4D, 0xD83D, 0xDC4D];
    let lens: Vec<u32> = sentences(&lone, 64).concat().iter().map(|t| t.end - t.start).collect();
    assert_eq!(lens, [1, 1, 1, 1, 2]);
}

#[test]
fn long_texts_take_linear_time() {
    for text in ["a".repeat(10_000_000), ",".repeat(5_000_000), "a ".repeat(3_000_000), "(".repeat(5_000_000)]
    {
        let mut buffer = [Token::default(); 256];
        let mut reader = Sentences::new(text.as_bytes());
        let mut end = 0;
        while let Some(sentence) = reader.next_into(&mut buffer) {
            assert!(sentence.start >= end);
            end = sentence.end;
        }
        assert_eq!(end as usize, text.trim_end().len());
    }
}

#[test]
fn offsets_between_units() {
    let text = "aé👍z".as_bytes();
    let mut offsets = [0, 1, 3, 7, 8, 8];
    offsets::utf8_to_utf16(text, &mut offsets).unwrap();
    assert_eq!(offsets, [0, 1, 2, 4, 5, 5]);
    let mut offsets = [0, 1, 3, 7, 8];
    offsets::utf8_to_codepoints(text, &mut offsets).unwrap();
    assert_eq!(offsets, [0, 1, 2, 3, 4]);
    for (bad, index) in [(vec![2], 0), (vec![1, 0], 1), (vec![0, 1, 9], 2)] {
        let error = offsets::utf8_to_utf16(text, &mut bad.clone()).unwrap_err();
        assert_eq!(error.position, Some(index), "{bad:?}");
    }
    let mut units = [0, 1, 3];
    offsets::utf16_to_codepoints(&[0xDC00, 0xD83D, 0xDC4D], &mut units).unwrap();
    assert_eq!(units, [0, 1, 2]);
}

proptest! {
    #[test]
    fn any_bytes_give_sorted_tokens_that_cover_the_text(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let tokens = sentences(&text, 8).concat();
        let mut at = 0;
        for token in &tokens {
            prop_assert!(token.start as usize >= at && token.start < token.end);
            prop_assert!(text[at..token.start as usize].iter().all(|&b| b <= 0x20 || b >= 0x7F));
            at = token.end as usize;
        }
        prop_assert!(at <= text.len());
    }

    #[test]
    fn any_units_are_survived(text in prop::collection::vec(any::<u16>(), 0..300), window in 1usize..20) {
        let tokens = sentences(&text, window).concat();
        prop_assert!(tokens.is_sorted_by_key(|t| (t.start, t.end)));
        prop_assert_eq!(tokens, sentences(&text, 300).concat());
    }

    #[test]
    fn utf8_and_utf16_agree(text in r"([a-zA-Z0-9 .,;\n\r\t()/éα👍中-]|aspirin |Dr\. ){0,120}", window in 1usize..40) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let from_bytes = sentences(text.as_bytes(), window);
        let from_units = sentences(&units, window);
        prop_assert_eq!(from_bytes.len(), from_units.len());
        for (a, b) in from_bytes.iter().zip(&from_units) {
            let mut offsets: Vec<u32> = a.iter().flat_map(|t| [t.start, t.end]).collect();
            offsets::utf8_to_utf16(text.as_bytes(), &mut offsets).unwrap();
            let expected: Vec<u32> = b.iter().flat_map(|t| [t.start, t.end]).collect();
            prop_assert_eq!(offsets, expected);
        }
    }
}
