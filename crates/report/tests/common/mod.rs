//! A document with every kind of block and plot.
#![allow(dead_code, reason = "each test file uses its part")]

use drugner_report::*;

/// Bars with ranges of about two hundredths.
pub fn bars(name: &str, values: &[f64]) -> Series {
    Series::new(name, values.iter().map(|&v| Bar::with_range(v, v - 0.021, v + 0.018)).collect())
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

pub fn grouped_bars() -> Plot {
    let kind = PlotKind::Bars {
        groups: strings(&["drug", "brand", "group", "drug_n", "all labels, micro average"]),
        series: vec![
            bars("MedLine", &[0.741, 0.602, 0.688, 0.213, 0.694]),
            bars("DrugBank", &[0.923, 0.871, 0.902, 0.301, 0.911]),
            bars("both", &[0.902, 0.845, 0.871, 0.255, 0.884]),
        ],
        y_label: "F1, strict".to_owned(),
        y_max: Some(1.0),
        log: false,
    };
    Plot::new(
        "by-label",
        "Strict F1 of each label",
        "Error bars: 95% of bootstrap samples by document.",
        kind,
    )
}

pub fn many_names() -> Plot {
    let groups: Vec<String> = (0..9)
        .map(|i| {
            format!("representation {} & long short-term memory network of {} cells", i % 3, 64 << (i / 3))
        })
        .collect();
    let values = (0..9).map(|i| f64::from(i - 2) * 0.1).collect::<Vec<_>>();
    let kind = PlotKind::Bars {
        groups,
        series: vec![bars("first run", &values), bars("second run", &values)],
        y_label: "difference of F1".to_owned(),
        y_max: None,
        log: false,
    };
    Plot::new("long-names", "Names that need room", "The bars lie down.", kind)
}

pub fn lines() -> Plot {
    let line = |name: &str, speed: f64| Line {
        name: name.to_owned(),
        points: (0..30).map(|i| (f64::from(i), 0.9 - 0.7 * (-f64::from(i) * speed).exp())).collect(),
    };
    let kind = PlotKind::Lines {
        series: vec![line("MLP", 0.3), line("DBN", 0.2), line("SAE", 0.12), line("LSTM", 0.5)],
        x_label: "epoch".to_owned(),
        y_label: "F1 on the development part".to_owned(),
        x_log: false,
        y_log: false,
        vertical: vec![(12.0, "best epoch of MLP".to_owned()), (14.0, "best epoch of DBN".to_owned())],
    };
    Plot::new("learning", "Learning curves", "One point an epoch.", kind)
}

pub fn zipf() -> Plot {
    let points = (1..2000).map(|i| (f64::from(i), 21_000.0 / f64::from(i).powf(1.07))).collect();
    let kind = PlotKind::Lines {
        series: vec![Line { name: "words".to_owned(), points }],
        x_label: "rank".to_owned(),
        y_label: "frequency".to_owned(),
        x_log: true,
        y_log: true,
        vertical: vec![(28.0, "end of part 1".to_owned()), (410.0, "end of part 2".to_owned())],
    };
    Plot::new("zipf", "Word frequency by rank", "Both axes are logarithmic.", kind)
}

pub fn histogram() -> Plot {
    let heights = |middle: f64| {
        (0..24).map(|i| Bar::new((900.0 * (-(f64::from(i) - middle).powi(2) / 18.0).exp()).round())).collect()
    };
    let kind = PlotKind::Histogram {
        bins: (0..25).map(|i| f64::from(i) * 0.5).collect(),
        series: vec![Series::new("drug words", heights(7.0)), Series::new("other words", heights(13.0))],
        x_label: "distance".to_owned(),
        y_label: "words".to_owned(),
    };
    Plot::new("distances", "Distances to the nearest drug word", "", kind)
}

pub fn reliability() -> Plot {
    let series = |name: &str, bend: f64| ReliabilitySeries {
        name: name.to_owned(),
        points: (0..10)
            .map(|i| {
                let confidence = f64::from(i) * 0.1 + 0.05;
                ReliabilityPoint {
                    confidence,
                    accuracy: confidence.powf(bend),
                    count: f64::from(1 << i) * 3.0,
                }
            })
            .collect(),
    };
    let kind =
        PlotKind::Reliability { series: vec![series("before", 1.6), series("after calibration", 1.05)] };
    Plot::new("reliability", "Reliability", "On the diagonal, confidence is the share right.", kind)
}

pub fn log_bars() -> Plot {
    let kind = PlotKind::Bars {
        groups: strings(&["1 thread", "2 threads", "4 threads", "8 threads"]),
        series: vec![Series::new("", [812.0, 1540.0, 3010.0, 52_000.0].map(Bar::new).to_vec())],
        y_label: "notes a second".to_owned(),
        y_max: None,
        log: true,
    };
    Plot::new("throughput", "Throughput", "", kind)
}

pub fn nothing() -> Plot {
    let kind = PlotKind::Reliability { series: vec![] };
    Plot::new("nothing", "Nothing to show", "", kind)
}

pub fn table() -> Table {
    let columns = vec![
        Column::text("Model"),
        Column::number("Precision"),
        Column::number("Recall"),
        Column::number("F1"),
    ];
    let mut table = Table::new("Strict scores, **bold** and `code`", columns);
    for (i, name) in ["MLP", "DBN <stacked>", "SAE | denoising", "LSTM & words"].iter().enumerate() {
        table.row(
            [
                vec![(*name).to_owned()],
                (0..3).map(|j| format!("{:.3}", 0.71 + 0.05 * (i + j) as f64)).collect(),
            ]
            .concat(),
        );
    }
    table.rows[3].emphasis = true;
    table
}

pub fn sample() -> Document {
    let mut document = Document::new("Drug names in the DDI corpus: models compared");
    document.subtitle = "Strict scores on the test part of 2013".to_owned();
    document.heading(2, "Scores");
    document.paragraph(
        "Four families of networks are trained on **the same split**. A mention counts where its span and its label are \
         right; `drugner evaluate` gives the same figures. The default model is the last row.",
    );
    document.table(table());
    document.plot(grouped_bars());
    document.heading(3, "Every configuration");
    document.plot(many_names());
    document.heading(2, "Training");
    document.list(strings(&[
        "batches of 32 sentences",
        "`adam`, rate 0.001",
        "stopped after **five** epochs without gain",
    ]));
    document.plot(lines());
    document.heading(2, "Data");
    document.plot(zipf());
    document.plot(histogram());
    document.heading(2, "Confidence");
    document.plot(reliability());
    document.heading(2, "Speed");
    document.plot(log_bars());
    document.plot(nothing());
    document.heading(4, "Command");
    document.code("drugner reproduce --corpus DDICorpus --out report\n  # <all> & more");
    document
}
