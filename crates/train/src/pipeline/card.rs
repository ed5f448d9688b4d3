//! The model card: what went in, and what came out.

use super::Inputs;
use crate::calibration::expected_calibration_error;
use crate::evaluate::Judged;
use crate::export::Tables;
use crate::recipe::Recipe;
use drugner::decode::calibration::Calibration;
use drugner_corpus::Report;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Adds the scores under `eval.<name>`.
pub fn figures(card: &mut BTreeMap<String, String>, name: &str, report: &Report) {
    let mut add = |key: &str, scores: &drugner_corpus::scorer::Scores| {
        let s = &scores.strict;
        card.insert(
            format!("eval.{name}.{key}.strict"),
            format!("P {:.4} R {:.4} F1 {:.4} ({} gold, {} answers)", s.p, s.r, s.f1, s.gold, s.answers),
        );
        card.insert(format!("eval.{name}.{key}.exact"), format!("F1 {:.4}", scores.exact.f1));
    };
    add("all", &report.all);
    for (sub, scores) in &report.sub {
        add(&sub.to_lowercase(), scores);
    }
}

/// Adds what the table does for the scores of some answers.
pub fn calibration_figure(
    card: &mut BTreeMap<String, String>,
    name: &str,
    answers: &[Judged],
    table: &Calibration,
) {
    let raw = expected_calibration_error(answers.iter().map(|a| (a.score, a.right)));
    let error = expected_calibration_error(answers.iter().map(|a| (table.apply(a.score, a.label), a.right)));
    let text = format!("expected calibration error {error:.4}, {raw:.4} without the table");
    card.insert(format!("eval.{name}.all.calibration"), text);
}

/// What is known before training.
pub fn card(recipe: &Recipe, inputs: &Inputs, tables: &Tables) -> BTreeMap<String, String> {
    let names = |paths: &[PathBuf]| {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut names: Vec<String> = paths.iter().map(name).collect();
        names.sort();
        names.join(", ")
    };
    let settings = toml::to_string(recipe).unwrap_or_default();
    let lists: Vec<String> = tables
        .lists
        .names
        .iter()
        .zip(&tables.lists.entries)
        .map(|(n, e)| format!("{n} ({})", e.len()))
        .collect();
    [
        ("general.name", recipe.name.clone()),
        ("general.version", recipe.version.clone()),
        ("general.license", LICENSE.to_owned()),
        ("train.corpora", corpora(recipe, inputs, &names(&inputs.corpus))),
        ("train.text", names(&inputs.text)),
        ("train.auxiliary", names(&inputs.auxiliary)),
        ("train.lexicon", format!("{}: {}", names(&inputs.lexicon), lists.join(", "))),
        ("train.recipe", settings),
        ("train.seed", recipe.seed.to_string()),
        ("use.intended", INTENDED.to_owned()),
        ("use.limits", LIMITS.to_owned()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// The corpora by file name; what the DDI corpus 2013 contributes is said in words.
fn corpora(recipe: &Recipe, inputs: &Inputs, names: &str) -> String {
    let part = match (recipe.data.all_documents, &inputs.development) {
        (true, _) => "all training documents",
        (false, None) => "training documents without the development documents",
        (false, Some(_)) => "training documents without a list of development documents",
    };
    let more =
        if recipe.data.interaction_test { ", with the test documents of the interaction task" } else { "" };
    format!("{names}: {part}{more}. DDI corpus 2013: Herrero-Zazo et al. 2013; Segura-Bedmar et al. 2013")
}

const LICENSE: &str = "The DDI corpus is CC BY-NC 4.0: a model trained on it is offered for research and evaluation, not \
for commercial use. Train on your own data with the same command for other uses. Attribution of all sources: \
models/README.md.";
const INTENDED: &str = "Finding candidate drug names in English biomedical text, as one step of a system in which people \
review the result. Not a medical device.";
const LIMITS: &str = "English only. Trained on drug labels and abstracts, not on clinical notes: expect lower scores there. \
Discontinuous names are not found. A mention is no statement that a patient takes the drug.";
