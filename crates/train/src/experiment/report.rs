//! The report of an experiment.

use super::familiarity::{KINDS, Reach};
use super::published;
use super::scores::SystemScores;
use super::summary::{Figure, System};
use super::variant::{Network, Representation};
use super::verdict::verdicts;
use super::{Reference, Results};
use drugner_corpus::scorer::Counts;
use drugner_report::{Bar, Column, Document, Plot, PlotKind, Row, Series, Table};

/// Builds the report.
pub fn report(results: &Results) -> Document {
    let systems = System::all(results);
    let mut document = Document::new("Drug names by MLP, DBN, SAE and LSTM");
    document.subtitle = format!(
        "The systems of Sadikin, Fanany and Basaruddin (2016) on the DDI corpus 2013, {} seeds each",
        results.identity.seeds
    );
    document.heading(2, "What was found");
    document.list(verdicts(results));
    document.plot(mean_plot(results, &systems));

    document.heading(2, "The paper's figure: words, whatever the label");
    document.paragraph(
        "A word is right when it lies in a gold name and in an answer; all sentences of the test documents count, and so do \
         false positives. Mean F is the unweighted mean of DrugBank and MedLine, each with networks of its own. Figures are \
         mean ± standard deviation over the seeds. Published figures are per sample, too; those marked * stand in the \
         abstract of the paper, the others are unverified notes on its tables.",
    );
    document.table(mean_table(results, &systems));

    document.heading(2, "The systems");
    document.table(system_table(&systems));

    document.heading(2, "Each system on each sub-corpus");
    for sub_corpus in sub_corpora(&systems) {
        document.heading(3, &sub_corpus);
        document.table(word_table(results, &systems, &sub_corpus));
        document.plot(precision_recall_plot(&systems, &sub_corpus));
        document.table(entity_table(results, &systems, &sub_corpus));
    }

    document.heading(2, "How a precision of 1.0000 comes about");
    document.paragraph(
        "The same answers of the LSTM counted in three ways: over all words, over the words of gold names only (no word can \
         be wrongly marked, so precision is 1 whatever the network does), and over all words against a gold that was made by \
         looking up a list of all annotated names, as the paper's labelling is remembered.",
    );
    document.table(masked_table(&systems));

    document.heading(2, "What the training text cannot teach");
    document.paragraph(
        "Recall of gold words, whatever the label, by what the training and development documents of both sub-corpora say of \
         them. A network that knows a word only by the vector of its training text has to guess those of the last column \
         by what stands before them.",
    );
    document.table(reach_table(results, &systems));

    document.heading(2, "How it was done");
    document.list(
        [
            "Training documents without the development documents train the networks; the development documents end the \
             training and choose the epoch; nothing is chosen on the test documents of task 9.1, and none is filtered.",
            "Every figure comes from the model file (fp16 weights) run by the engine, not from the trainer.",
            "Strict: same range and label, one-to-one, all sentences. Exact: same range. Names that are discontinuous or \
             longer than five words cannot be represented and count as missed.",
            "Tuples: a sample is the window that begins at a word, right when a name of the same length begins there; \
             answers are decoded from left to right, so two names never overlap.",
            "The paper labels by a list of names; \"listed gold\" counts against a test gold labelled in that way, which differs \
             from the annotation.",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    document
}

fn sub_corpora(systems: &[System]) -> Vec<String> {
    systems.first().map(|s| s.sub_corpora().into_iter().map(str::to_owned).collect()).unwrap_or_default()
}

fn columns(names: &[&str]) -> Vec<Column> {
    names.iter().enumerate().map(|(i, name)| Column { name: (*name).to_owned(), number: i > 0 }).collect()
}

fn reach_table(results: &Results, systems: &[System]) -> Table {
    let mut columns = columns(&["system", "sub-corpus"]);
    columns[1].number = false;
    columns.extend(KINDS.iter().map(|kind| Column { name: format!("words {kind}"), number: true }));
    columns.push(Column { name: "recall of each".to_owned(), number: true });
    let mut rows = Vec::new();
    for sub_corpus in sub_corpora(systems) {
        let mut add = |name: String, reach: [Reach; 3], recall: [String; 3], emphasis: bool| {
            let all: usize = reach.iter().map(|kind| kind.words).sum();
            let share = |kind: Reach| {
                format!("{} ({:.1} %)", kind.words, 100.0 * kind.words as f64 / all.max(1) as f64)
            };
            let mut cells = vec![name, sub_corpus.clone()];
            cells.extend(reach.map(share));
            cells.push(recall.join(" / "));
            rows.push(Row { cells, emphasis });
        };
        for system in systems {
            let Some(first) = system.on(&sub_corpus).first().copied() else { continue };
            let recall = [0, 1, 2]
                .map(|k| format!("{:.3}", system.figure(&sub_corpus, |o| o.test.reach[k].recall()).mean));
            add(code(system), first.test.reach, recall, false);
        }
        for reference in &results.references {
            let Some(scores) = reference.test.get(&sub_corpus) else { continue };
            let recall = scores.reach.map(|kind| format!("{:.3}", kind.recall()));
            add(reference.name.clone(), scores.reach, recall, true);
        }
    }
    Table { caption: "Gold words of the test documents by familiarity.".to_owned(), columns, rows }
}

/// The name of a system in tables.
fn code(system: &System) -> String {
    format!("`{}`", system.variant.id())
}

fn row(cells: Vec<String>) -> Row {
    Row { cells, emphasis: false }
}

fn four(value: f64) -> String {
    format!("{value:.4}")
}

fn mean_of(reference: &Reference, value: impl Fn(&SystemScores) -> f64) -> f64 {
    reference.test.values().map(value).sum::<f64>() / reference.test.len().max(1) as f64
}

fn published_mean(network: Network, representation: Representation) -> String {
    // The published means belong to the techniques that the paper names for each network.
    let best_known = match network {
        Network::Lstm => representation == Representation::Sequence,
        _ => representation == Representation::Windows,
    };
    let (f1, in_abstract) = published::mean_f1(network);
    if best_known { format!("{f1:.4}{}", if in_abstract { "*" } else { "" }) } else { String::new() }
}

fn mean_table(results: &Results, systems: &[System]) -> Table {
    let names = [
        "system",
        "development, word F",
        "word F",
        "tuple F",
        "listed gold, word F",
        "exact F",
        "strict F",
        "published mean F",
    ];
    let mut rows: Vec<Row> = systems
        .iter()
        .map(|system| {
            row(vec![
                code(system),
                system.development_f1().text(),
                system.word_f1().text(),
                system.mean_figure(|o| o.test.words.tuples.f1).text(),
                system.mean_figure(|o| o.test.listed.words.f1).text(),
                system.mean_figure(|o| o.test.exact.f1).text(),
                system.mean_figure(|o| o.test.strict.f1).text(),
                published_mean(system.variant.network, system.variant.representation),
            ])
        })
        .collect();
    rows.extend(results.references.iter().map(|reference| Row {
        cells: vec![
            reference.name.clone(),
            String::new(),
            four(mean_of(reference, |s| s.words.words.f1)),
            four(mean_of(reference, |s| s.words.tuples.f1)),
            four(mean_of(reference, |s| s.listed.words.f1)),
            four(mean_of(reference, |s| s.exact.f1)),
            four(mean_of(reference, |s| s.strict.f1)),
            String::new(),
        ],
        emphasis: true,
    }));
    Table { caption: "Means over DrugBank and MedLine.".to_owned(), columns: columns(&names), rows }
}

fn word_table(results: &Results, systems: &[System], sub_corpus: &str) -> Table {
    let names = ["system", "P", "R", "F", "right", "wrong", "missed", "published P / R / F"];
    let counts = |counts: &Counts| [counts.tp, counts.fp, counts.missed];
    let mut rows = Vec::new();
    for system in systems {
        let figure = |value: &dyn Fn(&SystemScores) -> f64| system.figure(sub_corpus, |o| value(&o.test));
        let count = |which: usize| format!("{:.0}", figure(&|s| counts(&s.words.words)[which] as f64).mean);
        let published = published::figures(system.variant.network, system.variant.representation, sub_corpus);
        rows.push(row(vec![
            code(system),
            figure(&|s| s.words.words.p).text(),
            figure(&|s| s.words.words.r).text(),
            figure(&|s| s.words.words.f1).text(),
            count(0),
            count(1),
            count(2),
            published.map_or_else(String::new, |f| format!("{:.4} / {:.4} / {:.4}", f.p, f.r, f.f1)),
        ]));
    }
    for reference in &results.references {
        let Some(scores) = reference.test.get(sub_corpus) else { continue };
        let score = &scores.words.words;
        let [right, wrong, missed] = counts(score).map(|count| count.to_string());
        let cells = vec![
            reference.name.clone(),
            four(score.p),
            four(score.r),
            four(score.f1),
            right,
            wrong,
            missed,
            String::new(),
        ];
        rows.push(Row { cells, emphasis: true });
    }
    Table {
        caption: format!("{sub_corpus}: words, whatever the label; counts are means over the seeds."),
        columns: columns(&names),
        rows,
    }
}

fn entity_table(results: &Results, systems: &[System], sub_corpus: &str) -> Table {
    let names =
        ["system", "exact P", "exact R", "exact F", "strict P", "strict R", "strict F", "gold", "answers"];
    let cells = |scores: [&dyn Fn(&SystemScores) -> f64; 6], system: &System| {
        scores.map(|value| system.figure(sub_corpus, |o| value(&o.test)).text())
    };
    let values: [&dyn Fn(&SystemScores) -> f64; 6] =
        [&|s| s.exact.p, &|s| s.exact.r, &|s| s.exact.f1, &|s| s.strict.p, &|s| s.strict.r, &|s| s.strict.f1];
    let mut rows = Vec::new();
    for system in systems {
        let mut out = vec![code(system)];
        out.extend(cells(values, system));
        for count in [|s: &SystemScores| s.strict.gold as f64, |s: &SystemScores| s.strict.answers as f64] {
            out.push(format!("{:.0}", system.figure(sub_corpus, |o| count(&o.test)).mean));
        }
        rows.push(row(out));
    }
    for reference in &results.references {
        let Some(scores) = reference.test.get(sub_corpus) else { continue };
        let mut out = vec![reference.name.clone()];
        out.extend(values.map(|value| four(value(scores))));
        out.extend([scores.strict.gold.to_string(), scores.strict.answers.to_string()]);
        rows.push(Row { cells: out, emphasis: true });
    }
    Table {
        caption: format!("{sub_corpus}: whole names, one-to-one, all sentences."),
        columns: columns(&names),
        rows,
    }
}

fn masked_table(systems: &[System]) -> Table {
    let names = [
        "system",
        "sub-corpus",
        "P, all words",
        "R",
        "P, words of gold names only",
        "R",
        "P, listed gold",
        "R",
    ];
    let mut rows = Vec::new();
    for sub_corpus in sub_corpora(systems) {
        for system in systems.iter().filter(|system| system.variant.network == Network::Lstm) {
            let figure =
                |value: &dyn Fn(&SystemScores) -> f64| system.figure(&sub_corpus, |o| value(&o.test)).text();
            rows.push(row(vec![
                code(system),
                sub_corpus.clone(),
                figure(&|s| s.words.words.p),
                figure(&|s| s.words.words.r),
                figure(&|s| s.words.masked.p),
                figure(&|s| s.words.masked.r),
                figure(&|s| s.listed.words.p),
                figure(&|s| s.listed.words.r),
            ]));
        }
    }
    Table { caption: "Three ways of counting the same answers.".to_owned(), columns: columns(&names), rows }
}

fn system_table(systems: &[System]) -> Table {
    let mut names = vec!["system".to_owned(), "network".to_owned(), "how it is trained".to_owned()];
    let sub_corpora = sub_corpora(systems);
    for sub_corpus in &sub_corpora {
        names.extend([format!("{sub_corpus}: samples"), format!("{sub_corpus}: seconds")]);
    }
    let rows = systems.iter().map(|system| {
        let mut cells =
            vec![code(system), system.variant.network.name().to_owned(), system.variant.description()];
        for sub_corpus in &sub_corpora {
            cells.push(format!("{:.0}", system.figure(sub_corpus, |o| o.samples as f64).mean));
            cells.push(format!("{:.1}", system.figure(sub_corpus, |o| o.seconds).mean));
        }
        row(cells)
    });
    let columns = names.into_iter().enumerate().map(|(i, name)| Column { name, number: i > 2 }).collect();
    Table {
        caption: "What each name stands for; training samples (windows, or words of sequences) and time of one run on one \
                  processor."
            .to_owned(),
        columns,
        rows: rows.collect(),
    }
}

fn bar(figure: Figure) -> Bar {
    Bar { value: figure.mean, range: Some((figure.low, figure.high)) }
}

fn mean_plot(results: &Results, systems: &[System]) -> Plot {
    let mut groups: Vec<String> = systems.iter().map(|system| system.variant.id()).collect();
    let mut words: Vec<Bar> = systems.iter().map(|system| bar(system.word_f1())).collect();
    let mut strict: Vec<Bar> =
        systems.iter().map(|system| bar(system.mean_figure(|o| o.test.strict.f1))).collect();
    for reference in &results.references {
        groups.push(reference.name.clone());
        words.push(Bar { value: mean_of(reference, |s| s.words.words.f1), range: None });
        strict.push(Bar { value: mean_of(reference, |s| s.strict.f1), range: None });
    }
    Plot {
        name: "mean-f".to_owned(),
        title: "Mean F over DrugBank and MedLine".to_owned(),
        caption: "Words whatever the label (the paper's measure) and whole names with their label (strict). Whiskers: lowest \
                  and highest seed."
            .to_owned(),
        kind: PlotKind::Bars {
            groups,
            series: vec![
                Series { name: "words".to_owned(), values: words },
                Series { name: "strict".to_owned(), values: strict },
            ],
            y_label: "F".to_owned(),
            y_max: Some(1.0),
            log: false,
        },
    }
}

fn precision_recall_plot(systems: &[System], sub_corpus: &str) -> Plot {
    let series = |name: &str, value: &dyn Fn(&SystemScores) -> f64| Series {
        name: name.to_owned(),
        values: systems.iter().map(|system| bar(system.figure(sub_corpus, |o| value(&o.test)))).collect(),
    };
    Plot {
        name: format!("words-{}", sub_corpus.to_lowercase()),
        title: format!("{sub_corpus}: precision and recall of words"),
        caption: "False positives of all sentences count. Whiskers: lowest and highest seed.".to_owned(),
        kind: PlotKind::Bars {
            groups: systems.iter().map(|system| system.variant.id()).collect(),
            series: vec![series("precision", &|s| s.words.words.p), series("recall", &|s| s.words.words.r)],
            y_label: String::new(),
            y_max: Some(1.0),
            log: false,
        },
    }
}
