//! Export: trained weights -> model file.

mod bilstm_crf;
mod quantise;
pub mod words;

pub use bilstm_crf::{Tables, export, export_with_selftest};
pub use quantise::quantise;

use anyhow::Result;
use drugner::features::vocabulary::build_slots;
use drugner::format as file;
use drugner::format::writer::Writer;
use drugner::model::selftest::{FIELDS, answers};
use drugner::{Model, ModelOptions};
use half::f16;
use std::collections::BTreeMap;

/// Texts whose mentions are stored in the model for `drugner selftest`: invented, one a line.
const SELFTEST_TEXTS: &str = include_str!("selftest_texts.txt");

/// A writer with what every family has: model card, labels, known words.
fn begin(card: &BTreeMap<String, String>, labels: &[&str], words: &[String]) -> Writer {
    let mut writer = Writer::default();
    let pairs: Vec<&str> = card.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]).collect();
    writer.add_strings(file::META, &pairs);
    writer.add_strings(file::LABELS, labels);
    writer.add_strings(file::WORDS, words);
    let slots = build_slots(words);
    writer.add_u32(file::WORD_SLOTS, 0, &[slots.len()], &slots);
    writer
}

/// The bytes of the file with a self-test: the engine's own answers to the built-in texts and to `more`. `None` when the
/// model finds nothing in them.
fn with_selftest(writer: Writer, architecture: u32, more: &[String]) -> Result<Option<Vec<u8>>> {
    let texts: Vec<&str> = SELFTEST_TEXTS.lines().chain(more.iter().map(String::as_str)).collect();
    with_answers(writer, architecture, &texts)
}

/// The same with the engine's answers to `texts`.
fn with_answers(mut writer: Writer, architecture: u32, texts: &[&str]) -> Result<Option<Vec<u8>>> {
    let model = Model::open_copy(&writer.finish(architecture), &ModelOptions::default())?;
    let mentions = answers(&model, texts)?;
    if mentions.is_empty() {
        return Ok(None);
    }
    writer.add_strings(file::TEST_TEXTS, texts);
    writer.add_u32(file::TEST_MENTIONS, 0, &[mentions.len() / FIELDS, FIELDS], &mentions);
    Ok(Some(writer.finish(architecture)))
}

fn halves(values: &[f32]) -> Vec<u16> {
    values.iter().map(|&v| f16::from_f32(v).to_bits()).collect()
}
