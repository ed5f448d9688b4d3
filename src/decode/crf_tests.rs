use super::super::nbest::{MAX_PATHS, back_len};
use super::super::tags::tag_count;
use super::*;
use proptest::prelude::*;

/// Score of a path, or `None` if it is illegal.
fn path_score(crf: &Crf, scores: &[f32], path: &[usize]) -> Option<f64> {
    let k = crf.tags;
    let mut total = f64::from(crf.begin[path[0]]);
    for (i, &tag) in path.iter().enumerate() {
        total += f64::from(scores[i * k + tag]);
        if i > 0 {
            total += f64::from(crf.step[tag * k + path[i - 1]]);
        }
    }
    total += f64::from(crf.end[*path.last().unwrap()]);
    (total > -1e20).then_some(total)
}

fn all_paths(k: usize, tokens: usize) -> Vec<Vec<usize>> {
    (0..k.pow(tokens as u32)).map(|n| (0..tokens).map(|i| n / k.pow(i as u32) % k).collect()).collect()
}

fn run(crf: &Crf, scores: &[f32], tokens: usize, check: impl FnOnce(&[u8], &Scratch<'_>)) {
    let k = crf.tags;
    let mut path = vec![0; tokens];
    let (mut back, mut alpha) = (vec![0; tokens * k], vec![f32::NAN; tokens * k]);
    let (mut beta, mut psi, mut scale) = (alpha.clone(), alpha.clone(), vec![f32::NAN; tokens]);
    crf.viterbi(scores, k, &mut path, &mut back);
    let mut scratch = Scratch { alpha: &mut alpha, beta: &mut beta, psi: &mut psi, scale: &mut scale };
    crf.forward_backward(scores, k, tokens, &mut scratch);
    check(&path, &scratch);
}

/// The best paths, `[count][tokens]`, with scratch that holds rubbish.
fn best_paths(crf: &Crf, scores: &[f32], tokens: usize, most: usize) -> Vec<Vec<u8>> {
    let mut paths = vec![0xEE; most * tokens];
    let mut back = vec![0xEE; back_len(tokens, crf.tags, most).unwrap()];
    let count = crf.best_paths(scores, crf.tags, tokens, most, &mut paths, &mut back);
    paths.chunks(tokens).take(count).map(<[u8]>::to_vec).collect()
}

/// What is added to all scores of a token changes nothing, even where its exponential has no finite value.
#[test]
fn large_scores_have_the_probabilities_of_small_ones() {
    let k = tag_count(1);
    let crf = Crf::new(&[0.5; 7 * 5], k).unwrap();
    let scores: Vec<f32> = (0..3 * k).map(|i| (i % 4) as f32).collect();
    let raised: Vec<f32> = scores.iter().map(|score| score + 512.0).collect();
    let probability = |scores: &[f32]| {
        let mut out = 0.0;
        run(&crf, scores, 3, |path, scratch| out = crf.probability(path, 0, 3, scratch));
        out
    };
    assert!(probability(&scores) > 0.1);
    assert_eq!(probability(&raised), probability(&scores));
}

proptest! {
    #[test]
    fn best_paths_are_those_of_an_enumeration(
        transitions in prop::collection::vec(-3f32..3.0, 7 * 5),
        scores in prop::collection::vec(-5f32..5.0, 5 * 5),
        tokens in 1usize..=5,
        most in 1usize..=MAX_PATHS,
    ) {
        let k = tag_count(1);
        let crf = Crf::new(&transitions, k).unwrap();
        let mut legal: Vec<(f64, Vec<u8>)> = all_paths(k, tokens)
            .into_iter()
            .filter_map(|path| {
                path_score(&crf, &scores, &path).map(|s| (s, path.iter().map(|&t| t as u8).collect()))
            })
            .collect();
        legal.sort_by(|a, b| b.0.total_cmp(&a.0));
        let total: f64 = legal.iter().map(|(score, _)| score.exp()).sum();
        let found = best_paths(&crf, &scores[..tokens * k], tokens, most);
        prop_assert_eq!(found.len(), most.min(legal.len()));
        run(&crf, &scores[..tokens * k], tokens, |path, scratch| {
            assert_eq!(path, found[0], "the first path is Viterbi's");
            for (i, path) in found.iter().enumerate() {
                assert!(!found[..i].contains(path), "twice: {path:?}");
                let score = legal.iter().find(|(_, legal)| legal == path).expect("the path is legal").0;
                // Rounding may swap paths of nearly the same score.
                assert!((score - legal[i].0).abs() < 1e-4, "{i}: {score} {}", legal[i].0);
                let p = f64::from(crf.probability(path, 0, tokens, scratch));
                assert!((p - score.exp() / total).abs() < 1e-4, "{p}");
            }
        });
    }

    #[test]
    fn ties_are_broken_in_one_way(
        transitions in prop::collection::vec((-1i8..=1).prop_map(f32::from), 11 * 9),
        scores in prop::collection::vec((-1i8..=1).prop_map(f32::from), 12 * 9),
        tokens in 1usize..=12,
    ) {
        let crf = Crf::new(&transitions, 9).unwrap();
        let eight = best_paths(&crf, &scores, tokens, 8);
        let mut path = vec![0; tokens];
        crf.viterbi(&scores, 9, &mut path, &mut vec![0; tokens * 9]);
        prop_assert_eq!(&path, &eight[0]);
        for most in 1..8 {
            let fewer = best_paths(&crf, &scores, tokens, most);
            prop_assert_eq!(fewer.as_slice(), &eight[..most.min(eight.len())]);
        }
    }

    #[test]
    fn agrees_with_enumeration(
        transitions in prop::collection::vec(-3f32..3.0, 7 * 5),
        scores in prop::collection::vec(-5f32..5.0, 4 * 5),
        tokens in 1usize..=4,
    ) {
        let k = tag_count(1);
        let crf = Crf::new(&transitions, k).unwrap();
        let legal: Vec<(Vec<usize>, f64)> = all_paths(k, tokens)
            .into_iter()
            .filter_map(|path| path_score(&crf, &scores, &path).map(|score| (path, score)))
            .collect();
        let best = legal.iter().map(|(_, score)| *score).fold(f64::MIN, f64::max);
        let total: f64 = legal.iter().map(|(_, score)| score.exp()).sum();
        run(&crf, &scores[..tokens * k], tokens, |path, scratch| {
            let found: Vec<usize> = path.iter().map(|&t| usize::from(t)).collect();
            let score = path_score(&crf, &scores, &found).expect("the path is legal");
            assert!((score - best).abs() < 1e-4, "{score} {best}");
            for first in 0..tokens {
                for end in first + 1..=tokens {
                    let part = &found[first..end];
                    let expected: f64 = legal
                        .iter()
                        .filter(|(path, _)| &path[first..end] == part)
                        .map(|(_, score)| score.exp())
                        .sum::<f64>() / total;
                    let got = f64::from(crf.probability(&path[first..end], first, tokens, scratch));
                    assert!((got - expected).abs() < 1e-4, "{got} {expected}");
                }
            }
        });
    }

    #[test]
    fn any_finite_numbers_give_legal_paths_and_scores_in_range(
        transitions in prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::ZERO, 7 * 5),
        scores in prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL, 6 * 5),
    ) {
        let crf = Crf::new(&transitions, 5).unwrap();
        for path in best_paths(&crf, &scores, 6, 8) {
            let legal = path.windows(2).all(|pair| may_follow(usize::from(pair[0]), usize::from(pair[1])));
            assert!(legal && may_begin(usize::from(path[0])) && may_end(usize::from(path[5])), "{path:?}");
        }
        run(&crf, &scores, 6, |path, scratch| {
            assert!(path.iter().all(|&t| usize::from(t) < 5));
            for first in 0..6 {
                let p = crf.probability(&path[first..], first, 6, scratch);
                assert!((0.0..=1.0).contains(&p), "{p}");
            }
        });
    }
}
