//! Random models of the families with a softmax, and a forward pass of them in plain loops over `f64`.

use super::{LABELS, Numbers, WORDS, half_bits};
use drugner::features::vocabulary::build_slots;
use drugner::features::word::Word;
use drugner::format::layout::{pack_dense, pack_dense_bias, pack_lstm, pack_lstm_bias};
use drugner::format::writer::Writer;
use drugner::format::{self, ARCHITECTURE_LSTM, ARCHITECTURE_WINDOW, TOKENIZER, TOKENIZER_WORDS};
use drugner::text::{Sentences, Token, words};
use std::ops::Range;

/// A model of the window or the lstm family, unpacked.
#[derive(Clone, Debug)]
pub struct Simple {
    /// Words between blanks, or tokens.
    pub joined: bool,
    pub labels: usize,
    /// `[WORDS + 1][width]`
    pub table: Vec<f32>,
    pub width: usize,
    pub network: Network,
}

#[derive(Clone, Debug)]
pub enum Network {
    /// `border` 1: a window reads on behind its sentence.
    Window {
        words: usize,
        border: u32,
        layers: Vec<Dense>,
    },
    Lstm {
        input: usize,
        hidden: usize,
        wx: Vec<f32>,
        wh: Vec<f32>,
        bias: Vec<f32>,
        dense: Dense,
    },
}

/// `[outputs][inputs]` and `[outputs]`.
#[derive(Clone, Debug)]
pub struct Dense {
    pub inputs: usize,
    pub outputs: usize,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

/// A mention as the reference finds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub start: u32,
    pub end: u32,
    pub label: u16,
    pub score: f32,
}

impl Numbers {
    /// Uniform in -scale..scale, fp16 numbers.
    fn halves(&mut self, count: usize, scale: f32) -> Vec<f32> {
        let round = |value: f32| half::f16::from_f32(value).to_f32();
        self.floats(count, scale).into_iter().map(round).collect()
    }

    /// One of `range`.
    pub fn within(&mut self, range: Range<usize>) -> usize {
        range.start + (self.next() % range.len() as u64) as usize
    }
}

impl Dense {
    fn random(numbers: &mut Numbers, inputs: usize, outputs: usize, scale: f32) -> Self {
        // Smaller weights for more inputs, so that hidden units do not all saturate.
        let weights = numbers.halves(inputs * outputs, scale * 3.0 / (inputs as f32).sqrt());
        Self { inputs, outputs, weights, bias: numbers.floats(outputs, scale) }
    }

    fn apply(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.inputs);
        let rows = self.weights.chunks_exact(self.inputs).zip(&self.bias);
        rows.map(|(row, &bias)| f64::from(bias) + dot(row, x)).collect()
    }
}

