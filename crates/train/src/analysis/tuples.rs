//! Classes of the five-word tuples: most begin with no name.

use crate::representation::{Classes, PADDING, WINDOW, WordSentence, stream, windows};
use serde::Serialize;

/// Tuples by class: 0 where no name begins, else the number of the name's words, those of more than five counted as five.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tuples {
    /// Of technique 1: all sentences as one stream.
    pub stream: [usize; 1 + WINDOW],
    /// Of technique 2: sentence by sentence.
    pub windows: [usize; 1 + WINDOW],
    /// Tuples that reach beyond the end of their sentence: into the next one in technique 1, into padding in technique 2.
    pub beyond: usize,
}

/// Counts the tuples that begin at every word.
pub fn count(sentences: &[WordSentence]) -> Tuples {
    let classes = |classes: Vec<u8>| {
        let mut counts = [0; 1 + WINDOW];
        classes.into_iter().for_each(|class| counts[usize::from(class)] += 1);
        counts
    };
    let windows = windows::samples(sentences, Classes::Plain, |_| 0);
    Tuples {
        stream: classes(stream::samples(sentences, Classes::Plain, |_| 0).classes),
        beyond: windows.rows.chunks_exact(WINDOW).filter(|tuple| tuple[WINDOW - 1] == PADDING).count(),
        windows: classes(windows.classes),
    }
}

/// Share of the tuples where no name begins, 0 to 1.
pub fn share_without_name(counts: &[usize; 1 + WINDOW]) -> f64 {
    counts[0] as f64 / counts.iter().sum::<usize>().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::fixtures::sentence;
    use drugner_corpus::Label;

    #[test]
    fn every_word_begins_a_tuple() {
        let names = [("iron", Label::Drug), ("calcium channel blockers", Label::Group)];
        let sentences =
            [sentence("no iron with calcium channel blockers today please", &names), sentence("rest", &[])];
        let Tuples { stream, windows, beyond } = count(&sentences);
        assert_eq!(windows, [7, 1, 0, 1, 0, 0]);
        assert_eq!(stream, windows, "both techniques begin a tuple at every word");
        assert_eq!(beyond, 4 + 1);
        assert_eq!(share_without_name(&windows), 7.0 / 9.0);
    }
}
