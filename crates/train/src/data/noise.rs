//! Noise: text as it stands in real notes, in capitals or without any, mistyped, wrapped, as items of lists and tables.
//!
//! Training draws from it ([`NoiseOptions`]), evaluation applies one kind to every sentence ([`Noise`]).

use super::labelled::Labelled;
use drugner_corpus::{Corpus, Span};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// How often a training sentence is changed: probabilities, 0..=1, whose sum is at most 1.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseOptions {
    /// Of capital letters only.
    pub upper: f64,
    /// Of small letters only.
    pub lower: f64,
    /// Of typing errors.
    pub typing: f64,
    /// Letters that are mistyped in such a sentence, 0..=1.
    pub typing_rate: f64,
    /// Of line breaks in place of blanks.
    pub wrap: f64,
    /// Of a list mark or table border before the sentence.
    pub item: f64,
}

impl NoiseOptions {
    /// Draws a kind for one sentence; `None` leaves it as it is.
    pub fn draw(&self, rng: &mut Rng) -> Option<Noise> {
        let mut left = rng.f64();
        let kinds = [
            (self.upper, Noise::Upper),
            (self.lower, Noise::Lower),
            (self.typing, Noise::Typing(self.typing_rate)),
            (self.wrap, Noise::Wrap),
            (self.item, Noise::Item),
        ];
        kinds.into_iter().find_map(|(probability, kind)| {
            left -= probability;
            (left < 0.0).then_some(kind)
        })
    }
}

/// A kind of noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// ASCII letters become capital.
    Upper,
    /// ASCII letters become small.
    Lower,
    /// This share of the ASCII letters is mistyped: changed places with the next one, left out, doubled, or hit a key
    /// beside the right one.
    Typing(f64),
    /// Every twelfth blank or so becomes a line break with or without indentation.
    Wrap,
    /// A list mark or table border stands before the text.
    Item,
}

/// Rows of a keyboard.
const KEYS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
const ITEMS: [&str; 8] = ["- ", "* ", "1. ", "2) ", "| ", "\u{2022} ", "\t", "x "];

impl Noise {
    /// The changed text, and for every byte of `text` and its end where it now is. A byte that was left out is where the
    /// next one is.
    pub fn apply(self, text: &str, rng: &mut Rng) -> (String, Vec<usize>) {
        let mut out = String::with_capacity(text.len() + 8);
        let mut places = Vec::with_capacity(text.len() + 1);
        if self == Noise::Item {
            out.push_str(ITEMS[rng.usize(..ITEMS.len())]);
        }
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            places.resize(at + c.len_utf8(), out.len());
            match self {
                Noise::Upper => out.push(c.to_ascii_uppercase()),
                Noise::Lower => out.push(c.to_ascii_lowercase()),
                Noise::Wrap if c == ' ' && rng.usize(..12) == 0 => {
                    out.push_str(if rng.bool() { "\n" } else { "\n    " });
                }
                Noise::Typing(rate) if c.is_ascii_alphabetic() && rng.f64() < rate => {
                    let next = chars.peek().copied().filter(|(_, next)| next.is_ascii_alphabetic());
                    // A word keeps at least one letter, so that a name stays one.
                    let inside = next.is_some() && out.ends_with(|last: char| last.is_ascii_alphabetic());
                    match rng.usize(..4) {
                        0 if next.is_some() => {
                            let (at, second) = next.unwrap_or((0, c));
                            chars.next();
                            out.push(second);
                            places.resize(at + 1, out.len());
                            out.push(c);
                        }
                        1 if inside => {}
                        2 => {
                            out.push(c);
                            out.push(c);
                        }
                        _ => out.push(beside(c, rng)),
                    }
                }
                _ => out.push(c),
            }
        }
        places.push(out.len());
        (out, places)
    }

    /// A corpus whose sentences are changed, the entities in their places.
    pub fn corpus(self, corpus: &Corpus, seed: u64) -> Corpus {
        let mut rng = Rng::with_seed(seed);
        let mut corpus = corpus.clone();
        for sentence in corpus.documents.iter_mut().flat_map(|document| &mut document.sentences) {
            let (text, places) = self.apply(&sentence.text, &mut rng);
            for entity in &mut sentence.entities {
                for span in &mut entity.spans {
                    *span = Span::new(places[span.start], places[span.end]);
                }
                let parts = entity.spans.iter().filter_map(|span| span.of(&text));
                entity.text = parts.collect::<Vec<_>>().join(" ");
            }
            sentence.text = text;
        }
        corpus
    }

    /// The changed sentence with its mentions.
    pub fn labelled(self, sentence: &Labelled, rng: &mut Rng) -> Labelled {
        let (text, places) = self.apply(&sentence.text, rng);
        let moved =
            |(range, label): &(std::ops::Range<usize>, _)| (places[range.start]..places[range.end], *label);
        Labelled {
            text,
            mentions: sentence.mentions.iter().map(moved).collect(),
            sub_corpus: sentence.sub_corpus.clone(),
            unlisted: sentence.unlisted.iter().map(|r| places[r.start]..places[r.end]).collect(),
        }
    }
}

