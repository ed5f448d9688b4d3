//! `drugner train`

use anyhow::{Context as _, Result};
use drugner_train::pipeline::{self, Inputs};
use drugner_train::recipe::{self, Recipe};
use std::io::Write;
use std::path::PathBuf;

/// Train a model from a corpus and unlabelled text
///
/// Word vectors are trained first, then the network; the development documents choose the epoch. Everything is seeded:
/// the same inputs and seed give the same file. Work in progress lies in the folder OUT.work; an interrupted run goes
/// on from there when it is started again with --resume.
///
/// Example:
///   drugner train --recipe default --corpus ddi2013.zip --text text/*.xz --lexicon lexicon.tsv --out my.drugner
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// `default`, or a recipe file (TOML); `drugner train --print-recipe` shows the default one.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    recipe: String,
    /// Print the recipe and stop.
    #[arg(long)]
    print_recipe: bool,
    /// DDI-2013 corpus: a folder of XML files or the zip archive.
    #[arg(long, value_name = "PATH", required_unless_present = "print_recipe")]
    corpus: Option<PathBuf>,
    /// Development documents of another corpus than DDI-2013: a file with one document id a line.
    #[arg(long, value_name = "FILE")]
    development: Option<PathBuf>,
    /// Text files for the word vectors, one sentence a line, plain or .xz.
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present_any = ["print_recipe", "vectors"])]
    text: Vec<PathBuf>,
    /// Finished word vectors (from `drugner embed`) instead of --text.
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    vectors: Option<PathBuf>,
    /// Name lists: files of `category<TAB>name` with that header.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    lexicon: Vec<PathBuf>,
    /// Column files (token, tag) of an auxiliary task, such as BC5CDR chemicals.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    auxiliary: Vec<PathBuf>,
    /// Models that label the sentences of --unlabelled for the one that is trained.
    #[arg(long, num_args = 1.., value_name = "FILE", requires = "unlabelled")]
    teachers: Vec<PathBuf>,
    /// Text that the teachers label, one sentence a line, plain or .xz.
    #[arg(long, num_args = 1.., value_name = "FILE", requires = "teachers")]
    unlabelled: Vec<PathBuf>,
    /// Model file to write.
    #[arg(long, value_name = "FILE", required_unless_present = "print_recipe")]
    out: Option<PathBuf>,
    /// Another seed than the recipe's.
    #[arg(long)]
    seed: Option<u64>,
    /// Go on from OUT.work.
    #[arg(long)]
    resume: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let text = match arguments.recipe.as_str() {
        "default" => recipe::DEFAULT.to_owned(),
        file => std::fs::read_to_string(file).with_context(|| format!("cannot read the recipe {file}"))?,
    };
    if arguments.print_recipe {
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(());
    }
    let mut recipe = Recipe::parse(&text, &arguments.recipe)?;
    recipe.seed = arguments.seed.unwrap_or(recipe.seed);
    let (Some(corpus), Some(out)) = (&arguments.corpus, &arguments.out) else {
        anyhow::bail!("--corpus and --out are needed");
    };
    pipeline::train(
        &recipe,
        &Inputs {
            corpus: corpus.clone(),
            development: arguments.development.clone(),
            text: arguments.text.clone(),
            vectors: arguments.vectors.clone(),
            lexicon: arguments.lexicon.clone(),
            auxiliary: arguments.auxiliary.clone(),
            teachers: arguments.teachers.clone(),
            unlabelled: arguments.unlabelled.clone(),
        },
        out,
        arguments.resume,
    )
}
