//! The whole way on small random models: offsets, units, instruction sets, limits, bad text.

mod common;

use common::families::Simple;
use common::{Sizes, model, note};
use drugner::decode::Span;
use drugner::decode::abbreviations::{Abbreviation, Abbreviations, Answer, CAPACITY};
use drugner::decode::brackets;
use drugner::kernels::Kernels;
use drugner::text::offsets::utf8_to_utf16;
use drugner::text::{Sentences, Token};
use drugner::{Context, ContextOptions, Error, InvalidText, Isa, Mention, Model, ModelOptions, Status};
use proptest::prelude::*;

fn open(bytes: &[u8], isa: Option<Isa>) -> Model {
    Model::open_copy(bytes, &ModelOptions { isa, ..ModelOptions::default() }).unwrap()
}

fn find(model: &Model, options: &ContextOptions, text: &[u8]) -> Result<Vec<Mention>, Error> {
    let mut context = Context::new(model, options)?;
    let found = context.find_utf8(text)?;
    assert!(found.complete && found.consumed == text.len());
    Ok(found.mentions.to_vec())
}

fn any_family(family: usize, seed: u64) -> Vec<u8> {
    match family {
        0 => Simple::window(seed, 0.7).bytes(),
        1 => Simple::lstm(seed, 0.7).bytes(),
        _ => model(seed, &Sizes { rules: true, ..Sizes::default() }),
    }
}

