//! Teachers: trained models whose answers on unlabelled text train another one.
//!
//! Every time a sentence is used, a teacher drawn at random labels it. Where the teachers agree the student sees one
//! answer, where they differ it sees each as often as it has supporters: the mean of the teachers' distributions,
//! not the answer of one.

use super::labelled::Labelled;
use super::unlabelled::sentences;
use anyhow::{Result, ensure};
use drugner::{Context, ContextOptions, Model};
use drugner_corpus::Label;
use fastrand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::PathBuf;

/// The teachers, and how much unlabelled text is used.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeacherOptions {
    /// Number of teachers: models of the same recipe without teachers, each with a seed of its own.
    pub count: usize,
    /// Sentences kept, at random among those in which the first teacher finds a name.
    pub sentences: usize,
    /// Sentences of an epoch, drawn from them.
    pub per_epoch: usize,
}

/// The mentions of a sentence, as in [`Labelled`].
type Mentions = Vec<(Range<usize>, Label)>;

/// Unlabelled sentences with every teacher's answer.
pub struct Taught {
    texts: Vec<String>,
    /// `[teacher][sentence]`
    answers: Vec<Vec<Mentions>>,
    per_epoch: usize,
}

impl Taught {
    /// Reads `files` (one sentence a line), keeps sentences with names and asks every teacher.
    pub fn new(options: &TeacherOptions, teachers: &[Model], files: &[PathBuf], seed: u64) -> Result<Self> {
        ensure!(!teachers.is_empty(), "no teacher is given");
        let lines = sentences(files, &mut Rng::with_seed(seed))?;
        let mut texts = Vec::new();
        for block in lines.chunks(16 * 1024) {
            if texts.len() >= options.sentences {
                break;
            }
            let found = find(&teachers[0], block)?;
            let named = block.iter().zip(found).filter(|(_, mentions)| !mentions.is_empty());
            texts.extend(named.map(|(line, _)| line.clone()));
        }
        texts.truncate(options.sentences);
        ensure!(!texts.is_empty(), "the first teacher finds no name in the unlabelled text");
        let answers = teachers.iter().map(|teacher| find(teacher, &texts)).collect::<Result<_>>()?;
        Ok(Self { texts, answers, per_epoch: options.per_epoch })
    }

    /// Number of sentences.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none; never after [`Taught::new`].
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The sentences of an epoch, each labelled by a teacher drawn at random.
    pub fn draw(&self, rng: &mut Rng) -> Vec<Labelled> {
        let one = |_| {
            let (sentence, teacher) = (rng.usize(..self.texts.len()), rng.usize(..self.answers.len()));
            Labelled {
                text: self.texts[sentence].clone(),
                mentions: self.answers[teacher][sentence].clone(),
                ..Labelled::default()
            }
        };
        (0..self.per_epoch).map(one).collect()
    }
}

fn find(model: &Model, texts: &[String]) -> Result<Vec<Mentions>> {
    let labels = crate::evaluate::label_map(model)?;
    let blocks: Vec<Vec<_>> = texts
        .par_chunks(1024)
        .map(|block| {
            let mut context = Context::new(model, &ContextOptions::default())?;
            let mut find = |text: &String| -> Result<Mentions> {
                let found = context.find_utf8(text.as_bytes())?;
                let mention =
                    |m: &drugner::Mention| (m.start as usize..m.end as usize, labels[usize::from(m.label)]);
                Ok(found.mentions.iter().map(mention).collect())
            };
            block.iter().map(&mut find).collect::<Result<Vec<_>>>()
        })
        .collect::<Result<_>>()?;
    Ok(blocks.concat())
}
