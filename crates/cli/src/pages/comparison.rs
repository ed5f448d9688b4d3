//! The tables and the page of `drugner compare`.

use super::examples::{self, Example, LABEL, NAME, OF_A, OF_B};
use super::{Named, about_intervals, notice, numbers, percent, points, range, share_of};
use drugner_corpus::scorer::{Breakdown, Change, Churn, Difference, Interval, LabelChurn, Report, Score};
use drugner_report::{Bar, Column, Document, Plot, PlotKind, Series, Table, literal};

/// What the page shows.
pub struct Comparison<'c> {
    /// A and B.
    pub models: [Named; 2],
    /// The documents in words.
    pub corpus: String,
    pub documents: usize,
    pub reports: [Report; 2],
    pub differences: Option<Breakdown<Difference>>,
    pub churn: Churn<'c>,
}

/// The scores of A and B in one scope and mode, and the interval of the difference of their F1.
struct Pair<'c> {
    scope: String,
    mode: &'static str,
    scores: [&'c Score; 2],
    interval: Option<Interval>,
}

impl Pair<'_> {
    fn difference(&self) -> f64 {
        self.scores[1].f1 - self.scores[0].f1
    }

    /// What the interval tells.
    fn verdict(&self) -> &'static str {
        match self.interval {
            None => "",
            Some(interval) if interval.low > 0.0 => "B is better",
            Some(interval) if interval.high < 0.0 => "A is better",
            Some(_) => "not told apart",
        }
    }
}

/// The pairs in the modes strict and exact.
fn pairs<'e>(comparison: &'e Comparison<'_>) -> Vec<Pair<'e>> {
    let ([a, b], by) = (&comparison.reports, comparison.differences.as_ref());
    let interval = |difference: &Difference| difference.interval.f1;
    let mut pairs = Vec::new();
    let mut add = |scope: String, mode, scores, interval| pairs.push(Pair { scope, mode, scores, interval });
    let all = by.map(|by| by.all);
    add("all".into(), "strict", [&a.all.strict, &b.all.strict], all.map(|by| interval(&by.strict)));
    add("all".into(), "exact", [&a.all.exact, &b.all.exact], all.map(|by| interval(&by.exact)));
    for ((name, of_a), of_b) in a.sub.iter().zip(b.sub.values()) {
        let by = by.and_then(|by| by.sub.get(name));
        add(literal(name), "strict", [&of_a.strict, &of_b.strict], by.map(|by| interval(&by.strict)));
        add(literal(name), "exact", [&of_a.exact, &of_b.exact], by.map(|by| interval(&by.exact)));
    }
    for ((label, of_a), of_b) in a.labels.iter().zip(b.labels.values()) {
        let (name, by) = (label.to_string(), by.and_then(|by| by.labels.get(label)));
        add(name.clone(), "strict", [&of_a.strict, &of_b.strict], by.map(|by| interval(&by.strict)));
        add(name, "exact", [&of_a.exact, &of_b.exact], by.map(|by| interval(&by.exact)));
    }
    let occurs = |score: &Score| score.gold + score.answers > 0;
    pairs.retain(|pair| pair.scores.into_iter().any(occurs));
    pairs
}

/// The tables for the terminal and the page: differences of the scores, and counts of the changes.
pub fn tables(comparison: &Comparison<'_>) -> [Table; 2] {
    let columns = numbers(&["F1 of A", "F1 of B", "B less A", "95 % interval"]);
    let mut scores = Table::new(
        "F1 of both models in per cent, and the difference in points.",
        [vec![Column::text("scope"), Column::text("mode")], columns, vec![Column::text("the documents say")]]
            .concat(),
    );
    for pair in pairs(comparison) {
        scores.row(vec![
            pair.scope.clone(),
            pair.mode.to_owned(),
            percent(pair.scores[0].f1),
            percent(pair.scores[1].f1),
            points(pair.difference()),
            range(pair.interval, points),
            pair.verdict().to_owned(),
        ]);
    }
    let columns = [vec!["gold", "right in both"], Change::ALL.map(Change::name).to_vec()].concat();
    let mut changes = Table::new(
        "Gold mentions and spurious answers that the models treat in different ways, by the label of the gold mention or \
         of the answer.",
        [vec![Column::text("scope")], numbers(&columns)].concat(),
    );
    let mut row = |scope: String, churn: &LabelChurn| {
        let mut cells = vec![scope, churn.gold.to_string(), churn.right_in_both.to_string()];
        cells.extend(churn.changes.values().map(u64::to_string));
        changes.row(cells);
    };
    let report = &comparison.churn.report;
    row("all".to_owned(), &report.all);
    report.sub.iter().for_each(|(name, churn)| row(literal(name), churn));
    report.labels.iter().for_each(|(label, churn)| row(label.to_string(), churn));
    [scores, changes]
}

