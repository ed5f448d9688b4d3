//! `drugner embed`

use anyhow::{Context as _, Result, ensure};
use drugner_train::embeddings::{Architecture, EmbeddingOptions};
use std::io::Write;
use std::path::PathBuf;

/// Train word vectors on plain text
///
/// Files hold one sentence a line, plain or compressed (.xz). The same seed gives the same vectors. An interrupted run
/// goes on from its last epoch when it is started again with --resume.
#[derive(clap::Args)]
pub struct Arguments {
    /// Text files.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    text: Vec<PathBuf>,
    /// File to write: drugner's own form, or word2vec text if it ends in .txt.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Predict the context from the word (skip-gram) or the word from the context (cbow).
    #[arg(long, value_enum, default_value_t = Method::SkipGram)]
    method: Method,
    /// Numbers in a vector.
    #[arg(long, default_value_t = 100)]
    dim: usize,
    /// Passes over the text.
    #[arg(long, default_value_t = 4)]
    epochs: u32,
    /// Leave out words seen less often.
    #[arg(long, default_value_t = 5)]
    min_count: u64,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Go on from the checkpoint beside --out.
    #[arg(long)]
    resume: bool,
    /// Print the nearest words of these words at the end.
    #[arg(long, num_args = 1.., value_name = "WORD")]
    nearest: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Method {
    SkipGram,
    Cbow,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    ensure!(arguments.dim > 0 && arguments.epochs > 0, "--dim and --epochs must be at least 1");
    let architecture = match arguments.method {
        Method::SkipGram => Architecture::SkipGram,
        Method::Cbow => Architecture::Cbow,
    };
    let options = EmbeddingOptions {
        dim: arguments.dim,
        epochs: arguments.epochs,
        min_count: arguments.min_count,
        seed: arguments.seed,
        architecture,
        ..EmbeddingOptions::default()
    };
    let checkpoint = arguments.out.with_added_extension("checkpoint");
    if !arguments.resume && checkpoint.exists() {
        std::fs::remove_file(&checkpoint)
            .with_context(|| format!("cannot remove {}", checkpoint.display()))?;
    }
    let vectors = drugner_train::train_vectors(&arguments.text, &options, Some(&checkpoint))?;
    if arguments.out.extension().is_some_and(|extension| extension == "txt") {
        vectors.export_text(&arguments.out)?;
    } else {
        vectors.save(&arguments.out)?;
    }
    for word in &arguments.nearest {
        match vectors.nearest(word, 8) {
            None => writeln!(out, "{word}: not in the vocabulary")?,
            Some(near) => {
                let near: Vec<String> =
                    near.iter().map(|(word, cosine)| format!("{word} {cosine:.2}")).collect();
                writeln!(out, "{word}: {}", near.join(", "))?;
            }
        }
    }
    if checkpoint.exists() {
        std::fs::remove_file(&checkpoint)
            .with_context(|| format!("cannot remove {}", checkpoint.display()))?;
    }
    Ok(())
}
