use super::Mark;
use std::io::{Result, Write};

/// Colours of a label in a terminal: drug green, brand cyan, group yellow, others magenta.
fn colour_code(label: &str) -> &'static str {
    match label {
        "drug" => "32",
        "brand" => "36",
        "group" => "33",
        _ => "35",
    }
}

pub fn write(out: &mut dyn Write, text: &[u8], marks: &[Mark<'_>], colour: bool) -> Result<()> {
    let mut at = 0;
    for mark in marks {
        out.write_all(&text[at..mark.bytes.start])?;
        let name = &text[mark.bytes.clone()];
        if colour {
            write!(out, "\x1b[1;{}m", colour_code(mark.label))?;
            out.write_all(name)?;
            write!(out, "\x1b[0m\x1b[2m|{}\x1b[0m", mark.label)?;
        } else {
            out.write_all(b"[")?;
            out.write_all(name)?;
            write!(out, "|{}]", mark.label)?;
        }
        at = mark.bytes.end;
    }
    out.write_all(&text[at..])?;
    if text.last() != Some(&b'\n') {
        out.write_all(b"\n")?;
    }
    Ok(())
}
