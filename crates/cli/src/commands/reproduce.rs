//! `drugner reproduce`

use anyhow::{Context as _, Result};
use drugner::format::writer::save;
use drugner::{Model, ModelOptions};
use drugner_train::experiment::{Options, experiment, report::report};
use std::io::Write;
use std::path::PathBuf;

/// Repeat the experiment of Sadikin, Fanany and Basaruddin (2016) and report what its systems reach
///
/// Trains MLP, DBN, SAE and LSTM on the three data representations of the paper, for DrugBank and MedLine, with several
/// seeds; evaluates each model file through the engine, in the paper's way and by the scores of the task; and writes
/// OUT/report.md, OUT/report.html with plots, OUT/results.json and the model files of the first seed. Runs that are done
/// are kept, so an interrupted experiment goes on where it stopped when the same command is given again.
///
/// Example:
///   drugner reproduce --corpus ddi2013.zip --out report --quick
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// DDI-2013 corpus: a folder of XML files or the zip archive.
    #[arg(long, value_name = "PATH")]
    corpus: PathBuf,
    /// Development documents of another corpus than DDI-2013: a file with one document id a line.
    #[arg(long, value_name = "FILE")]
    development: Option<PathBuf>,
    /// Folder for report, outcomes and models.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Text files (plain or .xz) added to the text of the word vectors in further variants.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    text: Vec<PathBuf>,
    /// Seeds of each variant.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// Only these systems, named as in the report (`lstm-3-testtext`).
    #[arg(long, num_args = 1.., value_name = "SYSTEM")]
    systems: Vec<String>,
    /// Main variants and few epochs only: minutes instead of an hour.
    #[arg(long)]
    quick: bool,
    /// Runs at the same time; 0 takes the processors at hand.
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    std::fs::create_dir_all(&arguments.out)
        .with_context(|| format!("cannot create {}", arguments.out.display()))?;
    let options = Options {
        corpus: arguments.corpus.clone(),
        development: arguments.development.clone(),
        text: arguments.text.clone(),
        seeds: arguments.seeds,
        systems: arguments.systems.clone(),
        quick: arguments.quick,
        threads: arguments.threads,
    };
    let reference = Model::open_default(&ModelOptions::default()).ok();
    if reference.is_none() {
        eprintln!("this build contains no default model: the report will not compare with it");
    }
    let results = experiment(&options, &arguments.out, reference.as_ref())?;
    let path = arguments.out.join("results.json");
    save(&path, serde_json::to_string_pretty(&results)?.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    report(&results)
        .save(&arguments.out, "report")
        .with_context(|| format!("cannot write the report to {}", arguments.out.display()))?;
    for verdict in drugner_train::experiment::verdict::verdicts(&results) {
        writeln!(out, "* {verdict}")?;
    }
    writeln!(out, "wrote {}", arguments.out.join("report.html").display())?;
    Ok(())
}
