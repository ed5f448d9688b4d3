//! What documents look like as text, and that nothing that is put into one breaks it.

mod common;

use drugner_report::*;
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

/// Reads XML to its end, attributes and references too; its text, and how often each element occurs.
fn parse(xml: &str) -> (String, Vec<String>) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut text, mut elements, mut depth) = (String::new(), Vec::new(), 0);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {xml}"));
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                for attribute in start.attributes() {
                    attribute
                        .expect("an attribute")
                        .normalized_value(XmlVersion::Implicit1_0)
                        .expect("its value");
                }
                elements.push(start.name().as_ref().to_owned());
                depth += i32::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => depth -= 1,
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) => {
                let entity = format!("&{};", reference.xml10_content());
                text.push_str(&quick_xml::escape::unescape(&entity).expect("a known reference"));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every tag is closed");
    (text, elements)
}

fn count(elements: &[String], name: &str) -> usize {
    elements.iter().filter(|element| *element == name).count()
}

/// Columns of a Markdown table row.
fn columns(row: &str) -> usize {
    let mut pipes = 0;
    let mut escaped = false;
    for c in row.chars() {
        pipes += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    pipes - 1
}

#[test]
fn the_page_is_well_formed_and_whole() {
    let document = common::sample();
    let html = document.html();
    assert_eq!(html, document.html());
    let (text, elements) = parse(&html);
    for cell in common::table().rows.iter().flat_map(|row| &row.cells) {
        assert!(text.contains(cell.as_str()), "{cell}");
    }
    assert_eq!(
        ["svg", "table", "h2", "h3", "h4", "nav", "pre"].map(|name| count(&elements, name)),
        [8, 1, 5, 1, 1, 1, 1]
    );
    assert_eq!(html.matches("http://").count(), 8, "the names of the SVG namespace alone");
    assert!(!html.contains("<script"));
    assert!(!html.contains("https://") && !html.contains("url(") && !html.contains("@import"));
}

#[test]
fn anchors_are_unique() {
    let mut document = Document::new("");
    for text in ["Table 1", "A b", "a-B", "", "日本"] {
        document.heading(2, text);
    }
    document.table(common::table());
    let html = document.html();
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids, ["table-1", "a-b", "a-b-2", "section", "section-2", "table-1-2"]);
    assert!(ids[..5].iter().all(|id| html.contains(&format!("href=\"#{id}\""))));
}

#[test]
fn a_small_document_in_markdown() {
    let mut document = Document::new("A & B");
    document.subtitle = "of <one> kind".to_owned();
    document.heading(2, "1. First");
    document.paragraph("- no list, **bold**, `a < b`\nnext_line *not* italic");
    document.list(vec!["one | two".to_owned(), "# three".to_owned()]);
    let mut table = Table::new("Scores", vec![Column::text("a|b"), Column::number("F1")]);
    table.row(vec!["x|y `p|q`".to_owned(), "0.5".to_owned()]);
    table.rows.push(Row { cells: vec!["<z>".to_owned()], emphasis: true });
    document.table(table);
    document.plot(Plot::new("Learning_Curve", "Curve", "Rises.", PlotKind::Reliability { series: vec![] }));
    document.code("```\n| <raw>");
    let wanted = "# A &amp; B\n\nof &lt;one&gt; kind\n\n## 1\\. First\n\n\
        \\- no list, **bold**, `a < b` next_line \\*not\\* italic\n\n\
        - one \\| two\n- \\# three\n\n\
        **Table 1.** Scores\n\n| a\\|b | F1 |\n| --- | ---: |\n| x\\|y <code>p\\|q</code> | 0.5 |\n| **&lt;z&gt;** |  |\n\n\
        ![Curve](<plots/learning-curve.svg>)\n\n**Figure 1.** Rises.\n\n````text\n```\n| <raw>\n````\n";
    assert_eq!(document.markdown("plots"), wanted);
}

#[test]
fn saving_writes_every_file_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut document = common::sample();
    document.plot(common::lines());
    document.save(&folder.path().join("new"), "report").expect("saved");
    document.save(&folder.path().join("new"), "report").expect("saved again");
    let mut files: Vec<String> = ["new", "new/plots"]
        .iter()
        .flat_map(|sub| std::fs::read_dir(folder.path().join(sub)).expect("a folder"))
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let wanted = [
        "by-label.svg",
        "distances.svg",
        "learning-2.svg",
        "learning.svg",
        "long-names.svg",
        "nothing.svg",
        "plots",
        "reliability.svg",
        "report.html",
        "report.md",
        "throughput.svg",
        "zipf.svg",
    ];
    assert_eq!(files, wanted);
    let page = std::fs::read_to_string(folder.path().join("new/report.html")).expect("the page");
    assert_eq!(page, document.html());
}

