//! Calibration: among the mentions with the score p, the part p should be right.
//!
//! The table is fitted to the answers of the finished model to documents that it was not trained on. It is an isotonic
//! regression made for few answers:
//!
//! 1. The answers, in the order of their scores, are cut into groups of at least [`GROUP`]; answers of one score stay
//!    together.
//! 2. The part that is right in a group is drawn towards what is believed without it, as if some more answers had been
//!    seen there: [`PRIOR`] answers at the score itself for all labels together, [`SHRINKAGE`] answers at the table of
//!    all labels for one label.
//! 3. Neighbours that fall are pooled (pool adjacent violators). Each pool is one knot at its mean score, so the line
//!    between knots rises inside of a pool, too (centred isotonic regression, Oron and Flournoy 2017).
//! 4. No knot claims more certainty than Laplace's rule of succession allows: with n answers in all, probabilities lie in
//!    1 / (n + 2) ..= 1 - 1 / (n + 2).
//!
//! A label with fewer than [`OWN_TABLE`] answers takes the table of all labels. In a cross-validation over the
//! development documents of the DDI corpus 2013 a shrinkage of 4 or 10 answers was worse than 30 in expected calibration
//! error and in log-loss; the other numbers are round ones. One table for all labels was about as good.

use crate::evaluate::Judged;
use anyhow::{Context as _, Result, ensure};
use drugner::decode::calibration::{Calibration, MAX_KNOTS};
use drugner::format::reader::Sections;
use drugner::format::strings::Strings;
use drugner::format::writer::Writer;
use drugner::format::{self as file, Kind};
use drugner::model::selftest::{FIELDS, answers};
use drugner::{Model, ModelOptions};
use drugner_corpus::scorer;
use std::collections::BTreeMap;

/// Least answers of a group, unless there are fewer in all.
pub const GROUP: usize = 30;
/// Answers that the score itself is worth in a group of answers of all labels.
pub const PRIOR: f64 = 2.0;
/// Answers that the table of all labels is worth in a group of answers of one label.
pub const SHRINKAGE: f64 = 30.0;
/// Least answers of a label for a table of its own.
pub const OWN_TABLE: usize = 100;

/// A knot: raw score, calibrated probability.
type Knot = (f64, f64);

/// The tables of `labels` labels, fitted to answers with uncalibrated scores; `None` without answers.
pub fn fit(answers: &[Judged], labels: usize) -> Option<Calibration> {
    if answers.is_empty() || labels == 0 {
        return None;
    }
    let margin = 1.0 / (answers.len() as f64 + 2.0);
    let all = table(answers.to_vec(), |score| score, PRIOR, margin);
    let tables: Vec<Vec<Knot>> = (0..labels)
        .map(|label| {
            let own: Vec<Judged> = answers.iter().filter(|answer| answer.label == label).copied().collect();
            match own.len() {
                0..OWN_TABLE => all.clone(),
                _ => table(own, |score| interpolate(&all, score), SHRINKAGE, margin),
            }
        })
        .collect();
    let knots = tables.iter().map(Vec::len).max()?;
    let mut values = Vec::new();
    for mut table in tables {
        table.resize(knots, *table.last()?);
        values.extend(table.iter().flat_map(|&(raw, calibrated)| [raw as f32, calibrated as f32]));
    }
    Some(Calibration::new(&values, labels, knots).expect("pooled knots rise"))
}

/// The knots for some answers, of which there is at least one; `weight` answers at `belief(score)` are added to each
/// group. The first knot is the score 0.
fn table(mut answers: Vec<Judged>, belief: impl Fn(f64) -> f64, weight: f64, margin: f64) -> Vec<Knot> {
    answers.sort_by(|a, b| a.score.total_cmp(&b.score));
    let groups = (answers.len() / GROUP).clamp(1, MAX_KNOTS - 1);
    let size = answers.len().div_ceil(groups);
    // (answers, mean score, part that is right)
    let mut pools: Vec<(f64, f64, f64)> = Vec::new();
    let mut rest = &answers[..];
    while !rest.is_empty() {
        let last = rest[size.min(rest.len()) - 1].score;
        let (group, after) = rest.split_at(rest.partition_point(|answer| answer.score <= last));
        rest = after;
        let count = group.len() as f64;
        let score = group.iter().map(|answer| f64::from(answer.score)).sum::<f64>() / count;
        let right = group.iter().filter(|answer| answer.right).count() as f64;
        let mut pool = (count, score, (right + weight * belief(score)) / (count + weight));
        while let Some(before) = pools.pop_if(|before| before.2 >= pool.2) {
            let count = before.0 + pool.0;
            let mean = |a: f64, b: f64| (before.0 * a + pool.0 * b) / count;
            pool = (count, mean(before.1, pool.1), mean(before.2, pool.2));
        }
        pools.push(pool);
    }
    let start = (0.0, margin);
    let knots = pools.iter().map(|&(_, score, right)| (score, right.clamp(margin, 1.0 - margin)));
    std::iter::once(start).chain(knots).collect()
}

