//! Standard error never holds a word of the text that a command reads, whether it ends well or not.
#![cfg(feature = "embedded-model")]

use std::fs;
use std::process::Command;

const MARKER: &str = "Xyzzyprazole";

/// What a hospital's files may hold, each with the marker and a mistake that its reader notices.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let document = |body: &str| format!("<document id=\"d\">{body}</document>");
    let sentence = |rest: &str| format!("<sentence id=\"s\" text=\"{MARKER} was given\">{rest}</sentence>");
    let entity = |place: &str, label: &str| {
        document(&sentence(&format!(
            "<entity id=\"e\" charOffset=\"{place}\" type=\"{label}\" text=\"{MARKER}\"/>"
        )))
    };
    let texts = [
        ("whole.xml", entity("0-11", "drug")),
        ("cut.xml", format!("<document id=\"d\"><sentence id=\"s\" text=\"{MARKER}\">\n<entity")),
        ("open.xml", format!("<document id=\"d\"><sentence id=\"s\" text=\"{MARKER}")),
        ("place.xml", entity("90-99", "drug")),
        ("form.xml", entity("zero", "drug")),
        ("type.xml", entity("0-11", "pill")),
        ("reference.xml", document(&format!("<sentence id=\"s\" text=\"{MARKER} &nothing;\"/>"))),
        ("twice.xml", document(&sentence("<entity id=\"e\" id=\"f\"/>"))),
        ("text.xml", document(MARKER)),
        ("whole.tsv", format!("{MARKER}\tB-drug\nwas\tO\n")),
        ("columns.tsv", format!("{MARKER}\tB-drug\nwas\tO\t{MARKER}\n")),
        ("one.tsv", format!("{MARKER}\n")),
        ("label.tsv", format!("{MARKER}\tB-pill\n")),
        ("inside.tsv", format!("{MARKER}\tI-drug\n")),
        ("note.txt", format!("{MARKER} 5 mg\n")),
    ];
    let mut files: Vec<_> = texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    files.push(("bytes.txt", [MARKER.as_bytes(), b" \xFF\xC0 \0 ", MARKER.as_bytes()].concat()));
    files.push(("bytes.tsv", [MARKER.as_bytes(), b"\xFF\tO\n"].concat()));
    files.push(("bytes.xml", [b"<document id=\"d\">\xFF", MARKER.as_bytes()].concat()));
    files
}

#[test]
fn standard_error_holds_nothing_of_the_text() {
    let dir = tempfile::tempdir().unwrap();
    let (mut refused, mut read) = (0, 0);
    for (name, bytes) in files() {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let path = path.to_str().unwrap();
        for arguments in [
            &["tag", path][..],
            &["tag", "--lines", "--format", "jsonl", path],
            &["tag", "--model", path, path],
            &["selftest", path],
            &["evaluate", "--json", "-", "--corpus", path],
            &["analyse", "--json", "-", "--no-vectors", "--corpus", path],
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_drugner")).args(arguments).output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(!stderr.contains(MARKER), "{arguments:?}: {stderr}");
            assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
            match output.status.code() {
                Some(0) => read += 1,
                _ => refused += 1,
            }
        }
    }
    assert!(refused > 20 && read > 20, "{refused} refused, {read} read");
}
