//! What the 16-bit file costs: the same network in 32-bit numbers, as a plain reference, on the same documents.

use crate::data::examples::{Distinct, Encoder};
use crate::data::labelled::Labelled;
use crate::evaluate::{BLANK_LINE, Joined, segments};
use crate::tagger::{DistinctWords, TaggerWeights, WordVectors, emissions};
use anyhow::{Context as _, Result};
use drugner::decode::Span;
use drugner::decode::abbreviations::{Abbreviation, Abbreviations, CAPACITY};
use drugner::decode::brackets;
use drugner::decode::crf::Crf;
use drugner::decode::mentions::each_mention;
use drugner::format::{FEATURE_ABBREVIATIONS, FEATURE_BRACKETS};
use drugner_corpus::{Answer, Corpus, Label, Report, Scorer};
use rayon::prelude::*;

/// Scores of the weights as they were trained; `required` is what the model asks of the engine.
pub fn evaluate(
    weights: &TaggerWeights,
    words: WordVectors<'_>,
    encoder: &Encoder,
    required: u64,
    corpus: &Corpus,
) -> Result<Report> {
    let scores = [&weights.crf_start[..], &weights.crf_end, &weights.crf_transitions].concat();
    let crf = Crf::new(&scores, weights.crf_start.len()).context("a CRF of that size cannot be used")?;
    let answers: Vec<Vec<Vec<Answer>>> = corpus
        .documents
        .par_iter()
        .map(|document| {
            let joined = Joined::new(document, BLANK_LINE);
            joined.split(&answers(weights, words, encoder, &crf, required, &joined.text))
        })
        .collect();
    let mut scorer = Scorer::new();
    for (document, answers) in corpus.documents.iter().zip(&answers) {
        for (sentence, answers) in document.sentences.iter().zip(answers) {
            scorer.add(&document.sub_corpus, sentence, answers)?;
        }
    }
    Ok(scorer.report())
}

fn answers(
    weights: &TaggerWeights,
    words: WordVectors<'_>,
    encoder: &Encoder,
    crf: &Crf,
    required: u64,
    text: &str,
) -> Vec<Answer> {
    let (mut distinct, mut examples) = (Distinct::default(), Vec::new());
    let unlabelled = Labelled { text: text.to_owned(), ..Labelled::default() };
    encoder.encode(&unlabelled, &mut distinct, &mut examples);
    let distinct = DistinctWords(distinct.words);
    let mut memory = [Abbreviation::default(); CAPACITY];
    let mut known = Abbreviations::new(text.as_bytes(), &mut memory);
    let mut out = Vec::new();
    for (tokens, example) in segments(text).iter().zip(&examples) {
        let scores = emissions(weights, words, example, &distinct);
        let mut path = vec![0; tokens.len()];
        crf.viterbi(&scores, crf.tags(), &mut path, &mut vec![0; scores.len()]);
        let mut spans = Vec::new();
        each_mention(&path, |words, label| spans.push(Span { words, label, score: 1.0 }));
        if required & FEATURE_BRACKETS != 0 {
            brackets::complete(text.as_bytes(), tokens, &mut spans);
        }
        if required & FEATURE_ABBREVIATIONS != 0 {
            spans.iter().for_each(|mention| known.learn(tokens, mention));
        }
        known.each(tokens, &spans, |found| {
            let Span { words, label, .. } = found.span;
            let (start, end) = (tokens[words.start].start, tokens[words.end - 1].end);
            out.push(Answer { start: start as usize, end: end as usize, label: Label::ALL[label] });
        });
    }
    out
}
