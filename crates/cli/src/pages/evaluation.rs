//! The page of `drugner evaluate --html`.

use super::examples::{self, ANSWER, ANSWER_LABEL, Example, Field, LABEL, NAME, SCORE};
use super::{Named, about_intervals, notice, numbers, percent, range, share_of};
use drugner_corpus::Label;
use drugner_corpus::scorer::{
    Analysis, Breakdown, Calibration, Interval, JudgedSentence, Modes, Outcome, OutcomeCounts, Prf, Reach,
    Report, Score, Scores, Threshold,
};
use drugner_report::{
    Bar, Column, Document, Line, Plot, PlotKind, ReliabilityPoint, ReliabilitySeries, Series, Table, literal,
};

/// What the page shows.
pub struct Evaluation<'c> {
    pub model: Named,
    /// The documents in words.
    pub corpus: String,
    pub documents: usize,
    pub report: Report,
    pub intervals: Option<Breakdown<Prf<Interval>>>,
    pub analysis: Analysis,
    /// The training documents in words, where the analysis knows their names.
    pub training: Option<String>,
    pub judged: Vec<JudgedSentence<'c>>,
}

/// Builds the page.
pub fn page(evaluation: &Evaluation<'_>) -> Document {
    let mut document = Document::new(&format!("Evaluation of {}", literal(&evaluation.model.file)));
    document.subtitle = format!("on {}", literal(&evaluation.corpus));
    notice(&mut document);
    document.list(vec![
        evaluation.model.item("model"),
        format!(
            "corpus: {}; {} documents, {} sentences, {} gold mentions",
            literal(&evaluation.corpus),
            evaluation.documents,
            evaluation.report.sentences,
            evaluation.report.all.strict.gold
        ),
        format!("drugner {}", env!("CARGO_PKG_VERSION")),
    ]);
    scores(&mut document, evaluation);
    confusion(&mut document, evaluation);
    errors(&mut document, evaluation);
    confidence(&mut document, &evaluation.analysis);
    unseen(&mut document, evaluation);
    quiet(&mut document, &evaluation.analysis);
    document
}

/// A score and the interval of its F1, by scope and mode.
type ScoreRow<'e> = (String, &'static str, &'e Score, Option<Interval>);

fn score_rows<'e>(evaluation: &'e Evaluation<'_>) -> Vec<ScoreRow<'e>> {
    let (report, intervals) = (&evaluation.report, evaluation.intervals.as_ref());
    let mut rows: Vec<ScoreRow> = Vec::new();
    let mut add = |scope: &str, scores: &'e Scores, intervals: Option<[Interval; 4]>| {
        for (i, (mode, score)) in scores.modes().into_iter().enumerate() {
            rows.push((scope.to_owned(), mode, score, intervals.map(|by| by[i])));
        }
    };
    let f1 = |modes: &Modes<Prf<Interval>>| modes.named().map(|(_, figures)| figures.f1);
    add("all", &report.all, intervals.map(|by| f1(&by.all)));
    for (name, scores) in &report.sub {
        add(&literal(name), scores, intervals.and_then(|by| by.sub.get(name)).map(f1));
    }
    for (label, scores) in &report.labels {
        let by = intervals.and_then(|by| by.labels.get(label));
        rows.push((label.to_string(), "strict", &scores.strict, by.map(|by| by.strict.f1)));
        rows.push((label.to_string(), "exact", &scores.exact, by.map(|by| by.exact.f1)));
    }
    rows.retain(|(_, _, score, _)| score.gold + score.answers > 0);
    rows
}

fn scores(document: &mut Document, evaluation: &Evaluation<'_>) {
    document.heading(2, "Scores");
    document.paragraph(
        "**strict**: span and label are right. **exact**: the span is. **partial**: an overlap counts half. **type**: an \
         overlap with the right label. Every gold mention and every answer counts once, in per cent.",
    );
    let columns = numbers(&["P", "R", "F1", "F1, 95 % interval", "right", "gold", "answers"]);
    let mut table = Table::new(
        "Precision, recall and F1, micro-averaged.",
        [vec![Column::text("scope"), Column::text("mode")], columns].concat(),
    );
    let rows = score_rows(evaluation);
    for (scope, mode, score, interval) in &rows {
        table.row(vec![
            scope.clone(),
            (*mode).to_owned(),
            percent(score.p),
            percent(score.r),
            percent(score.f1),
            range(*interval, |end| format!("{:.1}", 100.0 * end)),
            score.tp.to_string(),
            score.gold.to_string(),
            score.answers.to_string(),
        ]);
    }
    document.table(table);
    about_intervals(document, evaluation.documents, "F1");
    let of = |wanted: &'static str| rows.iter().filter(move |row| row.1 == wanted);
    let bar = |row: &ScoreRow| match row.3 {
        Some(interval) => Bar::with_range(row.2.f1, interval.low, interval.high),
        None => Bar::new(row.2.f1),
    };
    document.plot(Plot::new(
        "scores",
        "F1 by scope",
        "F1 in the modes strict and exact, with 95 % intervals over documents.",
        PlotKind::Bars {
            groups: of("strict").map(|row| row.0.clone()).collect(),
            series: ["strict", "exact"].map(|mode| Series::new(mode, of(mode).map(bar).collect())).to_vec(),
            y_label: "F1".to_owned(),
            y_max: Some(1.0),
            log: false,
        },
    ));
}

