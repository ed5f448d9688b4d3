use super::Mark;
use std::io::{Result, Write};

/// `written` mentions have gone before; brat numbers them from 1.
pub fn write(out: &mut dyn Write, text: &[u8], marks: &[Mark<'_>], written: usize) -> Result<()> {
    for (i, mark) in marks.iter().enumerate() {
        let name = String::from_utf8_lossy(&text[mark.bytes.clone()]).replace(['\n', '\r', '\t'], " ");
        writeln!(out, "T{}\t{} {} {}\t{name}", written + i + 1, mark.label, mark.start, mark.end)?;
    }
    Ok(())
}
