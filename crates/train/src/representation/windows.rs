//! Technique 2: each sentence on its own, a window of five from each word on, padding behind the last word.

use super::{Classes, PADDING, Samples, WINDOW, WordSentence};

/// The windows of `sentences`; `row` gives the row of a word in the word table.
pub fn samples(sentences: &[WordSentence], classes: Classes, row: impl Fn(&str) -> u32) -> Samples {
    let mut samples = Samples::default();
    for sentence in sentences {
        let mut words: Vec<u32> = sentence.normal.iter().map(|word| row(word)).collect();
        words.resize(words.len() + WINDOW - 1, PADDING);
        samples.rows.extend(words.windows(WINDOW).flatten());
        let first = samples.classes.len();
        samples.classes.resize(first + sentence.normal.len(), 0);
        for name in &sentence.names {
            samples.classes[first + name.first] = classes.window(Some(name));
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::sentence;
    use super::*;
    use drugner_corpus::Label;

    #[test]
    fn every_word_begins_a_window_of_its_own_sentence() {
        let sentences = [sentence("toxin a", &[]), sentence("give aspirin", &[("aspirin", Label::Drug)])];
        let row =
            |word: &str| ["toxin", "a", "give", "aspirin"].iter().position(|w| *w == word).unwrap() as u32;
        let samples = samples(&sentences, Classes::Labelled, row);
        let p = PADDING;
        assert_eq!(samples.rows[..10], [0, 1, p, p, p, 1, p, p, p, p]);
        assert_eq!(samples.rows[10..], [2, 3, p, p, p, 3, p, p, p, p]);
        assert_eq!(samples.classes, [0, 0, 0, 1]);
    }
}
