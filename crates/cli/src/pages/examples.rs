//! Tables of what went wrong, like with like, each with a place in the corpus.

use drugner_corpus::scorer::{Gold, ScoredAnswer};
use drugner_corpus::{Label, Sentence};
use drugner_report::{Column, Table, literal};
use std::collections::HashMap;

/// Rows of a table; a page is for reading.
const ROWS: usize = 40;
/// Characters shown on either side of a name.
const CONTEXT: usize = 55;

/// A gold entity and the answers of one or two models, at least one of them.
#[derive(Clone, Copy)]
pub struct Example<'c> {
    pub sentence: &'c Sentence,
    pub gold: Option<Gold<'c>>,
    pub answers: [Option<ScoredAnswer>; 2],
}

/// Examples of the same names and labels; the case of letters does not matter.
struct Group<'c> {
    first: Example<'c>,
    times: usize,
    /// Highest score of an answer in any of them.
    score: f64,
}

type Key = (Option<(String, Label)>, [Option<(String, Label)>; 2]);

/// A column of a table: its name, whether it holds numbers, and its cells.
pub type Field = (&'static str, bool, fn(&Example<'_>) -> String);

pub const NAME: Field = ("name", false, |example| name(example.gold.map_or("", Gold::text)));
pub const LABEL: Field =
    ("gold label", false, |example| example.gold.map_or_else(String::new, |gold| gold.label().to_string()));
pub const ANSWER: Field = ("answer", false, |example| name(answer_text(example, 0)));
pub const ANSWER_LABEL: Field = ("answered label", false, |example| {
    example.answers[0].map_or_else(String::new, |scored| scored.answer.label.to_string())
});
pub const SCORE: Field = ("score", true, |example| {
    example.answers[0].map_or_else(String::new, |scored| format!("{:.2}", scored.score))
});
pub const OF_A: Field = ("answer of A", false, |example| answer(example, 0));
pub const OF_B: Field = ("answer of B", false, |example| answer(example, 1));

/// The examples, the most frequent first, then those with the highest scores: what a model is surest of is the worst error.
pub fn table(caption: &str, fields: &[Field], examples: &[Example<'_>]) -> Table {
    let groups = groups(examples);
    let (shown, all) = (groups.len().min(ROWS), groups.len());
    let caption = match shown == all {
        true => format!("{caption} {} in all.", examples.len()),
        false => format!("{caption} {} in all; {shown} of {all} different ones.", examples.len()),
    };
    let mut columns: Vec<Column> = fields
        .iter()
        .map(|&(name, number, _)| if number { Column::number(name) } else { Column::text(name) })
        .collect();
    columns.push(Column::number("times"));
    columns.extend(["where it is first", "sentence"].map(Column::text));
    let mut table = Table::new(&caption, columns);
    for group in &groups[..shown] {
        let example = &group.first;
        let mut cells: Vec<String> = fields.iter().map(|(_, _, cell)| cell(example)).collect();
        cells.push(group.times.to_string());
        cells.push(context(example));
        let id = &example.sentence.id;
        cells.push(if id.contains('`') { literal(id) } else { format!("`{id}`") });
        table.row(cells);
    }
    table
}

fn groups<'c>(examples: &[Example<'c>]) -> Vec<Group<'c>> {
    let mut index: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<Group<'c>> = Vec::new();
    for example in examples {
        let lower = |text: &str| text.to_lowercase();
        let answer =
            |i: usize| example.answers[i].map(|scored| (lower(answer_text(example, i)), scored.answer.label));
        let gold = example.gold.map(|gold| (lower(gold.text()), gold.label()));
        let at = *index.entry((gold, [answer(0), answer(1)])).or_insert_with(|| {
            groups.push(Group { first: *example, times: 0, score: 0.0 });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.times += 1;
        group.score =
            example.answers.iter().flatten().fold(group.score, |score, scored| score.max(scored.score));
    }
    groups.sort_by(|a, b| b.times.cmp(&a.times).then(b.score.total_cmp(&a.score)));
    groups
}

fn answer_text<'c>(example: &Example<'c>, i: usize) -> &'c str {
    example.answers[i].and_then(|scored| scored.answer.span().of(&example.sentence.text)).unwrap_or_default()
}

/// The label and score of an answer, behind its text where that is not the name in the gold; a dash for no answer.
fn answer(example: &Example<'_>, i: usize) -> String {
    let Some(scored) = example.answers[i] else { return "\u{2013}".to_owned() };
    let text = answer_text(example, i);
    let shown = match example.gold.is_some_and(|gold| gold.text() == text) {
        true => String::new(),
        false => format!("{}: ", name(text)),
    };
    format!("{shown}{} {:.2}", scored.answer.label, scored.score)
}

