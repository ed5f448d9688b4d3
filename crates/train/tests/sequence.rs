//! The sequence classifier learns what needs memory, and learns the same thing every time.

use anyhow::{Result, bail};
use drugner_train::sequence::{Sequence, SequenceOptions, SequenceWeights, forward, train};
use fastrand::Rng;

const WIDTH: usize = 3;

/// A word is of class 1 when an odd number of the words so far, or of those to come for `backward`, were marked by the
/// sign of their first number.
fn sequences(count: usize, backward: bool, seed: u64) -> Vec<Sequence> {
    let mut rng = Rng::with_seed(seed);
    let mut sequence = || {
        let words = rng.usize(..9);
        let x: Vec<f32> = (0..words * WIDTH).map(|_| rng.f32() * 2.0 - 1.0).collect();
        let marks: Vec<u8> = x.chunks(WIDTH).map(|word| u8::from(word[0] > 0.0)).collect();
        let mut classes = Vec::new();
        for word in 0..words {
            let seen = if backward { &marks[word..] } else { &marks[..=word] };
            classes.push(seen.iter().sum::<u8>() % 2);
        }
        Sequence { x, classes }
    };
    (0..count).map(|_| sequence()).collect()
}

/// Share of the words whose class has the larger score.
fn accuracy(weights: &SequenceWeights, sequences: &[Sequence]) -> f64 {
    let (mut right, mut words) = (0, 0);
    for Sequence { x, classes } in sequences {
        let scores = forward(weights, x);
        let answers = scores.chunks_exact(2).map(|scores| u8::from(scores[1] > scores[0]));
        right += answers.zip(classes).filter(|(answer, class)| answer == *class).count();
        words += classes.len();
    }
    right as f64 / words as f64
}

fn options() -> SequenceOptions {
    SequenceOptions { hidden: 12, epochs: 60, learning_rate: 2e-2, patience: 0, ..Default::default() }
}

#[test]
fn learns_what_needs_memory() {
    let learn = |options: &SequenceOptions, backward: bool| {
        let unseen = sequences(200, backward, 2);
        let mut score = |weights: &SequenceWeights| Ok(accuracy(weights, &unseen));
        let weights = train(options, WIDTH, &sequences(400, backward, 1), &mut score, None, None).unwrap();
        accuracy(&weights, &unseen)
    };
    let forward = learn(&options(), false);
    assert!(forward > 0.9, "{forward}");
    let both = learn(&SequenceOptions { bidirectional: true, ..options() }, true);
    assert!(both > 0.9, "{both}");
    let blind = learn(&SequenceOptions { epochs: 20, ..options() }, true);
    assert!(blind < 0.8, "one direction cannot see what is to come: {blind}");
}

#[test]
fn same_bits_again_and_after_interruptions() {
    let data = sequences(60, false, 1);
    for bidirectional in [false, true] {
        let options = SequenceOptions { epochs: 4, dropout: 0.2, bidirectional, ..options() };
        let score = |weights: &SequenceWeights| -> Result<f64> { Ok(f64::from(weights.dense_bias[0].sin())) };
        let whole = train(&options, WIDTH, &data, &mut { score }, None, None).unwrap();
        assert_eq!(train(&options, WIDTH, &data, &mut { score }, None, None).unwrap(), whole);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        for stop in 0..3 {
            let mut scored = 0;
            let mut interrupt = |weights: &SequenceWeights| {
                scored += 1;
                if scored > stop.min(1) { bail!("interrupted") } else { score(weights) }
            };
            assert!(train(&options, WIDTH, &data, &mut interrupt, Some(&path), None).is_err());
        }
        assert_eq!(train(&options, WIDTH, &data, &mut { score }, Some(&path), None).unwrap(), whole);

        let error = train(&options, WIDTH, &data[1..], &mut { score }, Some(&path), None).unwrap_err();
        assert!(format!("{error:#}").contains("other options or data"), "{error:#}");
        let other = SequenceOptions { seed: 2, ..options.clone() };
        assert!(train(&other, WIDTH, &data, &mut { score }, Some(&path), None).is_err());
    }
}

#[test]
fn refuses_the_impossible() {
    let data = sequences(20, false, 1);
    let run = |options: &SequenceOptions, width: usize, data: &[Sequence]| {
        train(options, width, data, &mut |_| Ok(0.0), None, None)
    };
    let fine = SequenceOptions { epochs: 1, ..options() };
    assert!(run(&fine, WIDTH, &data).is_ok());
    let changes: [fn(&mut SequenceOptions); 6] = [
        |o| o.hidden = 0,
        |o| o.classes = 1,
        |o| o.epochs = 0,
        |o| o.batch = 0,
        |o| o.learning_rate = -1.0,
        |o| o.dropout = 1.0,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut options = fine.clone();
        change(&mut options);
        assert!(run(&options, WIDTH, &data).is_err(), "change {at}");
    }
    assert!(run(&fine, 0, &data).is_err());
    assert!(run(&fine, WIDTH + 1, &data).is_err());
    assert!(run(&fine, WIDTH, &[]).is_err());
    assert!(run(&fine, WIDTH, &[Sequence::default()]).is_err());
    assert!(run(&fine, WIDTH, &[Sequence { x: vec![0.0; WIDTH], classes: vec![2] }]).is_err());
    assert!(run(&fine, WIDTH, &[Sequence { x: vec![f32::NAN; WIDTH], classes: vec![0] }]).is_err());
}
