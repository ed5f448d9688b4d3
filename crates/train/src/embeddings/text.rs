//! Text files, one sentence a line, read as a stream.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use liblzma::read::XzDecoder;

/// A longer line is not a sentence; the limit keeps a file without line ends from filling the memory.
const LONGEST_LINE: u64 = 16 << 20;

/// Hands every line of `path` to `visit`, without its line end. A name that ends in `.xz` is decompressed on the way.
///
/// # Errors
///
/// A file that cannot be read, a line that is not UTF-8 or is longer than 16 MiB. The message names the file and the
/// line, never its text.
pub(crate) fn for_each_line(path: &Path, mut visit: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let compressed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xz"));
    let mut reader: Box<dyn BufRead> = if compressed {
        Box::new(BufReader::with_capacity(1 << 18, XzDecoder::new_multi_decoder(file)))
    } else {
        Box::new(BufReader::with_capacity(1 << 18, file))
    };
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = reader
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .with_context(|| format!("cannot read {} at line {number}", path.display()))?;
        if read == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if read as u64 == LONGEST_LINE {
            bail!("{}:{number}: the line is longer than {LONGEST_LINE} bytes", path.display());
        }
        let sentence = std::str::from_utf8(&line).map_err(|error| {
            let at = error.valid_up_to() + 1;
            anyhow::anyhow!("{}:{number}: not valid UTF-8 at byte {at} of the line", path.display())
        })?;
        visit(sentence.strip_suffix('\r').unwrap_or(sentence))
            .with_context(|| format!("{}:{number}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn lines(path: &Path) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for_each_line(path, |line| {
            lines.push(line.to_owned());
            Ok(())
        })?;
        Ok(lines)
    }

    #[test]
    fn plain_and_compressed_files_give_the_same_lines() {
        let folder = tempfile::tempdir().unwrap();
        let text = "one\r\n\ntwo words\nlast";
        let plain = folder.path().join("a.txt");
        std::fs::write(&plain, text).unwrap();
        let packed = folder.path().join("a.txt.xz");
        let mut encoder = liblzma::write::XzEncoder::new(File::create(&packed).unwrap(), 1);
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        assert_eq!(lines(&plain).unwrap(), ["one", "", "two words", "last"]);
        assert_eq!(lines(&packed).unwrap(), lines(&plain).unwrap());
    }

    #[test]
    fn errors_name_file_and_line_but_not_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.txt");
        std::fs::write(&path, b"fine\nsecret \xFF\n").unwrap();
        let message = format!("{:#}", lines(&path).unwrap_err());
        assert!(message.contains("bad.txt:2: not valid UTF-8 at byte 8"), "{message}");
        assert!(!message.contains("secret"), "{message}");
        let message = format!("{:#}", lines(&folder.path().join("none.txt")).unwrap_err());
        assert!(message.contains("cannot open") && message.contains("none.txt"), "{message}");
        let truncated = folder.path().join("cut.xz");
        std::fs::write(&truncated, b"\xFD7zXZ\0").unwrap();
        assert!(format!("{:#}", lines(&truncated).unwrap_err()).contains("cut.xz at line 1"));
    }
}