/// The letter of a key beside that of `c`.
fn beside(c: char, rng: &mut Rng) -> char {
    let small = c.to_ascii_lowercase() as u8;
    let row = KEYS.iter().find_map(|row| Some((row, row.iter().position(|&key| key == small)?)));
    let Some((row, at)) = row else { return c };
    let other = if at == 0 || (at + 1 < row.len() && rng.bool()) { at + 1 } else { at - 1 };
    let other = char::from(row[other]);
    if c.is_ascii_uppercase() { other.to_ascii_uppercase() } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::segments;
    use drugner_corpus::Label;

    fn sentence() -> Labelled {
        let text = "Dose of β-blockers: aspirin (ASA) 5 mg with 5-fluorouracil today";
        let range = |name: &str| text.find(name).map(|at| at..at + name.len()).unwrap();
        let mentions =
            ["β-blockers", "aspirin", "ASA", "5-fluorouracil"].map(|name| (range(name), Label::Drug));
        Labelled { text: text.to_owned(), mentions: mentions.to_vec(), ..Labelled::default() }
    }

    #[test]
    fn mentions_stay_on_the_tokens_of_their_names() {
        let sentence = sentence();
        for noise in
            [Noise::Upper, Noise::Lower, Noise::Typing(0.02), Noise::Typing(1.0), Noise::Wrap, Noise::Item]
        {
            let mut changed = false;
            for seed in 0..200 {
                let new = noise.labelled(&sentence, &mut Rng::with_seed(seed));
                changed |= new.text != sentence.text;
                let tokens = segments(&new.text).concat();
                for (range, _) in &new.mentions {
                    let (starts, ends) = (
                        tokens.iter().any(|token| token.start as usize == range.start),
                        tokens.iter().any(|token| token.end as usize == range.end),
                    );
                    assert!(starts && ends, "{noise:?} {seed}: {}", &new.text[range.clone()]);
                }
            }
            assert!(changed, "{noise:?}");
        }
    }

    #[test]
    fn names_follow_their_case() {
        let new = |noise: Noise| {
            let new = noise.labelled(&sentence(), &mut Rng::with_seed(1));
            new.mentions.iter().map(|(range, _)| new.text[range.clone()].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(new(Noise::Upper), ["β-BLOCKERS", "ASPIRIN", "ASA", "5-FLUOROURACIL"]);
        assert_eq!(new(Noise::Lower), ["β-blockers", "aspirin", "asa", "5-fluorouracil"]);
        assert_eq!(new(Noise::Item), ["β-blockers", "aspirin", "ASA", "5-fluorouracil"]);
    }

    #[test]
    fn as_many_letters_are_mistyped_as_asked_for() {
        let text = "abcdefghij ".repeat(1000);
        let (new, places) = Noise::Typing(0.02).apply(&text, &mut Rng::with_seed(1));
        assert_eq!((places.len(), places.last()), (text.len() + 1, Some(&new.len())));
        // Word by word, since letters come and go.
        let wrong = text.split(' ').zip(new.split(' ')).filter(|(a, b)| a != b).count();
        assert!((140..220).contains(&wrong), "1000 words of 10 letters: {wrong} differ");
    }

    #[test]
    fn kinds_are_drawn_as_often_as_asked_for() {
        let options =
            NoiseOptions { upper: 0.1, lower: 0.2, typing: 0.0, typing_rate: 0.0, wrap: 0.0, item: 0.1 };
        let mut rng = Rng::with_seed(1);
        let drawn: Vec<_> = (0..10_000).map(|_| options.draw(&mut rng)).collect();
        let count = |kind: Option<Noise>| drawn.iter().filter(|&&drawn| drawn == kind).count();
        assert!((900..1100).contains(&count(Some(Noise::Upper))));
        assert!((1850..2150).contains(&count(Some(Noise::Lower))));
        assert!((900..1100).contains(&count(Some(Noise::Item))));
        assert_eq!(count(Some(Noise::Typing(0.0))), 0);
    }
}
