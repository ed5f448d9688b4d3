//! The reader of the DDI corpus on invented documents.

use std::fs;
use std::io::Write;
use std::path::Path;

use drugner_corpus::ddi::{self, Part};
use drugner_corpus::{Corpus, Error, IssueKind, Label, Span};
use proptest::prelude::*;
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A document with one sentence; `entities` is XML.
fn document(id: &str, text: &str, entities: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<document id=\"{id}\">\n\
         <sentence id=\"{id}.s0\" text=\"{text}\">\n{entities}\n</sentence>\n</document>\n"
    )
}

fn entity(offsets: &str, kind: &str, text: &str) -> String {
    format!("<entity id=\"e.{offsets}\" charOffset=\"{offsets}\" type=\"{kind}\" text=\"{text}\"/>")
}

fn write(folder: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn read_one(content: impl AsRef<[u8]>) -> Result<Corpus, Error> {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "one.xml", content);
    ddi::read(folder.path(), Part::All)
}

/// The line and the detail of the error that reading `content` gives.
fn input_error(content: impl AsRef<[u8]>) -> (usize, String) {
    match read_one(content).unwrap_err() {
        Error::Input { file, line, detail } => {
            assert!(file.ends_with("one.xml"), "{file}");
            (line, detail)
        }
        other => panic!("{other}"),
    }
}

fn spans(corpus: &Corpus) -> Vec<Vec<(usize, usize)>> {
    let entities = corpus.sentences().flat_map(|sentence| &sentence.entities);
    entities.map(|entity| entity.spans.iter().map(|span| (span.start, span.end)).collect()).collect()
}

#[test]
fn text_and_entities_come_in_as_xml_defines_them() {
    // Line ends given as references are characters of the text and count; a raw one is a blank.
    let text = "zolan&#xd;&#xa;or β,\nxi &lt; mu &quot;A&amp;B&quot; agents";
    let entities = [
        entity("0-4", "drug", "zolan"),
        entity("13-14;27-32", "group", "xi agents"),
        entity("15-18", "brand", " &lt; m"),
        entity("21-25", "drug_n", "&quot;A&amp;B&quot;"),
        "<pair id=\"p\" e1=\"a\" e2=\"b\" ddi=\"false\"/>".to_owned(),
    ];
    let corpus = read_one(document("DDI-MedLine.d7", text, &entities.join("\n"))).unwrap();
    assert_eq!(corpus.issues, []);
    let document = &corpus.documents[0];
    assert_eq!((document.id.as_str(), document.sub_corpus.as_str()), ("DDI-MedLine.d7", "MedLine"));
    let sentence = &document.sentences[0];
    assert_eq!(sentence.text, "zolan\r\nor β, xi < mu \"A&B\" agents");
    assert_eq!(spans(&corpus), [vec![(0, 5)], vec![(14, 16), (28, 34)], vec![(16, 20)], vec![(22, 27)]]);
    let labels: Vec<Label> = sentence.entities.iter().map(|entity| entity.label).collect();
    assert_eq!(labels, [Label::Drug, Label::Group, Label::Brand, Label::DrugN]);
    let discontinuous = &sentence.entities[1];
    assert_eq!((discontinuous.is_continuous(), discontinuous.hull()), (false, Span::new(14, 34)));
}

#[test]
fn contradictions_are_listed_and_stay_in_the_gold() {
    let entities = [
        entity("4-9", "drug", "zolan"),
        entity("0-3", "drug", "mirolan"),
        entity("16-17", "drug", "xi"),
        entity("16-17", "drug", "xi"),
    ];
    let corpus = read_one(document("d1", "take zolan with xi", &entities.join("\n"))).unwrap();
    assert_eq!(spans(&corpus), [vec![(5, 10)], vec![(16, 18)]]);
    let issues: Vec<_> = corpus.issues.iter().map(|issue| (issue.id.as_str(), issue.kind)).collect();
    let expected = [
        ("e.4-9", IssueKind::Repaired),
        ("e.0-3", IssueKind::Unrepairable),
        ("e.16-17", IssueKind::Duplicate),
    ];
    assert_eq!(issues, expected);
    assert_eq!(corpus.sentences().next().unwrap().unplaced[0].id, "e.0-3");
    assert_eq!(corpus.entity_count(), 3);
    let line = corpus.issues[0].to_string();
    assert!(line.ends_with("one.xml: e.4-9: repaired: charOffset 4-9: outer blanks taken off"), "{line}");
}

