//! The study as a document with tables and plots.

use super::Study;
use super::similarity::{BINS, Likeness, PAIRS, WELL_KNOWN};
use super::tuples::share_without_name;
use drugner_report::{Bar, Column, Document, Plot, PlotKind, Series, Table};

const THIRDS: [&str; 3] = ["most frequent", "middle", "rarest"];

/// Builds the document.
pub fn report(studies: &[Study]) -> Document {
    let mut document = Document::new("Drug names in the training data");
    document.subtitle = "After the study of Sadikin, Fanany and Basaruddin (2016)".to_owned();
    for study in studies {
        document.heading(2, &study.sub_corpus);
        document.paragraph(&format!("{} documents, {} sentences.", study.documents, study.sentences));
        frequency(&mut document, study);
        tuples(&mut document, study);
        similarity(&mut document, study);
    }
    document
}

/// The tables of the document, in order.
pub fn tables(document: &Document) -> impl Iterator<Item = &Table> {
    document.blocks.iter().filter_map(|block| match block {
        drugner_report::Block::Table(table) => Some(table),
        _ => None,
    })
}

fn name(study: &Study, plot: &str) -> String {
    format!("{plot}-{}", study.sub_corpus.to_lowercase())
}

fn frequency(document: &mut Document, study: &Study) {
    let caption = format!(
        "{}: distinct words by falling frequency, cut into three parts of equal token mass.",
        study.sub_corpus
    );
    let numbers =
        ["types", "tokens", "in drug names", "share of all words in drug names", "names that begin with one"]
            .map(Column::number);
    let mut table = Table::new(&caption, [vec![Column::text("third")], numbers.to_vec()].concat());
    for (name, third) in THIRDS.iter().zip(&study.thirds) {
        table.row(vec![
            (*name).to_owned(),
            third.types.to_string(),
            third.tokens.to_string(),
            third.drug_tokens.to_string(),
            format!("{:.1} %", 100.0 * third.share),
            third.names.to_string(),
        ]);
    }
    document.table(table);
    document.plot(Plot::new(
        &name(study, "types"),
        &format!("{}: distinct words in each third", study.sub_corpus),
        "Distinct words by third of token mass, logarithmic scale.",
        PlotKind::Bars {
            groups: THIRDS.map(str::to_owned).to_vec(),
            series: vec![Series::new(
                "distinct words",
                study.thirds.iter().map(|third| Bar::new(third.types as f64)).collect(),
            )],
            y_label: "distinct words".to_owned(),
            y_max: None,
            log: true,
        },
    ));
    document.plot(Plot::new(
        &name(study, "thirds"),
        &format!("{}: where the words of drug names lie", study.sub_corpus),
        "Share of all words in drug names, by third of token mass. Drug names are rare words.",
        PlotKind::Bars {
            groups: THIRDS.map(str::to_owned).to_vec(),
            series: vec![Series::new("share", study.thirds.iter().map(|t| Bar::new(t.share)).collect())],
            y_label: "share".to_owned(),
            y_max: Some(1.0),
            log: false,
        },
    ));
}

fn tuples(document: &mut Document, study: &Study) {
    let caption = format!(
        "{}: five-word tuples by class; class 1: no name begins at the first word, class k + 1: a name of k words does \
         (5 stands for 5 and more). Both techniques begin one at every word; {} reach beyond the end of their sentence, \
         into the next one or into padding.",
        study.sub_corpus, study.tuples.beyond
    );
    let columns = ["1", "2", "3", "4", "5", "6", "share of class 1"].map(Column::number);
    let mut table = Table::new(&caption, [vec![Column::text("tuples")], columns.to_vec()].concat());
    let kinds = [("one stream", &study.tuples.stream), ("sentence by sentence", &study.tuples.windows)];
    for (kind, counts) in kinds {
        let mut cells = vec![kind.to_owned()];
        cells.extend(counts.iter().map(usize::to_string));
        cells.push(format!("{:.1} %", 100.0 * share_without_name(counts)));
        table.row(cells);
    }
    document.table(table);
    document.plot(Plot::new(
        &name(study, "tuples"),
        &format!("{}: tuples by class", study.sub_corpus),
        "Logarithmic scale.",
        PlotKind::Bars {
            groups: (1..=6).map(|class| class.to_string()).collect(),
            series: vec![Series::new(
                "tuples",
                study.tuples.windows.iter().map(|&count| Bar::new(count as f64)).collect(),
            )],
            y_label: "tuples".to_owned(),
            y_max: None,
            log: true,
        },
    ));
}

fn similarity(document: &mut Document, study: &Study) {
    let Some(similarity) = &study.similarity else { return };
    let well_known = format!("seen {WELL_KNOWN} times or more");
    let mut sets = vec![("all", "cosine", &similarity.all)];
    sets.extend(similarity.well_known.as_ref().map(|likeness| (&*well_known, "cosine-well-known", likeness)));
    let caption = format!(
        "{}: likeness of word vectors (CBOW, window 5, 100 dimensions, trained on the text of all sub-corpora); means over \
         {PAIRS} pairs of each kind, drawn at random. A drug word lies in names more often than not.",
        study.sub_corpus
    );
    let numbers = ["drug words", "other words", "cosine", "Euclidean distance"].map(Column::number);
    let mut table =
        Table::new(&caption, [vec![Column::text("words"), Column::text("pairs")], numbers.to_vec()].concat());
    for (words, _, likeness) in &sets {
        for pairs in &likeness.pairs {
            table.row(vec![
                (*words).to_owned(),
                pairs.kind.to_owned(),
                likeness.drug_words.to_string(),
                likeness.other_words.to_string(),
                format!("{:.4}", pairs.cosine),
                format!("{:.4}", pairs.distance),
            ]);
        }
    }
    document.table(table);
    for (words, plot, likeness) in &sets {
        document.plot(cosine_plot(study, words, plot, likeness));
    }
    let caption = format!("{}: frequent drug words and the words nearest to them.", study.sub_corpus);
    let mut table = Table::new(&caption, vec![Column::text("word"), Column::text("nearest words, cosine")]);
    for (word, nearest) in &similarity.nearest {
        let nearest: Vec<String> =
            nearest.iter().map(|(word, cosine)| format!("{word} {cosine:.2}")).collect();
        table.row(vec![word.clone(), nearest.join(", ")]);
    }
    document.table(table);
}

fn cosine_plot(study: &Study, words: &str, plot: &str, likeness: &Likeness) -> Plot {
    let bars = |values: &[f64]| values.iter().map(|&value| Bar::new(value)).collect();
    Plot::new(
        &name(study, plot),
        &format!("{}: cosine of word pairs, words: {words}", study.sub_corpus),
        "Share of the pairs in each bin.",
        PlotKind::Histogram {
            bins: (0..=BINS).map(|edge| 2.0 * edge as f64 / BINS as f64 - 1.0).collect(),
            series: likeness.pairs.iter().map(|p| Series::new(p.kind, bars(&p.histogram))).collect(),
            x_label: "cosine".to_owned(),
            y_label: "share of the pairs".to_owned(),
        },
    )
}
