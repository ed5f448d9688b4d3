//! Targets of the corpus readers and the scorer.

use crate::input::Input;
use drugner_corpus::conll::{self, Columns};
use drugner_corpus::ddi::{self, Part};
use drugner_corpus::scorer::{Score, Task2013Scorer, WordScorer};
use drugner_corpus::{Answer, Corpus, Entity, Label, Scorer, Sentence, Span, UnplacedEntity, columns, split};
use std::path::PathBuf;
use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = folder().expect("a folder for temporary files");
}

/// In memory where the system has such a folder: a disk that is written anew thousands of times a second is slow.
fn folder() -> std::io::Result<TempDir> {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new())
}

/// A file of these bytes, for readers that take a path.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    FOLDER.with(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the temporary file is written");
        path
    })
}

/// The first byte chooses the reader, the rest is its file.
pub fn corpus(data: &[u8]) {
    let mut input = Input(data);
    match input.u8() % 5 {
        0 | 1 => {
            if let Ok(corpus) = ddi::read(file("x.xml", input.0), Part::All) {
                check(&corpus);
            }
        }
        2 => {
            let columns = Columns { token: input.below(4), tag: input.u8().is_multiple_of(2).then_some(1) };
            for sentence in conll::parse(input.0, "x", columns).unwrap_or_default() {
                assert!(!sentence.tokens.is_empty() && sentence.tokens.len() == sentence.tags.len());
                let entities = sentence.entities();
                assert!(entities.iter().all(|e| e.start < e.end && e.end <= sentence.tokens.len()));
                assert!(entities.is_sorted_by(|left, right| left.end <= right.start));
            }
        }
        3 => {
            if let Ok(corpus) = columns::read_as(file("x.tsv", input.0), Label::Drug) {
                check(&corpus);
            }
        }
        _ => {
            let _ = split::read_document_list(file("x.txt", input.0));
            if let Ok(corpus) = ddi::read(file("x.zip", input.0), Part::All) {
                check(&corpus);
            }
        }
    }
}

/// Every entity that is read has the text that its offsets name.
fn check(corpus: &Corpus) {
    for sentence in corpus.sentences() {
        for entity in &sentence.entities {
            assert!(!entity.spans.is_empty());
            assert!(
                entity.spans.iter().all(|span| span.of(&sentence.text).is_some_and(|text| !text.is_empty()))
            );
            assert!(entity.spans.is_sorted_by(|left, right| left.end <= right.start));
        }
    }
}

fn is_ratio(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

fn check_score(score: &Score) {
    assert!(is_ratio(score.p) && is_ratio(score.r) && is_ratio(score.f1), "{score:?}");
    assert!(score.tp <= score.gold as f64 && score.tp_answers <= score.answers as f64, "{score:?}");
}

/// The bytes are sentences with gold entities and answers, which may overlap, repeat and lie outside.
pub fn scorer(data: &[u8]) {
    let mut input = Input(data);
    let (mut scorer, mut task, mut words) = (Scorer::new(), Task2013Scorer::new(), WordScorer::new());
    let mut perfect = true;
    for number in 0..1 + input.u8() % 4 {
        let length = 1 + input.below(24);
        let text: String = "aä€💊 bc".chars().cycle().take(length).collect();
        let label = |input: &mut Input<'_>| Label::ALL[input.below(4)];
        let answers: Vec<Answer> = (0..input.u8() % 6)
            .map(|_| Answer { start: input.below(32), end: input.below(40), label: label(&mut input) })
            .collect();
        let inside = |input: &mut Input<'_>| {
            let (a, b) = (input.below(text.len()), 1 + input.below(text.len()));
            Some(Span::new(a, b)).filter(|span| span.of(&text).is_some_and(|text| !text.is_empty()))
        };
        let spans: Vec<Span> = (0..input.u8() % 6).filter_map(|_| inside(&mut input)).collect();
        let entity = |(i, span): (usize, &Span)| Entity {
            id: i.to_string(),
            spans: vec![*span],
            label: Label::ALL[i % 4],
            text: String::new(),
        };
        let entities: Vec<Entity> = spans.iter().enumerate().map(entity).collect();
        let unplaced = match input.u8() % 8 {
            0 => vec![UnplacedEntity { id: "u".to_owned(), label: Label::Drug, text: String::new() }],
            _ => Vec::new(),
        };
        let same = |e: &Entity| answers.iter().any(|a| a.span() == e.spans[0] && a.label == e.label);
        perfect &= unplaced.is_empty() && entities.iter().all(same) && answers.len() == entities.len();
        let sentence = Sentence { id: format!("d.s{}", number % 3), text, entities, unplaced };
        let added = scorer.add("sub", &sentence, &answers).is_ok();
        perfect &= added;
        let _ = task.add("sub", &sentence, &answers);
        let ranges = |spans: &[Span]| -> Vec<std::ops::Range<usize>> {
            spans.iter().map(|span| span.start..span.end).collect()
        };
        let cut: Vec<std::ops::Range<usize>> = (0..length).step_by(3).map(|at| at..at + 2).collect();
        let answered: Vec<Span> = answers.iter().map(Answer::span).collect();
        words.add("sub", &cut, &ranges(&spans), &ranges(&answered));
    }
    let report = scorer.report();
    let micro = &report.all;
    for score in [&micro.strict, &micro.exact, &micro.partial, &micro.kind] {
        check_score(score);
    }
    assert!(micro.strict.tp <= micro.exact.tp && micro.exact.tp <= micro.partial.tp, "{micro:?}");
    assert!(micro.strict.tp <= micro.kind.tp, "{micro:?}");
    assert!(!perfect || micro.strict.gold == 0 || micro.strict.f1 == 1.0, "{micro:?}");
    let _ = (report.table(), task.report().table(), scorer.strict_f1_interval(10, 1));
    assert!(
        words.report().sub.values().all(|scores| is_ratio(scores.words.f1) && is_ratio(scores.tuples.f1))
    );
}
