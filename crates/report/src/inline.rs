//! Plain text with two marks, `` `code` `` and `**bold**`, and its escaping. A backslash before a backtick, an asterisk or
//! another backslash makes it a mere character.

/// A piece of a line.
#[derive(Debug, PartialEq)]
enum Span {
    Text(String),
    Code(String),
    Bold(Vec<Span>),
}

/// Characters that XML or terminals cannot take become U+FFFD; tabs and line ends are kept.
pub fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\t' | '\n' => c,
            '\r' => '\n',
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// `text`, cleaned, on one line without blanks around it.
pub fn line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// `text` with its marks escaped: in paragraphs, list items, cells and captions it stands as it is.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if ESCAPED.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Characters that a backslash takes the meaning from.
const ESCAPED: [char; 3] = ['\\', '`', '*'];

/// The pieces of a line. A mark that is not closed, or holds nothing, is text.
fn spans(line: &str, bold_allowed: bool) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut text = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(escaped) = rest.strip_prefix('\\').filter(|after| after.starts_with(ESCAPED)) {
            text.push_str(&escaped[..1]);
            rest = &escaped[1..];
            continue;
        }
        let marked = if rest.starts_with('`') {
            delimited(rest, "`").map(|(inside, after)| (Span::Code(inside.to_owned()), after))
        } else if bold_allowed && rest.starts_with("**") {
            delimited(rest, "**").map(|(inside, after)| (Span::Bold(self::spans(inside, false)), after))
        } else {
            None
        };
        if let Some((span, after)) = marked {
            if !text.is_empty() {
                spans.push(Span::Text(std::mem::take(&mut text)));
            }
            spans.push(span);
            rest = after;
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !text.is_empty() {
        spans.push(Span::Text(text));
    }
    spans
}

/// What stands between `mark` at the start of `text` and the next `mark`, and what follows.
///
/// Markdown does not take marks that blanks or further marks touch from inside, so neither does HTML here.
fn delimited<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (inside, after) = split(&text[mark.len()..], mark)?;
    let edge = &mark[..1];
    let fits = !inside.is_empty()
        && inside.trim() == inside
        && !inside.starts_with(edge)
        && !after.starts_with(edge);
    fits.then_some((inside, after))
}

/// `text` before and after the first `mark`; in bold text one that is not escaped, code has no escapes.
fn split<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    if mark == "`" {
        return text.split_once(mark);
    }
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if !escaped && text[at..].starts_with(mark) {
            return Some((&text[..at], &text[at + mark.len()..]));
        }
        escaped = !escaped && c == '\\';
    }
    None
}

/// `text` for an HTML or XML text node or attribute.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// One line as HTML, marks understood.
pub fn html(text: &str) -> String {
    html_of(&spans(&line(text), true))
}

fn html_of(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) => escape_html(text),
            Span::Code(text) => format!("<code>{}</code>", escape_html(text)),
            Span::Bold(inside) => format!("<strong>{}</strong>", html_of(inside)),
        })
        .collect()
}

/// One line without its marks.
pub fn plain(text: &str) -> String {
    fn of(spans: &[Span]) -> String {
        spans
            .iter()
            .map(|span| match span {
                Span::Text(text) | Span::Code(text) => text.clone(),
                Span::Bold(inside) => of(inside),
            })
            .collect()
    }
    of(&spans(&line(text), true))
}

/// One line as Markdown, marks understood, safe at the start of a line and in a table cell.
pub fn markdown(text: &str) -> String {
    let escaped = markdown_of(&spans(&line(text), true));
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    if escaped.starts_with(['-', '+', '=']) {
        format!("\\{escaped}")
    } else if digits > 0 && escaped[digits..].starts_with(['.', ')']) {
        // Only a blank or the end makes it a list mark; a number with decimals stays as it is.
        match escaped[digits + 1..].chars().next() {
            None | Some(' ') => format!("{}\\{}", &escaped[..digits], &escaped[digits..]),
            Some(_) => escaped,
        }
    } else {
        escaped
    }
}

fn markdown_of(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) => escape_markdown(text),
            // Table cells are split before code spans are seen.
            Span::Code(text) if text.contains(['|', '\\']) => {
                format!("<code>{}</code>", escape_markdown(text))
            }
            Span::Code(text) => format!("`{text}`"),
            Span::Bold(inside) => format!("**{}**", markdown_of(inside)),
        })
        .collect()
}

fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let after = characters.peek().copied().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            '_' if !(before.is_alphanumeric() && after.is_alphanumeric()) => out.push_str("\\_"),
            '#' if before == ' ' || before == '#' => out.push_str("\\#"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_understood_and_nothing_else_is() {
        assert_eq!(
            html("a `b<c` **d `e` f** <i>"),
            "a <code>b&lt;c</code> <strong>d <code>e</code> f</strong> &lt;i&gt;"
        );
        assert_eq!(html("**open `open 2 * 3 ** 4 ** 5"), "**open `open 2 * 3 ** 4 ** 5");
        assert_eq!(html("**`x`**"), "<strong><code>x</code></strong>");
        assert_eq!(plain("**`x`** y"), "x y");
        assert_eq!(html("**a\\*** \\`b` \\x \\\\`c`"), "<strong>a*</strong> `b` \\x \\<code>c</code>");
        assert_eq!(html("a\u{0}\r\nb\u{ffff}"), "a\u{fffd} b\u{fffd}");
    }

    proptest::proptest! {
        #[test]
        fn literal_text_has_no_marks(text in "[a*`\\\\ ]{0,12}") {
            proptest::prop_assert_eq!(html(&literal(&text)), escape_html(&line(&text)));
            let bold = format!("**x{}y**", literal(&text));
            proptest::prop_assert_eq!(html(&bold), format!("<strong>x{}y</strong>", escape_html(&text)));
        }
    }

    #[test]
    fn markdown_marks_of_the_text_are_escaped() {
        for (text, wanted) in [
            ("- a", "\\- a"),
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("0.5 mg", "0.5 mg"),
            ("# a #", "\\# a \\#"),
            ("a_b _c_", "a_b \\_c\\_"),
            ("a|b", "a\\|b"),
            ("`a|b` `c`", "<code>a\\|b</code> `c`"),
            ("[x](y) <b> & *i*", "\\[x\\](y) &lt;b&gt; &amp; \\*i\\*"),
            ("> a", "&gt; a"),
            ("**bold** 5 ** 6", "**bold** 5 \\*\\* 6"),
        ] {
            assert_eq!(markdown(text), wanted, "{text}");
        }
    }
}
