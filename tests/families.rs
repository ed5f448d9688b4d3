//! The families with a softmax against a forward pass in plain loops, and what is theirs alone.

mod common;

use common::families::{Dense, Network, Simple};
use common::note;
use drugner::format::{self, ARCHITECTURE_BILSTM_CRF, ARCHITECTURE_LSTM, ARCHITECTURE_WINDOW};
use drugner::model::selftest::{FIELDS, fields};
use drugner::{Context, ContextOptions, Mention, Model, ModelOptions, Status};
use proptest::prelude::*;

fn find(model: &Model, text: &str) -> Vec<Mention> {
    let mut context = Context::new(model, &ContextOptions::default()).unwrap();
    context.find_utf8(text.as_bytes()).unwrap().mentions.to_vec()
}

fn open(model: &Simple) -> Model {
    Model::open_copy(&model.bytes(), &ModelOptions::default()).unwrap()
}

/// Compares the engine with the reference and returns the number of mentions; `None` where the reference itself is
/// near a tie.
fn agrees(simple: &Simple, text: &str, window: usize) -> Option<usize> {
    let (expected, margin) = simple.find(text, window);
    if margin < 1e-3 {
        return None;
    }
    let options = ContextOptions { max_window_tokens: window as u32, ..ContextOptions::default() };
    let mut context = Context::new(&open(simple), &options).unwrap();
    let found = context.find_utf8(text.as_bytes()).unwrap().mentions;
    let places = |m: &Mention| (m.start, m.end, m.label);
    let expected_places: Vec<_> = expected.iter().map(|m| (m.start, m.end, m.label)).collect();
    assert_eq!(found.iter().map(places).collect::<Vec<_>>(), expected_places, "{simple:?}");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found.score - expected.score).abs() < 1e-3, "{} {}", found.score, expected.score);
    }
    Some(found.len())
}

#[test]
fn random_networks_find_what_plain_loops_find() {
    let (mut compared, mut mentions) = (0, 0);
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..300 {
        let text = note(seed, 12 + seed as usize % 40);
        for simple in [Simple::window(seed, 0.7), Simple::lstm(seed, 0.7)] {
            // Windows of 16 tokens cut nearly every sentence.
            if let Some(count) = agrees(&simple, &text, if seed % 2 == 0 { 16 } else { 256 }) {
                compared += 1;
                mentions += count;
                kinds.insert(match simple.network {
                    Network::Window { border, ref layers, .. } => (border, layers.len(), simple.joined),
                    Network::Lstm { input, .. } if input == simple.width => (2, 0, simple.joined),
                    Network::Lstm { input, .. } if input == 2 * simple.width => (3, 0, simple.joined),
                    Network::Lstm { .. } => (4, 0, simple.joined),
                });
            }
        }
    }
    assert!(compared > 400 && mentions > 2000, "{compared} {mentions}");
    assert_eq!(kinds.len(), 2 * 4 * 2 + 3 * 2, "every kind of network was compared: {kinds:?}");
}

/// A window that reads on gives the last words of a sentence other scores, and only those within its reach.
#[test]
fn only_the_border_decides_what_stands_behind_a_sentence() {
    let base = (0..).map(|seed| Simple::window(seed, 0.7)).find(
        |simple| matches!(simple.network, Network::Window { words: 4, ref layers, .. } if layers.len() == 2),
    );
    let mut simple = base.unwrap();
    simple.joined = true;
    let texts = [
        "The warfarin of the patient.\n\nAspirin mg.",
        "The warfarin of the patient.\n\n- \n\nOf the patient.",
    ];
    let first = |simple: &Simple, text: &str| -> Vec<Mention> {
        find(&open(simple), text).into_iter().filter(|mention| mention.start < 28).collect()
    };
    for reads_on in [0, 1] {
        let Network::Window { border, .. } = &mut simple.network else { unreachable!() };
        *border = reads_on;
        let [a, b] = texts.map(|text| first(&simple, text));
        assert!(!a.is_empty());
        assert_eq!(a == b, reads_on == 0, "{a:?} {b:?}");
        for text in texts {
            assert!(agrees(&simple, text, 256).is_some());
        }
    }
}

#[test]
fn words_between_blanks_are_whole_mentions_and_symbols_alone_none() {
    let mut simple = Simple::lstm(3, 0.7);
    simple.joined = true;
    let Network::Lstm { dense, .. } = &mut simple.network else { unreachable!() };
    dense.bias = vec![-60.0, 60.0, -60.0, -60.0, -60.0];
    let model = open(&simple);
    let text = "(5-FU) and iron(III).\n\n--- ()\n\n(R)-warfarin";
    let found: Vec<&str> =
        find(&model, text).iter().map(|m| &text[m.start as usize..m.end as usize]).collect();
    assert_eq!(found, ["5-FU) and iron(III)", "(R)-warfarin"]);
    assert!(find(&model, "--- ()").is_empty());
    // A sentence of symbols counts as cut although it has no word.
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    assert!(context.find_utf8("-".repeat(300).as_bytes()).unwrap().sentence_cut);
}

