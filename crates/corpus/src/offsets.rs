//! `charOffset`: its syntax, its check against the text, and the repairs that can be proven.
//!
//! The corpus counts Unicode code points of the sentence text, ends included: `3-9` covers seven of them, and
//! `a-b;c-d` is a discontinuous entity.

use crate::model::Span;

/// One segment as written: first and last code point, both included.
pub(crate) type Segment = (usize, usize);

/// Where an entity stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// The offsets and the text agree.
    AsWritten(Vec<Span>),
    /// They do not, but only one place can be meant; the words say how it was found.
    Repaired(Vec<Span>, String),
    /// They do not; the words say why no place is sure.
    Unknown(&'static str),
}

/// Parses `a-b` or `a-b;c-d;...`.
pub(crate) fn parse(value: &str) -> Option<Vec<Segment>> {
    let number = |digits: &str| -> Option<usize> {
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    value
        .split(';')
        .map(|segment| {
            let (first, last) = segment.split_once('-')?;
            Some((number(first)?, number(last)?))
        })
        .collect()
}

/// The byte offset of each code point of a text, and one more for its end.
pub(crate) struct Positions {
    text: String,
    bytes: Vec<usize>,
}

/// How far all segments of an entity may be off together. Slips are by one or two; a wider search only finds chance.
const MAX_SHIFT: isize = 4;

/// The longest text, in bytes, that is searched for a misplaced entity: it bounds the time for a hostile file.
const MAX_SEARCHED: usize = 64 << 10;

impl Positions {
    pub(crate) fn new(text: String) -> Self {
        let bytes = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Positions { text, bytes }
    }

    /// Finds the place of the entity `surface` that is annotated at `segments`.
    pub(crate) fn place(&self, segments: &[Segment], surface: &str) -> Placement {
        if surface.trim().is_empty() {
            return Placement::Unknown("the entity has no text to check the offsets against");
        }
        if let Some(spans) = self.spans(segments, 0) {
            if self.reads(&spans, surface) {
                return self.as_written(spans);
            }
            let trimmed: Vec<Span> = spans.iter().map(|&span| self.trim(span)).collect();
            if trimmed.iter().all(|span| !span.is_empty()) && self.reads_but_for_blanks(&trimmed, surface) {
                if trimmed == spans {
                    return self.as_written(spans);
                }
                let repaired = self.repaired(trimmed, "outer blanks taken off".to_owned());
                return repaired.unwrap_or(Placement::Unknown("the segments overlap"));
            }
        }
        if self.text.len() > MAX_SEARCHED {
            return Placement::Unknown(
                "the text at the offsets is another, and the sentence is too long to search",
            );
        }
        self.utf16(segments, surface)
            .or_else(|| self.shifted(segments, surface))
            .or_else(|| self.found(segments, surface))
            .unwrap_or(Placement::Unknown("the text at the offsets is another, and no single place is meant"))
    }

    fn as_written(&self, mut spans: Vec<Span>) -> Placement {
        spans.sort();
        if spans.windows(2).any(|pair| pair[0].overlaps(pair[1])) {
            return Placement::Unknown("the segments overlap");
        }
        Placement::AsWritten(merge(spans))
    }

    /// The segments in bytes, each moved by `shift` code points; `None` when one is empty or leaves the text.
    fn spans(&self, segments: &[Segment], shift: isize) -> Option<Vec<Span>> {
        segments
            .iter()
            .map(|&(first, last)| {
                let start = *self.bytes.get(first.checked_add_signed(shift)?)?;
                let end = *self.bytes.get(last.checked_add_signed(shift)?.checked_add(1)?)?;
                (start < end).then_some(Span::new(start, end))
            })
            .collect()
    }

    /// Whether the parts, joined by a blank or by nothing, are the entity.
    fn reads(&self, spans: &[Span], surface: &str) -> bool {
        let parts: Vec<&str> = spans.iter().filter_map(|span| span.of(&self.text)).collect();
        parts.join(" ") == surface || parts.concat() == surface
    }

    fn reads_but_for_blanks(&self, spans: &[Span], surface: &str) -> bool {
        let parts = spans.iter().filter_map(|span| span.of(&self.text));
        let visible = |c: &char| !c.is_whitespace();
        parts.flat_map(str::chars).filter(visible).eq(surface.chars().filter(visible))
    }

    fn trim(&self, span: Span) -> Span {
        let part = span.of(&self.text).unwrap_or("");
        let start = span.start + (part.len() - part.trim_start().len());
        Span::new(start, start + part.trim().len())
    }

    /// Annotation tools in Java and JavaScript count UTF-16 units.
    fn utf16(&self, segments: &[Segment], surface: &str) -> Option<Placement> {
        let mut unit = 0;
        let mut units = Vec::with_capacity(self.bytes.len());
        for c in self.text.chars() {
            units.push(unit);
            unit += c.len_utf16();
        }
        units.push(unit);
        if unit + 1 == self.bytes.len() {
            return None;
        }
        let points: Option<Vec<Segment>> = segments
            .iter()
            .map(|&(first, last)| {
                let first = units.binary_search(&first).ok()?;
                let end = units.binary_search(&last.checked_add(1)?).ok()?;
                Some((first, end.checked_sub(1)?))
            })
            .collect();
        let spans = self.spans(&points?, 0)?;
        self.reads(&spans, surface)
            .then(|| self.repaired(spans, "offsets read as UTF-16 units".to_owned()))
            .flatten()
    }

    /// All segments are off by the same small amount.
    fn shifted(&self, segments: &[Segment], surface: &str) -> Option<Placement> {
        let mut places = (-MAX_SHIFT..=MAX_SHIFT).filter(|&shift| shift != 0).filter_map(|shift| {
            let spans = self.spans(segments, shift)?;
            self.reads(&spans, surface).then_some((spans, shift))
        });
        let (spans, shift) = places.next()?;
        if places.next().is_some() {
            return None;
        }
        self.repaired(spans, format!("moved by {shift:+} characters"))
    }

    /// The entity stands as a whole word or words at one place only, or at one place only where it touches the
    /// annotated range.
    fn found(&self, segments: &[Segment], surface: &str) -> Option<Placement> {
        let places: Vec<Span> = self
            .text
            .match_indices(surface)
            .map(|(at, found)| Span::new(at, at + found.len()))
            .filter(|&span| self.is_whole_word(span))
            .collect();
        let place = match places[..] {
            [place] => place,
            _ => {
                let (&(first, _), &(_, last)) = (segments.first()?, segments.last()?);
                let start = *self.bytes.get(first)?;
                let end = *self.bytes.get(last.saturating_add(1)).unwrap_or(&self.text.len());
                let mut touching = places.iter().filter(|place| place.overlaps(Span::new(start, end)));
                let place = *touching.next()?;
                if touching.next().is_some() {
                    return None;
                }
                place
            }
        };
        let first = self.bytes.binary_search(&place.start).ok()?;
        let last = self.bytes.binary_search(&place.end).ok()?.checked_sub(1)?;
        self.repaired(vec![place], format!("placed at {first}-{last}, where its text stands"))
    }

    fn repaired(&self, spans: Vec<Span>, how: String) -> Option<Placement> {
        match self.as_written(spans) {
            Placement::AsWritten(spans) => Some(Placement::Repaired(spans, how)),
            _ => None,
        }
    }

    fn is_whole_word(&self, span: Span) -> bool {
        let splits_word = |at: usize| {
            let (before, after) = self.text.split_at(at);
            before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
        };
        !splits_word(span.start) && !splits_word(span.end)
    }
}

/// Joins segments without anything between them: such an entity is not discontinuous.
fn merge(spans: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, offsets: &str, surface: &str) -> Placement {
        Positions::new(text.to_owned()).place(&parse(offsets).unwrap(), surface)
    }

    fn as_written(spans: &[(usize, usize)]) -> Placement {
        Placement::AsWritten(spans.iter().map(|&(start, end)| Span::new(start, end)).collect())
    }

    fn spans_of(placement: Placement) -> Option<Vec<(usize, usize)>> {
        match placement {
            Placement::Repaired(spans, _) => Some(spans.iter().map(|s| (s.start, s.end)).collect()),
            _ => None,
        }
    }

    #[test]
    fn syntax() {
        assert_eq!(parse("0-3"), Some(vec![(0, 3)]));
        assert_eq!(parse("0-3;10-12"), Some(vec![(0, 3), (10, 12)]));
        for bad in
            ["", "3", "-", "3-", "-3", "a-b", "1-2;", "1-2-3", "+1-2", "1 -2", "99999999999999999999-1"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ends_are_included_and_code_points_are_counted() {
        assert_eq!(place("take zolan", "5-9", "zolan"), as_written(&[(5, 10)]));
        // Two bytes in UTF-8, one code point.
        assert_eq!(place("β-zolan now", "2-6", "zolan"), as_written(&[(3, 8)]));
        // Four bytes in UTF-8, two UTF-16 units, one code point.
        assert_eq!(place("𝛼-zolan now", "2-6", "zolan"), as_written(&[(5, 10)]));
    }

    #[test]
    fn discontinuous_parts_are_joined_by_a_blank_or_by_nothing() {
        assert_eq!(place("mu or xi agents", "0-1;9-14", "mu agents"), as_written(&[(0, 2), (9, 15)]));
        assert_eq!(place("mu- or xi-agent", "0-2;10-14", "mu-agent"), as_written(&[(0, 3), (10, 15)]));
        assert_eq!(place("zolan now", "0-1;2-4", "zolan"), as_written(&[(0, 5)]));
    }

    #[test]
    fn slips_are_repaired() {
        assert_eq!(spans_of(place("take zolan now", "4-9", "zolan")), Some(vec![(5, 10)]));
        assert_eq!(spans_of(place("take zolan now", "6-10", "zolan")), Some(vec![(5, 10)]));
        assert_eq!(spans_of(place("take zolan", "5-30", "zolan")), Some(vec![(5, 10)]));
        assert_eq!(spans_of(place("zolan, zolan", "8-12", "zolan")), Some(vec![(7, 12)]));
        assert_eq!(
            spans_of(place("(R)- or (S)-zolan x", "1-4;13-17", "(R)-zolan")),
            Some(vec![(0, 4), (12, 17)])
        );
        assert_eq!(spans_of(place("zolan now", "0-4;3-20", "zolan")), Some(vec![(0, 5)]));
        assert_eq!(spans_of(place("𝛼 𝛼 zolan", "6-10", "zolan")), Some(vec![(10, 15)]));
    }

    #[test]
    fn guesses_are_not_made() {
        for (text, offsets, surface) in [
            ("zolan and more text and zolan", "9-13", "zolan"),
            ("nothing of the kind", "0-4", "zolan"),
            ("xzolany", "20-24", "zolan"),
            ("zolan", "0-4", ""),
            ("aaaa", "0-1;1-2", "aa aa"),
            ("", "0-4", "zolan"),
        ] {
            let found = place(text, offsets, surface);
            assert!(matches!(found, Placement::Unknown(_)), "{text} {offsets}: {found:?}");
        }
    }
}
