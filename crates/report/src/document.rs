//! Documents and their blocks.

use crate::{Plot, html, inline, markdown};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// A report: a title and a sequence of blocks.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Title of the page and its first heading.
    pub title: String,
    /// A line below the title; empty for none.
    pub subtitle: String,
    /// What follows, in order.
    pub blocks: Vec<Block>,
}

/// A block of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading of level 2, 3 or 4.
    Heading(u8, String),
    /// A paragraph.
    Paragraph(String),
    /// A list without numbers.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A figure.
    Plot(Plot),
    /// Preformatted text, shown as it is.
    Code(String),
}

/// A table; the caption is numbered by the document.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What the table shows; may be empty.
    pub caption: String,
    /// The columns. A first column of text names its rows.
    pub columns: Vec<Column>,
    /// The rows. Missing cells are shown empty; cells beyond the last column get columns without a name.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Heading of the column.
    pub name: String,
    /// Numbers are right-aligned, in figures of one width.
    pub number: bool,
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The cells, as shown.
    pub cells: Vec<String>,
    /// The row stands out.
    pub emphasis: bool,
}

impl Document {
    /// An empty document.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// Adds a heading; `level` is 2 to 4, others are taken to the nearest.
    pub fn heading(&mut self, level: u8, text: &str) {
        self.blocks.push(Block::Heading(level.clamp(2, 4), text.to_owned()));
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.blocks.push(Block::Paragraph(text.to_owned()));
    }

    /// Adds a list.
    pub fn list(&mut self, items: Vec<String>) {
        self.blocks.push(Block::List(items));
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// Adds a figure.
    pub fn plot(&mut self, plot: Plot) {
        self.blocks.push(Block::Plot(plot));
    }

    /// Adds preformatted text.
    pub fn code(&mut self, text: &str) {
        self.blocks.push(Block::Code(text.to_owned()));
    }

    /// The document as one self-contained HTML page, well-formed as XML too.
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// The document as GitHub-flavoured Markdown; `plot_folder` is where its figures are, relative to the file.
    pub fn markdown(&self, plot_folder: &str) -> String {
        markdown::text(self, plot_folder)
    }

    /// The figures: file name and SVG text, in order.
    pub fn svgs(&self) -> Vec<(String, String)> {
        self.plot_names()
            .into_iter()
            .zip(self.plots())
            .map(|(name, plot)| (format!("{name}.svg"), plot.svg()))
            .collect()
    }

    /// Writes `stem.md`, `stem.html` and `plots/<name>.svg` below `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// When a folder or file cannot be written. Each file is whole: it is the old one or the new one.
    pub fn save(&self, folder: &Path, stem: &str) -> io::Result<()> {
        let plots = folder.join("plots");
        std::fs::create_dir_all(&plots)?;
        for (name, svg) in self.svgs() {
            replace(&plots, &name, &svg)?;
        }
        replace(folder, &format!("{stem}.md"), &self.markdown("plots"))?;
        replace(folder, &format!("{stem}.html"), &self.html())
    }

    fn plots(&self) -> impl Iterator<Item = &Plot> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Plot(plot) => Some(plot),
            _ => None,
        })
    }

    /// File stems of the figures in order: `a-z0-9-`, no two the same.
    pub(crate) fn plot_names(&self) -> Vec<String> {
        let mut taken = BTreeSet::new();
        self.plots().map(|plot| unique(slug(&plot.name, "plot"), &mut taken)).collect()
    }
}

impl Table {
    /// A table without rows.
    pub fn new(caption: &str, columns: Vec<Column>) -> Self {
        Self { caption: caption.to_owned(), columns, rows: Vec::new() }
    }

    /// The table for a terminal: the caption without its marks, then aligned columns.
    pub fn text(&self) -> String {
        let head: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let lines = || std::iter::once(&head).chain(self.rows.iter().map(|row| &row.cells));
        let plain = inline::plain;
        let width = |at: usize| {
            lines()
                .filter_map(|cells| cells.get(at))
                .map(|cell| plain(cell).chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let mut out = format!("{}\n", plain(&self.caption));
        for cells in lines() {
            let mut line = String::new();
            for ((cell, column), &width) in cells.iter().zip(&self.columns).zip(&widths) {
                let cell = plain(cell);
                let cell = if column.number { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
                line.push_str("  ");
                line.push_str(&cell);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(Row { cells, emphasis: false });
    }

    /// Number of columns, with those that only rows have.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(self.columns.len())
    }

    /// Whether the column holds numbers.
    pub(crate) fn is_number(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|column| column.number)
    }
}

impl Column {
    /// A column of text.
    pub fn text(name: &str) -> Self {
        Self { name: name.to_owned(), number: false }
    }

    /// A column of numbers.
    pub fn number(name: &str) -> Self {
        Self { name: name.to_owned(), number: true }
    }
}

/// Lower-case letters, digits and single hyphens of `text`, 64 at most; `otherwise` where none is left.
pub(crate) fn slug(text: &str, otherwise: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if slug.len() >= 64 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { otherwise.to_owned() } else { slug.to_owned() }
}

/// `name`, or `name-2`, `name-3` ... where it is taken.
pub(crate) fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}-{number}");
        number += 1;
    }
    candidate
}

/// Writes the file under another name in the same folder, then renames it.
fn replace(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written =
        std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
