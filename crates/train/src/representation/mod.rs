//! The three data representations of Sadikin, Fanany and Basaruddin (2016), section 3 of the paper.
//!
//! | technique | module | sample | networks |
//! |---|---|---|---|
//! | 1 | [`stream`] | five words of the whole data set read as one stream | MLP |
//! | 2 | [`windows`] | five words of one sentence, filled up with padding | MLP, DBN, SAE |
//! | 3 | [`sequence`] | a sentence, word by word, with the distance to the word before | LSTM |
//!
//! [`words`] cuts the corpus into words, [`names`] finds the names among them, [`filter`] reduces the training samples.

pub mod filter;
pub mod names;
pub mod sequence;
pub mod stream;
pub mod windows;
pub mod words;

pub use names::{Name, NameList};
pub use words::WordSentence;

/// Words of a window: a drug name has at most five words, a few exceptions aside.
pub const WINDOW: usize = 5;
/// Row of a padding word, whose vector is zero.
pub const PADDING: u32 = u32::MAX;

/// Windows of words with their classes, the samples of techniques 1 and 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// `[samples][WINDOW]` rows of the word table, or [`PADDING`].
    pub rows: Vec<u32>,
    /// Class of each sample, see [`Classes::window`].
    pub classes: Vec<u8>,
}

impl Samples {
    /// Keeps the samples for which `keep` holds, by index.
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let kept: Vec<usize> = (0..self.classes.len()).filter(|&i| keep(i)).collect();
        self.rows = kept.iter().flat_map(|&i| &self.rows[i * WINDOW..(i + 1) * WINDOW]).copied().collect();
        self.classes = kept.iter().map(|&i| self.classes[i]).collect();
    }
}

/// The classes that a network tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classes {
    /// The paper's: lengths (windows) or drug and other (sequences), whatever the label.
    Plain,
    /// The paper's classes times the labels, so that strict scores exist.
    Labelled,
}

impl Classes {
    /// Labels told apart.
    pub fn labels(self) -> usize {
        match self {
            Classes::Plain => 1,
            Classes::Labelled => drugner_corpus::Label::ALL.len(),
        }
    }

    fn label(self, name: &Name) -> usize {
        if self == Classes::Plain { 0 } else { name.label.index() }
    }

    /// Number of classes of a window: no name begins here, or one of 1 to [`WINDOW`] words does.
    pub fn window_count(self) -> usize {
        1 + WINDOW * self.labels()
    }

    /// Class of a window that begins with this name; a longer name than the window counts as one that fills it.
    pub fn window(self, name: Option<&Name>) -> u8 {
        name.map_or(0, |name| (1 + (name.words.min(WINDOW) - 1) * self.labels() + self.label(name)) as u8)
    }

    /// Number of classes of a word: outside, or inside a name.
    pub fn word_count(self) -> usize {
        1 + self.labels()
    }

    /// Classes of the words of a sentence.
    pub fn words(self, sentence: &WordSentence) -> Vec<u8> {
        let mut classes = vec![0; sentence.normal.len()];
        for name in &sentence.names {
            classes[name.first..name.first + name.words].fill(1 + self.label(name) as u8);
        }
        classes
    }
}

#[cfg(test)]
pub(crate) mod fixtures {
    use super::*;
    use drugner_corpus::Label;

    /// `text` with the marked ranges as gold, cut into words.
    pub(crate) fn sentence(text: &str, names: &[(&str, Label)]) -> WordSentence {
        let gold: Vec<_> = names
            .iter()
            .map(|(name, label)| {
                let at = text.find(name).expect("the name is in the text");
                (at..at + name.len(), *label)
            })
            .collect();
        let mut sentences = words::sentences(text, &gold);
        assert_eq!(sentences.len(), 1);
        sentences.remove(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drugner_corpus::Label;

    #[test]
    fn classes_of_the_paper_and_their_extension() {
        let name = |words, label| Name { first: 0, words, label };
        assert_eq!(Classes::Plain.window_count(), 6);
        assert_eq!(Classes::Plain.window(None), 0);
        assert_eq!(Classes::Plain.window(Some(&name(3, Label::Group))), 3);
        assert_eq!(Classes::Plain.window(Some(&name(7, Label::Drug))), 5);
        assert_eq!(Classes::Labelled.window_count(), 21);
        assert_eq!(Classes::Labelled.window(Some(&name(2, Label::DrugN))), 8);
        let sentence = fixtures::sentence("oral beta blockers help", &[("beta blockers", Label::Group)]);
        assert_eq!(Classes::Plain.words(&sentence), [0, 1, 1, 0]);
        assert_eq!(Classes::Labelled.words(&sentence), [0, 3, 3, 0]);
    }
}
