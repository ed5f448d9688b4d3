//! Column files.

use drugner_corpus::conll::{self, Columns, ConllSentence};
use drugner_corpus::{Entity, Error, Label, Sentence, Span, UnplacedEntity};
use proptest::prelude::*;

fn parse(text: &str) -> Vec<ConllSentence> {
    conll::parse(text.as_bytes(), "file", Columns::default()).unwrap()
}

/// The entities as `start-end label`.
fn entities(sentence: &ConllSentence) -> Vec<String> {
    let entities = sentence.entities();
    entities.iter().map(|entity| format!("{}-{} {}", entity.start, entity.end, entity.label)).collect()
}

#[test]
fn tag_schemes() {
    for (tags, expected) in [
        ("B-x I-x O B-y", vec!["0-2 x", "3-4 y"]),
        ("B-x B-x I-x I-y", vec!["0-1 x", "1-3 x", "3-4 y"]),
        ("I-x I-x O I-x", vec!["0-2 x", "3-4 x"]),
        ("B-x I-x E-x S-x", vec!["0-3 x", "3-4 x"]),
        ("B-x L-x U-y I-y", vec!["0-2 x", "2-3 y", "3-4 y"]),
        ("B-drug-n I-drug-n O O", vec!["0-2 drug-n"]),
    ] {
        let text: String = tags.split(' ').map(|tag| format!("t\t{tag}\n")).collect();
        assert_eq!(entities(&parse(&text)[0]), expected, "{tags}");
    }
}

#[test]
fn lines_and_columns() {
    let text = "\u{feff}-DOCSTART-\tO\r\n\r\n1\tzolan\tB-x\tNN\r\n2\t,\tO\tSYM\r\n \r\n\n1\tnow\tO\tRB";
    let sentences = conll::parse(text.as_bytes(), "file", Columns { token: 1, tag: Some(2) }).unwrap();
    let tokens: Vec<_> = sentences.iter().map(|sentence| sentence.tokens.join("_")).collect();
    assert_eq!(tokens, ["zolan_,", "now"]);
    assert_eq!(sentences[0].tags, ["B-x", "O"]);
    assert_eq!(parse(""), []);
}

#[test]
fn malformed_lines_are_named() {
    for (text, line) in [
        (&b"a\tO\nb"[..], 2),
        (b"a O", 1),
        (b"a\tO\n\nb\tx\tO", 3),
        (b"a\tB", 1),
        (b"a\tX-drug", 1),
        (b"a\tB-", 1),
        (b"\tO", 1),
        (b"a\tO\n\xff\tO", 2),
    ] {
        match conll::parse(text, "file", Columns::default()) {
            Err(Error::Input { file, line: found, .. }) => assert_eq!((file.as_str(), found), ("file", line)),
            other => panic!("{other:?}"),
        }
    }
}

fn entity(id: &str, spans: &[(usize, usize)]) -> Entity {
    let spans = spans.iter().map(|&(start, end)| Span::new(start, end)).collect();
    Entity { id: id.to_owned(), spans, label: Label::Drug, text: String::new() }
}

/// A sentence of words divided by blanks, and its tokens.
fn sentence(words: &[String], entities: Vec<Entity>) -> (Sentence, Vec<Span>) {
    let mut text = String::new();
    let mut tokens = Vec::new();
    for word in words {
        tokens.push(Span::new(text.len(), text.len() + word.len()));
        text.push_str(word);
        text.push(' ');
    }
    (Sentence { id: "s".to_owned(), text, entities, unplaced: Vec::new() }, tokens)
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn what_tags_cannot_express_is_reported() {
    let gold = vec![
        entity("nested", &[(5, 7)]),
        entity("long", &[(0, 7)]),
        entity("parts", &[(8, 10), (11, 13)]),
        entity("inside", &[(8, 9)]),
    ];
    let (mut sentence, tokens) = sentence(&words("take ab cd ef"), gold);
    sentence.unplaced.push(UnplacedEntity { id: "lost".to_owned(), label: Label::Drug, text: String::new() });
    let mut out = Vec::new();
    let left_out = conll::write_bio(&mut out, &sentence, &tokens).unwrap();
    assert_eq!(left_out, ["lost", "nested", "parts", "inside"]);
    assert_eq!(out, b"take\tB-drug\nab\tI-drug\ncd\tO\nef\tO\n\n");
}

#[test]
fn bad_tokens_are_refused() {
    let (sentence, _) = sentence(&words("β ab\tc -DOCSTART-"), Vec::new());
    for tokens in [&[(3, 5), (0, 2)][..], &[(0, 1)], &[(0, 99)], &[(2, 2)], &[(2, 3)], &[(3, 7)], &[(8, 18)]]
    {
        let tokens: Vec<Span> = tokens.iter().map(|&(start, end)| Span::new(start, end)).collect();
        let mut out = Vec::new();
        let result = conll::write_bio(&mut out, &sentence, &tokens);
        assert!(matches!(result, Err(Error::Tokens { .. })) && out.is_empty(), "{tokens:?}");
    }
}

proptest! {
    #[test]
    fn written_sentences_read_back(
        made in prop::collection::vec((prop::collection::vec("[a-zß,(]{1,4}", 1..8), any::<u32>()), 1..4)
    ) {
        let mut out = Vec::new();
        let mut expected = Vec::new();
        for (words, pattern) in &made {
            // Two bits a token: 1 begins an entity, 2 continues one if there is one to continue.
            let mut ranges: Vec<(usize, usize)> = Vec::new();
            for i in 0..words.len() {
                match (pattern >> (2 * i)) & 3 {
                    1 => ranges.push((i, i + 1)),
                    2 => if let Some(last) = ranges.last_mut().filter(|last| last.1 == i) { last.1 = i + 1 },
                    _ => {}
                }
            }
            let (mut sentence, tokens) = sentence(words, Vec::new());
            sentence.entities =
                ranges.iter().map(|&(first, end)| entity("e", &[(tokens[first].start, tokens[end - 1].end)])).collect();
            prop_assert!(conll::write_bio(&mut out, &sentence, &tokens).unwrap().is_empty());
            expected.push((words.clone(), ranges));
        }
        let read: Vec<_> = conll::parse(&out, "out", Columns::default()).unwrap().into_iter().map(|sentence| {
            let ranges = sentence.entities().iter().map(|entity| (entity.start, entity.end)).collect();
            (sentence.tokens, ranges)
        }).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = conll::parse(&bytes, "file", Columns::default());
    }
}
