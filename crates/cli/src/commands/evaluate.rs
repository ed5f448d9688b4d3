//! `drugner evaluate`

use super::corpus::{CorpusArguments, Training};
use super::{ModelArguments, Output};
use crate::pages::evaluation::{self, Evaluation};
use crate::pages::named;
use anyhow::Result;
use drugner::{Model, ModelOptions};
use drugner_corpus::scorer::{Analysis, Interval, JudgedSentence, Scorer, Task2013Scorer};
use drugner_corpus::{Answer, Corpus};
use drugner_train::evaluate::{boundaries, judge};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Score a model against an annotated corpus
///
/// Every sentence runs through the engine on the model file, so what is measured is what ships. The scores are micro
/// precision, recall and F1: strict (span and label), exact (span), partial and type as SemEval-2013 task 9 defines
/// them, one-to-one. With --task-2013 the counts of the scorer program of that task follow, for comparison with figures
/// published with it: it ignores answers in sentences without any gold mention and uses gold mentions more than once.
///
/// With --html a page shows the scores with 95 % intervals, which labels are confused, the errors in groups with examples,
/// whether scores of mentions mean what they say, and recall of names that no training document holds. The page quotes the
/// corpus: keep it where the corpus may be kept. docs/evaluation.md says what every number means.
///
/// Examples:
///   drugner evaluate --corpus ddi2013.zip --part ner-test
///   drugner evaluate --model my.drugner --corpus notes/ --train-corpus ddi2013.zip --html evaluation.html
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    corpus: CorpusArguments,
    /// Documents that the model was trained on, for recall of names that they do not hold. Default: the training part of
    /// --corpus, if it has one that is not scored.
    #[arg(long, value_name = "PATH")]
    train_corpus: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    /// Count in the way of the task's own scorer as well.
    #[arg(long)]
    task_2013: bool,
}

/// Resamples of the documents for an interval, and their seed: the same corpus and model give the same interval.
pub const RESAMPLES: usize = 1000;
pub const SEED: u64 = 1;

pub fn run(arguments: &Arguments) -> Result<()> {
    arguments.output.check()?;
    let model = arguments.model.open(&ModelOptions::default())?;
    let corpus = arguments.corpus.read()?;
    let training = arguments.corpus.training(&corpus, arguments.train_corpus.as_deref(), &model)?;
    let judged = judge(&model, &corpus)?;
    let scorer = score(&judged)?;
    let evaluation = Evaluation {
        model: named(&model, arguments.model.model.as_deref()),
        corpus: arguments.corpus.description(),
        documents: corpus.documents.len(),
        report: scorer.report(),
        intervals: scorer.intervals(RESAMPLES, SEED),
        analysis: Analysis::new(&judged, training.as_ref().map(|training| &training.names)),
        training: training.as_ref().map(|training| training.source.clone()),
        judged,
    };
    let task_2013 = if arguments.task_2013 { Some(task_2013(&evaluation.judged)?) } else { None };

    let mut out = std::io::stdout().lock();
    arguments.output.write(
        &mut out,
        || Ok(json(&evaluation, &model, &corpus, task_2013.as_ref())?.to_string()),
        || evaluation::page(&evaluation).html(),
    )?;
    if arguments.output.leaves_stdout() {
        print(&mut out, &evaluation, &corpus, training.as_ref())?;
        if let Some(task_2013) = task_2013 {
            let table = task_2013.report().table();
            writeln!(out, "\nas the scorer program of SemEval-2013 task 9 counts:\n\n{table}")?;
        }
    }
    Ok(())
}

/// The answers to a sentence.
fn answers(judged: &JudgedSentence<'_>) -> Vec<Answer> {
    judged.answers().map(|(scored, _)| scored.answer).collect()
}

/// Scores sentences that are judged.
pub fn score(judged: &[JudgedSentence<'_>]) -> Result<Scorer> {
    let mut scorer = Scorer::new();
    for judged in judged {
        scorer.add(judged.sub_corpus, judged.sentence, &answers(judged))?;
    }
    Ok(scorer)
}

fn task_2013(judged: &[JudgedSentence<'_>]) -> Result<Task2013Scorer> {
    let mut scorer = Task2013Scorer::new();
    for judged in judged {
        scorer.add(judged.sub_corpus, judged.sentence, &answers(judged))?;
    }
    Ok(scorer)
}

fn json(
    evaluation: &Evaluation<'_>,
    model: &Model,
    corpus: &Corpus,
    task_2013: Option<&Task2013Scorer>,
) -> Result<serde_json::Value> {
    let mut value = serde_json::to_value(&evaluation.report)?;
    value["intervals"] = json!(evaluation.intervals);
    value["analysis"] = json!(evaluation.analysis);
    value["boundaries"] = json!(boundaries(corpus));
    value["isa"] = json!(model.isa().name());
    value["model"] = json!(evaluation.model.sha256);
    if let Some(task_2013) = task_2013 {
        value["task2013"] = json!(task_2013.report());
    }
    Ok(value)
}

fn print(
    out: &mut impl Write,
    evaluation: &Evaluation<'_>,
    corpus: &Corpus,
    training: Option<&Training>,
) -> Result<()> {
    writeln!(out, "{}", evaluation.report.table())?;
    if let Some(Interval { low, high }) = evaluation.intervals.as_ref().map(|by| by.all.strict.f1) {
        writeln!(out, "strict F1, 95 % interval over documents: {low:.4} to {high:.4}")?;
    }
    let calibration = &evaluation.analysis.calibration.all;
    writeln!(
        out,
        "expected calibration error of the scores: {:.4} over {} answers",
        calibration.ece, calibration.answers
    )?;
    if let (Some(names), Some(training)) = (&evaluation.analysis.names, training) {
        let unseen = names.all.unseen;
        writeln!(
            out,
            "names that {} do not hold: {} of {} found with their label ({:.2} %), {} in all ({:.2} %)",
            training.source,
            unseen.strict,
            unseen.gold,
            100.0 * unseen.strict_recall,
            unseen.exact,
            100.0 * unseen.exact_recall,
        )?;
    }
    let boundaries = boundaries(corpus);
    writeln!(
        out,
        "{} of {} continuous gold mentions lie on token boundaries ({:.2} %); {} of {} sentences stay whole",
        boundaries.on_tokens,
        boundaries.continuous,
        100.0 * boundaries.on_tokens as f64 / boundaries.continuous.max(1) as f64,
        boundaries.whole,
        boundaries.sentences,
    )?;
    Ok(())
}
