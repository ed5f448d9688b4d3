//! Where a command writes its figures.

use anyhow::{Context as _, Result, bail};
use drugner::format::writer::save;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files beside or in place of the tables on standard output.
#[derive(clap::Args)]
pub struct Output {
    /// Write the figures as JSON to FILE, `-` for standard output instead of the tables. They hold no text of the corpus.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a page with tables, plots and examples to FILE, `-` for standard output. It quotes the corpus.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Output {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.json.iter().chain(&self.html).map(PathBuf::as_path)
    }

    /// Refuses two results on standard output.
    pub fn check(&self) -> Result<()> {
        if self.paths().filter(|path| is_stdout(path)).count() > 1 {
            bail!("--json and --html cannot both go to standard output");
        }
        Ok(())
    }

    /// Whether standard output is free for the tables.
    pub fn leaves_stdout(&self) -> bool {
        !self.paths().any(is_stdout)
    }

    /// Writes what was asked for. A file is whole: it is the old one or the new one.
    pub fn write(
        &self,
        out: &mut impl Write,
        json: impl FnOnce() -> Result<String>,
        html: impl FnOnce() -> String,
    ) -> Result<()> {
        if let Some(path) = &self.json {
            write(out, path, &format!("{}\n", json()?))?;
        }
        if let Some(path) = &self.html {
            write(out, path, &html())?;
        }
        Ok(())
    }
}

fn write(out: &mut impl Write, path: &Path, text: &str) -> Result<()> {
    if is_stdout(path) {
        return Ok(out.write_all(text.as_bytes())?);
    }
    save(path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}
