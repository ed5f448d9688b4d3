//! Which annotated documents a command reads.

use anyhow::{Result, bail};
use clap::ValueEnum as _;
use drugner::Model;
use drugner_corpus::scorer::KnownNames;
use drugner_corpus::{Corpus, Label, columns, ddi, split};
use drugner_train::data::noise;
use drugner_train::pipeline::{is_column_file, read_corpus as read_whole};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// The documents that models are scored on.
#[derive(clap::Args)]
pub struct CorpusArguments {
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
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
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
    let corpus = read_whole(path, source, labels)?;
    let corpus = match part {
        _ if is_column_file(path) => corpus,
        Part::Train => split::development(corpus)?.0,
        Part::Development => split::development(corpus)?.1,
        _ => corpus,
    };
    if corpus.entity_count() == 0 {
        bail!("the corpus {} has no annotated entity", path.display());
    }
    Ok(corpus)
}

/// The names in the documents that a model was trained on.
pub struct Training {
    pub names: KnownNames,
    /// How many documents, and of which corpus.
    pub source: String,
}

impl CorpusArguments {
    /// Reads the documents; problems of the corpus go to standard error.
    pub fn read(&self) -> Result<Corpus> {
        let corpus = read_labelled(&self.corpus, self.part, &self.labels())?;
        let noise = match self.noise {
            None => return Ok(corpus),
            Some(Noise::Upper) => noise::Noise::Upper,
            Some(Noise::Lower) => noise::Noise::Lower,
            Some(Noise::Typing) => noise::Noise::Typing(0.02),
            Some(Noise::Wrap) => noise::Noise::Wrap,
            Some(Noise::Item) => noise::Noise::Item,
        };
        Ok(noise.corpus(&corpus, 1))
    }

    /// The documents in words: file, part and noise.
    pub fn description(&self) -> String {
        let name = |value: Option<clap::builder::PossibleValue>| {
            value.map_or_else(String::new, |value| value.get_name().to_owned())
        };
        let mut text = file_name(&self.corpus);
        if !is_column_file(&self.corpus) {
            text.push_str(&format!(", part {}", name(self.part.to_possible_value())));
        }
        if let Some(noise) = self.noise {
            text.push_str(&format!(", noise {}", name(noise.to_possible_value())));
        }
        text
    }

    fn labels(&self) -> BTreeMap<String, Label> {
        self.label.iter().cloned().collect()
    }

    /// The names that `model` may have learnt: those of all training documents of `train_corpus`, or of this corpus if its
    /// training part is not what is scored, and those of the interaction test documents if the model's card says that it
    /// has seen them. The development documents count, unless they are scored. `None` where no such documents are.
    pub fn training(
        &self,
        scored: &Corpus,
        train_corpus: Option<&Path>,
        model: &Model,
    ) -> Result<Option<Training>> {
        let has_own = !matches!(self.part, Part::Train | Part::TrainAndDevelopment | Part::All);
        let mut training = match train_corpus {
            Some(path) => read_labelled(path, Part::TrainAndDevelopment, &self.labels())?,
            // Nobody asked for them: what is wrong with them is told when they are trained on.
            None if has_own => match read_silently(&self.corpus, ddi::Part::Train, &self.labels()) {
                Some(corpus) => corpus,
                None => return Ok(None),
            },
            None => return Ok(None),
        };
        let path = train_corpus.unwrap_or(&self.corpus);
        if saw_interaction_test(model) && !is_column_file(path) {
            let mut more =
                read_silently(path, ddi::Part::InteractionTest, &self.labels()).unwrap_or_default();
            // A folder without parts is whole in every part.
            let known: HashSet<&str> =
                training.documents.iter().map(|document| document.id.as_str()).collect();
            more.documents.retain(|document| !known.contains(document.id.as_str()));
            training.documents.extend(more.documents);
        }
        let scored: HashSet<&str> = scored.documents.iter().map(|document| document.id.as_str()).collect();
        if self.part == Part::Development {
            training.documents.retain(|document| !scored.contains(document.id.as_str()));
        }
        let shared = training.documents.iter().find(|document| scored.contains(document.id.as_str()));
        match (shared, train_corpus) {
            (Some(document), Some(path)) => bail!(
                "{} holds documents that are scored, such as {}: none of their names would be unseen; \
                 give documents that only training has seen as --train-corpus",
                path.display(),
                document.id
            ),
            (Some(_), None) => return Ok(None),
            _ if training.entity_count() == 0 => return Ok(None),
            _ => {}
        }
        let documents = training.documents.len();
        Ok(Some(Training {
            names: KnownNames::new(training.sentences()),
            source: format!("{documents} training documents of {}", file_name(path)),
        }))
    }
}

fn read_silently(path: &Path, part: ddi::Part, labels: &BTreeMap<String, Label>) -> Option<Corpus> {
    if is_column_file(path) { columns::read(path, labels).ok() } else { ddi::read(path, part).ok() }
}

/// Whether the recipe in the model's card has the test documents of the interaction task among the training documents. The
/// line alone is read: recipes of other versions have other keys.
fn saw_interaction_test(model: &Model) -> bool {
    let recipe = model.meta("train.recipe").unwrap_or_default();
    recipe.lines().any(|line| line.trim() == "interaction_test = true")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
