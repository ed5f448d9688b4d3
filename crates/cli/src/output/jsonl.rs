use super::Mark;
use crate::documents::Document;
use serde_json::json;
use std::io::{Result, Write};

pub fn write(out: &mut dyn Write, document: &Document<'_>, marks: &[Mark<'_>]) -> Result<()> {
    let mention = |mark: &Mark<'_>| {
        json!({
            "start": mark.start,
            "end": mark.end,
            "label": mark.label,
            "score": rounded(mark.score),
            "text": String::from_utf8_lossy(&document.text[mark.bytes.clone()]),
        })
    };
    let mut object = json!({ "mentions": marks.iter().map(mention).collect::<Vec<_>>() });
    if std::str::from_utf8(document.text).is_err() {
        object["invalid_text"] = json!(true);
    }
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")
}

/// Six decimals: enough to tell scores apart, short enough to read.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1e6).round() / 1e6
}
