//! Forms in which mentions are written.

mod brat;
mod conll;
mod html;
mod jsonl;
mod text;

use crate::documents::Document;
use anyhow::{Context as _, Result};
use clap::ValueEnum;
use drugner::text::offsets::{utf8_to_codepoints, utf8_to_utf16};
use drugner::{Mention, Model};
use std::io::Write;

/// Form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The note with its mentions marked: coloured in a terminal, `[aspirin|drug]` elsewhere.
    Text,
    /// One JSON object a document: {"mentions":[{"start","end","label","score","text"}]}.
    Jsonl,
    /// brat standoff: T1<TAB>drug 3 10<TAB>aspirin. Offsets are code points, as brat wants them.
    Brat,
    /// One token a line with its BIO tag, a blank line between sentences.
    Conll,
    /// A page with marked mentions.
    Html,
}

/// Unit of the offsets.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Offsets {
    /// Bytes of the UTF-8 text.
    Bytes,
    /// UTF-16 units, the index of Java and JavaScript strings.
    Utf16,
    /// Code points, the index of Python strings.
    Codepoints,
}

/// Writes the mentions of document after document.
pub struct Output {
    labels: Vec<String>,
    format: Format,
    offsets: Offsets,
    colour: bool,
    /// Numbers of brat's mentions run through all documents.
    written: usize,
}

impl Output {
    /// A writer for the labels of `model`.
    pub fn new(model: &Model, format: Format, offsets: Offsets, colour: bool) -> Self {
        let offsets = if format == Format::Brat { Offsets::Codepoints } else { offsets };
        let labels = model.labels().map(str::to_owned).collect();
        Self { labels, format, offsets, colour, written: 0 }
    }

    /// Writes what comes before the first document.
    pub fn begin(&self, out: &mut dyn Write) -> Result<()> {
        if self.format == Format::Html {
            html::begin(out, &self.labels)?;
        }
        Ok(())
    }

    /// Writes one document; the mentions carry byte offsets.
    pub fn write(
        &mut self,
        out: &mut dyn Write,
        document: &Document<'_>,
        mentions: &[Mention],
    ) -> Result<()> {
        let marks = self.marks(document.text, mentions)?;
        match self.format {
            Format::Text => text::write(out, document.text, &marks, self.colour)?,
            Format::Jsonl => jsonl::write(out, document, &marks)?,
            Format::Brat => brat::write(out, document.text, &marks, self.written)?,
            Format::Conll => conll::write(out, document.text, &marks)?,
            Format::Html => html::write(out, document, &marks)?,
        }
        self.written += mentions.len();
        Ok(())
    }

    /// Writes what comes after the last document.
    pub fn end(&self, out: &mut dyn Write) -> Result<()> {
        if self.format == Format::Html {
            html::end(out)?;
        }
        Ok(())
    }

    fn marks<'a>(&'a self, text: &[u8], mentions: &[Mention]) -> Result<Vec<Mark<'a>>> {
        let mut ends: Vec<u32> = mentions.iter().flat_map(|m| [m.start, m.end]).collect();
        match self.offsets {
            Offsets::Bytes => Ok(()),
            Offsets::Utf16 => utf8_to_utf16(text, &mut ends),
            Offsets::Codepoints => utf8_to_codepoints(text, &mut ends),
        }?;
        mentions
            .iter()
            .zip(ends.chunks_exact(2))
            .map(|(mention, ends)| {
                let label = self.labels.get(usize::from(mention.label)).context("unknown label")?;
                let bytes = mention.start as usize..mention.end as usize;
                Ok(Mark { bytes, start: ends[0], end: ends[1], label, score: mention.score })
            })
            .collect()
    }
}

/// A mention with its offsets in the chosen unit.
struct Mark<'a> {
    bytes: std::ops::Range<usize>,
    start: u32,
    end: u32,
    label: &'a str,
    score: f32,
}
