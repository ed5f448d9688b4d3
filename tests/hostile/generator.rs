//! Random models that are valid and strange: all families, sizes 1 to 70, odd tails, weights from subnormal to the
//! largest, no known word at all, one label or fifteen, no lexicon or sixteen lists.

use crate::common::{Numbers, WORDS};
use drugner::decode::tags::{MAX_LABELS, tag_count};
use drugner::features::chars::{CHAR_COUNT, FILTER_WIDTH};
use drugner::features::lexicon::LexiconBuilder;
use drugner::features::{shape, vocabulary::build_slots};
use drugner::format::writer::Writer;
use drugner::format::{self, Kind};

/// What the weights of a model look like.
#[derive(Clone, Copy, Debug)]
enum Weights {
    Usual,
    Small,
    Subnormal,
    Largest,
    Mixed,
}

/// Writes the sections of one model.
struct Generator {
    numbers: Numbers,
    weights: Weights,
    writer: Writer,
}

/// The bytes of a model that any seed names.
pub fn valid_model(seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed);
    let kinds = [Weights::Usual, Weights::Small, Weights::Subnormal, Weights::Largest, Weights::Mixed];
    let weights = kinds[numbers.within(0..kinds.len())];
    let mut generator = Generator { numbers, weights, writer: Writer::default() };
    let architecture = generator.model();
    generator.writer.finish(architecture)
}

impl Generator {
    /// 1 to 70, often beside a multiple of 16.
    fn size(&mut self) -> usize {
        match self.numbers.within(0..3) {
            0 => self.numbers.within(1..71),
            1 => 16 * self.numbers.within(1..5),
            _ => 16 * self.numbers.within(1..5) + 1,
        }
    }

    /// The same, or nothing.
    fn size_or_none(&mut self) -> usize {
        if self.numbers.within(0..3) == 0 { 0 } else { self.size() }
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.numbers.within(0..count) == 0
    }

    fn kind(&mut self) -> Weights {
        match self.weights {
            Weights::Mixed => [Weights::Usual, Weights::Small, Weights::Subnormal, Weights::Largest]
                [self.numbers.within(0..4)],
            kind => kind,
        }
    }

    /// A finite half.
    fn half(&mut self) -> u16 {
        let bits = self.numbers.next() as u16;
        match self.kind() {
            Weights::Subnormal => bits & 0x83FF,
            Weights::Largest => 0x7800 | bits & 0x83FF,
            Weights::Small => half::f16::from_f32(self.numbers.float(0.01)).to_bits(),
            Weights::Usual | Weights::Mixed => half::f16::from_f32(self.numbers.float(1.0)).to_bits(),
        }
    }

    /// A finite number.
    fn float(&mut self) -> f32 {
        match self.kind() {
            Weights::Subnormal => self.numbers.float(f32::MIN_POSITIVE),
            Weights::Largest => self.numbers.float(f32::MAX),
            Weights::Small => self.numbers.float(0.01),
            Weights::Usual | Weights::Mixed => self.numbers.float(1.0),
        }
    }

    fn halves(&mut self, kind: Kind, index: u32, dims: &[usize]) {
        let values: Vec<u16> = (0..dims.iter().product()).map(|_| self.half()).collect();
        self.writer.add_u16(kind, index, dims, &values);
    }

    fn floats(&mut self, kind: Kind, index: u32, dims: &[usize]) {
        let values: Vec<f32> = (0..dims.iter().product()).map(|_| self.float()).collect();
        self.writer.add_f32(kind, index, dims, &values);
    }

    /// Writes all sections and returns the family.
    fn model(&mut self) -> u32 {
        let joined = self.one_in(2);
        self.writer.set_tokenizer(if joined { format::TOKENIZER_WORDS } else { format::TOKENIZER });
        self.writer.add_strings::<&str>(format::META, &[]);
        let labels = if self.one_in(3) { MAX_LABELS } else { self.numbers.within(1..5) };
        let names: Vec<String> = (0..labels).map(|label| "x".repeat(label)).collect();
        self.writer.add_strings(format::LABELS, &names);
        let width = self.features();
        if self.one_in(3) {
            let knots: Vec<f32> = [0.0, 0.1, 0.5, 0.5, 0.5, 0.9].repeat(labels);
            self.writer.add_f32(format::CALIBRATION, 0, &[labels, 3, 2], &knots);
        }
        match self.numbers.within(0..3) {
            0 => self.window(width, labels),
            1 => self.lstm(width, labels),
            _ => self.bilstm_crf(width, labels),
        }
    }

