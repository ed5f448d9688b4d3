//! The tagger learns, and learns the same thing every time.

use anyhow::{Result, bail};
use drugner::decode::tags::{Part, tag};
use drugner::features::chars::char_id;
use drugner_train::ops::viterbi;
use drugner_train::tagger::{
    DistinctWords, Example, Source, TaggerOptions, TaggerWeights, WordVectors, emissions, train,
};
use fastrand::Rng;

const LABELS: usize = 2;
const DIM: usize = 6;

/// Sentences of made-up words: a word in `-ol` is a mention of label 0; after the word `class` the next two words are a
/// mention of label 1 whatever they are.
fn sentence(rng: &mut Rng, distinct: &mut DistinctWords) -> Example {
    let stems = ["met", "pro", "san", "ter", "kin", "lab"];
    let mut example = Example::default();
    let mut push = |word: String, row: u32, tags: u8| {
        example.words.push(row);
        example.chars.push(distinct.0.len() as u32);
        distinct.0.push(word.chars().map(|c| char_id(u32::from(c))).collect());
        example.shapes.push(0);
        example.lexicon.push(0);
        example.tags.push(tags);
    };
    for _ in 0..rng.usize(1..6) {
        let mut word = || (rng.choice(stems).unwrap().to_owned(), rng.u32(2..10));
        match word().1 {
            2..5 => {
                let (stem, row) = word();
                push(stem + "ol", row, tag(Part::Single, 0) as u8);
            }
            5..7 => {
                push("class".to_owned(), 1, 0);
                for part in [Part::Begin, Part::End] {
                    let (stem, row) = word();
                    push(stem, row, tag(part, 1) as u8);
                }
            }
            _ => {
                let (stem, row) = word();
                push(stem + "um", row, 0);
            }
        }
    }
    example
}

struct Toy;

impl Source for Toy {
    fn epoch(&mut self, _epoch: usize, rng: &mut Rng) -> (Vec<Example>, DistinctWords) {
        let mut distinct = DistinctWords::default();
        ((0..240).map(|_| sentence(rng, &mut distinct)).collect(), distinct)
    }
}

fn word_rows() -> Vec<f32> {
    let mut rng = Rng::with_seed(11);
    (0..10 * DIM).map(|_| rng.f32() - 0.5).collect()
}

fn options() -> TaggerOptions {
    TaggerOptions {
        labels: LABELS,
        shapes: 1,
        lexicons: 1,
        character_dim: 8,
        filters: 12,
        shape_dim: 2,
        hidden: 12,
        input_dropout: 0.1,
        hidden_dropout: 0.1,
        learning_rate: 1e-2,
        warm_up: 10,
        epochs: 8,
        average: 0.9,
        ..TaggerOptions::default()
    }
}

/// Share of unseen sentences that are tagged without any error.
fn accuracy(weights: &TaggerWeights, rows: &[f32]) -> f64 {
    let mut rng = Rng::with_seed(99);
    let mut distinct = DistinctWords::default();
    let examples: Vec<Example> = (0..100).map(|_| sentence(&mut rng, &mut distinct)).collect();
    let right = examples.iter().filter(|example| {
        let scores = emissions(weights, WordVectors { rows, dim: DIM }, example, &distinct);
        let path = viterbi(&scores, &weights.crf_start, &weights.crf_end, &weights.crf_transitions);
        path == example.tags
    });
    right.count() as f64 / examples.len() as f64
}

#[test]
fn learns_a_toy_language() {
    let rows = word_rows();
    let words = WordVectors { rows: &rows, dim: DIM };
    for layers in [1, 2] {
        let options = TaggerOptions { layers, ..options() };
        let trained =
            train(&options, words, None, &mut Toy, &mut |w| Ok(Some(accuracy(w, &rows))), None).unwrap();
        assert_eq!(trained.score, 1.0);
        assert_eq!(accuracy(&trained.weights, &rows), 1.0);
    }
}

#[test]
fn same_bits_again_and_after_an_interruption() {
    let rows = word_rows();
    let words = WordVectors { rows: &rows, dim: DIM };
    let options = TaggerOptions { epochs: 4, ..options() };
    let score = |w: &TaggerWeights| -> Result<Option<f64>> { Ok(Some(f64::from(w.dense_bias[0]))) };
    let run = || train(&options, words, None, &mut Toy, &mut { score }, None).unwrap();
    let whole = run();
    assert_eq!(run(), whole);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    for stop in 1..=3 {
        let mut evaluated = 0;
        let stopped = train(
            &options,
            words,
            None,
            &mut Toy,
            &mut |w| {
                evaluated += 1;
                if evaluated > 1 { bail!("interrupted after epoch {stop}") } else { score(w) }
            },
            Some(&path),
        );
        assert!(stopped.is_err());
    }
    let resumed = train(&options, words, None, &mut Toy, &mut { score }, Some(&path)).unwrap();
    assert_eq!(resumed, whole);
    let finished =
        train(&options, words, None, &mut Toy, &mut |_| bail!("nothing is left"), Some(&path)).unwrap();
    assert_eq!(finished, whole);

    let other = TaggerOptions { seed: 2, ..options.clone() };
    assert!(train(&other, words, None, &mut Toy, &mut { score }, Some(&path)).is_err());
    assert_ne!(train(&other, words, None, &mut Toy, &mut { score }, None).unwrap().weights, whole.weights);
}

#[test]
fn stops_when_patience_is_over() {
    let rows = word_rows();
    let options = TaggerOptions { patience: Some(1), ..options() };
    let mut evaluations = 0;
    let mut falling = |_: &TaggerWeights| {
        evaluations += 1;
        Ok(Some(-f64::from(evaluations)))
    };
    let trained =
        train(&options, WordVectors { rows: &rows, dim: DIM }, None, &mut Toy, &mut falling, None).unwrap();
    assert_eq!((trained.epoch, evaluations), (0, 2));
}

#[test]
fn without_a_score_the_last_epoch_counts() {
    let rows = word_rows();
    let options = TaggerOptions { epochs: 3, ..options() };
    let words = WordVectors { rows: &rows, dim: DIM };
    let trained = train(&options, words, None, &mut Toy, &mut |_| Ok(None), None).unwrap();
    assert_eq!((trained.epoch, trained.score), (2, 0.0));
}

struct Broken(fn(&mut Example));

impl Source for Broken {
    fn epoch(&mut self, _epoch: usize, rng: &mut Rng) -> (Vec<Example>, DistinctWords) {
        let mut distinct = DistinctWords::default();
        let mut example = sentence(rng, &mut distinct);
        (self.0)(&mut example);
        (vec![example], distinct)
    }
}

#[test]
fn refuses_examples_out_of_range() {
    let rows = word_rows();
    let changes: [fn(&mut Example); 6] = [
        |e| e.words[0] = 10,
        |e| e.chars[0] = 1000,
        |e| e.shapes[0] = 1,
        |e| e.lexicon[0] = 4,
        |e| e.tags[0] = 9,
        |e| e.tags.push(0),
    ];
    for change in changes {
        let words = WordVectors { rows: &rows, dim: DIM };
        assert!(train(&options(), words, None, &mut Broken(change), &mut |_| Ok(None), None).is_err());
    }
}
