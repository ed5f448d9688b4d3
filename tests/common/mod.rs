//! Small random models: valid files of any size, for tests that need a model but no sense.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod families;

use drugner::decode::tags::tag_count;
use drugner::features::chars::{CHAR_COUNT, FILTER_WIDTH};
use drugner::features::lexicon::LexiconBuilder;
use drugner::features::{shape, vocabulary::build_slots};
use drugner::format::layout::{pack_dense, pack_dense_bias, pack_lstm, pack_lstm_bias, quantise_lstm};
use drugner::format::writer::Writer;
use drugner::format::{self, ARCHITECTURE_BILSTM_CRF, FEATURE_ABBREVIATIONS, FEATURE_BRACKETS};

/// Sizes of a random model.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub word_width: usize,
    pub filters: usize,
    pub shape_width: usize,
    pub hidden: usize,
    pub layers: usize,
    pub lists: usize,
    pub scale: f32,
    /// LSTM weights in int8.
    pub int8: bool,
    /// The model completes brackets and follows abbreviations.
    pub rules: bool,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            word_width: 5,
            filters: 3,
            shape_width: 2,
            hidden: 16,
            layers: 1,
            lists: 2,
            scale: 1.0,
            int8: false,
            rules: false,
        }
    }
}

/// A small generator of numbers, so that the library needs no dependency for its tests' sake.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        drugner::features::hash::mix(self.0)
    }

    /// Uniform in -scale..scale.
    pub fn float(&mut self, scale: f32) -> f32 {
        ((self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * scale
    }

    pub fn floats(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| self.float(scale)).collect()
    }
}

pub const WORDS: [&str; 8] = ["aspirin", "the", "warfarin", "of", "mg", "0", "-", "patient"];
pub const LABELS: [&str; 4] = ["drug", "brand", "group", "drug_n"];

/// The sections of a random model.
pub fn writer(seed: u64, sizes: &Sizes) -> Writer {
    let mut numbers = Numbers(seed);
    let half = |v: f32| half_bits(v);
    let mut halves = |count: usize, scale: f32| -> Vec<u16> {
        numbers.floats(count, scale).into_iter().map(half).collect()
    };
    let Sizes { word_width, filters, shape_width, hidden, layers, lists, scale, int8, rules } = *sizes;
    let mut writer = Writer::default();
    writer.set_required(if rules { FEATURE_BRACKETS | FEATURE_ABBREVIATIONS } else { 0 });
    writer.add_strings(format::META, &["general.license", "none", "general.name", "random"]);
    writer.add_strings(format::LABELS, &LABELS);
    writer.add_strings(format::WORDS, &WORDS);
    let slots = build_slots(&WORDS);
    writer.add_u32(format::WORD_SLOTS, 0, &[slots.len()], &slots);
    let rows = WORDS.len() + 1;
    let width = word_width + filters;
    writer.add_u16(format::WORD_TABLE, 0, &[rows, width], &halves(rows * width, scale));
    let dims = [FILTER_WIDTH, CHAR_COUNT, filters];
    writer.add_u16(format::CHAR_FILTERS, 0, &dims, &halves(dims.iter().product(), scale));
    writer.add_f32(format::CHAR_BIAS, 0, &[filters], &vec![0.1; filters]);
    let shapes = halves(shape::COUNT * shape_width, scale);
    writer.add_u16(format::SHAPES, 0, &[shape::COUNT, shape_width], &shapes);
    if lists > 0 {
        let mut builder = LexiconBuilder::default();
        builder.add("aspirin", 0);
        builder.add("vitamin k", lists - 1);
        let (keys, sets) = builder.build();
        let names: Vec<String> = (0..lists).map(|i| format!("list{i}")).collect();
        writer.add_strings(format::LEXICON_LISTS, &names);
        writer.add_u32(format::LEXICON_KEYS, 0, &[keys.len()], &keys);
        writer.add_u16(format::LEXICON_SETS, 0, &[sets.len()], &sets);
    }
    let mut input = width + shape_width + 2 * lists;
    let padded = hidden.next_multiple_of(16);
    for index in 0..2 * layers as u32 {
        let wx = pack_lstm(&numbers.floats(4 * hidden * input, scale), hidden, input, input);
        let wh = pack_lstm(&numbers.floats(4 * hidden * hidden, scale), hidden, hidden, padded);
        if int8 {
            add_int8(&mut writer, index, &wx, input, &wh, padded);
        } else {
            writer.add_u16(format::LSTM_INPUT, index, &[padded / 16, input, 64], &wx);
            writer.add_u16(format::LSTM_RECURRENT, index, &[padded / 16, padded, 64], &wh);
        }
        let bias = pack_lstm_bias(&numbers.floats(4 * hidden, scale), hidden);
        writer.add_f32(format::LSTM_BIAS, index, &[padded / 16, 64], &bias);
        if index % 2 == 1 {
            input = 2 * padded;
        }
    }
    let tags = tag_count(LABELS.len());
    let dense = pack_dense(&numbers.floats(tags * 2 * padded, scale), tags, 2 * padded);
    writer.add_u16(format::DENSE, 0, &[tags.div_ceil(16), 2 * padded, 16], &dense);
    let bias = pack_dense_bias(&numbers.floats(tags, scale));
    writer.add_f32(format::DENSE_BIAS, 0, &[tags.div_ceil(16), 16], &bias);
    writer.add_f32(format::CRF, 0, &[2 + tags, tags], &numbers.floats((2 + tags) * tags, scale));
    writer
}

/// fp16 weights of an LSTM layer in int8.
fn add_int8(writer: &mut Writer, index: u32, wx: &[u16], input: usize, wh: &[u16], units: usize) {
    let (panels, (wx, x_scales)) = (units / 16, quantise_lstm(wx, input));
    let (wh, h_scales) = quantise_lstm(wh, units);
    writer.add_i8(format::LSTM_INPUT_INT8, index, &[panels, input.div_ceil(4), 256], &wx);
    writer.add_i8(format::LSTM_RECURRENT_INT8, index, &[panels, units / 4, 256], &wh);
    let scales: Vec<f32> = x_scales.into_iter().chain(h_scales.iter().map(|scale| scale / 127.0)).collect();
    writer.add_f32(format::LSTM_SCALES, index, &[2, panels, 64], &scales);
}

/// The bytes of a random model.
pub fn model(seed: u64, sizes: &Sizes) -> Vec<u8> {
    writer(seed, sizes).finish(ARCHITECTURE_BILSTM_CRF)
}

fn half_bits(value: f32) -> u16 {
    half::f16::from_f32(value).to_bits()
}

/// A note of `words` words, some of them drugs, with lines, doses, and text of several scripts.
pub fn note(seed: u64, words: usize) -> String {
    const PIECES: [&str; 26] = [
        "aspirin",
        "Warfarin",
        "the patient",
        "was given",
        "5 mg",
        "0.5 mg/kg",
        "b.i.d.",
        "LISINOPRIL",
        "5-FU",
        "amoxicillin/clavulanate",
        "and",
        "because of",
        "déjà vu",
        "µg",
        "阿司匹林",
        "👍🏽",
        "(see below).",
        "Stop it.",
        "\n",
        "\n\n- ",
        "\t",
        "nonsteroidal anti-inflammatory drugs",
        "xylomorphinone",
        "Warfarin (WRF)",
        "WRF",
        ", ",
    ];
    let mut numbers = Numbers(seed);
    let mut out = String::new();
    for _ in 0..words {
        out.push_str(PIECES[(numbers.next() % PIECES.len() as u64) as usize]);
        out.push(' ');
    }
    out
}
