//! Documents from files, standard input, or the lines of either.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// One document.
pub struct Document<'a> {
    /// Name of the file, or `-`.
    pub file: &'a str,
    /// Line number from 1, if every line is a document.
    pub line: Option<u64>,
    /// The text, valid UTF-8 or not; without the line's end if it is a line.
    pub text: &'a [u8],
}

/// Calls `visit` for every document of `files`; none means standard input.
pub fn each(files: &[PathBuf], lines: bool, mut visit: impl FnMut(Document<'_>) -> Result<()>) -> Result<()> {
    let stdin = [PathBuf::from("-")];
    for path in if files.is_empty() { &stdin } else { files } {
        let name = path.display().to_string();
        let mut reader = open(path)?;
        let mut text = Vec::new();
        if !lines {
            reader.read_to_end(&mut text).with_context(|| format!("cannot read {name}"))?;
            visit(Document { file: &name, line: None, text: &text })?;
            continue;
        }
        for line in 1.. {
            text.clear();
            if reader.read_until(b'\n', &mut text).with_context(|| format!("cannot read {name}:{line}"))? == 0
            {
                break;
            }
            let end = text.strip_suffix(b"\r\n").or(text.strip_suffix(b"\n")).unwrap_or(&text).len();
            visit(Document { file: &name, line: Some(line), text: &text[..end] })?;
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Box::new(BufReader::new(file)))
}
