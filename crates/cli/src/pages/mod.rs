//! Pages about models: what they get right and wrong, and what changes between two of them.

pub mod comparison;
pub mod evaluation;
mod examples;

use crate::commands::evaluate::RESAMPLES;
use drugner::Model;
use drugner_corpus::scorer::Interval;
use drugner_report::{Column, Document, literal};
use std::path::Path;

/// Fewer documents than this make a bootstrap interval too narrow.
const FEW_DOCUMENTS: usize = 30;

/// A model as pages name it.
pub struct Named {
    /// Name of the file, or that it is the built-in model.
    pub file: String,
    /// Name and version in its card.
    pub card: String,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
}

/// How pages name the model of a file, or the built-in one for `None`.
pub fn named(model: &Model, file: Option<&Path>) -> Named {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let card = ["general.name", "general.version"].map(|key| model.meta(key).unwrap_or_default());
    Named {
        file: file.map_or_else(|| "the built-in model".to_owned(), name),
        card: card.join(" ").trim().to_owned(),
        sha256: drugner::format::sha256::hex(&model.info().sha256),
    }
}

impl Named {
    /// A list item: file, card and hash.
    fn item(&self, role: &str) -> String {
        let card = if self.card.is_empty() { String::new() } else { format!(" ({})", literal(&self.card)) };
        format!("{role}: **{}**{card}, SHA-256 `{}`", literal(&self.file), self.sha256)
    }
}

/// The notice on a page that quotes the corpus.
fn notice(document: &mut Document) {
    document.paragraph(
        "**This page quotes the annotated corpus.** It was asked for by name, to study errors. Where the corpus is of patients, \
         so is this page: keep it only where the corpus may be kept. Tables on the terminal and JSON files quote nothing.",
    );
}

/// Says how the intervals of `what` came about, and warns where they deserve little trust.
fn about_intervals(document: &mut Document, documents: usize, what: &str) {
    let mut text = format!(
        "An interval holds 95 % of what {what} becomes when the documents are drawn anew with replacement, {RESAMPLES} times \
         (percentile bootstrap over documents)."
    );
    if documents < FEW_DOCUMENTS {
        text.push_str(&format!(
            " **With {documents} documents the intervals are too narrow**, and with a single one there is none: annotate \
             more before you trust them."
        ));
    }
    document.paragraph(&text);
}

fn numbers(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::number(name)).collect()
}

/// A share in per cent.
fn percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

/// A share of a count in per cent, nothing for none.
fn share_of(part: u64, whole: u64) -> String {
    if whole == 0 { String::new() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

/// A difference of shares in points of per cent, with its sign.
fn points(difference: f64) -> String {
    match format!("{:+.2}", 100.0 * difference) {
        zero if zero == "+0.00" || zero == "-0.00" => "0.00".to_owned(),
        negative if negative.starts_with('-') => negative.replacen('-', "\u{2212}", 1),
        positive => positive,
    }
}

/// An interval of shares, nothing for none.
fn range(interval: Option<Interval>, end: fn(f64) -> String) -> String {
    interval.map_or_else(String::new, |interval| format!("{} to {}", end(interval.low), end(interval.high)))
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn differences_have_their_sign_and_zero_none() {
        let shown = [-0.1, 0.4, 0.00001, -0.00001, -0.00123].map(points);
        assert_eq!(shown, ["\u{2212}10.00", "+40.00", "0.00", "0.00", "\u{2212}0.12"]);
    }
}
