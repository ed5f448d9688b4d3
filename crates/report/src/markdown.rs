//! Documents as GitHub-flavoured Markdown.

use crate::document::{Block, Document, Table};
use crate::inline;

/// The whole document; figures are linked to in `plot_folder`.
pub fn text(document: &Document, plot_folder: &str) -> String {
    let mut names = document.plot_names().into_iter();
    let (mut tables, mut figures) = (0, 0);
    let mut parts = vec![format!("# {}", inline::markdown(&document.title))];
    if !document.subtitle.trim().is_empty() {
        parts.push(inline::markdown(&document.subtitle));
    }
    for block in &document.blocks {
        parts.push(match block {
            Block::Heading(level, text) => {
                format!("{} {}", "#".repeat((*level).clamp(2, 4).into()), inline::markdown(text))
            }
            Block::Paragraph(text) => inline::markdown(text),
            Block::List(items) => items
                .iter()
                .map(|item| format!("- {}", inline::markdown(item)))
                .collect::<Vec<_>>()
                .join("\n"),
            Block::Table(table) => {
                tables += 1;
                format!("**Table {tables}.** {}\n\n{}", inline::markdown(&table.caption), grid(table))
            }
            Block::Plot(plot) => {
                figures += 1;
                let title = inline::markdown(&inline::literal(&inline::plain(&plot.title)));
                let file = format!("{}.svg", names.next().unwrap_or_default());
                let path = if plot_folder.is_empty() { file } else { format!("{plot_folder}/{file}") };
                format!(
                    "![{title}](<{path}>)\n\n**Figure {figures}.** {}",
                    inline::markdown(plot.caption_or_title())
                )
            }
            Block::Code(text) => fenced(text),
        });
    }
    parts.retain(|part| !part.is_empty());
    parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("\n\n") + "\n"
}

/// The rows between pipes; a row that stands out is bold.
fn grid(table: &Table) -> String {
    let width = table.width();
    if width == 0 {
        return String::new();
    }
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let name =
        |i: usize| table.columns.get(i).map_or_else(String::new, |column| inline::markdown(&column.name));
    let mut lines = vec![
        row((0..width).map(name).collect()),
        row((0..width).map(|i| if table.is_number(i) { "---:" } else { "---" }.to_owned()).collect()),
    ];
    for data in &table.rows {
        let cell = |i: usize| {
            let cell = data.cells.get(i).map_or("", String::as_str);
            if data.emphasis && !inline::line(cell).is_empty() {
                format!("**{}**", inline::markdown(&inline::literal(&inline::plain(cell))))
            } else {
                inline::markdown(cell)
            }
        };
        lines.push(row((0..width).map(cell).collect()));
    }
    lines.join("\n")
}

/// A code block; the fence is longer than any run of backticks inside.
fn fenced(text: &str) -> String {
    let text = inline::clean(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", text.trim_end_matches('\n'))
}