fn name(text: &str) -> String {
    literal(text.trim())
}

/// The name in its sentence, in bold.
fn context(example: &Example<'_>) -> String {
    let gold = example.gold.map(Gold::hull);
    let answer = example.answers.iter().flatten().next().map(|scored| scored.answer.span());
    let Some(span) = gold.unwrap_or(answer) else {
        return "the corpus does not say where".to_owned();
    };
    let text = &example.sentence.text;
    let (Some(inside), Some(before), Some(after)) =
        (span.of(text), text.get(..span.start), text.get(span.end..))
    else {
        return String::new();
    };
    let (start, end) = (before.len() - tail(before).len(), head(after).len());
    let ellipsis = |cut: bool| if cut { "\u{2026}" } else { "" };
    // Marks do not take blanks at their edges.
    let name = inside.trim();
    let lead = inside.len() - inside.trim_start().len();
    format!(
        "{}{}{}**{}**{}{}{}",
        ellipsis(start > 0),
        literal(&before[start..]),
        &inside[..lead],
        literal(name),
        &inside[lead + name.len()..],
        literal(&after[..end]),
        ellipsis(end < after.len()),
    )
}

/// The last characters of `text`, from a blank on where there is one.
fn tail(text: &str) -> &str {
    let Some((start, _)) = text.char_indices().rev().nth(CONTEXT) else { return text };
    let text = &text[start..];
    text.find(' ').map_or(text, |blank| &text[blank..])
}

/// The first characters of `text`, up to a blank where there is one.
fn head(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(CONTEXT) else { return text };
    let text = &text[..end];
    text.rfind(' ').map_or(text, |blank| &text[..=blank])
}

#[cfg(test)]
mod tests {
    use super::*;
    use drugner_corpus::{Answer, Entity, Span};

    fn example<'c>(sentence: &'c Sentence, score: f64) -> Example<'c> {
        let answer = Answer { start: 0, end: 2, label: Label::Drug };
        let gold = Some(Gold::Placed(&sentence.entities[0]));
        Example { sentence, gold, answers: [Some(ScoredAnswer { answer, score }), None] }
    }

    fn sentence(id: &str, text: &str, name: &str) -> Sentence {
        let start = text.find(name).unwrap();
        let span = Span::new(start, start + name.len());
        let entity =
            Entity { id: String::new(), spans: vec![span], label: Label::Group, text: name.to_owned() };
        Sentence { id: id.to_owned(), text: text.to_owned(), entities: vec![entity], unplaced: Vec::new() }
    }

    #[test]
    fn like_goes_with_like_and_marks_of_the_text_are_no_marks() {
        let long = "\u{b5}g of the word ".repeat(30);
        let sentences = [
            sentence("s0", "B* is *the* `first` word", "*the*"),
            sentence("s1", &format!("{long}NSAID {long}"), "NSAID"),
            sentence("s2", &format!("{long}nsaid"), "nsaid"),
        ];
        let examples: Vec<Example> =
            sentences.iter().zip([0.9, 0.3, 0.4]).map(|(sentence, score)| example(sentence, score)).collect();
        let table = table("Errors.", &[NAME, LABEL, OF_A, OF_B], &examples);
        assert_eq!(table.caption, "Errors. 3 in all.");
        let cells: Vec<&[String]> = table.rows.iter().map(|row| &row.cells[..]).collect();
        assert_eq!(cells[0][..2], ["NSAID", "group"]);
        assert_eq!(cells[0][4], "2");
        let context = &cells[0][5];
        assert!(context.starts_with("\u{2026} ") && context.ends_with(" \u{2026}"), "{context}");
        assert!(context.contains("**NSAID**") && context.chars().count() < 125, "{context}");
        assert_eq!(cells[1][0], r"\*the\*");
        assert_eq!(cells[1][2], r"B\*: drug 0.90");
        assert_eq!(cells[1][3], "\u{2013}");
        assert_eq!(cells[1][5], r"B\* is **\*the\*** \`first\` word");
    }

    #[test]
    fn no_table_is_longer_than_a_page_for_reading() {
        let sentences: Vec<Sentence> =
            (0..50).map(|i| sentence("s", &format!("x{i}x daily"), &format!("x{i}x"))).collect();
        let examples: Vec<Example> = sentences.iter().map(|sentence| example(sentence, 0.5)).collect();
        let table = table("Errors.", &[NAME], &examples);
        assert_eq!(
            (table.rows.len(), &table.caption[..]),
            (40, "Errors. 50 in all; 40 of 50 different ones.")
        );
    }
}