#[test]
fn bad_input_is_named_by_line() {
    let good = document("d1", "zolan", &entity("0-4", "drug", "zolan"));
    let cases = [
        (good.replace("</document>\n", ""), 5, "the file ends inside <document>"),
        (good[..good.find(" type=").unwrap()].to_owned(), 4, "tag not closed"),
        (good.replace("type=\"drug\"", "type=\"Drug\""), 4, "unknown type"),
        (good.replace("type=\"drug\" ", ""), 4, "<entity> has no attribute type"),
        (good.replace(" text=\"zolan\">", ">"), 3, "<sentence> has no attribute text"),
        (good.replace("0-4\" ", "0,4\" "), 4, "charOffset is not of the form"),
        (good.replace("entity ", "entety "), 4, "unexpected element <entety>"),
        (good.replace("text=\"zolan\">", "text=\"&zolan;\">"), 3, "attribute text: malformed or unknown"),
        (good.replace("type=\"drug\"", "type=\"drug\" type=\"drug\""), 4, "malformed attribute"),
        (good.replace("</sentence>", "</sentense>"), 5, "expected `</sentence>`"),
        (good.replace("</sentence>", "lost</sentence>"), 4, "text outside of attributes"),
        (good.replace("UTF-8", "latin1"), 1, "an encoding other than UTF-8"),
        (
            good.replace("</sentence>", "</sentence><sentence id=\"d1.s0\" text=\"\"/>"),
            5,
            "duplicate sentence id d1.s0",
        ),
        ("\n<!-- nothing -->\n".to_owned(), 2, "no <document> element"),
        (String::new(), 1, "no <document> element"),
    ];
    read_one(&good).unwrap();
    for (content, line, detail) in cases {
        let found = input_error(&content);
        assert!(found.0 == line && found.1.contains(detail), "line {line}, {detail}: {found:?}");
    }
    assert_eq!(input_error(b"<document id=\"d1\">\n\xff</document>"), (2, "not UTF-8".to_owned()));
}

#[test]
fn errors_do_not_show_text() {
    let secret = document("d1", "zolan", &entity("0-4", "drug", "zolan")).replace("zolan", "Miller");
    for end in 0..secret.len() {
        let shown = read_one(&secret[..end]).map_or_else(|error| error.to_string(), |_| String::new());
        assert!(!shown.contains("Mil"), "{shown}");
    }
}

/// The published layout, and one document more that lies outside of it.
fn layout() -> Vec<(&'static str, &'static str)> {
    vec![
        ("DDICorpus/Train/DrugBank/b.xml", "DDI-DrugBank.d1"),
        ("DDICorpus/Train/MedLine/a.xml", "DDI-MedLine.d2"),
        ("DDICorpus/Test/Test for DrugNER task/MedLine/c.xml", "DDI-MedLine.d3"),
        ("DDICorpus/Test/Test for DDI Extraction task/DrugBank/d.xml", "DDI-DrugBank.d0"),
        ("DDICorpus/Extra/e.xml", "own"),
    ]
}

fn ids(path: &Path, part: Part) -> Vec<String> {
    ddi::read(path, part).unwrap().documents.into_iter().map(|document| document.id).collect()
}

