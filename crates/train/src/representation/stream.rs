//! Technique 1: all sentences of a data set as one stream of words, a window of five from each word on.
//!
//! Windows cross the ends of sentences and documents; behind the end of the stream there is padding.

use super::{Classes, PADDING, Samples, WINDOW, WordSentence};

/// The windows of `sentences`; `row` gives the row of a word in the word table.
pub fn samples(sentences: &[WordSentence], classes: Classes, row: impl Fn(&str) -> u32) -> Samples {
    let mut stream: Vec<u32> = sentences.iter().flat_map(|s| &s.normal).map(|word| row(word)).collect();
    let words = stream.len();
    stream.resize(words + WINDOW - 1, PADDING);
    let mut labels = vec![0; words];
    let mut first = 0;
    for sentence in sentences {
        for name in &sentence.names {
            labels[first + name.first] = classes.window(Some(name));
        }
        first += sentence.normal.len();
    }
    let rows = stream.windows(WINDOW).take(words).flatten().copied().collect();
    Samples { rows, classes: labels }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::sentence;
    use super::*;
    use drugner_corpus::Label;

    /// The sample "plenaxis were performed cytochrome p-450" of the paper crosses the end of a sentence.
    #[test]
    fn windows_cross_the_end_of_a_sentence() {
        let sentences = [
            sentence("Plenaxis were performed", &[("Plenaxis", Label::Brand)]),
            sentence("Cytochrome p-450", &[]),
        ];
        let words = ["plenaxis", "were", "performed", "cytochrome", "p-450"];
        let row = |word: &str| words.iter().position(|w| *w == word).unwrap() as u32;
        let samples = samples(&sentences, Classes::Plain, row);
        assert_eq!(samples.rows[..10], [0, 1, 2, 3, 4, 1, 2, 3, 4, PADDING]);
        assert_eq!(samples.classes, [1, 0, 0, 0, 0]);
    }
}