fn dot(weights: &[f32], x: &[f64]) -> f64 {
    weights.iter().zip(x).map(|(&w, &x)| f64::from(w) * x).sum()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Simple {
    fn random(numbers: &mut Numbers, width: usize, scale: f32, network: Network) -> Self {
        let table = numbers.halves((WORDS.len() + 1) * width, scale);
        Self { joined: numbers.within(0..2) == 1, labels: LABELS.len(), table, width, network }
    }

    /// Sizes from the seed: widths 1 to 70, windows of 1 to 6 words, 1 to 4 layers of 1 to 70 units.
    pub fn window(seed: u64, scale: f32) -> Self {
        let mut numbers = Numbers(seed);
        let (width, words) = (numbers.within(1..71), numbers.within(1..7));
        let mut layers: Vec<Dense> = Vec::new();
        for _ in 1..numbers.within(1..5) {
            let inputs = layers.last().map_or(words * width, |layer| layer.outputs);
            let units = numbers.within(1..71);
            layers.push(Dense::random(&mut numbers, inputs, units, scale));
        }
        let inputs = layers.last().map_or(words * width, |layer| layer.outputs);
        layers.push(Dense::random(&mut numbers, inputs, 1 + words * LABELS.len(), scale));
        let border = numbers.within(0..2) as u32;
        Self::random(&mut numbers, width, scale, Network::Window { words, border, layers })
    }

    /// Sizes from the seed: widths and units 1 to 70, all kinds of distance.
    pub fn lstm(seed: u64, scale: f32) -> Self {
        let mut numbers = Numbers(seed);
        let (width, hidden) = (numbers.within(1..71), numbers.within(1..71));
        let input = [width, width + 1, 2 * width][numbers.within(0..3)];
        let dense = Dense::random(&mut numbers, hidden, 1 + LABELS.len(), 2.0 * scale);
        let network = Network::Lstm {
            input,
            hidden,
            wx: numbers.halves(4 * hidden * input, scale),
            wh: numbers.halves(4 * hidden * hidden, scale * 0.5),
            bias: numbers.floats(4 * hidden, scale),
            dense,
        };
        Self::random(&mut numbers, width, scale, network)
    }

    /// The sections of the model file.
    pub fn writer(&self) -> Writer {
        let mut writer = Writer::default();
        writer.set_tokenizer(if self.joined { TOKENIZER_WORDS } else { TOKENIZER });
        writer.add_strings(format::META, &["general.name", "random"]);
        writer.add_strings(format::LABELS, &LABELS[..self.labels]);
        writer.add_strings(format::WORDS, &WORDS);
        let slots = build_slots(&WORDS);
        writer.add_u32(format::WORD_SLOTS, 0, &[slots.len()], &slots);
        let table: Vec<u16> = self.table.iter().map(|&value| half_bits(value)).collect();
        writer.add_u16(format::WORD_TABLE, 0, &[WORDS.len() + 1, self.width], &table);
        match &self.network {
            Network::Window { words, border, layers } => {
                writer.add_u32(format::WINDOW, 0, &[2], &[*words as u32, *border]);
                for (l, layer) in layers.iter().enumerate() {
                    add_dense(&mut writer, l as u32, layer, layer.inputs);
                }
            }
            Network::Lstm { input, hidden, wx, wh, bias, dense } => {
                let padded = hidden.next_multiple_of(16);
                let panels = padded / 16;
                let wx = pack_lstm(wx, *hidden, *input, *input);
                writer.add_u16(format::LSTM_INPUT, 0, &[panels, *input, 64], &wx);
                let wh = pack_lstm(wh, *hidden, *hidden, padded);
                writer.add_u16(format::LSTM_RECURRENT, 0, &[panels, padded, 64], &wh);
                writer.add_f32(format::LSTM_BIAS, 0, &[panels, 64], &pack_lstm_bias(bias, *hidden));
                add_dense(&mut writer, 0, dense, padded);
            }
        }
        writer
    }

    /// Id of the family.
    pub fn architecture(&self) -> u32 {
        match self.network {
            Network::Window { .. } => ARCHITECTURE_WINDOW,
            Network::Lstm { .. } => ARCHITECTURE_LSTM,
        }
    }

    /// The bytes of the model file.
    pub fn bytes(&self) -> Vec<u8> {
        self.writer().finish(self.architecture())
    }

    /// The mentions of a text in sentences of up to `window` tokens, and how clearly each class was the best: the smallest distance between the two
    /// highest scores of a word.
    pub fn find(&self, text: &str, window: usize) -> (Vec<Expected>, f64) {
        let sentences = self.sentences(text, window);
        let vectors: Vec<Vec<Vec<f64>>> = sentences
            .iter()
            .map(|sentence| sentence.iter().map(|token| self.vector(text, *token)).collect())
            .collect();
        let (mut out, mut margin) = (Vec::new(), f64::INFINITY);
        for (i, sentence) in sentences.iter().enumerate() {
            let scores: Vec<Vec<f64>> = match &self.network {
                Network::Window { words, border, layers } => {
                    let mut stream = vectors[i].clone();
                    if *border == 1 {
                        stream.extend(vectors[i + 1..].concat());
                    }
                    stream.resize(stream.len() + words, vec![0.0; self.width]);
                    (0..sentence.len())
                        .map(|at| run_window(layers, stream[at..at + words].concat()))
                        .collect()
                }
                Network::Lstm { .. } => self.run_lstm(&vectors[i]),
            };
            let classes: Vec<(usize, f64)> =
                scores.iter().map(|scores| softmax(scores, &mut margin)).collect();
            for (words, label, score) in self.decode(&classes) {
                let (start, end) = (sentence[words.start].start, sentence[words.end - 1].end);
                out.push(Expected { start, end, label: label as u16, score: score as f32 });
            }
        }
        (out, margin)
    }

    fn sentences(&self, text: &str, window: usize) -> Vec<Vec<Token>> {
        let mut sentences = Sentences::new(text.as_bytes());
        let mut tokens = vec![Token::default(); window];
        let mut out = Vec::new();
        while let Some(sentence) = sentences.next_into(&mut tokens) {
            let mut count = sentence.tokens;
            if self.joined {
                count = words::join(text.as_bytes(), &mut tokens[..count]);
            }
            out.push(tokens[..count].to_vec());
        }
        out
    }

    fn vector(&self, text: &str, token: Token) -> Vec<f64> {
        let word = Word::scan(text.as_bytes(), token);
        let row = WORDS.iter().position(|known| word.normal() == Some(known.as_bytes())).map_or(0, |i| i + 1);
        self.table[row * self.width..][..self.width].iter().map(|&value| f64::from(value)).collect()
    }

    fn run_lstm(&self, vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let Network::Lstm { input, hidden, wx, wh, bias, dense } = &self.network else { unreachable!() };
        let (mut h, mut c) = (vec![0.0; *hidden], vec![0.0; *hidden]);
        let mut out = Vec::new();
        for (t, vector) in vectors.iter().enumerate() {
            let previous = if t == 0 { vector } else { &vectors[t - 1] };
            let differences: Vec<f64> = vector.iter().zip(previous).map(|(a, b)| (a - b).abs()).collect();
            let mut x = vector.clone();
            if *input == 2 * self.width {
                x.extend(differences);
            } else if *input == self.width + 1 {
                x.push(differences.iter().map(|d| d * d).sum::<f64>().sqrt());
            }
            let sum = |row: usize| {
                f64::from(bias[row])
                    + dot(&wx[row * input..][..*input], &x)
                    + dot(&wh[row * hidden..][..*hidden], &h)
            };
            let sums: Vec<f64> = (0..4 * hidden).map(sum).collect();
            for unit in 0..*hidden {
                let [i, f, g, o] = [0, 1, 2, 3].map(|gate| sums[gate * hidden + unit]);
                c[unit] = sigmoid(f) * c[unit] + sigmoid(i) * g.tanh();
                h[unit] = sigmoid(o) * c[unit].tanh();
            }
            out.push(dense.apply(&h));
        }
        out
    }

    fn decode(&self, classes: &[(usize, f64)]) -> Vec<(Range<usize>, usize, f64)> {
        let mut out: Vec<(Range<usize>, usize, f64)> = Vec::new();
        let mut free = 0;
        for (at, &(class, probability)) in classes.iter().enumerate() {
            if class == 0 || at < free {
                continue;
            }
            match self.network {
                Network::Window { .. } => {
                    free = (at + (class - 1) / self.labels + 1).min(classes.len());
                    out.push((at..free, (class - 1) % self.labels, probability));
                }
                Network::Lstm { .. } => match out.last_mut() {
                    Some((words, label, score)) if words.end == at && *label == class - 1 => {
                        words.end += 1;
                        *score *= probability;
                    }
                    _ => out.push((at..at + 1, class - 1, probability)),
                },
            }
        }
        out
    }
}

fn add_dense(writer: &mut Writer, index: u32, layer: &Dense, inputs: usize) {
    let Dense { outputs, ref weights, ref bias, .. } = *layer;
    // Inputs that are padding have zero weights.
    let rows: Vec<f32> = weights
        .chunks_exact(layer.inputs)
        .flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0.0, inputs - layer.inputs)))
        .collect();
    let panels = outputs.div_ceil(16);
    writer.add_u16(format::DENSE, index, &[panels, inputs, 16], &pack_dense(&rows, outputs, inputs));
    writer.add_f32(format::DENSE_BIAS, index, &[panels, 16], &pack_dense_bias(bias));
}

fn run_window(layers: &[Dense], mut x: Vec<f64>) -> Vec<f64> {
    for (l, layer) in layers.iter().enumerate() {
        x = layer.apply(&x);
        if l + 1 < layers.len() {
            x = x.into_iter().map(sigmoid).collect();
        }
    }
    x
}

/// The best class and its probability.
fn softmax(scores: &[f64], margin: &mut f64) -> (usize, f64) {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    *margin = margin.min(scores[order[0]] - scores[order[1]]);
    let top = scores[order[0]];
    (order[0], 1.0 / scores.iter().map(|score| (score - top).exp()).sum::<f64>())
}
