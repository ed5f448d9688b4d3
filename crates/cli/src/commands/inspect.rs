//! `drugner inspect`

use super::open;
use anyhow::{Result, bail};
use drugner::ModelOptions;
use drugner::format::FEATURE_INT8;
use drugner::format::reader::Sections;
use drugner::format::sha256::hex;
use std::io::Write;
use std::path::PathBuf;

/// Show what a model is: card, sizes, hashes, sections
#[derive(clap::Args)]
pub struct Arguments {
    /// Model file; without it the model inside this program.
    model: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let model = open(arguments.model.as_deref(), &ModelOptions::default())?;
    let info = model.info();
    writeln!(out, "format        {}.{}", info.format.0, info.format.1)?;
    writeln!(out, "family        {}", model.family())?;
    writeln!(out, "file size     {} bytes", info.file_size)?;
    writeln!(out, "sha256        {}", hex(&info.sha256))?;
    writeln!(out, "labels        {}", model.labels().collect::<Vec<_>>().join(", "))?;
    writeln!(out, "vocabulary    {} words", info.vocabulary - 1)?;
    let (layer, outputs) = match model.family() {
        "window" => ("dense", "classes"),
        "lstm" => ("LSTM", "classes"),
        _ => ("BiLSTM", "tags"),
    };
    writeln!(
        out,
        "network       {} inputs, {} x {}({}), {} {}",
        info.input, info.layers, layer, info.hidden, info.tags, outputs
    )?;
    writeln!(out, "lexicon       {}", model.lexicon_lists().collect::<Vec<_>>().join(", "))?;
    let sections = Sections::read(model.bytes(), false)?;
    let has_int8 = sections.header.required & FEATURE_INT8 != 0;
    writeln!(out, "weights       {}", if has_int8 { "int8 in LSTM layers, else fp16" } else { "fp16" })?;
    let follows =
        if model.abbreviations() { "followed from where a text introduces them" } else { "not followed" };
    writeln!(out, "abbreviations {follows}")?;
    writeln!(out, "brackets      {}", if model.brackets() { "completed" } else { "as found" })?;
    writeln!(out, "\nsection  index  type  elements             offset        bytes  crc-32c")?;
    for section in sections.iter() {
        let rank = section.kind.map_or(4, |kind| usize::from(kind.rank));
        let dims: Vec<String> = section.dims[..rank].iter().map(u32::to_string).collect();
        writeln!(
            out,
            "{:7}  {:5}  {:4}  {:16}  {:>9}  {:>11}  {:08x}",
            String::from_utf8_lossy(&section.code),
            section.index,
            section.kind.map_or("", |kind| kind.element.name()),
            dims.join(" x "),
            section.offset,
            section.size,
            section.crc
        )?;
    }
    writeln!(out, "\nmodel card")?;
    for (key, value) in model.meta_entries() {
        writeln!(out, "{key}: {}", value.trim_end().replace('\n', "\n    "))?;
    }
    if !model.verify_sha256() {
        bail!(
            "the SHA-256 of the content differs from the header: the file was changed after it was written"
        );
    }
    Ok(())
}
