//! The best answers to a sentence: the first is that of `find`, the others follow in order, each another one.

mod common;

use common::families::Simple;
use common::{Sizes, model, note};
use drugner::kernels::Kernels;
use drugner::{Context, ContextOptions, Mention, Model, ModelOptions, Path, Status};
use proptest::prelude::*;

const OPTIONS: ContextOptions = ContextOptions {
    max_window_tokens: 16,
    max_spans: 10_000,
    invalid_text: drugner::InvalidText::Replace,
    min_score: 0.0,
    label_mask: 0,
    max_paths: 8,
};

fn open(bytes: &[u8]) -> Model {
    Model::open_copy(bytes, &ModelOptions::default()).unwrap()
}

/// Paths and their mentions, sentence by sentence.
type Answers = Vec<(Vec<Path>, Vec<Mention>)>;

fn answers(context: &mut Context, text: &[u8], most: usize) -> Answers {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let found = context.nbest_utf8(text, at, most).unwrap();
        assert!(found.end > at);
        assert_eq!(found.paths.is_empty(), found.start == found.end);
        at = found.end;
        out.push((found.paths.to_vec(), found.mentions.to_vec()));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn the_first_path_is_the_answer_of_find_and_the_others_follow(
        seed in any::<u64>(),
        scale in prop::sample::select(vec![1e-6f32, 0.3, 1.0, 50.0]),
        most in 1usize..=8,
    ) {
        let model = open(&model(seed, &Sizes { scale, ..Sizes::default() }));
        let mut context = Context::new(&model, &OPTIONS).unwrap();
        let text = note(seed, 100);
        let expected = context.find_utf8(text.as_bytes()).unwrap().mentions.to_vec();
        let mut first: Vec<Mention> = Vec::new();
        for (paths, mentions) in answers(&mut context, text.as_bytes(), most) {
            let of = |path: &Path| &mentions[path.first_mention as usize..][..path.mention_count as usize];
            for (i, path) in paths.iter().enumerate() {
                let spans = |path: &Path| of(path).iter().map(|m| (m.start, m.end, m.label)).collect::<Vec<_>>();
                prop_assert!(paths[..i].iter().all(|other| spans(other) != spans(path)), "two paths are the same");
                prop_assert!(spans(path).is_sorted_by(|a, b| a.1 <= b.0));
                // A path is one of the ways to its mentions; with numbers that underflow, both may be 0.
                let bounded = |m: &Mention| m.score >= path.probability - 1e-4;
                prop_assert!(scale > 1.0 || of(path).iter().all(bounded));
            }
            prop_assert!(paths.is_sorted_by(|a, b| a.probability >= b.probability));
            prop_assert!(paths.iter().map(|path| path.probability).sum::<f32>() < 1.0 + 1e-6);
            prop_assert_eq!(paths.iter().map(|path| path.mention_count).sum::<u32>() as usize, mentions.len());
            // There are none behind the last sentence, where blanks may be.
            first.extend(paths.first().map(of).unwrap_or_default());
        }
        prop_assert_eq!(first, expected);
    }
}

