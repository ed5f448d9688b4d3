//! Tag path -> spans of tokens.

use super::tags::{Part, part};
use std::ops::Range;

/// Calls `found(tokens, label)` for every mention of a tag path, in order. A mention that the path leaves open or
/// never begins (an illegal path) is passed over.
pub fn each_mention(path: &[u8], mut found: impl FnMut(Range<usize>, usize)) {
    let mut open = None;
    for (i, &tag) in path.iter().enumerate() {
        match part(usize::from(tag)) {
            (Part::Outside, _) => open = None,
            (Part::Begin, label) => open = Some((i, label)),
            (Part::Inside, label) => open = open.filter(|&(_, opened)| opened == label),
            (Part::End, label) => {
                if let Some((start, _)) = open.take().filter(|&(_, opened)| opened == label) {
                    found(start..i + 1, label);
                }
            }
            (Part::Single, label) => {
                open = None;
                found(i..i + 1, label);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_and_illegal_paths() {
        let collect = |path: &[u8]| {
            let mut out = Vec::new();
            each_mention(path, |tokens, label| out.push((tokens, label)));
            out
        };
        assert_eq!(collect(&[0, 4, 1, 2, 3, 8, 5, 7]), [(1..2, 0), (2..5, 0), (5..6, 1), (6..8, 1)]);
        assert_eq!(collect(&[2, 3, 1, 0, 3, 1, 7, 1]), []);
    }
}
