//! `drugner selftest`

use super::open;
use anyhow::{Context as _, Result};
use drugner::ModelOptions;
use drugner::kernels::Kernels;
use std::io::Write;
use std::path::PathBuf;

/// Check that a model gives its trainer's answers here, bit for bit, on every instruction set of this machine
#[derive(clap::Args)]
pub struct Arguments {
    /// Model file; without it the model inside this program.
    model: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for kernels in Kernels::available() {
        let isa = kernels.isa();
        let options = ModelOptions { isa: Some(isa), ..ModelOptions::default() };
        let model = open(arguments.model.as_deref(), &options)?;
        model.selftest().with_context(|| format!("instruction set {}", isa.name()))?;
        writeln!(out, "{}: ok", isa.name())?;
    }
    Ok(())
}
