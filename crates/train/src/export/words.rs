//! Model files of the families window and lstm, which read words between blanks.

use super::{begin, halves, with_selftest};
use crate::representation::{Classes, WINDOW};
use crate::sequence::SequenceWeights;
use crate::window::DenseLayer;
use anyhow::{Result, ensure};
use drugner::format::layout::{pack_dense, pack_dense_bias, pack_lstm, pack_lstm_bias, padded};
use drugner::format::writer::Writer;
use drugner::format::{self as file, ARCHITECTURE_LSTM, ARCHITECTURE_WINDOW, TOKENIZER_WORDS};
use drugner_corpus::Label;
use std::collections::BTreeMap;

/// Most known words in the self-test, and in one of its texts.
const SELFTEST_WORDS: usize = 400;
const SELFTEST_TEXT_WORDS: usize = 20;

/// The words of a model and their vectors.
pub struct WordTable<'a> {
    /// Words of rows 1, 2, ...
    pub words: &'a [String],
    /// `[1 + words][dim]`; row 0 is the unknown word.
    pub vectors: &'a [f32],
    /// Numbers of a vector.
    pub dim: usize,
}

/// Where the windows of a sentence end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// At the end of the sentence, with padding behind it.
    Sentence,
    /// They read on into the text that follows.
    Stream,
}

/// The bytes of a window model: hidden layers with sigmoid units, then the scores of the classes.
pub fn window_model(
    layers: &[DenseLayer],
    classes: Classes,
    border: Border,
    table: &WordTable<'_>,
    card: &BTreeMap<String, String>,
) -> Result<Vec<u8>> {
    ensure!(
        layers.first().is_some_and(|layer| layer.inputs == WINDOW * table.dim)
            && layers.last().is_some_and(|layer| layer.outputs == classes.window_count()),
        "the layers do not fit the windows"
    );
    let mut writer = words(classes, table, card);
    let border = u32::from(border == Border::Stream);
    writer.add_u32(file::WINDOW, 0, &[2], &[WINDOW as u32, border]);
    for (i, layer) in layers.iter().enumerate() {
        dense(&mut writer, i as u32, &layer.weight, &layer.bias, layer.inputs);
    }
    finish(writer, ARCHITECTURE_WINDOW, table.words)
}

/// The bytes of an LSTM model of one direction.
pub fn lstm_model(
    weights: &SequenceWeights,
    classes: Classes,
    table: &WordTable<'_>,
    card: &BTreeMap<String, String>,
) -> Result<Vec<u8>> {
    ensure!(!weights.bidirectional, "the family lstm has one direction");
    ensure!(weights.classes == classes.word_count(), "the output layer does not fit the labels");
    let mut writer = words(classes, table, card);
    let (hidden, width) = (weights.hidden, weights.width);
    let units = padded(hidden).expect("the number of units is small");
    let panels = units / 16;
    writer.add_u16(file::LSTM_INPUT, 0, &[panels, width, 64], &pack_lstm(&weights.wx, hidden, width, width));
    let recurrent = pack_lstm(&weights.wh, hidden, hidden, units);
    writer.add_u16(file::LSTM_RECURRENT, 0, &[panels, units, 64], &recurrent);
    writer.add_f32(file::LSTM_BIAS, 0, &[panels, 64], &pack_lstm_bias(&weights.bias, hidden));
    let mut rows = vec![0f32; weights.classes * units];
    for (out, row) in rows.chunks_exact_mut(units).zip(weights.dense.chunks_exact(hidden)) {
        out[..hidden].copy_from_slice(row);
    }
    dense(&mut writer, 0, &rows, &weights.dense_bias, units);
    finish(writer, ARCHITECTURE_LSTM, table.words)
}

/// With a self-test unless the model, trained on little, finds nothing in its texts. Texts of words that the model knows
/// are among them: these families find few names that they have not seen.
fn finish(writer: Writer, architecture: u32, words: &[String]) -> Result<Vec<u8>> {
    let step = words.len().div_ceil(SELFTEST_WORDS).max(1);
    let known: Vec<&str> = words.iter().step_by(step).map(String::as_str).collect();
    let alone = known.iter().map(|word| (*word).to_owned());
    let together = known.chunks(SELFTEST_TEXT_WORDS).map(|words| words.join(" "));
    let texts: Vec<String> = together.chain(alone).collect();
    Ok(with_selftest(writer.clone(), architecture, &texts)?.unwrap_or_else(|| writer.finish(architecture)))
}

fn words(classes: Classes, table: &WordTable<'_>, card: &BTreeMap<String, String>) -> Writer {
    let labels = &Label::ALL.map(Label::name)[..classes.labels()];
    let mut writer = begin(card, labels, table.words);
    writer.set_tokenizer(TOKENIZER_WORDS);
    let dims = [table.words.len() + 1, table.dim];
    writer.add_u16(file::WORD_TABLE, 0, &dims, &halves(table.vectors));
    writer
}

/// A dense layer; `weight` is `[outputs][inputs]`.
fn dense(writer: &mut Writer, index: u32, weight: &[f32], bias: &[f32], inputs: usize) {
    let panels = bias.len().div_ceil(16);
    writer.add_u16(file::DENSE, index, &[panels, inputs, 16], &pack_dense(weight, bias.len(), inputs));
    writer.add_f32(file::DENSE_BIAS, index, &[panels, 16], &pack_dense_bias(bias));
}
