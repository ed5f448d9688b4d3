//! `drugner train`

use anyhow::{Context as _, Result};
use drugner_corpus::Label;
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
///
/// docs/training.md says how the model inside this program was made.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// `default` (that of the bundled model), `quick` (without teachers, in a third of the time), or a recipe file (TOML);
    /// `drugner train --print-recipe` shows one.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    recipe: String,
    /// Print the recipe and stop.
    #[arg(long)]
    print_recipe: bool,
    /// Annotated text: the DDI-2013 corpus (a folder of XML files or the zip archive), or column files (token, tab, tag).
    #[arg(long, num_args = 1.., value_name = "PATH", required_unless_present = "print_recipe")]
    corpus: Vec<PathBuf>,
    /// What a label of column files stands for: drug, brand, group or drug_n, as in `Chemical=drug`.
    #[arg(long, num_args = 1.., value_name = "FROM=TO", value_parser = label)]
    label: Vec<(String, Label)>,
    /// Development documents: a file with one document id a line. Default: those fixed for DDI-2013, a tenth of another
    /// corpus.
    #[arg(long, value_name = "FILE")]
    development: Option<PathBuf>,
    /// Text files for the word vectors and the teachers, one sentence a line, plain or .xz.
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present_any = ["print_recipe", "vectors"])]
    text: Vec<PathBuf>,
    /// Finished word vectors (from `drugner embed`) instead of those of --text.
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// A finished language model (from `drugner pretrain`) instead of one trained on --text.
    #[arg(long, value_name = "FILE")]
    language_model: Option<PathBuf>,
    /// Name lists: files of `category<TAB>name` with that header.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    lexicon: Vec<PathBuf>,
    /// Column files (token, tag) of an auxiliary task, such as BC5CDR chemicals.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    auxiliary: Vec<PathBuf>,
    /// Model file to write.
    #[arg(long, value_name = "FILE", required_unless_present = "print_recipe")]
    out: Option<PathBuf>,
    /// Another seed than the recipe's; that of the word vectors stays.
    #[arg(long)]
    seed: Option<u64>,
    /// Go on from OUT.work.
    #[arg(long)]
    resume: bool,
}

/// `FROM=TO`, TO a label of the library.
pub fn label(text: &str) -> Result<(String, Label)> {
    let (from, to) = text.split_once('=').context("a label is given as FROM=TO")?;
    let label =
        Label::from_name(to).with_context(|| format!("{to} is none of drug, brand, group, drug_n"))?;
    Ok((from.to_owned(), label))
}

/// The text of a built-in recipe or of a recipe file.
pub fn recipe_text(name: &str) -> Result<String> {
    match name {
        "default" => Ok(recipe::DEFAULT.to_owned()),
        "quick" => Ok(recipe::QUICK.to_owned()),
        file => std::fs::read_to_string(file).with_context(|| format!("cannot read the recipe {file}")),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let text = recipe_text(&arguments.recipe)?;
    if arguments.print_recipe {
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(());
    }
    let mut recipe = Recipe::parse(&text, &arguments.recipe)?;
    recipe.seed = arguments.seed.unwrap_or(recipe.seed);
    let Some(out) = &arguments.out else { anyhow::bail!("--out is needed") };
    pipeline::train(
        &recipe,
        &Inputs {
            corpus: arguments.corpus.clone(),
            labels: arguments.label.iter().cloned().collect(),
            development: arguments.development.clone(),
            text: arguments.text.clone(),
            vectors: arguments.vectors.clone(),
            language_model: arguments.language_model.clone(),
            lexicon: arguments.lexicon.clone(),
            auxiliary: arguments.auxiliary.clone(),
        },
        out,
        arguments.resume,
    )
}