fn interpolate(table: &[Knot], score: f64) -> f64 {
    let above = table.partition_point(|knot| knot.0 <= score);
    let (low, from) = table[above.saturating_sub(1)];
    match table.get(above) {
        Some(&(high, to)) if above > 0 => from + (to - from) * (score - low) / (high - low),
        _ => from,
    }
}

/// Expected calibration error of mentions with scores, each right or not, 0..=1; see [`scorer::Calibration`].
pub fn expected_calibration_error(mentions: impl IntoIterator<Item = (f32, bool)>) -> f64 {
    scorer::Calibration::new(mentions.into_iter().map(|(score, right)| (f64::from(score), right))).ece
}

/// The model file with another calibration, or with none; everything else is kept. The self-test's answers are computed
/// anew, and `card` replaces entries of the model card or adds some.
///
/// For a model that was trained on all documents, so that its own answers to them fit no table, take the table of one
/// that was trained in the same way on a part of them.
pub fn recalibrated(
    model: &[u8],
    calibration: Option<&Calibration>,
    card: &BTreeMap<String, String>,
) -> Result<Vec<u8>> {
    let sections = Sections::read(model, false)?;
    let strings = |kind: Kind| -> Result<Vec<&str>> {
        let Some(section) = sections.get(kind, 0) else { return Ok(Vec::new()) };
        let table = Strings::check(&model[section.range()], section.offset)?;
        Ok((0..table.len()).filter_map(|i| table.text(i)).collect())
    };
    let mut writer = Writer::default();
    writer.set_tokenizer(sections.header.tokenizer);
    writer.set_required(sections.header.required);
    for section in sections.iter() {
        let kind = section.kind.context("the model has a section of an unknown kind")?;
        match kind {
            file::CALIBRATION | file::TEST_TEXTS | file::TEST_MENTIONS => {}
            file::META => {
                let old = strings(file::META)?;
                let mut entries: BTreeMap<&str, &str> =
                    old.as_chunks::<2>().0.iter().map(|&[key, value]| (key, value)).collect();
                entries.extend(card.iter().map(|(key, value)| (key.as_str(), value.as_str())));
                let pairs: Vec<&str> = entries.into_iter().flat_map(|(key, value)| [key, value]).collect();
                writer.add_strings(file::META, &pairs);
            }
            _ => {
                let dims: Vec<usize> =
                    section.dims[..usize::from(kind.rank)].iter().map(|&dim| dim as usize).collect();
                writer.add(kind, section.index, &dims, model[section.range()].to_vec());
            }
        }
    }
    if let Some(calibration) = calibration {
        let dims = [calibration.labels(), calibration.knots(0).len(), 2];
        writer.add_f32(file::CALIBRATION, 0, &dims, calibration.values());
    }
    let architecture = sections.header.architecture;
    let texts = strings(file::TEST_TEXTS)?;
    let plain = writer.finish(architecture);
    let opened = Model::open_copy(&plain, &ModelOptions::default())?;
    if texts.is_empty() {
        return Ok(plain);
    }
    let mentions = answers(&opened, &texts)?;
    ensure!(!mentions.is_empty(), "the model finds nothing in the self-test's texts");
    writer.add_strings(file::TEST_TEXTS, &texts);
    writer.add_u32(file::TEST_MENTIONS, 0, &[mentions.len() / FIELDS, FIELDS], &mentions);
    Ok(writer.finish(architecture))
}

#[cfg(test)]
#[path = "calibration_tests.rs"]
mod tests;
