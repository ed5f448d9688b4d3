//! One hash of the answers to seeded texts: the same on every instruction set, with one thread or 64, in UTF-8 and
//! UTF-16, in debug and release builds, on every machine.
//!
//! `DRUGNER_TEXTS=10000 cargo test --release -p drugner --test reproducible` is the long form. A new default model or a
//! new kernel changes the hashes of `tests/golden/answers.txt`: only then are they written anew, from the failure.
#![cfg(feature = "embedded-model")]

mod common;

use drugner::format::sha256::{hex, sha256};
use drugner::kernels::Kernels;
use drugner::text::offsets::utf8_to_utf16;
use drugner::{Context, ContextOptions, Isa, Mention, Model, ModelOptions};

/// Texts of the fast form; its hash stands in the file beside that of the long form.
const FAST: usize = 500;
const LONG: usize = 10_000;

fn count() -> usize {
    std::env::var("DRUGNER_TEXTS").map_or(FAST, |count| count.parse().unwrap())
}

fn text(number: usize) -> String {
    common::note(number as u64, 1 + number % 40)
}

fn model(isa: Isa) -> Model {
    Model::open_default(&ModelOptions { isa: Some(isa), ..ModelOptions::default() }).unwrap()
}

fn row(mention: &Mention) -> [u32; 4] {
    [mention.start, mention.end, u32::from(mention.label), mention.score.to_bits()]
}

/// What the hash is taken of: number of the text, number of its mentions, and their rows.
fn answers(context: &mut Context, numbers: impl Iterator<Item = usize>, out: &mut Vec<u8>) {
    for number in numbers {
        let text = text(number);
        let mentions = context.find_utf8(text.as_bytes()).unwrap().mentions;
        out.extend((number as u32).to_le_bytes());
        out.extend((mentions.len() as u32).to_le_bytes());
        out.extend(mentions.iter().flat_map(row).flat_map(u32::to_le_bytes));
    }
}

fn hash_with_threads(model: &Model, threads: usize, count: usize) -> String {
    let share = count.div_ceil(threads);
    let parts: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let run = |thread: usize| {
            let numbers = (thread * share).min(count)..((thread + 1) * share).min(count);
            scope.spawn(move || {
                let (mut out, mut context) =
                    (Vec::new(), Context::new(model, &ContextOptions::default()).unwrap());
                answers(&mut context, numbers, &mut out);
                out
            })
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    hex(&sha256(&parts.concat()))
}

#[test]
fn the_answers_have_the_committed_hash() {
    let count = count();
    let committed = include_str!("golden/answers.txt");
    let best = Kernels::available().next().unwrap().isa();
    let model = model(best);
    let identity = hex(&model.info().sha256);
    let line = format!("{identity} {count} {}", hash_with_threads(&model, 1, count));
    assert!(
        !matches!(count, FAST | LONG) || committed.lines().any(|committed| committed == line),
        "model, number of texts and hash of the answers are not in tests/golden/answers.txt:\n{line}"
    );
}

#[test]
fn instruction_sets_and_threads_do_not_change_the_hash() {
    let count = count();
    let best = model(Kernels::available().next().unwrap().isa());
    let expected = hash_with_threads(&best, 1, count);
    for threads in [2, 7, 64] {
        assert_eq!(hash_with_threads(&best, threads, count), expected, "{threads} threads");
    }
    // Scalar kernels are slow: a part of the texts in the fast form.
    let part = if count > FAST { count } else { 60 };
    let expected = hash_with_threads(&best, 1, part);
    for kernels in Kernels::available().skip(1) {
        let found = hash_with_threads(&model(kernels.isa()), 1, part);
        assert_eq!(found, expected, "{}", kernels.isa().name());
    }
}

#[test]
fn utf16_has_the_answers_of_utf8() {
    let model = model(Kernels::available().next().unwrap().isa());
    let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
    for number in 0..count() {
        let text = text(number);
        let mut expected: Vec<[u32; 4]> =
            context.find_utf8(text.as_bytes()).unwrap().mentions.iter().map(row).collect();
        for row in &mut expected {
            utf8_to_utf16(text.as_bytes(), &mut row[..2]).unwrap();
        }
        let units: Vec<u16> = text.encode_utf16().collect();
        let found: Vec<[u32; 4]> = context.find_utf16(&units).unwrap().mentions.iter().map(row).collect();
        assert_eq!(found, expected, "text {number}");
    }
}
