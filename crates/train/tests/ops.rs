//! The fused operations against finite differences and brute force.

use std::sync::Arc;

use candle_core::{Device, Result, Tensor, Var};
use drugner_train::ops::{CrfMask, ILLEGAL, crf_loss, lstm, max_trigram, viterbi};
use fastrand::Rng;

fn random(rng: &mut Rng, len: usize) -> Vec<f32> {
    (0..len).map(|_| rng.f32() * 2.0 - 1.0).collect()
}

fn variable(values: &[f32], shape: &[usize]) -> Var {
    Var::from_slice(values, shape, &Device::Cpu).unwrap()
}

/// Compares the gradients of a scalar function with central differences at every operand's every element.
fn check_gradients(operands: &[(Vec<f32>, Vec<usize>)], function: impl Fn(&[Var]) -> Result<Tensor>) {
    const STEP: f32 = 1e-2;
    let variables =
        |values: &[Vec<f32>]| values.iter().zip(operands).map(|(v, (_, s))| variable(v, s)).collect();
    let mut values: Vec<Vec<f32>> = operands.iter().map(|(v, _)| v.clone()).collect();
    let vars: Vec<Var> = variables(&values);
    let gradients = function(&vars).unwrap().backward().unwrap();
    for (which, var) in vars.iter().enumerate() {
        let gradient = gradients.get(var).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for at in 0..gradient.len() {
            let centre = values[which][at];
            let mut side = |x: f32| {
                values[which][at] = x;
                let vars: Vec<Var> = variables(&values);
                f64::from(function(&vars).unwrap().to_scalar::<f32>().unwrap())
            };
            let difference = (side(centre + STEP) - side(centre - STEP)) / f64::from(2.0 * STEP);
            values[which][at] = centre;
            assert!(
                (difference - f64::from(gradient[at])).abs() < 2e-3 + 2e-3 * difference.abs(),
                "operand {which} element {at}: difference {difference}, gradient {}",
                gradient[at]
            );
        }
    }
}

/// The definition of an LSTM, one sequence and direction at a time.
fn plain_lstm(z: &[f32], wh: &[f32], hidden: usize) -> Vec<f32> {
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    let (mut h, mut c) = (vec![0f32; hidden], vec![0f32; hidden]);
    let mut out = Vec::new();
    for z in z.chunks_exact(4 * hidden) {
        let gate = |g: usize, k: usize| {
            let row = g * hidden + k;
            z[row] + wh[row * hidden..][..hidden].iter().zip(&h).map(|(w, h)| w * h).sum::<f32>()
        };
        let gates: Vec<[f32; 4]> = (0..hidden).map(|k| [0, 1, 2, 3].map(|g| gate(g, k))).collect();
        for (k, [i, f, g, o]) in gates.into_iter().enumerate() {
            c[k] = sigmoid(f) * c[k] + sigmoid(i) * g.tanh();
            h[k] = sigmoid(o) * c[k].tanh();
        }
        out.extend_from_slice(&h);
    }
    out
}

#[test]
fn lstm_follows_its_definition() {
    let mut rng = Rng::with_seed(1);
    let (batch, time, directions, hidden) = (4, 5, 2, 3);
    let lengths = [3, 5, 0, 1];
    let z = random(&mut rng, batch * time * directions * 4 * hidden);
    let wh = random(&mut rng, directions * 4 * hidden * hidden);
    let out = lstm(
        &variable(&z, &[batch, time, directions, 4 * hidden]),
        &variable(&wh, &[directions, 4 * hidden, hidden]),
        &lengths,
    )
    .unwrap();
    let out = out.to_vec3::<f32>().unwrap();
    for (sequence, &length) in lengths.iter().enumerate() {
        for direction in 0..directions {
            let position = |step: usize| if direction == 0 { step } else { length - 1 - step };
            let rows: Vec<f32> = (0..length)
                .flat_map(|step| {
                    let row = (sequence * time + position(step)) * directions + direction;
                    z[row * 4 * hidden..][..4 * hidden].to_vec()
                })
                .collect();
            let weights = &wh[direction * 4 * hidden * hidden..][..4 * hidden * hidden];
            let expected = plain_lstm(&rows, weights, hidden);
            for step in 0..length {
                for k in 0..hidden {
                    let got = out[sequence][position(step)][direction * hidden + k];
                    assert!((got - expected[step * hidden + k]).abs() < 1e-6);
                }
            }
        }
        assert!(out[sequence][length..].iter().flatten().all(|&v| v == 0.0));
    }
}