fn assert_layout(root: &Path) {
    assert_eq!(ids(root, Part::Train), ["DDI-DrugBank.d1", "DDI-MedLine.d2"]);
    assert_eq!(ids(root, Part::NerTest), ["DDI-MedLine.d3"]);
    assert_eq!(ids(root, Part::InteractionTest), ["DDI-DrugBank.d0"]);
    assert_eq!(ids(root, Part::All).len(), 5);
    let train = root.join("DDICorpus/Train");
    assert_eq!(ids(&train, Part::Train).len(), 2);
    assert_eq!(ids(&train.join("MedLine"), Part::All), ["DDI-MedLine.d2"]);
    assert_eq!(ids(&train.join("MedLine/a.xml"), Part::All), ["DDI-MedLine.d2"]);
    // Not the training documents under another name.
    for folder in [train.clone(), train.join("MedLine")] {
        let error = ddi::read(&folder, Part::NerTest).unwrap_err();
        assert!(matches!(&error, Error::NoDocuments { .. }), "{error}");
        assert!(error.to_string().contains("Test for DrugNER task"), "{error}");
    }
    let plain = ddi::read(root.join("DDICorpus/Extra"), Part::Train).unwrap();
    assert_eq!(plain.documents[0].sub_corpus, "Extra");
}

#[test]
fn parts_of_a_folder() {
    let folder = TempDir::new().unwrap();
    for (path, id) in layout() {
        write(folder.path(), path, document(id, "", ""));
    }
    write(folder.path(), "DDICorpus/Train/._b.xml", "not XML");
    assert_layout(folder.path());
    // The names of the outer folders decide nothing where inner ones do.
    let outer = folder.path().join("Train");
    fs::create_dir(&outer).unwrap();
    fs::rename(folder.path().join("DDICorpus"), outer.join("DDICorpus")).unwrap();
    assert_eq!(ids(&outer.join("DDICorpus"), Part::NerTest), ["DDI-MedLine.d3"]);
}

fn archive(path: &Path, entries: &[(&str, Vec<u8>)]) {
    let mut zip = ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn parts_of_an_archive() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("corpus.zip");
    let entries: Vec<_> =
        layout().into_iter().map(|(path, id)| (path, document(id, "", "").into_bytes())).collect();
    archive(&path, &entries);
    assert_layout(&path);
}

#[test]
fn wrong_paths_and_bad_archives() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    assert!(matches!(ddi::read(root.join("absent"), Part::All), Err(Error::Read { .. })));
    assert!(matches!(ddi::read(root, Part::All), Err(Error::NoDocuments { .. })));

    write(root, "text.zip", "no archive");
    assert!(matches!(ddi::read(root.join("text.zip"), Part::All), Err(Error::Archive { .. })));
    let path = root.join("good.zip");
    archive(&path, &[("a.xml", document("d1", "", "").into_bytes())]);
    assert!(matches!(ddi::read(path.join("absent"), Part::All), Err(Error::NoDocuments { .. })));
    let mut bytes = fs::read(&path).unwrap();
    bytes[45] ^= 0xff;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(ddi::read(&path, Part::All), Err(Error::Archive { .. })));

    archive(&path, &[("bomb.xml", vec![b' '; (64 << 20) + 1])]);
    assert!(matches!(ddi::read(&path, Part::All), Err(Error::TooLarge { .. })));

    write(root, "a/1.xml", document("d1", "", ""));
    write(root, "a/2.xml", document("d1", "", ""));
    let error = ddi::read(root.join("a"), Part::All).unwrap_err().to_string();
    assert!(
        error.contains("2.xml:2: duplicate document id d1, also in") && error.ends_with("1.xml"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "a/1.xml", document("d1", "", ""));
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    assert_eq!(ids(folder.path(), Part::All), ["d1"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_files_are_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let entities = entity("0-4;6-7", "drug", "zolan xi") + &entity("3-9", "group", "xi");
        let mut xml = document("d1", "zolan, xi &lt; &#946; 𝛼", &entities).into_bytes();
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("corpus.zip");
        archive(&path, &[("a.xml", xml.clone())]);
        let mut zip = fs::read(&path).unwrap();
        for (at, byte) in &changes {
            *at.get_mut(&mut xml) = *byte;
            *at.get_mut(&mut zip) = *byte;
        }
        if let Ok(corpus) = read_one(&xml) {
            for sentence in corpus.sentences() {
                let spans = sentence.entities.iter().flat_map(|entity| &entity.spans);
                prop_assert!(spans.into_iter().all(|span| span.of(&sentence.text).is_some_and(|part| !part.is_empty())));
            }
        }
        fs::write(&path, zip).unwrap();
        let _ = ddi::read(&path, Part::All);
    }
}
