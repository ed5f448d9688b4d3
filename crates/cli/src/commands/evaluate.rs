//! `drugner evaluate`

use super::ModelArguments;
use anyhow::{Context as _, Result, bail};
use drugner::ModelOptions;
use drugner_corpus::scorer::{Scorer, Task2013Scorer};
use drugner_corpus::{Corpus, Label, ddi, split};
use drugner_train::data::noise;
use drugner_train::evaluate::{boundaries, for_each_sentence};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Score a model against an annotated corpus
///
/// Every sentence runs through the engine on the model file, so what is measured is what ships. The scores are micro
/// precision, recall and F1: strict (span and label), exact (span), partial and type as SemEval-2013 task 9 defines
/// them, one-to-one. With --task-2013 the counts of the scorer program of that task follow, for comparison with figures
/// published with it: it ignores answers in sentences without any gold mention and uses gold mentions more than once.
///
/// Example:
///   drugner evaluate --corpus ddi2013.zip --part ner-test
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// DDI-2013 corpus (a folder of XML files or the zip archive), or a column file (token, tab, tag).
    #[arg(long, value_name = "PATH")]
    corpus: PathBuf,
    /// What a label of a column file stands for, as in `Chemical=drug`.
    #[arg(long, num_args = 1.., value_name = "FROM=TO", value_parser = super::train::label)]
    label: Vec<(String, Label)>,
    /// Change every sentence first, as in notes that are written in haste.
    #[arg(long, value_enum)]
    noise: Option<Noise>,
    /// Part of the corpus, if it holds several.
    #[arg(long, value_enum, default_value_t = Part::NerTest)]
    part: Part,
    /// Write the scores as JSON to FILE, `-` for standard output instead of the table.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Count in the way of the task's own scorer as well.
    #[arg(long)]
    task_2013: bool,
}

/// What is done to the sentences.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Noise {
    /// Capital letters only.
    Upper,
    /// Small letters only.
    Lower,
    /// 2 % of the letters are mistyped.
    Typing,
    /// Line breaks in place of every twelfth blank.
    Wrap,
    /// List marks before the sentences.
    Item,
}

/// Part of the DDI-2013 corpus.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Part {
    /// Training documents without the development documents.
    Train,
    /// All training documents.
    TrainAndDevelopment,
    /// The fixed development documents of the training part.
    Development,
    /// Test documents of task 9.1, drug names.
    NerTest,
    /// Test documents of task 9.2, interactions.
    InteractionTest,
    /// All documents.
    All,
}

/// Reads a part of a corpus; problems of the corpus go to standard error.
pub fn read_corpus(path: &Path, part: Part) -> Result<Corpus> {
    read_labelled(path, part, &BTreeMap::new())
}

fn read_labelled(path: &Path, part: Part, labels: &BTreeMap<String, Label>) -> Result<Corpus> {
    let source = match part {
        Part::Train | Part::TrainAndDevelopment | Part::Development => ddi::Part::Train,
        Part::NerTest => ddi::Part::NerTest,
        Part::InteractionTest => ddi::Part::InteractionTest,
        Part::All => ddi::Part::All,
    };
    let corpus = drugner_train::pipeline::read_corpus(path, source, labels)?;
    let corpus = match part {
        _ if drugner_train::pipeline::is_column_file(path) => corpus,
        Part::Train => split::development(corpus)?.0,
        Part::Development => split::development(corpus)?.1,
        _ => corpus,
    };
    if corpus.entity_count() == 0 {
        bail!("the corpus {} has no annotated entity", path.display());
    }
    Ok(corpus)
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let model = arguments.model.open(&ModelOptions::default())?;
    let mut corpus =
        read_labelled(&arguments.corpus, arguments.part, &arguments.label.iter().cloned().collect())?;
    if let Some(noise) = arguments.noise {
        let noise = match noise {
            Noise::Upper => noise::Noise::Upper,
            Noise::Lower => noise::Noise::Lower,
            Noise::Typing => noise::Noise::Typing(0.02),
            Noise::Wrap => noise::Noise::Wrap,
            Noise::Item => noise::Noise::Item,
        };
        corpus = noise.corpus(&corpus, 1);
    }
    let (mut scorer, mut task_2013) = (Scorer::new(), Task2013Scorer::new());
    for_each_sentence(&model, &corpus, |sub_corpus, sentence, answers| {
        scorer.add(sub_corpus, sentence, answers)?;
        Ok(task_2013.add(sub_corpus, sentence, answers)?)
    })?;
    let report = scorer.report();
    let task_2013 = arguments.task_2013.then(|| task_2013.report());
    let boundaries = boundaries(&corpus);
    let interval = scorer.strict_f1_interval(1000, 1);
    let to_stdout = arguments.json.as_deref().is_some_and(|path| path.as_os_str() == "-");
    if let Some(path) = &arguments.json {
        let mut value = serde_json::to_value(&report)?;
        value["boundaries"] = json!(boundaries);
        value["isa"] = json!(model.isa().name());
        value["model"] = json!(drugner::format::sha256::hex(&model.info().sha256));
        if let Some(task_2013) = &task_2013 {
            value["task2013"] = json!(task_2013);
        }
        let text = format!("{}\n", serde_json::to_string(&value)?);
        if to_stdout {
            out.write_all(text.as_bytes())?;
        } else {
            drugner::format::writer::save(path, text.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    if !to_stdout {
        writeln!(out, "{}", report.table())?;
        if let Some(interval) = interval {
            writeln!(
                out,
                "strict F1, 95 % interval over documents: {:.4} to {:.4}",
                interval.low, interval.high
            )?;
        }
        writeln!(
            out,
            "{} of {} continuous gold mentions lie on token boundaries ({:.2} %); {} of {} sentences stay whole",
            boundaries.on_tokens,
            boundaries.continuous,
            100.0 * boundaries.on_tokens as f64 / boundaries.continuous.max(1) as f64,
            boundaries.whole,
            boundaries.sentences,
        )?;
        if let Some(task_2013) = task_2013 {
            writeln!(out, "\nas the scorer program of SemEval-2013 task 9 counts:\n\n{}", task_2013.table())?;
        }
    }
    Ok(())
}
