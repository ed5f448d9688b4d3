//! Reports: documents of text, tables and plots, rendered to Markdown with SVG files and to one HTML page.
//!
//! The page is self-contained: its styles and figures are inside it, it has no script and loads nothing. The same
//! document gives the same bytes.
//!
//! All text arguments are plain text and are escaped. In paragraphs, list items, cells and captions, `` `code` `` and
//! `**bold**` are the only marks that are understood; [`literal`] takes their meaning from the marks of a text.

#[cfg(feature = "browser")]
#[doc(hidden)]
pub mod browser;
mod document;
mod html;
mod inline;
mod markdown;
mod plot;

pub use document::{Block, Column, Document, Row, Table};
pub use inline::literal;
pub use plot::{Bar, Line, Plot, PlotKind, ReliabilityPoint, ReliabilitySeries, Series};
