//! Gold mentions as tags over the engine's tokens.

use drugner::decode::tags::{Part, tag};
use drugner::text::Token;
use drugner_corpus::Label;
use std::ops::Range;

/// A text with its gold mentions: continuous, in any order.
#[derive(Clone, Debug, Default)]
pub struct Labelled {
    /// The text.
    pub text: String,
    /// Byte ranges and labels; those of an auxiliary text count as labels of the auxiliary task, by index.
    pub mentions: Vec<(Range<usize>, Label)>,
    /// Sub-corpus that it comes from; empty for other text.
    pub sub_corpus: String,
    /// Byte ranges whose tokens have no lexicon flags, whatever the lists hold.
    pub unlisted: Vec<Range<usize>>,
}

impl Labelled {
    /// The mentions as text, with their labels.
    pub fn names(&self) -> impl Iterator<Item = (&str, Label)> {
        self.mentions.iter().map(|(range, label)| (&self.text[range.clone()], *label))
    }
}

/// The tokens that make up the bytes `range`; `None` if it does not begin and end with one.
pub fn words(tokens: &[Token], range: &Range<usize>) -> Option<Range<usize>> {
    let first = tokens.iter().position(|token| token.start as usize == range.start)?;
    let last = tokens.iter().position(|token| token.end as usize == range.end)?;
    Some(first..last + 1)
}

/// BIOES tags of `tokens`. A mention off the token boundaries or across another is left out; of two that overlap the
/// longer one is kept.
pub fn tags(tokens: &[Token], mentions: &[(Range<usize>, Label)]) -> Vec<u8> {
    let mut tags = vec![0; tokens.len()];
    let mut by_length: Vec<_> = mentions.iter().collect();
    by_length.sort_by_key(|(range, _)| std::cmp::Reverse(range.len()));
    for (range, label) in by_length {
        let Some(words) = words(tokens, range) else { continue };
        let Some(span) = tags.get_mut(words).filter(|span| span.iter().all(|&tag| tag == 0)) else {
            continue;
        };
        let end = span.len() - 1;
        for (i, slot) in span.iter_mut().enumerate() {
            let part = match i {
                _ if end == 0 => Part::Single,
                0 => Part::Begin,
                _ if i == end => Part::End,
                _ => Part::Inside,
            };
            *slot = tag(part, label.index()) as u8;
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{continuous, segments};
    use drugner::decode::{Span, brackets};
    use drugner_corpus::{ddi, testing};

    #[test]
    fn longer_mentions_win_and_misplaced_ones_are_left_out() {
        let text = "beta blockers and aspirin-like x";
        let tokens = segments(text).concat();
        let mentions = [
            (5..13, Label::Drug),
            (0..13, Label::Group),
            (18..25, Label::Brand),
            (18..24, Label::Drug),
            (26..32, Label::Drug),
        ];
        assert_eq!(tags(&tokens, &mentions), [9, 11, 0, 8, 0, 1, 3]);
    }

    /// What [`brackets::complete`] takes for granted.
    #[test]
    fn gold_mentions_of_the_training_documents_hold_whole_brackets() {
        let Some(data) = testing::data_folder("gold_mentions_of_the_training_documents_hold_whole_brackets")
        else {
            return;
        };
        let corpus = ddi::read(data.join("ddi2013.zip"), ddi::Part::Train).unwrap();
        let mut seen = 0;
        for sentence in corpus.sentences() {
            for tokens in segments(&sentence.text) {
                let gold = continuous(sentence).filter_map(|(range, _)| words(&tokens, &range));
                for words in gold {
                    let mut mention = [Span { words: words.clone(), label: 0, score: 1.0 }];
                    brackets::complete(sentence.text.as_bytes(), &tokens, &mut mention);
                    assert_eq!(mention[0].words, words, "{}", sentence.id);
                    seen += 1;
                }
            }
        }
        assert!(seen > 14_000, "{seen} mentions");
    }
}
