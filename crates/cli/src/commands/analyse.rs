//! `drugner analyse`

use super::corpus::{Part, read_corpus};
use anyhow::{Context as _, Result};
use drugner::format::writer::save;
use drugner_train::analysis::analyse;
use drugner_train::analysis::report::{report, tables};
use std::io::Write;
use std::path::PathBuf;

/// Study an annotated corpus: how frequent drug words are, the classes of five-word tuples, likeness of word vectors
///
/// For each sub-corpus: distinct words by falling frequency, cut into three parts of equal token mass, with the share of
/// drug words in each; the tuples of the paper's techniques by class; cosine and Euclidean distance between the vectors of
/// drug words and other words, trained on this corpus (CBOW, window 5, 100 dimensions). With --plots the same as a page
/// with plots: DIR/analysis.html, DIR/analysis.md and DIR/plots/*.svg.
///
/// Example:
///   drugner analyse --corpus ddi2013.zip --plots study
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// DDI-2013 corpus: a folder of XML files or the zip archive.
    #[arg(long, value_name = "PATH")]
    corpus: PathBuf,
    /// Part of the corpus, if it holds several.
    #[arg(long, value_enum, default_value_t = Part::TrainAndDevelopment)]
    part: Part,
    /// Write the figures as JSON to FILE, `-` for standard output instead of the tables.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a page with tables and plots into DIR.
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    /// Leave out the word vectors, which take most of the time.
    #[arg(long)]
    no_vectors: bool,
    /// Seed of the word vectors and of the pairs that are drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let corpus = read_corpus(&arguments.corpus, arguments.part)?;
    let with_vectors = !arguments.no_vectors;
    if with_vectors {
        eprintln!(
            "training word vectors on {} documents (--no-vectors goes without)",
            corpus.documents.len()
        );
    }
    let studies = analyse(&corpus, arguments.seed, with_vectors)?;
    let to_stdout = arguments.json.as_deref().is_some_and(|path| path.as_os_str() == "-");
    if let Some(path) = &arguments.json {
        let text = format!("{}\n", serde_json::to_string_pretty(&studies)?);
        if to_stdout {
            out.write_all(text.as_bytes())?;
        } else {
            save(path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    let document = report(&studies);
    if !to_stdout {
        for table in tables(&document) {
            writeln!(out, "{}", table.text())?;
        }
    }
    if let Some(folder) = &arguments.plots {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        document
            .save(folder, "analysis")
            .with_context(|| format!("cannot write the page to {}", folder.display()))?;
        eprintln!("wrote {}", folder.join("analysis.html").display());
    }
    Ok(())
}
