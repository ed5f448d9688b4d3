//! The notes of `tests/golden/notes.json`: what the bundled model finds in them, in every unit of offsets.
//!
//! `DRUGNER_UPDATE_GOLDEN=1 cargo test --test golden` writes the mentions anew; needed when the model changes.
#![cfg(all(feature = "embedded-model", feature = "capi"))]

use drugner::capi::{drugner_offsets_utf8_to_codepoints, drugner_offsets_utf8_to_utf16};
use drugner::{Context, ContextOptions, Mention, Model, ModelOptions, Status};
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The text of a note in the forms that it has.
#[derive(Default)]
struct Text {
    bytes: Option<Vec<u8>>,
    units: Option<Vec<u16>>,
    copies: usize,
}

impl Text {
    fn of(note: &Value) -> Self {
        let copies = note.get("repeat").map_or(1, |v| v.as_u64().unwrap()) as usize;
        if let Some(text) = note.get("text") {
            let text = text.as_str().unwrap();
            let (bytes, units) = (text.as_bytes().to_vec(), text.encode_utf16().collect());
            return Self { bytes: Some(bytes), units: Some(units), copies };
        }
        if let Some(hex) = note.get("bytes") {
            let hex = hex.as_str().unwrap();
            let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            return Self { bytes: Some((0..hex.len()).step_by(2).map(byte).collect()), units: None, copies };
        }
        let unit = |v: &Value| u16::try_from(v.as_u64().unwrap()).unwrap();
        let units = note["units"].as_array().unwrap().iter().map(unit).collect();
        Self { bytes: None, units: Some(units), copies }
    }

    /// Mentions of one copy in the form of the file, one JSON object each.
    fn mentions(&self, context: &mut Context) -> Vec<String> {
        let bytes = self.bytes.as_deref().map(|text| find_utf8(context, text)).unwrap_or_default();
        let units = self.units.as_deref().map(|text| find_utf16(context, text)).unwrap_or_default();
        let count = bytes.len().max(units.len());
        (0..count).map(|i| self.mention(context.model(), bytes.get(i), units.get(i))).collect()
    }

