//! `drugner pretrain`

use super::train::recipe_text;
use anyhow::Result;
use drugner_train::pipeline::{self, Inputs};
use drugner_train::recipe::Recipe;
use std::path::PathBuf;

/// Train the language model that `drugner train` begins from, on unlabelled text
///
/// The two directions of the network learn to predict the next word of plain text, such as the notes of a hospital. `drugner
/// train` begins from the result with --vectors and --language-model, or does this by itself for a recipe with a section
/// [language_model]; the default recipe has none, for it gains nothing from it (docs/accuracy.md). Everything is seeded: the
/// same inputs and seed give the same file. An interrupted run goes on from OUT.work when it is started again with --resume.
///
/// Example:
///   drugner embed --text notes.txt --out vectors.bin
///   drugner pretrain --text notes.txt --vectors vectors.bin --out notes.lm
///   drugner train --corpus ddi2013.zip --vectors vectors.bin --language-model notes.lm --text notes.txt --out my.drugner
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// `default`, or a recipe file (TOML): its sections [language_model], [words] and [tagger] count, and [embeddings]
    /// without --vectors.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    recipe: String,
    /// Text files, one sentence a line, plain or .xz.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    text: Vec<PathBuf>,
    /// Finished word vectors (from `drugner embed`) instead of those of --text.
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// File to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Another seed than the recipe's.
    #[arg(long)]
    seed: Option<u64>,
    /// Go on from OUT.work.
    #[arg(long)]
    resume: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut recipe = Recipe::parse(&recipe_text(&arguments.recipe)?, &arguments.recipe)?;
    recipe.seed = arguments.seed.unwrap_or(recipe.seed);
    let inputs =
        Inputs { text: arguments.text.clone(), vectors: arguments.vectors.clone(), ..Inputs::default() };
    let model = pipeline::pretrain(&recipe, &inputs, &arguments.out, arguments.resume)?;
    let [forward, backward] = model.perplexity();
    eprintln!("wrote {}; perplexity {forward:.1} forward, {backward:.1} backward", arguments.out.display());
    Ok(())
}
