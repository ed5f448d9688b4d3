//! One module for each sub-command.

pub mod analyse;
pub mod bench;
pub mod compare;
pub mod corpus;
pub mod embed;
pub mod evaluate;
pub mod inspect;
mod output;
pub mod pretrain;
pub mod quantise;
pub mod reproduce;
pub mod selftest;
pub mod tag;
pub mod train;

use anyhow::{Context as _, Result};
use drugner::{Model, ModelOptions};
use std::path::{Path, PathBuf};

pub use output::Output;

/// Which model a command uses.
#[derive(clap::Args)]
pub struct ModelArguments {
    /// Model file; without it the model inside this program is used.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

impl ModelArguments {
    /// Opens the model.
    pub fn open(&self, options: &ModelOptions) -> Result<Model> {
        open(self.model.as_deref(), options)
    }
}

/// Opens a model file, or the built-in model for `None`.
pub fn open(path: Option<&Path>, options: &ModelOptions) -> Result<Model> {
    match path {
        Some(path) => Model::open_file(path, options)
            .with_context(|| format!("cannot open the model {}", path.display())),
        None => Model::open_default(options).context("cannot open the built-in model"),
    }
}