    /// The tables of the features; returns the width of a token's vector.
    fn features(&mut self) -> usize {
        let words = &WORDS[..self.numbers.within(0..WORDS.len() + 1)];
        self.writer.add_strings(format::WORDS, words);
        let slots = build_slots(words);
        self.writer.add_u32(format::WORD_SLOTS, 0, &[slots.len()], &slots);
        let (word, filters, shapes) = (self.size(), self.size_or_none(), self.size_or_none());
        self.halves(format::WORD_TABLE, 0, &[words.len() + 1, word + filters]);
        if filters > 0 {
            self.halves(format::CHAR_FILTERS, 0, &[FILTER_WIDTH, CHAR_COUNT, filters]);
            self.floats(format::CHAR_BIAS, 0, &[filters]);
        }
        if shapes > 0 {
            self.halves(format::SHAPES, 0, &[shape::COUNT, shapes]);
        }
        let lists = if self.one_in(2) { 0 } else { self.numbers.within(1..17) };
        if lists > 0 {
            let mut builder = LexiconBuilder::default();
            for (i, name) in ["aspirin", "warfarin of the", "5 mg", "-"].into_iter().enumerate() {
                builder.add(name, i % lists);
            }
            let (keys, sets) = builder.build();
            let names: Vec<String> = (0..lists).map(|list| list.to_string()).collect();
            self.writer.add_strings(format::LEXICON_LISTS, &names);
            self.writer.add_u32(format::LEXICON_KEYS, 0, &[keys.len()], &keys);
            self.writer.add_u16(format::LEXICON_SETS, 0, &[sets.len()], &sets);
        }
        word + filters + shapes + 2 * lists
    }

    fn dense(&mut self, index: u32, inputs: usize, outputs: usize) {
        let panels = outputs.div_ceil(16);
        self.halves(format::DENSE, index, &[panels, inputs, 16]);
        self.floats(format::DENSE_BIAS, index, &[panels, 16]);
    }

    /// An int8 weight.
    fn int8(&mut self) -> i8 {
        let limit = match self.kind() {
            Weights::Small | Weights::Subnormal => 1_i8,
            _ => 127,
        };
        match self.kind() {
            Weights::Largest => [-limit, limit][self.numbers.within(0..2)],
            _ => (self.numbers.within(0..2 * limit as usize + 1) as i16 - i16::from(limit)) as i8,
        }
    }

    fn int8s(&mut self, kind: Kind, index: u32, dims: &[usize]) {
        let values: Vec<i8> = (0..dims.iter().product()).map(|_| self.int8()).collect();
        self.writer.add_i8(kind, index, dims, &values);
    }

    fn int8_direction(&mut self, index: u32, inputs: usize, hidden: usize) {
        let panels = hidden / 16;
        self.int8s(format::LSTM_INPUT_INT8, index, &[panels, inputs.div_ceil(4), 256]);
        self.int8s(format::LSTM_RECURRENT_INT8, index, &[panels, hidden / 4, 256]);
        self.floats(format::LSTM_SCALES, index, &[2, panels, 64]);
        self.floats(format::LSTM_BIAS, index, &[panels, 64]);
    }

    fn lstm_direction(&mut self, index: u32, inputs: usize, hidden: usize) {
        let panels = hidden / 16;
        self.halves(format::LSTM_INPUT, index, &[panels, inputs, 64]);
        self.halves(format::LSTM_RECURRENT, index, &[panels, hidden, 64]);
        self.floats(format::LSTM_BIAS, index, &[panels, 64]);
    }

    fn window(&mut self, width: usize, labels: usize) -> u32 {
        let (words, border) = (self.numbers.within(1..7), self.numbers.within(0..2));
        self.writer.add_u32(format::WINDOW, 0, &[2], &[words as u32, border as u32]);
        let mut inputs = words * width;
        let hidden = self.numbers.within(0..4) as u32;
        for layer in 0..hidden {
            let outputs = self.size();
            self.dense(layer, inputs, outputs);
            inputs = outputs;
        }
        self.dense(hidden, inputs, 1 + words * labels);
        format::ARCHITECTURE_WINDOW
    }

    fn lstm(&mut self, width: usize, labels: usize) -> u32 {
        let inputs = [width, width + 1, 2 * width][self.numbers.within(0..3)];
        let hidden = self.size().next_multiple_of(16);
        self.lstm_direction(0, inputs, hidden);
        self.dense(0, hidden, 1 + labels);
        format::ARCHITECTURE_LSTM
    }

    fn bilstm_crf(&mut self, width: usize, labels: usize) -> u32 {
        let hidden = self.size().next_multiple_of(16);
        let mut inputs = width;
        for layer in 0..self.numbers.within(1..3) as u32 {
            for index in [2 * layer, 2 * layer + 1] {
                if self.one_in(2) {
                    self.int8_direction(index, inputs, hidden);
                } else {
                    self.lstm_direction(index, inputs, hidden);
                }
            }
            inputs = 2 * hidden;
        }
        let tags = tag_count(labels);
        self.dense(0, 2 * hidden, tags);
        self.floats(format::CRF, 0, &[2 + tags, tags]);
        format::ARCHITECTURE_BILSTM_CRF
    }
}
