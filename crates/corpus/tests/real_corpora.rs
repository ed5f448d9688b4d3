//! The counts of the published corpora, where they are at hand.

use drugner_corpus::ddi::{self, Part};
use drugner_corpus::scorer::Task2013Scorer;
use drugner_corpus::testing::data_folder;
use drugner_corpus::{Answer, Corpus, Entity, IssueKind, Scorer, Sentence, conll, split};

fn discontinuous(corpus: &Corpus, sub_corpus: &str) -> usize {
    let documents = corpus.documents.iter().filter(|document| document.sub_corpus == sub_corpus);
    let entities = documents.flat_map(|document| &document.sentences).flat_map(|sentence| &sentence.entities);
    entities.filter(|entity| !entity.is_continuous()).count()
}

fn entities(corpus: &Corpus, sub_corpus: &str) -> usize {
    let documents = corpus.documents.iter().filter(|document| document.sub_corpus == sub_corpus);
    documents.flat_map(|document| &document.sentences).map(|sentence| sentence.gold_count()).sum()
}

#[test]
fn ddi2013_counts() {
    let Some(data) = data_folder("ddi2013_counts") else { return };
    let zip = data.join("ddi2013.zip");

    let train = ddi::read(&zip, Part::Train).unwrap();
    assert_eq!((train.documents.len(), train.sentence_count(), train.entity_count()), (714, 6976, 14765));
    assert_eq!((discontinuous(&train, "DrugBank"), discontinuous(&train, "MedLine")), (33, 5));
    // One annotation of the published corpus is off by one.
    let issues: Vec<_> = train.issues.iter().map(|issue| (issue.id.as_str(), issue.kind)).collect();
    assert_eq!(issues, [("DDI-DrugBank.d216.s16.e2", IssueKind::Repaired)]);

    let test = ddi::read(&zip, Part::NerTest).unwrap();
    assert_eq!((test.documents.len(), test.sentence_count(), test.entity_count()), (112, 665, 686));
    assert_eq!((entities(&test, "DrugBank"), entities(&test, "MedLine")), (304, 382));
    assert_eq!((discontinuous(&test, "DrugBank"), discontinuous(&test, "MedLine")), (1, 1));
    assert_eq!(test.sentences().filter(|sentence| sentence.gold_count() == 0).count(), 341);
    assert_eq!(test.issues, []);

    let interaction = ddi::read(&zip, Part::InteractionTest).unwrap();
    assert_eq!(
        (interaction.documents.len(), interaction.sentence_count(), interaction.entity_count()),
        (191, 1299, 3040)
    );
    assert_eq!(interaction.issues, []);

    let all = ddi::read(&zip, Part::All).unwrap();
    assert_eq!(all.documents.len(), 714 + 112 + 191);
    let inner = ddi::read(zip.join("DDICorpus/Train/MedLine"), Part::All).unwrap();
    assert_eq!(inner.documents.len(), 142);

    let (rest, development) = split::development(train).unwrap();
    assert_eq!((rest.documents.len(), development.documents.len()), (643, 71));
    assert_eq!((rest.entity_count(), development.entity_count()), (13500, 1265));
}

/// The gold entities of one range as answers.
fn perfect(sentence: &Sentence) -> Vec<Answer> {
    let continuous = sentence.entities.iter().filter(|entity| entity.is_continuous());
    let answer = |entity: &Entity| {
        let hull = entity.hull();
        Answer { start: hull.start, end: hull.end, label: entity.label }
    };
    continuous.map(answer).collect()
}

#[test]
fn ddi2013_perfect_answers() {
    let Some(data) = data_folder("ddi2013_perfect_answers") else { return };
    let corpus = ddi::read(data.join("ddi2013.zip"), Part::NerTest).unwrap();
    let mut scorer = Scorer::new();
    for document in &corpus.documents {
        for sentence in &document.sentences {
            scorer.add(&document.sub_corpus, sentence, &perfect(sentence)).unwrap();
        }
    }
    let report = scorer.report();
    assert_eq!((report.sentences, report.all.strict.p, report.all.strict.tp), (665, 1.0, 684.0));
    assert_eq!((report.sub["DrugBank"].exact.gold, report.sub["MedLine"].exact.gold), (304, 382));
}

#[test]
fn bc5cdr_reads() {
    let Some(data) = data_folder("bc5cdr_reads") else { return };
    let sentences = conll::read(data.join("bc5cdr/train.tsv"), conll::Columns::default()).unwrap();
    let entities: usize = sentences.iter().map(|sentence| sentence.entities().len()).sum();
    // The corpus as published has 5,203 chemical mentions in its training part.
    assert_eq!((sentences.len(), entities), (4560, 5203));
}

/// Run on the gold itself, the scorer program of 2013 prints 1.00 for 684 correct and 2 incorrect answers of 686. The two
/// discontinuous entities, which a single range cannot express, are left out here.
#[test]
fn ddi2013_gold_through_the_rules_of_2013() {
    let Some(data) = data_folder("ddi2013_gold_through_the_rules_of_2013") else { return };
    let test = ddi::read(data.join("ddi2013.zip"), Part::NerTest).unwrap();
    let mut scorer = Task2013Scorer::new();
    for document in &test.documents {
        for sentence in &document.sentences {
            scorer.add(&document.sub_corpus, sentence, &perfect(sentence)).unwrap();
        }
    }
    let strict = scorer.report().all.strict;
    assert_eq!((strict.correct, strict.incorrect, strict.spurious, strict.gold), (682, 2, 0, 686));
}
