//! `drugner quantise`

use super::corpus::{Part, read_corpus};
use super::open;
use anyhow::{Context as _, Result};
use drugner::format::reader::Sections;
use drugner::format::{self, Kind};
use drugner::{Model, ModelOptions};
use drugner_corpus::Report;
use drugner_train::evaluate::evaluate;
use drugner_train::export::quantise;
use std::io::Write;
use std::path::PathBuf;

/// Make the int8 form of a model: a smaller and faster file
///
/// The weights of the LSTM layers become whole numbers of -127 to 127 with a scale for each gate of a unit; word vectors,
/// output layer and CRF stay as they are. At run time the inputs of a layer are brought to whole numbers, too, and products
/// are added up exactly, so that an int8 model gives the same answers on every machine, as every model does. They are not
/// the answers of the fp16 model: scores differ a little, and now and then a mention. With --corpus both models are scored, so
/// that you see what it costs; the development documents are for that, not the test documents.
///
/// Only models of the family bilstm-crf have an int8 form. The model card keeps the figures of the fp16 model and names it
/// (quantised.from), and the self-test is made anew. A calibration table stays: `drugner evaluate` says how well it fits.
///
/// Examples:
///   drugner quantise my.drugner --out my8.drugner
///   drugner quantise built-in --out default8.drugner --corpus ddi2013.zip
///   drugner compare built-in default8.drugner --corpus ddi2013.zip --part development
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// fp16 model file, or `built-in` for the model inside this program.
    model: PathBuf,
    /// File to write; an old one is replaced when the new one is whole.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Score both models on this DDI-2013 corpus (a folder of XML files or the zip archive) or column file.
    #[arg(long, value_name = "PATH")]
    corpus: Option<PathBuf>,
    /// Part of the corpus, if it holds several.
    #[arg(long, value_enum, default_value_t = Part::Development, requires = "corpus")]
    part: Part,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let file = (arguments.model.as_os_str() != "built-in").then_some(arguments.model.as_path());
    let model = open(file, &ModelOptions::default())?;
    let bytes = quantise(&model).with_context(|| format!("cannot quantise {}", arguments.model.display()))?;
    let quantised = Model::open_copy(&bytes, &ModelOptions::default())?;
    let corpus = arguments.corpus.as_deref().map(|path| read_corpus(path, arguments.part)).transpose()?;
    let reports = corpus.as_ref().map(|corpus| [&model, &quantised].map(|model| evaluate(model, corpus)));
    format::writer::save(&arguments.out, &bytes)
        .with_context(|| format!("cannot write {}", arguments.out.display()))?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "                    fp16         int8")?;
    let [before, after] = [&model, &quantised].map(lstm_bytes);
    writeln!(out, "LSTM bytes  {:>12} {:>12}", before?, after?)?;
    writeln!(out, "file bytes  {:>12} {:>12}", model.info().file_size, quantised.info().file_size)?;
    if let Some([before, after]) = reports {
        print_scores(&mut out, &before?.report(), &after?.report())?;
    }
    writeln!(out, "written to {}", arguments.out.display())?;
    Ok(())
}

fn lstm_bytes(model: &Model) -> Result<u64> {
    const KINDS: [Kind; 5] = [
        format::LSTM_INPUT,
        format::LSTM_RECURRENT,
        format::LSTM_INPUT_INT8,
        format::LSTM_RECURRENT_INT8,
        format::LSTM_SCALES,
    ];
    let sections = Sections::read(model.bytes(), true)?;
    let lstm = sections.iter().filter(|section| section.kind.is_some_and(|kind| KINDS.contains(&kind)));
    Ok(lstm.map(|section| section.size).sum())
}

/// F1 of both models and the difference in points.
fn print_scores(out: &mut impl Write, before: &Report, after: &Report) -> Result<()> {
    writeln!(out, "                    fp16         int8   difference in points")?;
    let strict = (before.all.strict.f1, after.all.strict.f1);
    let exact = (before.all.exact.f1, after.all.exact.f1);
    for (name, (before, after)) in [("strict F1", strict), ("exact F1", exact)] {
        writeln!(out, "{name:11} {before:>12.4} {after:>12.4} {:>+12.2}", 100.0 * (after - before))?;
    }
    Ok(())
}
