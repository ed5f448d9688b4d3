//! Targets that read text.

use crate::hostile::{check_mentions, tiny_models};
use crate::input::Input;
use drugner::text::{Sentences, Token, Tokens, Unit, offsets, words};
use drugner::{Context, ContextOptions, Error, Found, InvalidText, Mention, Model, ModelOptions, Status};
use std::sync::OnceLock;

/// The tiny models and a random one of each family.
pub fn models() -> &'static [Model] {
    static MODELS: OnceLock<Vec<Model>> = OnceLock::new();
    MODELS.get_or_init(|| {
        let open = |(_, bytes): (_, Vec<u8>)| Model::open_copy(&bytes, &ModelOptions::default());
        tiny_models().into_iter().map(open).collect::<Result<_, _>>().expect("valid models")
    })
}

fn options(input: &mut Input<'_>) -> ContextOptions {
    ContextOptions {
        max_window_tokens: 16 + u32::from(input.u8()),
        max_spans: u32::from(input.u8() % 16),
        invalid_text: if input.u8().is_multiple_of(4) { InvalidText::Reject } else { InvalidText::Replace },
        min_score: f32::from(input.u8() % 4) / 4.0,
        label_mask: u64::from(input.u8() % 8),
        max_paths: 0,
    }
}

type Find<U> = for<'c> fn(&'c mut Context, &[U]) -> Result<Found<'c>, Error>;

/// Reads a text portion by portion; returns its mentions, and the place of the first malformed unit if it was rejected.
fn read<U: Unit>(context: &mut Context, find: Find<U>, text: &[U]) -> Result<(Vec<Mention>, bool), u64> {
    let (mut base, mut all, mut invalid) = (0, Vec::new(), false);
    loop {
        let rest = &text[base..];
        let found = match find(context, rest) {
            Ok(found) => found,
            Err(error) => {
                assert_eq!(error.status, Status::InvalidText);
                return Err(error.position.expect("a place") + base as u64);
            }
        };
        let (consumed, complete) = (found.consumed, found.complete);
        invalid |= found.invalid_text_seen;
        assert!(consumed <= rest.len() && (consumed > 0 || complete) && complete == (consumed == rest.len()));
        let mentions = found.mentions.to_vec();
        let model = context.model().clone();
        check_mentions(&model, &mentions, consumed);
        let moved = |m: Mention| Mention { start: m.start + base as u32, end: m.end + base as u32, ..m };
        all.extend(mentions.into_iter().map(moved));
        if complete {
            return Ok((all, invalid));
        }
        base += consumed;
    }
}

fn context(input: &mut Input<'_>) -> (Context, ContextOptions) {
    let model = &models()[input.below(models().len())];
    let options = options(input);
    (Context::new(model, &options).expect("valid options"), options)
}

/// The bytes are options and UTF-8.
pub fn utf8(data: &[u8]) {
    let mut input = Input(data);
    let (mut context, options) = context(&mut input);
    let text = input.0;
    let valid = std::str::from_utf8(text);
    let first = read(&mut context, Context::find_utf8, text);
    assert_eq!(first, read(&mut context, Context::find_utf8, text), "the second answer differs");
    match (&first, &valid) {
        (Err(at), Err(error)) => {
            assert!(options.invalid_text == InvalidText::Reject && *at == error.valid_up_to() as u64);
        }
        (Ok((_, seen)), valid) => {
            assert_eq!(*seen, valid.is_err());
            assert!(options.invalid_text == InvalidText::Replace || valid.is_ok());
        }
        (Err(_), Ok(_)) => panic!("valid text is rejected"),
    }
    let (Ok((mentions, _)), Ok(valid)) = (first, valid) else { return };
    // The same answer in UTF-16, at the same places.
    let units: Vec<u16> = valid.encode_utf16().collect();
    let (in_units, _) = read(&mut context, Context::find_utf16, &units).expect("valid text");
    let mut places: Vec<u32> = mentions.iter().flat_map(|m| [m.start, m.end]).collect();
    offsets::utf8_to_utf16(text, &mut places).expect("mentions lie at characters");
    assert!(in_units.iter().flat_map(|m| [m.start, m.end]).eq(places));
    let without_place = |m: &Mention| (m.label, m.score.to_bits());
    assert!(in_units.iter().map(without_place).eq(mentions.iter().map(without_place)));
}

/// The bytes are options and UTF-16.
pub fn utf16(data: &[u8]) {
    let mut input = Input(data);
    let (mut context, options) = context(&mut input);
    let text: Vec<u16> = input.0.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let valid = String::from_utf16(&text).is_ok();
    match read(&mut context, Context::find_utf16, &text) {
        Err(at) => {
            assert!(!valid && options.invalid_text == InvalidText::Reject);
            assert!(String::from_utf16(&text[..at as usize]).is_ok(), "an earlier unit is malformed");
        }
        Ok((mentions, seen)) => {
            assert_eq!(seen, !valid);
            let mut places: Vec<u32> = mentions.iter().flat_map(|m| [m.start, m.end]).collect();
            offsets::utf16_to_codepoints(&text, &mut places).expect("mentions lie at characters");
        }
    }
}

/// The bytes are text for the tokenizer alone, in buffers of any length.
pub fn text(data: &[u8]) {
    let mut input = Input(data);
    let (small, large) = (1 + input.below(32), 1 + input.below(512));
    let raw = input.0;
    let units: Vec<u16> = raw.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    tokens(raw, small, large);
    tokens(&units, small, large);
    let mut places: Vec<u32> = (0..8).map(|_| u32::from(input.u8())).collect();
    let before = places.clone();
    if offsets::utf8_to_utf16(raw, &mut places).is_err() {
        assert_eq!(places, before, "a failed conversion changes nothing");
    }
}

fn tokens<U: Unit>(text: &[U], small: usize, large: usize) {
    let all: Vec<Token> = Tokens::new(text).collect();
    assert!(all.iter().all(|token| token.start < token.end && token.end as usize <= text.len()));
    assert!(all.is_sorted_by(|left, right| left.end <= right.start));
    for size in [small, large] {
        let mut buffer = vec![Token::default(); size];
        let (mut sentences, mut seen) = (Sentences::new(text), Vec::new());
        while let Some(sentence) = sentences.next_into(&mut buffer) {
            assert!((1..=size).contains(&sentence.tokens));
            let tokens = &mut buffer[..sentence.tokens];
            assert_eq!((tokens[0].start, tokens[tokens.len() - 1].end), (sentence.start, sentence.end));
            seen.extend_from_slice(tokens);
            let joined = words::join(text, tokens);
            assert!(joined <= sentence.tokens);
            assert!(tokens[..joined].is_sorted_by(|left, right| left.end <= right.start));
        }
        assert_eq!(seen, all, "every token stands in exactly one sentence");
        assert_eq!(sentences.position() as usize, text.len());
    }
}