fn confusion(document: &mut Document, evaluation: &Evaluation<'_>) {
    document.heading(2, "Confusion of labels");
    let confusion = &evaluation.analysis.confusion;
    let columns = [Label::ALL.map(Label::name).to_vec(), vec!["missed", "gold"]].concat();
    let mut table = Table::new(
        "Labels of gold mentions (rows) and of the answers to them (columns), over equal and overlapping spans.",
        [vec![Column::text("gold label")], numbers(&columns)].concat(),
    );
    for (label, row) in &confusion.gold {
        let mut cells = vec![label.to_string()];
        cells.extend(row.answers.values().map(u64::to_string));
        let gold = row.answers.values().sum::<u64>() + row.missed;
        cells.extend([row.missed, gold].map(|count| count.to_string()));
        table.row(cells);
    }
    let mut cells = vec!["no gold mention".to_owned()];
    cells.extend(confusion.spurious.values().map(u64::to_string));
    table.row(cells);
    document.table(table);
}

fn errors(document: &mut Document, evaluation: &Evaluation<'_>) {
    document.heading(2, "Errors");
    let errors = &evaluation.analysis.errors;
    let mut table = Table::new(
        "What became of gold mentions and answers. Labels are those of the gold mention, or of a spurious answer.",
        [vec![Column::text("scope")], numbers(&Outcome::ALL.map(Outcome::name))].concat(),
    );
    let mut row = |scope: String, counts: &OutcomeCounts| {
        table.row([vec![scope], counts.values().map(u64::to_string).collect()].concat());
    };
    row("all".to_owned(), &errors.all);
    errors.sub.iter().for_each(|(name, counts)| row(literal(name), counts));
    errors.labels.iter().for_each(|(label, counts)| row(label.to_string(), counts));
    document.table(table);

    let groups: [(Outcome, &str, &[Field]); 5] = [
        (Outcome::Missed, "Gold mentions for which no answer is left.", &[NAME, LABEL]),
        (Outcome::Spurious, "Answers for which no gold mention is left.", &[ANSWER, ANSWER_LABEL, SCORE]),
        (
            Outcome::WrongLabel,
            "Answers with the span of a gold mention and another label.",
            &[NAME, LABEL, ANSWER_LABEL, SCORE],
        ),
        (
            Outcome::WrongBoundary,
            "Answers that overlap a gold mention of the same label.",
            &[NAME, ANSWER, LABEL, SCORE],
        ),
        (
            Outcome::WrongBoth,
            "Answers that overlap a gold mention of another label.",
            &[NAME, LABEL, ANSWER, ANSWER_LABEL, SCORE],
        ),
    ];
    for (outcome, caption, fields) in groups {
        let cases: Vec<Example> = evaluation
            .judged
            .iter()
            .flat_map(|judged| {
                judged.cases.iter().filter(|case| case.outcome == outcome).map(|case| Example {
                    sentence: judged.sentence,
                    gold: case.gold,
                    answers: [case.answer, None],
                })
            })
            .collect();
        if !cases.is_empty() {
            let name = outcome.name();
            document.heading(3, &(name[..1].to_uppercase() + &name[1..]));
            document.table(examples::table(caption, fields, &cases));
        }
    }
}

