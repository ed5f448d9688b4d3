//! The BIOES tag scheme over labels.
//!
//! Tag 0 is O, outside. Label l has the tags 1 + 4l + {0: B, begin; 1: I, inside; 2: E, end; 3: S, single}.

/// Most labels of a model.
pub const MAX_LABELS: usize = 15;
/// Most tags of a model.
pub const MAX_TAGS: usize = tag_count(MAX_LABELS);

/// Position of a token in a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Not in a mention.
    Outside,
    /// First of several tokens.
    Begin,
    /// Neither first nor last.
    Inside,
    /// Last of several tokens.
    End,
    /// The only token.
    Single,
}

/// Number of tags of a model with this many labels.
pub const fn tag_count(labels: usize) -> usize {
    1 + 4 * labels
}

/// Tag of a part and label; the label of [`Part::Outside`] is ignored.
pub fn tag(part: Part, label: usize) -> usize {
    match part {
        Part::Outside => 0,
        Part::Begin => 1 + 4 * label,
        Part::Inside => 2 + 4 * label,
        Part::End => 3 + 4 * label,
        Part::Single => 4 + 4 * label,
    }
}

/// Part and label of a tag; the label of tag 0 is 0.
pub fn part(tag: usize) -> (Part, usize) {
    match tag.checked_sub(1) {
        None => (Part::Outside, 0),
        Some(rest) => {
            let parts = [Part::Begin, Part::Inside, Part::End, Part::Single];
            (parts[rest % 4], rest / 4)
        }
    }
}

/// Whether a path may begin with this tag.
pub fn may_begin(tag: usize) -> bool {
    matches!(part(tag).0, Part::Outside | Part::Begin | Part::Single)
}

/// Whether a path may end with this tag.
pub fn may_end(tag: usize) -> bool {
    matches!(part(tag).0, Part::Outside | Part::End | Part::Single)
}

/// Whether tag `to` may follow tag `from`.
pub fn may_follow(from: usize, to: usize) -> bool {
    let ((from_part, from_label), (to_part, to_label)) = (part(from), part(to));
    let open = matches!(from_part, Part::Begin | Part::Inside);
    match to_part {
        Part::Inside | Part::End => open && from_label == to_label,
        Part::Outside | Part::Begin | Part::Single => !open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_parts_are_inverse() {
        for t in 0..tag_count(4) {
            let (p, label) = part(t);
            assert_eq!(tag(p, label), t);
        }
    }

    #[test]
    fn legal_transitions_of_one_label() {
        let legal: Vec<(usize, usize)> = (0..5)
            .flat_map(|from| (0..5).map(move |to| (from, to)))
            .filter(|&(from, to)| may_follow(from, to))
            .collect();
        let expected = [
            (0, 0),
            (0, 1),
            (0, 4),
            (1, 2),
            (1, 3),
            (2, 2),
            (2, 3),
            (3, 0),
            (3, 1),
            (3, 4),
            (4, 0),
            (4, 1),
            (4, 4),
        ];
        assert_eq!(legal, expected);
        assert!(!may_follow(tag(Part::Begin, 0), tag(Part::End, 1)));
    }
}
