//! `drugner compare`

use super::corpus::CorpusArguments;
use super::evaluate::{RESAMPLES, SEED, score};
use super::{Output, open};
use crate::pages::comparison::{self, Comparison};
use crate::pages::named;
use anyhow::{Context as _, Result};
use drugner::{Model, ModelOptions};
use drugner_corpus::scorer::{Changed, Churn, Gold, ScoredAnswer};
use drugner_train::evaluate::judge;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Say which mentions change between two models, and in which direction
///
/// Both models read the same annotated documents. A gold mention is fixed when only B has it right (span and label), broken
/// when only A has, changed but still wrong when both miss it in different ways; answers where there is no gold mention are
/// gone or new. The difference of the scores, B less A, has a 95 % interval of the paired bootstrap over documents: when it
/// holds 0, the documents do not tell which model is better.
///
/// With --html a page shows every kind of change with examples from the corpus; with --json the changes are listed by
/// sentence and byte offsets, without text. docs/evaluation.md says what every number means.
///
/// Example:
///   drugner compare built-in my.drugner --corpus ddi2013.zip --part development --html changes.html
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Model file, or `built-in` for the model inside this program.
    a: PathBuf,
    /// Model file that is compared with A, or `built-in`.
    b: PathBuf,
    #[command(flatten)]
    corpus: CorpusArguments,
    #[command(flatten)]
    output: Output,
}

/// The file, or `None` for the built-in model.
fn file(model: &Path) -> Option<&Path> {
    (model.as_os_str() != "built-in").then_some(model)
}

pub fn run(arguments: &Arguments) -> Result<()> {
    arguments.output.check()?;
    let files = [file(&arguments.a), file(&arguments.b)];
    let open = |path: Option<&Path>| open(path, &ModelOptions::default());
    let models: [Model; 2] = [open(files[0])?, open(files[1])?];
    let corpus = arguments.corpus.read()?;
    let (a, b) = (judge(&models[0], &corpus)?, judge(&models[1], &corpus)?);
    let scorers = [score(&a)?, score(&b)?];
    let comparison = Comparison {
        models: [named(&models[0], files[0]), named(&models[1], files[1])],
        corpus: arguments.corpus.description(),
        documents: corpus.documents.len(),
        reports: [scorers[0].report(), scorers[1].report()],
        differences: scorers[0].differences(&scorers[1], RESAMPLES, SEED),
        churn: Churn::new(&a, &b).context("the two models were given different sentences")?,
    };
    let mut out = std::io::stdout().lock();
    arguments.output.write(
        &mut out,
        || Ok(json(&comparison).to_string()),
        || comparison::page(&comparison).html(),
    )?;
    if arguments.output.leaves_stdout() {
        for table in comparison::tables(&comparison) {
            writeln!(out, "{}", table.text())?;
        }
        writeln!(out, "{}", comparison::agreement(&comparison))?;
    }
    Ok(())
}

fn json(comparison: &Comparison<'_>) -> Value {
    let [a, b] =
        [0, 1].map(|i| json!({"model": comparison.models[i].sha256, "scores": comparison.reports[i]}));
    let changes: Vec<Value> = comparison.churn.changes.iter().map(change).collect();
    json!({
        "a": a,
        "b": b,
        "differences": comparison.differences,
        "churn": comparison.churn.report,
        "changes": changes,
    })
}

/// A change without text: offsets are bytes of the sentence.
fn change(changed: &Changed<'_>) -> Value {
    let gold = |gold: Gold<'_>| match gold {
        Gold::Placed(entity) => json!({"id": entity.id, "spans": entity.spans, "label": entity.label}),
        Gold::Unplaced(entity) => json!({"id": entity.id, "spans": [], "label": entity.label}),
    };
    let answer = |scored: ScoredAnswer| {
        let answer = scored.answer;
        json!({"start": answer.start, "end": answer.end, "label": answer.label, "score": scored.score})
    };
    json!({
        "sentence": changed.sentence.id,
        "sub_corpus": changed.sub_corpus,
        "change": changed.change,
        "gold": changed.gold.map(gold),
        "a": changed.a.map(answer),
        "b": changed.b.map(answer),
    })
}
