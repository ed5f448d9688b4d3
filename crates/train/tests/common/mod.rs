//! An invented corpus in the form of the DDI corpus 2013.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const NAMES: [(&str, &str); 6] = [
    ("aspirin", "drug"),
    ("beta blockers", "group"),
    ("warfarin", "drug"),
    ("Zovirax", "brand"),
    ("ketamine", "drug"),
    ("5-FU", "drug_n"),
];

const SENTENCES: usize = 120;

fn write_document(folder: &Path, id: &str, shift: usize) {
    let mut xml = format!("<?xml version=\"1.0\"?>\n<document id=\"{id}\">\n");
    for sentence in 0..SENTENCES {
        let (name, label) = NAMES[(shift + sentence) % NAMES.len()];
        let (line, start) = match sentence % 4 {
            0 => (format!("The patient was given {name} today."), 22),
            1 => (format!("Take {name} with food."), 5),
            2 => (name.to_owned(), 0),
            _ => (format!("No effect of {name} was seen."), 13),
        };
        let end = start + name.len() - 1;
        writeln!(
            xml,
            "<sentence id=\"{id}.s{sentence}\" text=\"{line}\"><entity id=\"{id}.s{sentence}.e0\" \
             charOffset=\"{start}-{end}\" type=\"{label}\" text=\"{name}\"/></sentence>"
        )
        .unwrap();
    }
    xml.push_str("</document>\n");
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(format!("{id}.xml")), xml).unwrap();
}

/// Writes the corpus into `dir`; returns its folder and the list of its development documents.
pub fn write_corpus(dir: &Path) -> (PathBuf, PathBuf) {
    let corpus = dir.join("corpus");
    for (s, sub) in ["DrugBank", "MedLine"].into_iter().enumerate() {
        for document in 0..4 {
            write_document(&corpus.join("Train").join(sub), &format!("{sub}{document}"), document + s);
        }
        write_document(&corpus.join("Test for DrugNER task").join(sub), &format!("{sub}9"), 5 + s);
    }
    let development = dir.join("development.txt");
    std::fs::write(&development, "DrugBank3\nMedLine3\n").unwrap();
    (corpus, development)
}