#[test]
fn a_model_says_what_it_is() {
    let simple = Simple::window(1, 1.0);
    let (model, info) = (open(&simple), open(&simple).info());
    let Network::Window { words, ref layers, .. } = simple.network else { unreachable!() };
    assert_eq!((model.family(), info.architecture), ("window", ARCHITECTURE_WINDOW));
    assert_eq!((info.input as usize, info.layers as usize), (words * simple.width, layers.len() - 1));
    assert_eq!(info.tags as usize, 1 + 4 * words);
    let simple = Simple::lstm(1, 1.0);
    let (model, info) = (open(&simple), open(&simple).info());
    let Network::Lstm { input, hidden, .. } = simple.network else { unreachable!() };
    assert_eq!((model.family(), info.architecture), ("lstm", ARCHITECTURE_LSTM));
    assert_eq!(
        (info.input as usize, info.hidden as usize, info.layers, info.tags),
        (input, hidden.next_multiple_of(16), 1, 5)
    );
    let tagger = common::model(1, &common::Sizes::default());
    assert_eq!(Model::open_copy(&tagger, &ModelOptions::default()).unwrap().family(), "bilstm-crf");
}

#[test]
fn the_tagger_reads_words_too() {
    let mut writer = common::writer(1, &common::Sizes::default());
    writer.set_tokenizer(format::TOKENIZER_WORDS);
    let model = Model::open_copy(&writer.finish(ARCHITECTURE_BILSTM_CRF), &ModelOptions::default()).unwrap();
    let text = "aspirin (5-FU) warfarin ".repeat(20);
    let found = find(&model, &text);
    assert!(!found.is_empty());
    for mention in found {
        let [before, after] = [&text[..mention.start as usize], &text[mention.end as usize..]];
        assert!(before.is_empty() || before.ends_with([' ', '(']), "{mention:?}");
        assert!(after.starts_with([' ', ')']), "{mention:?}");
    }
}

#[test]
fn the_selftest_knows_every_family() {
    for simple in [Simple::window(7, 0.7), Simple::lstm(7, 0.7)] {
        let mut writer = simple.writer();
        let texts = [note(1, 30), note(2, 30)];
        let model = open(&simple);
        assert_eq!(model.selftest().unwrap_err().status, Status::Unsupported);
        let mut expected: Vec<u32> = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            expected.extend(find(&model, text).iter().flat_map(|mention| fields(i, mention)));
        }
        assert!(!expected.is_empty());
        writer.add_strings(format::TEST_TEXTS, &texts);
        for wrong in [false, true] {
            let mut writer = writer.clone();
            expected[FIELDS - 1] ^= u32::from(wrong);
            writer.add_u32(format::TEST_MENTIONS, 0, &[expected.len() / FIELDS, FIELDS], &expected);
            let bytes = writer.finish(simple.architecture());
            let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
            assert_eq!(model.selftest().is_err(), wrong);
        }
    }
}

fn status_of(bytes: &[u8]) -> Status {
    Model::open_copy(bytes, &ModelOptions::default()).err().expect("the file is refused").status
}

fn dense(inputs: usize, outputs: usize) -> Dense {
    Dense { inputs, outputs, weights: vec![0.5; inputs * outputs], bias: vec![0.0; outputs] }
}