#[test]
fn text_in_figures_is_large_enough_and_inside() {
    for (name, svg) in common::sample().svgs() {
        parse(&svg);
        for size in svg.split("font-size=\"").skip(1) {
            let size: f64 = size.split('"').next().and_then(|s| s.parse().ok()).expect("a size");
            assert!(size >= 11.99, "{name}: {size}");
        }
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
                && svg.contains(" viewBox=\"0 0 ")
        );
        assert!(svg.contains(" role=\"img\" aria-label=\"") && svg.contains("<title>"));
        assert_eq!(svg.contains("no data"), name == "nothing.svg");
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -2.0..2.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(0.0),
        Just(f64::MAX),
        Just(5e-324)
    ]
}

fn bar() -> impl Strategy<Value = Bar> {
    (number(), proptest::option::of((number(), number()))).prop_map(|(value, range)| Bar { value, range })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~\n]{0,40}", "[`*|<&\\\\_#.0-9 -]{0,12}"]
}

fn series() -> impl Strategy<Value = Vec<Series>> {
    let one =
        (text(), proptest::collection::vec(bar(), 0..5)).prop_map(|(name, values)| Series { name, values });
    proptest::collection::vec(one, 0..4)
}

fn kind() -> impl Strategy<Value = PlotKind> {
    use proptest::collection::vec;
    let line = (text(), vec((number(), number()), 0..6)).prop_map(|(name, points)| Line { name, points });
    let point = (number(), number(), number()).prop_map(|(confidence, accuracy, count)| ReliabilityPoint {
        confidence,
        accuracy,
        count,
    });
    let reliability =
        (text(), vec(point, 0..5)).prop_map(|(name, points)| ReliabilitySeries { name, points });
    prop_oneof![
        (vec(text(), 0..6), series(), text(), proptest::option::of(number()), any::<bool>()).prop_map(
            |(groups, series, y_label, y_max, log)| PlotKind::Bars { groups, series, y_label, y_max, log }
        ),
        (vec(line, 0..4), text(), text(), any::<bool>(), any::<bool>(), vec((number(), text()), 0..4))
            .prop_map(|(series, x_label, y_label, x_log, y_log, vertical)| PlotKind::Lines {
                series,
                x_label,
                y_label,
                x_log,
                y_log,
                vertical
            }),
        (vec(number(), 0..6), series(), text(), text()).prop_map(|(bins, series, x_label, y_label)| {
            PlotKind::Histogram { bins, series, x_label, y_label }
        }),
        vec(reliability, 0..4).prop_map(|series| PlotKind::Reliability { series }),
    ]
}

proptest! {
    #[test]
    fn any_plot_is_a_well_formed_picture(name in text(), title in text(), kind in kind()) {
        let svg = Plot::new(&name, &title, "", kind).svg();
        let (_, elements) = parse(&svg);
        prop_assert_eq!(count(&elements, "svg"), 1);
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
    }

    #[test]
    fn any_text_leaves_page_and_table_whole(texts in proptest::collection::vec(text(), 12), rows in 0usize..4) {
        let mut document = Document::new(&texts[0]);
        document.subtitle.clone_from(&texts[1]);
        document.heading(2, &texts[2]);
        document.heading(3, &texts[2]);
        document.paragraph(&texts[3]);
        document.list(texts[4..6].to_vec());
        document.code(&texts[6]);
        let mut table = Table::new("", vec![Column::text(&texts[7]), Column::number(&texts[8])]);
        (0..rows).for_each(|i| table.row(texts[9..9 + i.min(3)].to_vec()));
        table.rows.iter_mut().for_each(|row| row.emphasis = texts[10].len() % 2 == 0);
        let width = rows.saturating_sub(1).max(2);
        document.table(table.clone());
        let (_, elements) = parse(&document.html());
        prop_assert_eq!(count(&elements, "td") + count(&elements, "th"), width * (rows + 1));
        let mut alone = Document::default();
        alone.table(table);
        let markdown = alone.markdown("plots");
        let lines: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
        prop_assert_eq!(lines.len(), rows + 2);
        for row in lines {
            prop_assert_eq!(columns(row), width, "{}", row);
        }
    }
}
