//! Likeness of the vectors of drug words and of other words.

use super::marked;
use crate::embeddings::Vectors;
use crate::representation::WordSentence;
use fastrand::Rng;
use serde::Serialize;
use std::collections::HashMap;

/// Pairs drawn of each kind, with replacement.
pub const PAIRS: usize = 100_000;
/// Bins of the cosine from -1 to 1.
pub const BINS: usize = 40;
/// Occurrences from which on a word counts as well known: the vector of a word seen once or twice is little more than
/// where it started.
pub const WELL_KNOWN: u64 = 5;
/// Words whose neighbours are shown, and neighbours of each.
const SHOWN: usize = 6;

/// Pairs of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pairs {
    /// `drug-drug`, `drug-other` or `other-other`.
    pub kind: &'static str,
    /// Mean cosine.
    pub cosine: f64,
    /// Mean Euclidean distance.
    pub distance: f64,
    /// Share of the pairs in each of [`BINS`] bins of the cosine from -1 to 1.
    pub histogram: Vec<f64>,
}

/// How alike the vectors of some words are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Likeness {
    /// Distinct drug words: those of which more than half of the occurrences in the sub-corpus lie in names.
    pub drug_words: usize,
    /// The other distinct words.
    pub other_words: usize,
    /// Pairs of two different words drawn at random, of each kind.
    pub pairs: Vec<Pairs>,
}

/// How alike the vectors of a sub-corpus's words are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Similarity {
    /// All words.
    pub all: Likeness,
    /// Words seen at least [`WELL_KNOWN`] times in the text of the vectors; none where there are too few.
    pub well_known: Option<Likeness>,
    /// The most frequent drug words with the words nearest to them and the cosines.
    pub nearest: Vec<(String, Vec<(String, f32)>)>,
}

/// Measures the words of `sentences` that have a vector; `None` if there are less than two of either kind.
pub fn measure(sentences: &[WordSentence], vectors: &Vectors, seed: u64) -> Option<Similarity> {
    let rows: HashMap<&str, usize> = vectors.words.iter().map(String::as_str).zip(0..).collect();
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (word, named) in marked(sentences).filter(|(word, _)| rows.contains_key(word)) {
        let (all, in_names) = counts.entry(word).or_default();
        *all += 1;
        *in_names += usize::from(named);
    }
    let mut sorted: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
    sorted.sort_by_key(|&(word, (all, _))| (std::cmp::Reverse(all), word));
    let (drugs, others): (Vec<_>, Vec<_>) =
        sorted.into_iter().partition(|&(_, (all, in_names))| 2 * in_names > all);
    let index =
        |words: &[(&str, (usize, usize))]| words.iter().map(|(word, _)| rows[word]).collect::<Vec<_>>();
    let (drug_rows, other_rows) = (index(&drugs), index(&others));
    let mut rng = Rng::with_seed(seed);
    let all = likeness(&drug_rows, &other_rows, vectors, &mut rng)?;
    let well_known = |rows: &[usize]| -> Vec<usize> {
        rows.iter().copied().filter(|&row| vectors.counts[row] >= WELL_KNOWN).collect()
    };
    let well_known = likeness(&well_known(&drug_rows), &well_known(&other_rows), vectors, &mut rng);
    let nearest = drugs.iter().take(SHOWN).map(|(word, _)| {
        let found = vectors.nearest(word, SHOWN).unwrap_or_default();
        ((*word).to_owned(), found.into_iter().map(|(word, cosine)| (word.to_owned(), cosine)).collect())
    });
    Some(Similarity { all, well_known, nearest: nearest.collect() })
}

/// Of the words in these rows; `None` for less than two of either kind.
fn likeness(drugs: &[usize], others: &[usize], vectors: &Vectors, rng: &mut Rng) -> Option<Likeness> {
    if drugs.len() < 2 || others.len() < 2 {
        return None;
    }
    let pairs = [("drug-drug", drugs, drugs), ("drug-other", drugs, others), ("other-other", others, others)]
        .map(|(kind, a, b)| draw(kind, a, b, vectors, rng));
    Some(Likeness { drug_words: drugs.len(), other_words: others.len(), pairs: pairs.to_vec() })
}

fn draw(kind: &'static str, a: &[usize], b: &[usize], vectors: &Vectors, rng: &mut Rng) -> Pairs {
    let (mut cosine, mut distance) = (0.0, 0.0);
    let mut histogram = vec![0f64; BINS];
    let mut left = PAIRS;
    while left > 0 {
        let (first, second) = (a[rng.usize(..a.len())], b[rng.usize(..b.len())]);
        if first == second {
            continue;
        }
        let (first, second) = (vectors.row(first), vectors.row(second));
        let dot = |x: &[f32], y: &[f32]| -> f64 { x.iter().zip(y).map(|(x, y)| f64::from(x * y)).sum() };
        let c = dot(first, second) / (dot(first, first) * dot(second, second)).sqrt().max(f64::MIN_POSITIVE);
        let squares: f64 = first.iter().zip(second).map(|(x, y)| f64::from(x - y).powi(2)).sum();
        cosine += c;
        distance += squares.sqrt();
        histogram[(((c + 1.0) / 2.0 * BINS as f64) as usize).min(BINS - 1)] += 1.0;
        left -= 1;
    }
    let count = PAIRS as f64;
    histogram.iter_mut().for_each(|share| *share /= count);
    Pairs { kind, cosine: cosine / count, distance: distance / count, histogram }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::fixtures::sentence;
    use drugner_corpus::Label;

    #[test]
    fn two_clusters_of_words() {
        let sentences = [sentence("iron zinc and the", &[("iron", Label::Drug), ("zinc", Label::Drug)])];
        let words = ["iron", "zinc", "and", "the", "unseen"].map(str::to_owned).to_vec();
        let rows = vec![3.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 1.0, 5.0, 5.0];
        let vectors = Vectors { dim: 2, words, counts: vec![1; 5], rows, provenance: None };
        let found = measure(&sentences, &vectors, 1).unwrap();
        assert_eq!((found.all.drug_words, found.all.other_words, found.well_known), (2, 2, None));
        let [same, across, others] = &found.all.pairs[..] else { panic!("three kinds") };
        assert!((same.cosine - 1.0).abs() < 1e-9 && (same.distance - 2.0).abs() < 1e-9);
        assert!((others.cosine - 1.0).abs() < 1e-9 && (others.distance - 1.0).abs() < 1e-9);
        let mean = (13f64.sqrt() + 10f64.sqrt() + 5f64.sqrt() + 2f64.sqrt()) / 4.0;
        assert!(across.cosine.abs() < 1e-9 && (across.distance - mean).abs() < 0.02, "{}", across.distance);
        assert!((across.histogram[BINS / 2] - 1.0).abs() < 1e-9);
        assert_eq!(found.nearest[0].1[0].0, "zinc");
        assert!(measure(&sentences[..0], &vectors, 1).is_none());
    }
}
