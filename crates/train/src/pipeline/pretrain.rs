//! Pre-training by itself, for several trainings that begin from one language model.

use super::inputs::{self, Inputs};
use crate::data::examples::word_table;
use crate::language_model::{LanguageModel, Vocabulary};
use crate::recipe::Recipe;
use crate::tagger::WordVectors;
use anyhow::{Context as _, Result};
use std::path::Path;

/// Trains the language model of `recipe`, or one of the default settings, on the text of `inputs`, over its word vectors, and
/// writes it to `out`. Work in progress lies in `<out>.work`, which `resume` goes on from and which is removed at the end.
///
/// # Errors
///
/// Those of [`train`](crate::language_model::train); a file that cannot be written.
pub fn pretrain(recipe: &Recipe, inputs: &Inputs, out: &Path, resume: bool) -> Result<LanguageModel> {
    let work = super::work_folder(out, resume)?;
    let vectors = inputs::vectors(recipe, inputs, &work)?;
    let (words, rows) = word_table(&vectors, recipe.words.min_count, recipe.words.rms);
    let vocabulary = Vocabulary { words: &words, vectors: WordVectors { rows: &rows, dim: vectors.dim } };
    let options = recipe.language_model.clone().unwrap_or_default();
    let model = inputs::language_model(recipe, &options, inputs, vocabulary, &work)?;
    model.save(out)?;
    std::fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    Ok(model)
}