#[test]
fn the_probabilities_of_all_paths_add_up_to_one() {
    for seed in 0..20 {
        let model = open(&model(seed, &Sizes::default()));
        let mut context = Context::new(&model, &OPTIONS).unwrap();
        // A sentence of one word is no name, or one of any label.
        let found = context.nbest_utf8(b"aspirin", 0, 8).unwrap();
        assert_eq!(found.paths.len() as u32, 1 + model.label_count());
        let sum: f32 = found.paths.iter().map(|path| path.probability).sum();
        assert!((sum - 1.0).abs() < 1e-5, "seed {seed}: {sum}");
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let bytes = model(5, &Sizes { layers: 2, ..Sizes::default() });
    let text = note(5, 200);
    let all: Vec<Answers> = Kernels::available()
        .map(|kernels| {
            let options = ModelOptions { isa: Some(kernels.isa()), ..ModelOptions::default() };
            let model = Model::open_copy(&bytes, &options).unwrap();
            answers(&mut Context::new(&model, &OPTIONS).unwrap(), text.as_bytes(), 8)
        })
        .collect();
    assert!(all.iter().all(|answers| *answers == all[0]));
    assert!(all[0].iter().any(|(paths, _)| paths.len() == 8));
}

#[test]
fn utf16_and_a_place_inside_of_a_sentence() {
    let model = open(&model(9, &Sizes::default()));
    let mut context = Context::new(&model, &OPTIONS).unwrap();
    let text = "The patient took aspirin.\nWarfarin 5 mg was given \u{1f48a}.";
    let units: Vec<u16> = text.encode_utf16().collect();
    let ranges = [0, 24, 25, 26, 40, text.len(), usize::MAX].map(|at| {
        let found = context.nbest_utf8(text.as_bytes(), at, 3).unwrap();
        (found.start, found.end, found.paths.len())
    });
    let (end, last) = (text.len(), (26, text.len(), 3));
    assert_eq!(ranges, [(0, 25, 3), (0, 25, 3), last, last, last, (end, end, 0), (end, end, 0)]);
    let bytes = context.nbest_utf8(text.as_bytes(), 30, 8).unwrap();
    let bytes = (bytes.paths.to_vec(), bytes.mentions.iter().map(|m| (m.start, m.label)).collect::<Vec<_>>());
    let found = context.nbest_utf16(&units, 30, 8).unwrap();
    // The pill is behind all letters: one symbol of 4 bytes or 2 units, with the full stop behind it.
    let back = |start: u32| if start as usize == units.len() - 1 { start + 2 } else { start };
    let starts: Vec<_> = found.mentions.iter().map(|m| (back(m.start), m.label)).collect();
    assert_eq!((found.paths.to_vec(), starts, found.end), (bytes.0, bytes.1, units.len()));
}

#[test]
fn a_filter_leaves_no_mention_out_of_a_path() {
    let model = open(&model(9, &Sizes::default()));
    let text = note(3, 30);
    let plain = answers(&mut Context::new(&model, &OPTIONS).unwrap(), text.as_bytes(), 4);
    let filtered = ContextOptions { min_score: 0.9, label_mask: 1, ..OPTIONS };
    assert_eq!(answers(&mut Context::new(&model, &filtered).unwrap(), text.as_bytes(), 4), plain);
}

#[test]
fn memory_and_numbers_are_as_the_options_say() {
    let model = open(&model(9, &Sizes::default()));
    let size = |max_paths| {
        Context::arena_size(&model, &ContextOptions { max_paths, ..ContextOptions::default() }).unwrap()
    };
    assert!(size(0) < size(1) && size(1) < size(8));
    let status = |max_paths, most| {
        let mut context = Context::new(&model, &ContextOptions { max_paths, ..OPTIONS }).unwrap();
        context.nbest_utf8(b"aspirin", 0, most).map(|found| found.paths.len()).map_err(|error| error.status)
    };
    assert_eq!((status(2, 2), status(2, 1)), (Ok(2), Ok(1)));
    for (max_paths, most) in [(0, 0), (0, 1), (2, 0), (2, 3), (8, usize::MAX)] {
        assert_eq!(status(max_paths, most), Err(Status::InvalidArgument), "{max_paths} {most}");
    }
    let refused = |model: &Model, max_paths| {
        Context::new(model, &ContextOptions { max_paths, ..OPTIONS }).err().map(|error| error.status)
    };
    assert_eq!(refused(&model, 9), Some(Status::InvalidArgument));
    let simple = open(&Simple::lstm(3, 0.7).bytes());
    assert_eq!((refused(&simple, 1), refused(&simple, 0)), (Some(Status::Unsupported), None));
    let mut context = Context::new(&model, &OPTIONS).unwrap();
    assert!(context.nbest_utf8(b"", 0, 8).unwrap().paths.is_empty());
    assert!(context.nbest_utf8(b"aspirin \xFF", 0, 8).unwrap().invalid_text_seen);
    assert!(context.nbest_utf8("aspirin ".repeat(17).as_bytes(), 0, 8).unwrap().sentence_cut);
}
