//! Documents as one HTML page. Every tag is closed, so that the page is well-formed XML as well.

use crate::document::{Block, Document, Table, slug, unique};
use crate::inline;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// The whole page.
pub fn page(document: &Document) -> String {
    let title = inline::escape_html(&inline::plain(&document.title));
    let (contents, body) = body(document);
    let subtitle = match inline::html(&document.subtitle) {
        text if text.is_empty() => String::new(),
        text => format!("<p class=\"subtitle\">{text}</p>\n"),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <meta name=\"color-scheme\" content=\"light dark\" />\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{}</h1>\n\
         {subtitle}</header>\n{contents}{body}</main>\n</body>\n</html>\n",
        inline::html(&document.title)
    )
}

/// Table of contents, and the blocks.
fn body(document: &Document) -> (String, String) {
    let mut out = String::new();
    let mut entries: Vec<(u8, String, String)> = Vec::new();
    let mut ids = BTreeSet::new();
    let (mut tables, mut figures) = (0, 0);
    for block in &document.blocks {
        match block {
            Block::Heading(level, text) => {
                let level = (*level).clamp(2, 4);
                let id = unique(slug(&inline::plain(text), "section"), &mut ids);
                let text = inline::html(text);
                line(&mut out, format_args!("<h{level} id=\"{id}\">{text}</h{level}>"));
                entries.push((level, id, text));
            }
            Block::Paragraph(text) => line(&mut out, format_args!("<p>{}</p>", inline::html(text))),
            Block::List(items) => {
                let items: String =
                    items.iter().map(|item| format!("<li>{}</li>\n", inline::html(item))).collect();
                line(&mut out, format_args!("<ul>\n{items}</ul>"));
            }
            Block::Table(table) => {
                tables += 1;
                let id = unique(format!("table-{tables}"), &mut ids);
                table_block(&mut out, table, tables, &id);
            }
            Block::Plot(plot) => {
                figures += 1;
                line(
                    &mut out,
                    format_args!(
                        "<figure class=\"plot\">\n<div class=\"card\">\n{}</div>\n\
                         <figcaption><b>Figure {figures}.</b> {}</figcaption>\n</figure>",
                        plot.svg(),
                        inline::html(plot.caption_or_title())
                    ),
                );
            }
            Block::Code(text) => {
                line(
                    &mut out,
                    format_args!("<pre><code>{}</code></pre>", inline::escape_html(&inline::clean(text))),
                );
            }
        }
    }
    (contents(&entries), out)
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Links to the headings of levels 2 and 3; nothing where there are fewer than three.
fn contents(entries: &[(u8, String, String)]) -> String {
    let entries: Vec<_> = entries.iter().filter(|(level, ..)| *level <= 3).collect();
    if entries.len() < 3 {
        return String::new();
    }
    let items: String = entries
        .iter()
        .map(|(level, id, text)| format!("<li class=\"level-{level}\"><a href=\"#{id}\">{text}</a></li>\n"))
        .collect();
    format!(
        "<nav aria-label=\"Contents\">\n<p class=\"nav-title\">Contents</p>\n<ul>\n{items}</ul>\n</nav>\n"
    )
}

/// The scrolling box around a wide or long table can be reached with the keyboard.
fn table_block(out: &mut String, table: &Table, number: usize, id: &str) {
    let width = table.width();
    let class = |i: usize| if table.is_number(i) { " class=\"number\"" } else { "" };
    let name = |i: usize| table.columns.get(i).map_or_else(String::new, |column| inline::html(&column.name));
    let head: String =
        (0..width).map(|i| format!("<th scope=\"col\"{}>{}</th>", class(i), name(i))).collect();
    let mut rows = String::new();
    for row in &table.rows {
        let emphasis = if row.emphasis { " class=\"emphasis\"" } else { "" };
        let cells: String = (0..width)
            .map(|i| {
                let text = inline::html(row.cells.get(i).map_or("", String::as_str));
                if i == 0 && !table.is_number(0) {
                    format!("<th scope=\"row\">{text}</th>")
                } else {
                    format!("<td{}>{text}</td>", class(i))
                }
            })
            .collect();
        line(&mut rows, format_args!("<tr{emphasis}>{cells}</tr>"));
    }
    line(
        out,
        format_args!(
            "<figure class=\"table\">\n<figcaption id=\"{id}\"><b>Table {number}.</b> {}</figcaption>\n\
             <div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"{id}\">\n\
             <table aria-labelledby=\"{id}\">\n<thead>\n<tr>{head}</tr>\n</thead>\n\
             <tbody>\n{rows}</tbody>\n</table>\n</div>\n</figure>",
            inline::html(&table.caption)
        ),
    );
}