#[test]
fn window_sizes_that_disagree_are_refused() {
    let model = |width: usize, words, border, layers: &[(usize, usize)]| Simple {
        joined: true,
        labels: 4,
        table: vec![0.5; 9 * width],
        width,
        network: Network::Window {
            words,
            border,
            layers: layers.iter().map(|&(inputs, outputs)| dense(inputs, outputs)).collect(),
        },
    };
    let good = model(5, 3, 1, &[(15, 20), (20, 13)]);
    open(&good);
    open(&model(5, 3, 0, &[(15, 13)]));
    let corrupt = [
        ("no words", model(5, 0, 1, &[(15, 20), (20, 13)])),
        ("unknown border", model(5, 3, 2, &[(15, 20), (20, 13)])),
        ("narrower vectors", model(4, 3, 1, &[(15, 20), (20, 13)])),
        ("wider vectors", model(6, 3, 1, &[(15, 20), (20, 13)])),
        ("two panels for 13 classes", model(5, 3, 1, &[(15, 20), (20, 17)])),
        ("one panel for 17 classes", model(5, 4, 1, &[(20, 20), (20, 16)])),
        ("fewer inputs than units of the second panel", model(5, 3, 1, &[(15, 20), (16, 13)])),
        ("more inputs than padded units", model(5, 3, 1, &[(15, 20), (33, 13)])),
        ("no layer", model(5, 3, 1, &[])),
    ];
    for (case, model) in corrupt {
        assert_eq!(status_of(&model.bytes()), Status::CorruptModel, "{case}");
    }
    let limit = [
        ("words", model(5, 17, 1, &[(85, 20), (20, 69)])),
        ("words that overflow", model(5, u32::MAX as usize, 1, &[(15, 20), (20, 13)])),
        ("units", model(5, 3, 1, &[(15, 4097), (4097, 13)])),
        (
            "layers",
            model(5, 3, 1, &[(15, 3), (3, 3), (3, 3), (3, 3), (3, 3), (3, 3), (3, 3), (3, 3), (3, 13)]),
        ),
    ];
    for (case, model) in limit {
        assert_eq!(status_of(&model.bytes()), Status::Limit, "{case}");
    }
    for (family, status) in [(2, Status::FormatTooNew), (ARCHITECTURE_LSTM, Status::CorruptModel)] {
        assert_eq!(status_of(&good.writer().finish(family)), status, "family {family}");
    }
    let mut gap = good.writer();
    gap.add_u16(format::DENSE, 3, &[1, 13, 16], &[0; 13 * 16]);
    gap.add_f32(format::DENSE_BIAS, 3, &[1, 16], &[0.0; 16]);
    let mut lone_bias = good.writer();
    lone_bias.add_f32(format::CHAR_BIAS, 0, &[1], &[0.0]);
    let mut unknown_tokenizer = good.writer();
    unknown_tokenizer.set_tokenizer(3);
    let cases = [
        (gap, Status::CorruptModel),
        (lone_bias, Status::CorruptModel),
        (unknown_tokenizer, Status::FormatTooNew),
    ];
    for (i, (writer, status)) in cases.into_iter().enumerate() {
        assert_eq!(status_of(&writer.finish(ARCHITECTURE_WINDOW)), status, "case {i}");
    }
}

#[test]
fn lstm_sizes_that_disagree_are_refused() {
    let model = |width: usize, input: usize, hidden: usize, classes: usize, inputs: usize| Simple {
        joined: false,
        labels: 4,
        table: vec![0.5; 9 * width],
        width,
        network: Network::Lstm {
            input,
            hidden,
            wx: vec![0.5; 4 * hidden * input],
            wh: vec![0.5; 4 * hidden * hidden],
            bias: vec![0.5; 4 * hidden],
            dense: dense(inputs, classes),
        },
    };
    for input in [7, 8, 14] {
        open(&model(7, input, 20, 5, 20));
    }
    for input in [6, 9, 13, 15, 21] {
        assert_eq!(status_of(&model(7, input, 20, 5, 20).bytes()), Status::CorruptModel, "{input} inputs");
    }
    assert_eq!(status_of(&model(7, 7, 20, 17, 20).bytes()), Status::CorruptModel, "two panels of classes");
    let mut second = model(7, 7, 20, 5, 20).writer();
    second.add_u16(format::LSTM_INPUT, 1, &[2, 7, 64], &vec![0; 2 * 7 * 64]);
    assert_eq!(status_of(&second.finish(ARCHITECTURE_LSTM)), Status::CorruptModel, "a second direction");
    assert_eq!(status_of(&second.finish(ARCHITECTURE_BILSTM_CRF)), Status::CorruptModel, "the wrong family");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    /// A text that comes in portions because the buffer is full has the mentions of the whole text.
    #[test]
    fn portions_see_the_same_words_behind_a_sentence(seed in any::<u64>()) {
        let lines: Vec<String> =
            (0..40).map(|i| note(seed.wrapping_add(i), 5).replace(['\n', '\t'], " ")).collect();
        let text = lines.join("\n\n");
        let model = open(&Simple::window(seed, 0.7));
        let whole = find(&model, &text);
        let options = ContextOptions { max_spans: 50, ..ContextOptions::default() };
        let mut context = Context::new(&model, &options).unwrap();
        let (mut from, mut mentions) = (0, Vec::new());
        loop {
            let found = context.find_utf8(&text.as_bytes()[from..]).unwrap();
            let shift = from as u32;
            let moved = |m: &Mention| Mention { start: m.start + shift, end: m.end + shift, ..*m };
            mentions.extend(found.mentions.iter().map(moved));
            if found.complete {
                break;
            }
            from += found.consumed;
        }
        prop_assert_eq!(mentions, whole);
    }
}
