//! Model files of the bilstm-crf family.

use super::{begin, halves, with_selftest};
use crate::data::lexicon::Lists;
use crate::evaluate::segments;
use crate::tagger::TaggerWeights;
use anyhow::{Context as _, Result, ensure};
use drugner::features::chars::{CHAR_COUNT, CharFilters, FILTER_WIDTH};
use drugner::features::word::Word;
use drugner::format::layout::{pack_dense, pack_dense_bias, pack_lstm, pack_lstm_bias};
use drugner::format::writer::Writer;
use drugner::format::{self as file, ARCHITECTURE_BILSTM_CRF};
use drugner_corpus::Label;
use half::f16;
use std::collections::BTreeMap;

/// All that a bilstm-crf model file is made of, apart from the network's weights.
pub struct Tables {
    /// Known words, rows 1, 2, ... of the word table.
    pub words: Vec<String>,
    /// Word vectors, `[1 + words][word_width]`.
    pub word_table: Vec<f32>,
    /// Lexicon.
    pub lists: Lists,
    /// Table built from `lists`.
    pub lexicon: (Vec<u32>, Vec<u16>),
    /// What the model asks of the engine, such as [`FEATURE_ABBREVIATIONS`](file::FEATURE_ABBREVIATIONS).
    pub required: u64,
}

/// The bytes of a model file, without self-test.
pub fn export(weights: &TaggerWeights, tables: &Tables, card: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    Ok(sections(weights, tables, card)?.finish(ARCHITECTURE_BILSTM_CRF))
}

/// The bytes of a model file with a self-test: the engine's own answers to the built-in texts.
pub fn export_with_selftest(
    weights: &TaggerWeights,
    tables: &Tables,
    card: &BTreeMap<String, String>,
) -> Result<Vec<u8>> {
    with_selftest(sections(weights, tables, card)?, ARCHITECTURE_BILSTM_CRF, &[])?
        .context("the trained model finds nothing in the self-test's texts")
}

fn sections(weights: &TaggerWeights, tables: &Tables, card: &BTreeMap<String, String>) -> Result<Writer> {
    let mut writer = begin(card, &Label::ALL.map(Label::name), &tables.words);
    writer.set_required(tables.required);
    let filter_count = weights.conv_bias.len();
    let folded = halves(&fold_filters(weights));
    let widened: Vec<f32> = folded.iter().map(|&bits| f16::from_bits(bits).to_f32()).collect();
    let filters = CharFilters::new(widened, weights.conv_bias.clone()).context("character filters")?;
    let word_width = tables.word_table.len() / (tables.words.len() + 1);
    let table = fold_words(tables, word_width, &filters)?;
    writer.add_u16(file::WORD_TABLE, 0, &[tables.words.len() + 1, word_width + filter_count], &table);
    writer.add_u16(file::CHAR_FILTERS, 0, &[FILTER_WIDTH, CHAR_COUNT, filter_count], &folded);
    writer.add_f32(file::CHAR_BIAS, 0, &[filter_count], &weights.conv_bias);
    let shapes = drugner::features::shape::COUNT;
    let shape_width = weights.shape_embedding.len() / shapes;
    writer.add_u16(file::SHAPES, 0, &[shapes, shape_width], &halves(&weights.shape_embedding));
    if !tables.lists.names.is_empty() {
        writer.add_strings(file::LEXICON_LISTS, &tables.lists.names);
        let (keys, sets) = &tables.lexicon;
        writer.add_u32(file::LEXICON_KEYS, 0, &[keys.len()], keys);
        writer.add_u16(file::LEXICON_SETS, 0, &[sets.len()], sets);
    }

    let mut width = word_width + filter_count + shape_width + 2 * tables.lists.names.len();
    let mut hidden = 0;
    for (l, layer) in weights.layers.iter().enumerate() {
        for (d, direction) in layer.iter().enumerate() {
            let index = (2 * l + d) as u32;
            hidden = direction.bias.len() / 4;
            ensure!(hidden % 16 == 0, "the number of hidden units must be a multiple of 16");
            let panels = hidden / 16;
            writer.add_u16(
                file::LSTM_INPUT,
                index,
                &[panels, width, 64],
                &pack_lstm(&direction.wx, hidden, width, width),
            );
            let recurrent = pack_lstm(&direction.wh, hidden, hidden, hidden);
            writer.add_u16(file::LSTM_RECURRENT, index, &[panels, hidden, 64], &recurrent);
            writer.add_f32(file::LSTM_BIAS, index, &[panels, 64], &pack_lstm_bias(&direction.bias, hidden));
        }
        width = 2 * hidden;
    }
    let tags = weights.dense_bias.len();
    let panels = tags.div_ceil(16);
    writer.add_u16(file::DENSE, 0, &[panels, width, 16], &pack_dense(&weights.dense_weight, tags, width));
    writer.add_f32(file::DENSE_BIAS, 0, &[panels, 16], &pack_dense_bias(&weights.dense_bias));
    let crf = [&weights.crf_start[..], &weights.crf_end, &weights.crf_transitions].concat();
    writer.add_f32(file::CRF, 0, &[2 + tags, tags], &crf);
    Ok(writer)
}

/// Multiplies the character embedding into the filters: `[FILTER_WIDTH][CHAR_COUNT][filters]`.
fn fold_filters(weights: &TaggerWeights) -> Vec<f32> {
    let filters = weights.conv_bias.len();
    let width = weights.char_embedding.len() / CHAR_COUNT;
    let mut out = vec![0f32; FILTER_WIDTH * CHAR_COUNT * filters];
    for position in 0..FILTER_WIDTH {
        for char in 0..CHAR_COUNT {
            for filter in 0..filters {
                let embedding = &weights.char_embedding[char * width..(char + 1) * width];
                let from = (filter * FILTER_WIDTH + position) * width;
                let sum: f64 = weights.conv_weight[from..from + width]
                    .iter()
                    .zip(embedding)
                    .map(|(w, e)| f64::from(*w) * f64::from(*e))
                    .sum();
                out[(position * CHAR_COUNT + char) * filters + filter] = sum as f32;
            }
        }
    }
    out
}

/// Word vectors with the character features of known words; those of the unknown word are computed at run time.
fn fold_words(tables: &Tables, word_width: usize, filters: &CharFilters) -> Result<Vec<u16>> {
    let mut out = Vec::with_capacity((tables.words.len() + 1) * (word_width + filters.count()));
    for (row, vector) in tables.word_table.chunks_exact(word_width).enumerate() {
        out.extend(halves(vector));
        let mut features = vec![0f32; filters.count()];
        if let Some(text) = row.checked_sub(1).map(|word| &tables.words[word]) {
            let tokens = segments(text).concat();
            ensure!(tokens.len() == 1, "a word of the vocabulary is not one token");
            filters.apply(Word::scan(text.as_bytes(), tokens[0]).chars(), &mut features);
        }
        out.extend(halves(&features));
    }
    Ok(out)
}
