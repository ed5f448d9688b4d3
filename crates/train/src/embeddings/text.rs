//! Text files, one sentence a line, plain or .xz.

use anyhow::{Context as _, Result};
use liblzma::read::XzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Calls `visit` for every line of `files`. Errors name file and line.
pub fn for_each_line(files: &[PathBuf], mut visit: impl FnMut(&str)) -> Result<()> {
    for path in files {
        let mut reader = open(path)?;
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            let place = || format!("{}:{number}", path.display());
            if reader.read_until(b'\n', &mut line).with_context(|| format!("cannot read {}", place()))? == 0 {
                break;
            }
            visit(str::from_utf8(&line).with_context(|| format!("{}: not UTF-8", place()))?);
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = File::open(path).with_context(|| format!("cannot open the text file {}", path.display()))?;
    Ok(if path.extension().is_some_and(|extension| extension == "xz") {
        Box::new(BufReader::with_capacity(1 << 16, XzDecoder::new_multi_decoder(file)))
    } else {
        Box::new(BufReader::with_capacity(1 << 16, file))
    })
}