fn confidence(document: &mut Document, analysis: &Analysis) {
    document.heading(2, "Confidence");
    document.paragraph(
        "Of the answers with the score p the share p should be right, span and label. The expected calibration error is the \
         distance between both, in ten bins of scores, averaged over the answers: 0 is perfect.",
    );
    let calibration = &analysis.calibration;
    let labels: Vec<(&str, &Calibration)> = calibration
        .labels
        .iter()
        .filter(|(_, calibration)| calibration.answers > 0)
        .map(|(label, calibration)| (label.name(), calibration))
        .collect();
    let mut table = Table::new(
        "Scores of answers and the share that is right.",
        [
            vec![Column::text("label of the answer")],
            numbers(&["answers", "mean score", "share right", "expected calibration error"]),
        ]
        .concat(),
    );
    for (name, calibration) in std::iter::once(&("all", &calibration.all)).chain(&labels) {
        let mut cells = vec![(*name).to_owned(), calibration.answers.to_string()];
        cells.extend(
            [calibration.score, calibration.right, calibration.ece].map(|figure| format!("{figure:.4}")),
        );
        table.row(cells);
    }
    document.table(table);
    let series = |name: &str, calibration: &Calibration| {
        let bins = calibration.bins.iter().filter(|bin| bin.count > 0);
        let points = bins.map(|bin| ReliabilityPoint {
            confidence: bin.score,
            accuracy: bin.right as f64 / bin.count as f64,
            count: bin.count as f64,
        });
        ReliabilitySeries { name: name.to_owned(), points: points.collect() }
    };
    let mut plot = |name: &str, title: &str, caption: &str, series: Vec<ReliabilitySeries>| {
        document.plot(Plot::new(name, title, caption, PlotKind::Reliability { series }));
    };
    plot(
        "reliability",
        "Reliability of scores",
        "Below the diagonal the model is surer than it should be. A point of few answers says little: see the counts.",
        vec![series("all answers", &calibration.all)],
    );
    for (label, calibration) in labels {
        plot(
            &format!("reliability-{label}"),
            &format!("Reliability of scores of {label}"),
            &format!("The same for the {} answers with the label {label}.", calibration.answers),
            vec![series(label, calibration)],
        );
    }
    let line = |name: &str, value: fn(&Threshold) -> f64| Line {
        name: name.to_owned(),
        points: analysis
            .thresholds
            .iter()
            .filter(|at| at.answers > 0)
            .map(|at| (at.min_score, value(at)))
            .collect(),
    };
    document.plot(Plot::new(
        "thresholds",
        "Strict scores over the least score",
        "What `min_score` trades: answers with lower scores are left out.",
        PlotKind::Lines {
            series: vec![line("precision", |at| at.p), line("recall", |at| at.r), line("F1", |at| at.f1)],
            x_label: "least score".to_owned(),
            y_label: "share".to_owned(),
            x_log: false,
            y_log: false,
            vertical: Vec::new(),
        },
    ));
}

fn unseen(document: &mut Document, evaluation: &Evaluation<'_>) {
    document.heading(2, "Names never seen in training");
    let (Some(names), Some(training)) = (&evaluation.analysis.names, &evaluation.training) else {
        document.paragraph(
            "No training documents are known that are not scored, so it cannot be said which names are new to the model: \
             `--train-corpus` names them.",
        );
        return;
    };
    document.paragraph(&format!(
        "Recall by whether the name stands in the annotations of the {}, with {} different names. The case of letters does \
         not matter. Name lists and unlabelled text that the model has seen do not count.",
        literal(training),
        names.known
    ));
    let columns = ["gold", "strict recall", "exact recall"];
    let columns: Vec<String> =
        ["seen", "unseen"].iter().flat_map(|kind| columns.map(|name| format!("{kind}: {name}"))).collect();
    let mut table = Table::new(
        "Recall of names that training documents hold, and of others, in per cent.",
        [vec![Column::text("scope")], columns.iter().map(|name| Column::number(name)).collect()].concat(),
    );
    let cells = |reach: &Reach| match reach.gold {
        0 => ["0".to_owned(), String::new(), String::new()],
        gold => [gold.to_string(), percent(reach.strict_recall), percent(reach.exact_recall)],
    };
    let subs = names.sub.iter().map(|(name, recall)| (literal(name), recall));
    let labels = names.labels.iter().map(|(label, recall)| (label.to_string(), recall));
    for (scope, recall) in std::iter::once(("all".to_owned(), &names.all)).chain(subs).chain(labels) {
        table.row([vec![scope], cells(&recall.seen).to_vec(), cells(&recall.unseen).to_vec()].concat());
    }
    document.table(table);
}

fn quiet(document: &mut Document, analysis: &Analysis) {
    document.heading(2, "Sentences without a drug");
    document.paragraph(
        "Precision hides false alarms where sentences without any gold mention are rare in the corpus and common in notes.",
    );
    let mut table = Table::new(
        "Answers in sentences without gold mention.",
        [
            vec![Column::text("scope")],
            numbers(&["sentences", "answers", "answers in 100 sentences", "share of all spurious answers"]),
        ]
        .concat(),
    );
    let report = &analysis.sentences_without_gold;
    let all = ("all".to_owned(), &report.all, &analysis.errors.all);
    let subs = report.sub.iter().zip(analysis.errors.sub.values());
    let subs = subs.map(|((name, quiet), errors)| (literal(name), quiet, errors));
    for (scope, quiet, errors) in std::iter::once(all).chain(subs) {
        table.row(vec![
            scope,
            quiet.sentences.to_string(),
            quiet.false_positives.to_string(),
            format!("{:.2}", quiet.per_100_sentences),
            share_of(quiet.false_positives, errors[&Outcome::Spurious]),
        ]);
    }
    document.table(table);
}
