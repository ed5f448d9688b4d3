//! Random valid models give the same bits on every instruction set, in UTF-8 and UTF-16, with one context or many.
//!
//! `DRUGNER_SEEDS=100000 cargo test --release -p drugner --test generated` is the long form.

mod common;
mod hostile;

use drugner::kernels::Kernels;
use drugner::{Context, ContextOptions, Isa, Mention, Model, ModelOptions};
use hostile::generator::valid_model;

fn mentions(context: &mut Context, text: &[u8]) -> Vec<Mention> {
    context.find_utf8(text).unwrap().mentions.to_vec()
}

/// Place, label and bits of the score.
fn bits(mentions: &[Mention]) -> Vec<[u32; 4]> {
    mentions.iter().map(|m| [m.start, m.end, u32::from(m.label), m.score.to_bits()]).collect()
}

#[test]
fn every_instruction_set_gives_the_bits_of_scalar() {
    let seeds = std::env::var("DRUGNER_SEEDS").map_or(400, |count| count.parse().unwrap());
    let mut families = std::collections::BTreeMap::new();
    for seed in 0..seeds {
        let bytes = valid_model(seed);
        let texts = [common::note(seed, 40), common::note(seed + 1, 3)];
        let window = 16 + (seed % 32) as u32;
        let answers = |isa: Isa| {
            let options = ModelOptions { isa: Some(isa), ..ModelOptions::default() };
            let model =
                Model::open_copy(&bytes, &options).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            let options = ContextOptions { max_window_tokens: window, ..ContextOptions::default() };
            let mut context = Context::new(&model, &options).unwrap();
            let answers = texts.each_ref().map(|text| mentions(&mut context, text.as_bytes()));
            for (text, answer) in texts.iter().zip(&answers) {
                hostile::check_mentions(&model, answer, text.len());
                let units: Vec<u16> = text.encode_utf16().collect();
                let found = context.find_utf16(&units).unwrap().mentions;
                let without_place = |m: &Mention| (m.label, m.score.to_bits());
                assert!(found.iter().map(without_place).eq(answer.iter().map(without_place)), "seed {seed}");
                let mut fresh = Context::new(&model, &options).unwrap();
                assert_eq!(bits(&mentions(&mut fresh, text.as_bytes())), bits(answer), "seed {seed}");
            }
            (model.family(), answers)
        };
        let (family, scalar) = answers(Isa::Scalar);
        for kernels in Kernels::available().filter(|kernels| kernels.isa() != Isa::Scalar) {
            let (_, found) = answers(kernels.isa());
            for (found, scalar) in found.iter().zip(&scalar) {
                assert_eq!(bits(found), bits(scalar), "seed {seed}, {}", kernels.isa().name());
            }
        }
        *families.entry(family).or_insert(0) += scalar.iter().map(Vec::len).sum::<usize>();
    }
    assert!(families.len() == 3 && families.values().all(|&mentions| mentions > 100), "{families:?}");
}