#[test]
fn lstm_gradients() {
    for (directions, lengths) in [(2, vec![2, 4, 0, 3]), (1, vec![3, 3])] {
        let mut rng = Rng::with_seed(2);
        let (time, hidden) = (4, 2);
        let shape = [lengths.len(), time, directions, 4 * hidden];
        let wh_shape = [directions, 4 * hidden, hidden];
        let weight = random(&mut rng, lengths.len() * time * directions * hidden);
        let weight =
            Tensor::from_vec(weight, (lengths.len(), time, directions * hidden), &Device::Cpu).unwrap();
        let operands = [shape.to_vec(), wh_shape.to_vec()]
            .map(|shape| (random(&mut rng, shape.iter().product()), shape));
        check_gradients(&operands, |vars| (lstm(&vars[0], &vars[1], &lengths)? * &weight)?.sum_all());
    }
}

#[test]
fn lstm_refuses_operands_that_do_not_fit() {
    let z = Tensor::zeros((2, 3, 1, 8), candle_core::DType::F32, &Device::Cpu).unwrap();
    let wh = Tensor::zeros((1, 8, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
    assert!(lstm(&z, &wh, &[3, 2]).is_ok());
    assert!(lstm(&z, &wh, &[3, 4]).is_err());
    assert!(lstm(&z, &wh, &[3]).is_err());
    assert!(lstm(&z, &wh.reshape((1, 4, 4)).unwrap(), &[3, 2]).is_err());
}

#[test]
fn trigram_gradients_and_definition() {
    let mut rng = Rng::with_seed(3);
    let (characters, filters) = (6, 4);
    let words = Arc::new(vec![vec![3, 4, 5, 3], vec![5], vec![4, 4]]);
    let table: Vec<f32> = random(&mut rng, characters * 3 * filters).iter().map(|v| v * 10.0).collect();
    let shape = vec![characters, 3, filters];
    let out = max_trigram(&variable(&table, &shape), words.clone()).unwrap().to_vec2::<f32>().unwrap();
    let at = |c: u8, place: usize, f: usize| table[(usize::from(c) * 3 + place) * filters + f];
    for (f, (one, two)) in out[1].iter().zip(&out[2]).enumerate() {
        assert_eq!(*one, at(0, 0, f) + at(5, 1, f) + at(1, 2, f));
        let both = [at(0, 0, f) + at(4, 1, f) + at(4, 2, f), at(4, 0, f) + at(4, 1, f) + at(1, 2, f)];
        assert_eq!(*two, both[0].max(both[1]));
    }
    let weight = Tensor::from_vec(random(&mut rng, 12), (3, filters), &Device::Cpu).unwrap();
    check_gradients(&[(table.clone(), shape.clone())], |vars| {
        (max_trigram(&vars[0], words.clone())? * &weight)?.sum_all()
    });
    assert!(max_trigram(&variable(&table, &shape), Arc::new(vec![vec![]])).is_err());
    assert!(max_trigram(&variable(&table, &shape), Arc::new(vec![vec![6]])).is_err());
}

const TAGS: usize = 3;

fn mask() -> CrfMask {
    let mut transitions = vec![true; TAGS * TAGS];
    transitions[2 * TAGS] = false;
    transitions[TAGS + 2] = false;
    CrfMask { start: vec![true, true, false], end: vec![true, false, true], transitions }
}

/// Every path of `length` with its score.
fn paths(emissions: &[f32], scores: &[f32], length: usize) -> Vec<(Vec<u8>, f64)> {
    let (mut transitions, mut start, mut end) =
        (scores[..9].to_vec(), scores[9..12].to_vec(), scores[12..].to_vec());
    mask().apply(&mut start, &mut end, &mut transitions);
    (0..TAGS.pow(length as u32))
        .map(|code| {
            let path: Vec<u8> = (0..length).map(|t| (code / TAGS.pow(t as u32) % TAGS) as u8).collect();
            let tag = |t: usize| usize::from(path[t]);
            let mut score = f64::from(start[tag(0)]) + f64::from(end[tag(length - 1)]);
            score += (0..length).map(|t| f64::from(emissions[t * TAGS + tag(t)])).sum::<f64>();
            score += (1..length).map(|t| f64::from(transitions[tag(t - 1) * TAGS + tag(t)])).sum::<f64>();
            (path, score)
        })
        .collect()
}

#[test]
fn crf_agrees_with_enumeration_and_differences() {
    let mut rng = Rng::with_seed(4);
    let (time, lengths) = (4, [4, 1, 0, 3]);
    let emissions: Vec<f32> = random(&mut rng, 4 * time * TAGS).iter().map(|e| e * 3.0).collect();
    let scores = random(&mut rng, (TAGS + 2) * TAGS);
    let gold = [0, 1, 1, 0, 0, 9, 9, 9, 9, 9, 9, 9, 1, 0, 2, 9].map(|tag: u8| tag % 9);

    let mut expected = 0.0;
    for (sequence, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
        let all = paths(&emissions[sequence * time * TAGS..], &scores, length);
        let gold = &gold[sequence * time..][..length];
        expected += all.iter().map(|(_, score)| score.exp()).sum::<f64>().ln();
        expected -= all.iter().find(|(path, _)| path == gold).unwrap().1;
    }
    let operands = [(emissions, vec![4, time, TAGS]), (scores, vec![TAGS + 2, TAGS])];
    let loss = |vars: &[Var]| crf_loss(&vars[0], &vars[1], Arc::new(mask()), &lengths, &gold);
    let vars: Vec<Var> = operands.iter().map(|(v, s)| variable(v, s)).collect();
    let got = loss(&vars).unwrap().to_scalar::<f32>().unwrap();
    assert!((f64::from(got) - expected / 4.0).abs() < 1e-5, "{got} {expected}");
    check_gradients(&operands, loss);
}

#[test]
fn crf_survives_extreme_scores_and_refuses_bad_operands() {
    let emissions = variable(&[500.0, -500.0, 0.0, -500.0, 500.0, 0.0], &[1, 2, TAGS]);
    let scores = variable(&[0.0; 15], &[5, TAGS]);
    let loss =
        |e: &Tensor, lengths: &[usize], tags: &[u8]| crf_loss(e, &scores, Arc::new(mask()), lengths, tags);
    // Tag 1 may not end a sequence, so the loss is that of a path the emissions speak against.
    let value = loss(&emissions, &[2], &[0, 0]).unwrap();
    let gradients = value.backward().unwrap();
    let gradient = gradients.get(&emissions).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert!(value.to_scalar::<f32>().unwrap().is_finite() && gradient.iter().all(|g| g.is_finite()));
    assert!(loss(&emissions, &[3], &[0, 0]).is_err());
    assert!(loss(&emissions, &[2], &[0, 3]).is_err());
    assert!(loss(&emissions, &[2], &[0]).is_err());
    assert!(loss(&(emissions.as_tensor() * f64::NAN).unwrap(), &[2], &[0, 0]).is_err());
}

#[test]
fn viterbi_finds_the_best_path() {
    let mut rng = Rng::with_seed(5);
    for length in 1..=5 {
        let emissions = random(&mut rng, length * TAGS);
        let scores = random(&mut rng, (TAGS + 2) * TAGS);
        let (mut transitions, mut start, mut end) =
            (scores[..9].to_vec(), scores[9..12].to_vec(), scores[12..].to_vec());
        mask().apply(&mut start, &mut end, &mut transitions);
        let all = paths(&emissions, &scores, length);
        let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!(best.1 > f64::from(ILLEGAL) / 2.0);
        assert_eq!(viterbi(&emissions, &start, &end, &transitions), best.0);
    }
    assert!(viterbi(&[], &[0.0], &[0.0], &[0.0]).is_empty());
}