/// Every instruction set finds the same, with scores that are probabilities.
fn same_everywhere(bytes: &[u8], text: &str) -> Result<(), TestCaseError> {
    let on = |isa| find(&open(bytes, Some(isa)), &ContextOptions::default(), text.as_bytes()).unwrap();
    let scalar = on(Isa::Scalar);
    prop_assert!(scalar.iter().all(|m| (0.0..=1.0).contains(&m.score)));
    for kernels in Kernels::available() {
        prop_assert_eq!(&on(kernels.isa()), &scalar);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_instruction_set_gives_the_same_bits(
        seed in any::<u64>(),
        word_width in 1usize..40,
        filters in 1usize..20,
        shape_width in 1usize..9,
        hidden in 1usize..70,
        layers in 1usize..=2,
        lists in 0usize..4,
        scale in prop::sample::select(vec![1e-6f32, 0.3, 1.0, 50.0]),
        int8: bool,
        rules: bool,
    ) {
        let sizes = Sizes { word_width, filters, shape_width, hidden, layers, lists, scale, int8, rules };
        let bytes = model(seed, &sizes);
        let text = note(seed, 200);
        same_everywhere(&bytes, &text)?;
    }

    #[test]
    fn every_family_gives_the_same_bits_on_every_instruction_set(
        seed in any::<u64>(),
        scale in prop::sample::select(vec![1e-6f32, 0.3, 1.0, 50.0]),
    ) {
        let text = note(seed, 200);
        for bytes in [Simple::window(seed, scale).bytes(), Simple::lstm(seed, scale).bytes()] {
            same_everywhere(&bytes, &text)?;
        }
    }

    #[test]
    fn utf8_and_utf16_give_the_same_mentions(family in 0usize..3, seed in any::<u64>(), words in 0usize..80) {
        let model = open(&any_family(family, seed), None);
        let text = note(seed, words);
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
        let from_bytes = context.find_utf8(text.as_bytes()).unwrap().mentions.to_vec();
        let from_units = context.find_utf16(&units).unwrap().mentions.to_vec();
        let mut ends: Vec<u32> = from_bytes.iter().flat_map(|m| [m.start, m.end]).collect();
        utf8_to_utf16(text.as_bytes(), &mut ends).unwrap();
        let expected: Vec<Mention> = from_bytes
            .iter()
            .zip(ends.chunks(2))
            .map(|(m, ends)| Mention { start: ends[0], end: ends[1], ..*m })
            .collect();
        prop_assert_eq!(from_units, expected);
    }

    #[test]
    fn any_bytes_give_sorted_mentions_inside_the_text(
        family in 0usize..3,
        seed in any::<u64>(),
        text in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let model = open(&any_family(family, seed), None);
        let mentions = find(&model, &ContextOptions::default(), &text).unwrap();
        let mut at = 0;
        for mention in mentions {
            prop_assert!(mention.start >= at && mention.start < mention.end);
            at = mention.end;
        }
        prop_assert!(at as usize <= text.len());
    }
}

/// Small windows, and more different words than a context keeps anything about.
#[test]
fn a_context_gives_the_same_answer_whatever_came_before() {
    let word = |number: u32| -> String {
        (0..4).map(|place| char::from(b'a' + (number / 13_u32.pow(place) % 13) as u8)).collect()
    };
    let many: String =
        (0..2000).map(|number| word(number) + if number % 9 == 0 { ". " } else { " " }).collect();
    let int8 = model(9, &Sizes { int8: true, ..Sizes::default() });
    for bytes in (0..3).map(|family| any_family(family, 9)).chain([int8]) {
        let model = open(&bytes, None);
        let options = ContextOptions { max_window_tokens: 16, ..Default::default() };
        let texts = [note(1, 50), note(2, 50), many.clone() + &note(1, 50)];
        let alone = texts.each_ref().map(|text| find(&model, &options, text.as_bytes()).unwrap());
        let mut context = Context::new(&model, &options).unwrap();
        for i in [1, 0, 1, 2, 0, 2, 1, 0] {
            assert_eq!(context.find_utf8(texts[i].as_bytes()).unwrap().mentions, alone[i]);
        }
        context.wipe();
        assert_eq!(context.find_utf8(texts[0].as_bytes()).unwrap().mentions, alone[0]);
    }
}

#[test]
fn a_full_buffer_is_reported_and_the_rest_follows() {
    let model = open(&model(9, &Sizes::default()), None);
    let text = note(4, 3000);
    let all =
        find(&model, &ContextOptions { max_spans: 100_000, ..Default::default() }, text.as_bytes()).unwrap();
    assert!(all.len() > 200, "the note has many mentions: {}", all.len());
    for max_spans in [1, 2, 64] {
        let options = ContextOptions { max_window_tokens: 64, max_spans, ..Default::default() };
        let mut context = Context::new(&model, &options).unwrap();
        let (mut from, mut count) = (0, 0);
        loop {
            let found = context.find_utf8(&text.as_bytes()[from..]).unwrap();
            assert!(found.mentions.len() <= max_spans as usize);
            count += found.mentions.len();
            if found.complete {
                break;
            }
            assert!(found.consumed > 0 && !found.mentions.is_empty(), "every call makes progress");
            from += found.consumed;
        }
        assert!(count > 100, "{count}");
    }
}

#[test]
fn invalid_text_is_replaced_or_rejected_with_its_place() {
    let model = open(&model(9, &Sizes::default()), None);
    let text = b"aspirin \xFF mg";
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    assert!(context.find_utf8(text).unwrap().invalid_text_seen);
    assert!(!context.find_utf8(b"aspirin").unwrap().invalid_text_seen);
    let options = ContextOptions { invalid_text: InvalidText::Reject, ..Default::default() };
    let error = find(&model, &options, text).unwrap_err();
    assert_eq!((error.status, error.position), (Status::InvalidText, Some(8)));
    assert!(!error.to_string().contains("aspirin"));
}

#[test]
fn long_sentences_are_cut_and_reported() {
    let model = open(&model(9, &Sizes::default()), None);
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    assert!(context.find_utf8("aspirin ".repeat(257).as_bytes()).unwrap().sentence_cut);
    assert!(!context.find_utf8("aspirin ".repeat(256).as_bytes()).unwrap().sentence_cut);
}

#[test]
fn options_out_of_range_are_refused() {
    let model = open(&model(9, &Sizes::default()), None);
    for options in [
        ContextOptions { max_window_tokens: 15, ..Default::default() },
        ContextOptions { max_window_tokens: 70_000, ..Default::default() },
        ContextOptions { max_spans: 2_000_000, ..Default::default() },
        ContextOptions { min_score: f32::NAN, ..Default::default() },
        ContextOptions { min_score: 1.5, ..Default::default() },
    ] {
        assert_eq!(
            Context::new(&model, &options).err().unwrap().status,
            Status::InvalidArgument,
            "{options:?}"
        );
    }
}

#[test]
fn the_calibration_changes_scores_alone_and_the_minimum_score_acts_behind_it() {
    let table: Vec<f32> =
        (0..4).flat_map(|label| [0.1, 0.05, 0.4, 0.1 * label as f32 + 0.1, 0.9, 0.6]).collect();
    let mut writer = common::writer(9, &Sizes::default());
    writer.add_f32(drugner::format::CALIBRATION, 0, &[4, 3, 2], &table);
    let bytes = writer.finish(drugner::format::ARCHITECTURE_BILSTM_CRF);
    let text = note(6, 400);
    let raw =
        find(&open(&model(9, &Sizes::default()), None), &ContextOptions::default(), text.as_bytes()).unwrap();
    for kernels in Kernels::available() {
        let model = open(&bytes, Some(kernels.isa()));
        let calibration = model.calibration().unwrap();
        let expected: Vec<Mention> = raw
            .iter()
            .map(|m| Mention { score: calibration.apply(m.score, usize::from(m.label)), ..*m })
            .collect();
        assert!(expected.iter().zip(&raw).filter(|(a, b)| a.score != b.score).count() > 20);
        assert_eq!(find(&model, &ContextOptions::default(), text.as_bytes()).unwrap(), expected);
        let strong = ContextOptions { min_score: 0.5, ..Default::default() };
        let expected: Vec<Mention> = expected.into_iter().filter(|m| m.score >= 0.5).collect();
        assert!(!expected.is_empty());
        assert_eq!(find(&model, &strong, text.as_bytes()).unwrap(), expected);
        assert!(
            find(&model, &ContextOptions { min_score: 0.61, ..strong }, text.as_bytes()).unwrap().is_empty()
        );
    }
}

/// A model with rules finds what it finds without them, with whole brackets, and then the abbreviations.
#[test]
fn brackets_and_abbreviations_follow_the_mentions_of_the_network() {
    let options = ContextOptions::default();
    let (mut completed, mut followed) = (0, 0);
    for seed in 0..40 {
        let text = note(seed, 200).replace("(see below)", "(5 mg}");
        let sizes = Sizes::default();
        let network = find(&open(&model(seed, &sizes), None), &options, text.as_bytes()).unwrap();
        let all = open(&model(seed, &Sizes { rules: true, ..sizes }), None);
        let all = find(&all, &options, text.as_bytes()).unwrap();

        let mut memory = [Abbreviation::default(); CAPACITY];
        let mut known = Abbreviations::new(text.as_bytes(), &mut memory);
        let (mut sentences, mut buffer) = (Sentences::new(text.as_bytes()), [Token::default(); 256]);
        let (mut rest, mut expected) = (&network[..], Vec::new());
        while let Some(sentence) = sentences.next_into(&mut buffer) {
            let tokens = &buffer[..sentence.tokens];
            let (mine, others) = rest.split_at(rest.partition_point(|mention| mention.end <= sentence.end));
            rest = others;
            let span = |mention: &Mention| {
                let first = tokens.iter().position(|token| token.start == mention.start).unwrap();
                let last = tokens.iter().position(|token| token.end == mention.end).unwrap();
                Span { words: first..last + 1, label: usize::from(mention.label), score: mention.score }
            };
            let found: Vec<Span> = mine.iter().map(span).collect();
            let mut spans = found.clone();
            brackets::complete(text.as_bytes(), tokens, &mut spans);
            completed += usize::from(spans != found);
            spans.iter().for_each(|span| known.learn(tokens, span));
            known.each(tokens, &spans, |Answer { span, abbreviation }| {
                expected.push(Mention {
                    start: tokens[span.words.start].start,
                    end: tokens[span.words.end - 1].end,
                    label: span.label as u16,
                    flags: if abbreviation { Mention::ABBREVIATION } else { 0 },
                    score: span.score,
                    concept: u32::MAX,
                    reserved: [0; 3],
                });
            });
        }
        assert_eq!(all, expected, "seed {seed}");
        followed += all.iter().filter(|mention| mention.flags == Mention::ABBREVIATION).count();
    }
    assert!(completed > 0 && followed > 20, "{completed}, {followed}");
}

#[test]
fn minimum_score_and_label_mask_only_drop_mentions() {
    let model = open(&model(9, &Sizes { rules: true, ..Sizes::default() }), None);
    let text = note(6, 400);
    let all = find(&model, &ContextOptions::default(), text.as_bytes()).unwrap();
    assert!(all.iter().any(|m| m.flags == Mention::ABBREVIATION), "the note has an abbreviation");
    let strong = ContextOptions { min_score: 0.5, ..Default::default() };
    let expected: Vec<Mention> = all.iter().filter(|m| m.score >= 0.5).copied().collect();
    assert_eq!(find(&model, &strong, text.as_bytes()).unwrap(), expected);
    let brands = ContextOptions { label_mask: 0b10, ..Default::default() };
    let expected: Vec<Mention> = all.iter().filter(|m| m.label == 1).copied().collect();
    assert_eq!(find(&model, &brands, text.as_bytes()).unwrap(), expected);
}
