//! Room that text takes, and numbers as text. No font is at hand, so widths are estimates, those of a wide font.

/// Estimated width of `text` in pixels, at a font size in pixels.
pub fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '!' | '\'' | ' ' => 0.34,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.42,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.98,
            'A'..='Z' | '−' | '+' | '=' | '<' | '>' | '&' => 0.8,
            c if c < '\u{1100}' => 0.63,
            _ => 1.05,
        })
        .sum();
    ems * size
}

/// `text` in at most `most` lines no wider than `room`; cut short with an ellipsis where it does not fit.
///
/// The flag says that all of it fits and no word was broken.
pub fn wrap(text: &str, size: f64, room: f64, most: usize) -> (Vec<String>, bool) {
    let mut lines: Vec<String> = Vec::new();
    let mut whole = true;
    let mut current = String::new();
    for word in text.split_whitespace() {
        let joined = if current.is_empty() { word.to_owned() } else { format!("{current} {word}") };
        if width(&joined, size) <= room {
            current = joined;
            continue;
        }
        if !current.is_empty() {
            lines.push(std::mem::take(&mut current));
        }
        for c in word.chars() {
            current.push(c);
            if width(&current, size) > room && current.chars().nth(1).is_some() {
                current.pop();
                lines.push(std::mem::replace(&mut current, c.to_string()));
                whole = false;
            }
        }
        if lines.len() > most {
            break;
        }
    }
    if !current.is_empty() {
        lines.push(current);
    }
    if lines.len() > most {
        lines.truncate(most);
        whole = false;
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width(last, size) + size > room {
                last.pop();
            }
            last.push('…');
        }
    }
    (lines, whole)
}

/// `text` on one line no wider than `room`.
pub fn shorten(text: &str, size: f64, room: f64) -> String {
    wrap(text, size, room, 1).0.pop().unwrap_or_default()
}

/// A number with a fixed number of decimals, thousands parted, with a minus sign.
pub fn decimal(value: f64, decimals: usize) -> String {
    let digits = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(a, b)| (a, Some(b)));
    let mut out = String::new();
    if value < 0.0 && digits.contains(|c| c != '0' && c != '.') {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number as a power of ten with `decimals` in front.
pub fn exponent(value: f64, decimals: usize) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.decimals$e}").replace('-', "−") }
}

/// A value at the end of a bar: about three digits.
pub fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-3..1e6).contains(&size) => exponent(value, 1),
        size if size.fract() == 0.0 || size >= 100.0 => decimal(value, 0),
        size if size >= 10.0 => decimal(value, 1),
        size if size >= 2.0 => decimal(value, 2),
        _ => decimal(value, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(decimal(-1234567.126, 2), "−1,234,567.13");
        assert_eq!(decimal(-0.001, 1), "0.0");
        assert_eq!(decimal(999.0, 0), "999");
        assert_eq!([0.9126, 1.0, 91.25, 4321.0, 2e-5].map(short), ["0.913", "1", "91.2", "4,321", "2.0e−5"]);
    }

    #[test]
    fn wrapping_keeps_the_words_or_says_that_it_does_not() {
        let (lines, whole) = wrap("long short-term memory", 10.0, 80.0, 3);
        assert_eq!((lines.join(" ").as_str(), whole), ("long short-term memory", true));
        let (lines, whole) = wrap("one two three four five six seven", 10.0, 30.0, 2);
        assert_eq!((lines.len(), whole), (2, false));
        assert!(lines[1].ends_with('…'));
        assert_eq!(wrap("", 10.0, 30.0, 2), (vec![], true));
        assert!(!wrap("incomprehensibilities", 10.0, 30.0, 9).1);
    }
}
