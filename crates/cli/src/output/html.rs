use super::Mark;
use crate::documents::Document;
use std::io::{Result, Write};

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:50rem}\
pre{white-space:pre-wrap;font:inherit}mark{border-radius:3px;padding:0 2px;background:#e4d7f5}\
mark.drug{background:#d3f0d3}mark.brand{background:#cfe8fa}mark.group{background:#fbeebc}\
mark small{color:#555;padding-left:3px}";

pub fn begin(out: &mut dyn Write, labels: &[String]) -> Result<()> {
    write!(out, "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>drugner</title>")?;
    write!(out, "<style>{STYLE}</style>\n<p>")?;
    for label in labels {
        write!(out, "<mark class=\"{label}\">{label}</mark> ")?;
    }
    writeln!(out, "</p>")
}

pub fn write(out: &mut dyn Write, document: &Document<'_>, marks: &[Mark<'_>]) -> Result<()> {
    let mut at = 0;
    write!(out, "<pre>")?;
    for mark in marks {
        escape(out, &document.text[at..mark.bytes.start])?;
        write!(out, "<mark class=\"{}\" title=\"{:.3}\">", mark.label, mark.score)?;
        escape(out, &document.text[mark.bytes.clone()])?;
        write!(out, "<small>{}</small></mark>", mark.label)?;
        at = mark.bytes.end;
    }
    escape(out, &document.text[at..])?;
    writeln!(out, "</pre>")
}

pub fn end(out: &mut dyn Write) -> Result<()> {
    writeln!(out, "</html>")
}

fn escape(out: &mut dyn Write, text: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(text);
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    out.write_all(text.as_bytes())
}
