//! Sentences and answers in short.
#![allow(dead_code, reason = "each test file uses its part")]

use drugner_corpus::{Answer, Entity, Label, Sentence, Span};

const LABELS: [(char, Label); 4] =
    [('d', Label::Drug), ('b', Label::Brand), ('g', Label::Group), ('n', Label::DrugN)];

fn label(letter: char) -> Label {
    LABELS.iter().find(|(known, _)| *known == letter).unwrap().1
}

/// Ranges with a label: `0-3d` is a drug in bytes 0 to 3, end excluded; `0-3,5-8d` is discontinuous.
pub fn ranges(text: &str) -> Vec<(Vec<Span>, Label)> {
    let range = |part: &str| {
        let (start, end) = part.split_once('-').unwrap();
        Span::new(start.parse().unwrap(), end.parse().unwrap())
    };
    let entity = |word: &str| {
        let (spans, letter) = word.split_at(word.len() - 1);
        (spans.split(',').map(range).collect(), label(letter.chars().next().unwrap()))
    };
    text.split_whitespace().map(entity).collect()
}

pub fn sentence(id: &str, gold: &str) -> Sentence {
    let entity = |(spans, label)| Entity { id: "e".to_owned(), spans, label, text: String::new() };
    let entities = ranges(gold).into_iter().map(entity).collect();
    Sentence { id: id.to_owned(), text: "x".repeat(100), entities, unplaced: Vec::new() }
}

pub fn answers(text: &str) -> Vec<Answer> {
    let answer =
        |(spans, label): (Vec<Span>, Label)| Answer { start: spans[0].start, end: spans[0].end, label };
    ranges(text).into_iter().map(answer).collect()
}