/// How much the models agree, in one sentence.
pub fn agreement(comparison: &Comparison<'_>) -> String {
    let report = &comparison.churn.report;
    format!(
        "{} of {} sentences have the same answers from both ({}); {} answers are in both, {} only in A, {} only in B.",
        report.sentences_with_same_answers,
        report.sentences,
        share_of(report.sentences_with_same_answers, report.sentences),
        report.answers_in_both,
        report.answers_a - report.answers_in_both,
        report.answers_b - report.answers_in_both,
    )
}

/// Builds the page.
pub fn page(comparison: &Comparison<'_>) -> Document {
    let [a, b] = &comparison.models;
    let mut document =
        Document::new(&format!("What changes from {} to {}", literal(&a.file), literal(&b.file)));
    document.subtitle = format!("on {}", literal(&comparison.corpus));
    notice(&mut document);
    document.list(vec![
        a.item("A"),
        b.item("B"),
        format!(
            "corpus: {}; {} documents, {} sentences, {} gold mentions",
            literal(&comparison.corpus),
            comparison.documents,
            comparison.churn.report.sentences,
            comparison.churn.report.all.gold
        ),
        format!("drugner {}", env!("CARGO_PKG_VERSION")),
    ]);
    let [scores, changes] = tables(comparison);
    document.heading(2, "Scores");
    document.table(scores);
    about_intervals(
        &mut document,
        comparison.documents,
        "the difference of F1, both models on the same draw,",
    );
    document.paragraph(
        "An interval that holds 0 does not tell the models apart. Of twenty rows without any difference one stands out by \
         chance: decide by one row that you choose before.",
    );
    difference_plot(&mut document, comparison);
    document.heading(2, "Changes");
    document.paragraph(&agreement(comparison));
    document.table(changes);
    let kinds = [
        (Change::Fixed, "Gold mentions that only B has right, span and label."),
        (Change::Broken, "Gold mentions that only A has right, span and label."),
        (Change::StillWrong, "Gold mentions that both have wrong, in different ways."),
        (Change::FalseGone, "Spurious answers of A that B does not give."),
        (Change::FalseNew, "Spurious answers of B that A does not give."),
        (Change::FalseChanged, "Spurious answers of both that overlap and differ."),
    ];
    for (change, caption) in kinds {
        let of_kind = comparison.churn.changes.iter().filter(|changed| changed.change == change);
        let cases: Vec<Example> = of_kind
            .map(|changed| Example {
                sentence: changed.sentence,
                gold: changed.gold,
                answers: [changed.a, changed.b],
            })
            .collect();
        if !cases.is_empty() {
            let name = change.name();
            document.heading(3, &(name[..1].to_uppercase() + &name[1..]));
            let fields = match change {
                Change::Fixed | Change::Broken | Change::StillWrong => &[NAME, LABEL, OF_A, OF_B][..],
                Change::FalseGone => &[OF_A],
                Change::FalseNew => &[OF_B],
                Change::FalseChanged => &[OF_A, OF_B],
            };
            document.table(examples::table(caption, fields, &cases));
        }
    }
    document
}

fn difference_plot(document: &mut Document, comparison: &Comparison<'_>) {
    let pairs = pairs(comparison);
    let of = |mode: &'static str| pairs.iter().filter(move |pair| pair.mode == mode).collect::<Vec<_>>();
    let bar = |pair: &&Pair| {
        let points = |share: f64| 100.0 * share;
        match pair.interval {
            Some(by) => Bar::with_range(points(pair.difference()), points(by.low), points(by.high)),
            None => Bar::new(points(pair.difference())),
        }
    };
    document.plot(Plot::new(
        "differences",
        "F1 of B less F1 of A",
        "Differences of F1 in points with 95 % intervals: above 0 B is better.",
        PlotKind::Bars {
            groups: of("strict").iter().map(|pair| pair.scope.clone()).collect(),
            series: ["strict", "exact"]
                .map(|mode| Series::new(mode, of(mode).iter().map(bar).collect()))
                .to_vec(),
            y_label: "points of F1".to_owned(),
            y_max: None,
            log: false,
        },
    ));
}
