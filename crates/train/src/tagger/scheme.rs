//! The BIOES tags of a set of labels.

use crate::ops::CrfMask;

/// BIOES tags: 0 is outside; label `l` has `1 + 4 l` begin, `2 + 4 l` inside, `3 + 4 l` end and `4 + 4 l` single.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagScheme {
    /// Number of labels, at most 63.
    pub labels: usize,
}

impl TagScheme {
    /// Number of tags.
    pub fn tags(self) -> usize {
        1 + 4 * self.labels
    }

    /// Tags of a mention of `label` that is `tokens` long.
    pub fn mention(self, label: usize, tokens: usize) -> Vec<u8> {
        assert!(label < self.labels && self.labels < 64);
        let first = (1 + 4 * label) as u8;
        match tokens {
            0 => Vec::new(),
            1 => vec![first + 3],
            _ => {
                let mut tags = vec![first + 1; tokens];
                tags[0] = first;
                tags[tokens - 1] = first + 2;
                tags
            }
        }
    }

    /// Legal starts, ends and transitions: a mention is a single, or a begin, any number of insides and an end, all of
    /// one label.
    pub fn mask(self) -> CrfMask {
        let tags = self.tags();
        // The label of the mention that is still open after a tag; that must be open before it.
        let open_after = |tag: usize| (tag > 0 && (tag - 1) % 4 < 2).then(|| (tag - 1) / 4);
        let open_before = |tag: usize| (tag > 0 && matches!((tag - 1) % 4, 1 | 2)).then(|| (tag - 1) / 4);
        CrfMask {
            start: (0..tags).map(|tag| open_before(tag).is_none()).collect(),
            end: (0..tags).map(|tag| open_after(tag).is_none()).collect(),
            transitions: (0..tags)
                .flat_map(|from| (0..tags).map(move |to| open_after(from) == open_before(to)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_legal_and_nothing_else() {
        let scheme = TagScheme { labels: 2 };
        assert_eq!(scheme.mention(1, 1), [8]);
        assert_eq!(scheme.mention(0, 4), [1, 2, 2, 3]);
        let mask = scheme.mask();
        let legal = |tags: &[usize]| {
            mask.start[tags[0]]
                && mask.end[tags[tags.len() - 1]]
                && tags.windows(2).all(|pair| mask.transitions[pair[0] * 9 + pair[1]])
        };
        assert!(legal(&[0, 1, 2, 2, 3, 4, 8, 5, 7, 0]));
        let wrong: [&[usize]; 8] = [&[2], &[3], &[1], &[2, 3], &[1, 0], &[1, 7], &[0, 3], &[1, 2, 6, 7]];
        assert!(wrong.iter().all(|tags| !legal(tags)));
    }
}
