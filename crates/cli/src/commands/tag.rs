//! `drugner tag`

use super::ModelArguments;
use crate::documents::{self, Document};
use crate::output::{Format, Offsets, Output};
use anyhow::{Context as _, Result};
use drugner::{Context, ContextOptions, Mention, ModelOptions};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Find the drug names of notes
///
/// Each FILE is one document, or each line of it with --lines. Offsets are half-open and count from the beginning of
/// the document. A mention's score is the probability that exactly this span and label are right.
///
/// Examples:
///   drugner tag note.txt
///   drugner tag --lines --format jsonl --offsets utf16 < notes.txt
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Files to read; `-` or none reads standard input.
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArguments,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Every line is a document; answers come in the same order.
    #[arg(long)]
    lines: bool,
    /// Unit of the offsets.
    #[arg(long, value_enum, default_value_t = Offsets::Bytes)]
    offsets: Offsets,
    /// Leave out mentions with a lower score, 0 to 1.
    #[arg(long, default_value_t = 0.0, value_name = "SCORE")]
    min_score: f32,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let model = arguments.model.open(&ModelOptions::default())?;
    let options = ContextOptions { min_score: arguments.min_score, ..ContextOptions::default() };
    let mut context = Context::new(&model, &options)?;
    let stdout = std::io::stdout();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = std::io::BufWriter::new(stdout.lock());
    let mut output = Output::new(&model, arguments.format, arguments.offsets, colour);
    output.begin(&mut out)?;
    let mut mentions = Vec::new();
    documents::each(&arguments.files, arguments.lines, |document| {
        find_all(&mut context, document.text, &mut mentions)
            .with_context(|| format!("cannot tag {}", document.place()))?;
        output.write(&mut out, &document, &mentions)?;
        if arguments.lines {
            out.flush()?;
        }
        Ok(())
    })?;
    output.end(&mut out)?;
    out.flush()?;
    Ok(())
}

/// All mentions of a text, however many there are.
fn find_all(context: &mut Context, text: &[u8], mentions: &mut Vec<Mention>) -> Result<()> {
    mentions.clear();
    let mut from = 0;
    loop {
        let found = context.find_utf8(&text[from..])?;
        let shift = |m: &Mention| Mention { start: m.start + from as u32, end: m.end + from as u32, ..*m };
        mentions.extend(found.mentions.iter().map(shift));
        if found.complete {
            return Ok(());
        }
        from += found.consumed;
    }
}

impl Document<'_> {
    /// Where the document stands, for errors.
    fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_owned(),
        }
    }
}
