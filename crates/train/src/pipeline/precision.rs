//! What the 16-bit file costs: the same network in 32-bit numbers, as a plain reference, on the same documents.

use crate::data::examples::{Distinct, Encoder};
use crate::data::labelled::Labelled;
use crate::evaluate::segments;
use crate::tagger::{DistinctWords, TaggerWeights, WordVectors, emissions};
use anyhow::{Context as _, Result};
use drugner::decode::crf::Crf;
use drugner::decode::mentions::each_mention;
use drugner_corpus::{Answer, Corpus, Label, Report, Scorer};
use rayon::prelude::*;

/// Scores of the weights as they were trained.
pub fn evaluate(
    weights: &TaggerWeights,
    words: WordVectors<'_>,
    encoder: &Encoder,
    corpus: &Corpus,
) -> Result<Report> {
    let scores = [&weights.crf_start[..], &weights.crf_end, &weights.crf_transitions].concat();
    let crf = Crf::new(&scores, weights.crf_start.len()).context("a CRF of that size cannot be used")?;
    let sentences: Vec<_> = corpus
        .documents
        .iter()
        .flat_map(|document| document.sentences.iter().map(|sentence| (&document.sub_corpus, sentence)))
        .collect();
    let answers: Vec<Vec<Answer>> = sentences
        .par_iter()
        .map(|(_, sentence)| answers(weights, words, encoder, &crf, &sentence.text))
        .collect();
    let mut scorer = Scorer::new();
    for ((sub_corpus, sentence), answers) in sentences.iter().zip(&answers) {
        scorer.add(sub_corpus, sentence, answers)?;
    }
    Ok(scorer.report())
}

fn answers(
    weights: &TaggerWeights,
    words: WordVectors<'_>,
    encoder: &Encoder,
    crf: &Crf,
    text: &str,
) -> Vec<Answer> {
    let (mut distinct, mut examples) = (Distinct::default(), Vec::new());
    let unlabelled = Labelled { text: text.to_owned(), ..Labelled::default() };
    encoder.encode(&unlabelled, &mut distinct, &mut examples);
    let distinct = DistinctWords(distinct.words);
    let mut out = Vec::new();
    for (tokens, example) in segments(text).iter().zip(&examples) {
        let scores = emissions(weights, words, example, &distinct);
        let mut path = vec![0; tokens.len()];
        crf.viterbi(&scores, crf.tags(), &mut path, &mut vec![0; scores.len()]);
        each_mention(&path, |range, label| {
            let (start, end) = (tokens[range.start].start, tokens[range.end - 1].end);
            out.push(Answer { start: start as usize, end: end as usize, label: Label::ALL[label] });
        });
    }
    out
}