    fn mention(&self, model: &Model, byte: Option<&Mention>, unit: Option<&Mention>) -> String {
        let mut line = String::from("{");
        let points = match (byte, &self.bytes, unit, &self.units) {
            (Some(m), Some(text), Some(_), _) => {
                let text = std::str::from_utf8(text).unwrap();
                Some([m.start, m.end].map(|at| text[..at as usize].chars().count()))
            }
            (None, _, Some(m), Some(text)) => Some([m.start, m.end].map(|at| {
                // A lone surrogate is one code point, as in Python.
                char::decode_utf16(text[..at as usize].iter().copied()).count()
            })),
            _ => None,
        };
        if let Some(m) = byte {
            write!(line, r#""bytes":[{},{}],"#, m.start, m.end).unwrap();
        }
        if let Some(m) = unit {
            write!(line, r#""utf16":[{},{}],"#, m.start, m.end).unwrap();
        }
        if let Some([start, end]) = points {
            write!(line, r#""codepoints":[{start},{end}],"#).unwrap();
        }
        let m = byte.or(unit).unwrap();
        write!(line, r#""label":"{}","score":{}"#, model.label(m.label.into()).unwrap(), m.score).unwrap();
        if m.flags == Mention::ABBREVIATION {
            line.push_str(r#","abbreviation":true"#);
        }
        if let (Some(_), Some(units)) = (unit, &self.units) {
            let unit = unit.unwrap();
            if let Ok(text) = String::from_utf16(&units[unit.start as usize..unit.end as usize]) {
                write!(line, r#","text":{}"#, json(&text)).unwrap();
            }
        }
        line + "}"
    }
}

/// All mentions of a text of any length; the context hands them out in portions.
fn find_all<U>(
    text: &[U],
    mut find: impl FnMut(&[U]) -> Result<(Vec<Mention>, usize), Status>,
) -> Vec<Mention> {
    let (mut mentions, mut base) = (Vec::new(), 0);
    loop {
        let (found, consumed) = find(&text[base..]).unwrap();
        let shifted = |m: Mention| Mention { start: m.start + base as u32, end: m.end + base as u32, ..m };
        mentions.extend(found.into_iter().map(shifted));
        base += consumed;
        if base == text.len() {
            return mentions;
        }
    }
}

fn find_utf8(context: &mut Context, text: &[u8]) -> Vec<Mention> {
    find_all(text, |text| {
        let found = context.find_utf8(text).map_err(|e| e.status)?;
        Ok((found.mentions.to_vec(), found.consumed))
    })
}

fn find_utf16(context: &mut Context, text: &[u16]) -> Vec<Mention> {
    find_all(text, |text| {
        let found = context.find_utf16(text).map_err(|e| e.status)?;
        Ok((found.mentions.to_vec(), found.consumed))
    })
}

/// A JSON string in ASCII, so that no editor or terminal changes what it cannot show.
fn json(text: &str) -> String {
    ascii(&Value::from(text).to_string())
}

fn ascii(json: &str) -> String {
    let mut out = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => out.push(char::from(byte)),
            _ => write!(out, "\\u{unit:04x}").unwrap(),
        }
    }
    out
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/notes.json")
}

fn notes() -> Vec<Value> {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap();
    assert_eq!(file["format"], 1);
    file["notes"].as_array().unwrap().clone()
}

fn context() -> Context {
    let model = Model::open_default(&ModelOptions::default()).unwrap();
    Context::new(&model, &ContextOptions::default()).unwrap()
}

/// The file with the mentions that the library finds now.
fn rendered(context: &mut Context) -> String {
    let sha256: String = context.model().info().sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    let notes = notes().into_iter().map(|mut note| {
        let mentions = Text::of(&note).mentions(context);
        let fields = note.as_object_mut().unwrap();
        fields.shift_remove("mentions");
        let fields = fields.iter().map(|(name, value)| format!("  {}: {value}", json(name)));
        let mentions = if mentions.is_empty() {
            "  \"mentions\": []".to_owned()
        } else {
            format!("  \"mentions\": [\n   {}\n  ]", mentions.join(",\n   "))
        };
        format!(" {{\n{}\n }}", ascii(&fields.chain([mentions]).collect::<Vec<_>>().join(",\n")))
    });
    let notes = notes.collect::<Vec<_>>().join(",\n");
    format!("{{\"format\": 1, \"model\": \"{sha256}\", \"notes\": [\n{notes}\n]}}\n")
}

#[test]
fn notes_are_current() {
    let rendered = rendered(&mut context());
    if std::env::var_os("DRUGNER_UPDATE_GOLDEN").is_some() {
        std::fs::write(path(), rendered).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path()).unwrap();
    // Not assert_eq: the file is long.
    if let Some((now, then)) = rendered.lines().zip(committed.lines()).find(|(now, then)| now != then) {
        panic!(
            "tests/golden/notes.json:\nfound now {now}\nin file   {then}\nAfter a change of the model, and only \
             then, run DRUGNER_UPDATE_GOLDEN=1 cargo test --test golden"
        );
    }
    assert_eq!(rendered.len(), committed.len());
}

#[test]
fn every_unit_finds_the_same_words() {
    let mut context = context();
    for note in notes() {
        let name = &note["name"];
        let Text { bytes: Some(text), units: Some(units), .. } = Text::of(&note) else { continue };
        let (in_bytes, in_units) = (find_utf8(&mut context, &text), find_utf16(&mut context, &units));
        assert_eq!(in_bytes.len(), in_units.len(), "{name}");
        let ends = |mentions: &[Mention]| mentions.iter().flat_map(|m| [m.start, m.end]).collect::<Vec<_>>();
        let (byte_ends, unit_ends) = (ends(&in_bytes), ends(&in_units));
        let mut converted = byte_ends.clone();
        let (data, count) = (text.as_ptr().cast(), byte_ends.len());
        let array = converted.as_mut_ptr();
        // SAFETY: both arrays have `count` offsets; the conversion may work in place.
        let status = unsafe { drugner_offsets_utf8_to_utf16(data, text.len(), array, array, count) };
        assert_eq!((status, &converted), (0, &unit_ends), "{name}");
        converted.copy_from_slice(&byte_ends);
        // SAFETY: as above.
        let status = unsafe { drugner_offsets_utf8_to_codepoints(data, text.len(), array, array, count) };
        assert_eq!(status, 0, "{name}");
        let points: Vec<char> = std::str::from_utf8(&text).unwrap().chars().collect();
        for (i, (b, u)) in in_bytes.iter().zip(&in_units).enumerate() {
            let slice = std::str::from_utf8(&text[b.start as usize..b.end as usize]).unwrap();
            let utf16 = String::from_utf16(&units[u.start as usize..u.end as usize]).unwrap();
            let point_slice: String =
                points[converted[2 * i] as usize..converted[2 * i + 1] as usize].iter().collect();
            assert_eq!((slice, slice), (&*utf16, &*point_slice), "{name}");
            assert_eq!((b.label, b.score.to_bits()), (u.label, u.score.to_bits()), "{name}");
        }
    }
}

#[test]
fn copies_have_the_same_mentions() {
    let mut context = context();
    let mut seen = 0;
    for note in notes() {
        let Text { bytes: Some(bytes), units: Some(units), copies } = Text::of(&note) else { continue };
        if copies == 1 {
            continue;
        }
        seen += 1;
        let expected = |one: Vec<Mention>, len: usize| -> Vec<Mention> {
            let shift = |copy: usize| {
                let base = (copy * len) as u32;
                one.iter().map(move |m| Mention { start: m.start + base, end: m.end + base, ..*m })
            };
            (0..copies).flat_map(shift).collect()
        };
        let one = find_utf8(&mut context, &bytes);
        let all = find_utf8(&mut context, &bytes.repeat(copies));
        assert!(all.len() > 4096, "the note must need more than one portion");
        assert!(all == expected(one, bytes.len()), "{}", note["name"]);
        let one = find_utf16(&mut context, &units);
        let all = find_utf16(&mut context, &units.repeat(copies));
        assert!(all == expected(one, units.len()), "{}", note["name"]);
    }
    assert!(seen > 0);
}
