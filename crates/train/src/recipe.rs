//! Recipes: every choice of a training run in one file.

use crate::data::noise::NoiseOptions;
use crate::data::silver::SilverOptions;
use crate::data::swap::SwapOptions;
use crate::data::teachers::TeacherOptions;
use crate::embeddings::EmbeddingOptions;
use crate::language_model::LanguageModelOptions;
use crate::tagger::TaggerOptions;
use anyhow::{Context as _, Result, ensure};
use drugner::format::{FEATURE_ABBREVIATIONS, FEATURE_BRACKETS};
use drugner_corpus::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The recipe of the default model.
pub const DEFAULT: &str = include_str!("../recipes/default.toml");

/// The default recipe without teachers, with silver labels for unmarked sentences and with brackets; `docs/accuracy.md`
/// compares them.
pub const QUICK: &str = include_str!("../recipes/quick.toml");

/// A training run of the bilstm-crf family.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name and version written into the model card.
    pub name: String,
    /// Version of the model.
    pub version: String,
    /// Seed of every random choice but those of the word vectors, which have their own.
    pub seed: u64,
    /// Word vectors.
    pub embeddings: EmbeddingOptions,
    /// Which word vectors enter the model.
    pub words: WordOptions,
    /// Pre-training on the text, if any.
    #[serde(default)]
    pub language_model: Option<LanguageModelOptions>,
    /// Lexicon flags.
    pub lexicon: LexiconOptions,
    /// Training sentences.
    pub data: DataOptions,
    /// Network and optimiser.
    pub tagger: TaggerOptions,
    /// What the text says beyond the network's mentions.
    #[serde(default)]
    pub document: DocumentOptions,
}

/// Rules of the engine over the mentions that the network finds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentOptions {
    /// A short form that the text introduces is a mention if its long form is, see [`drugner::Model::abbreviations`].
    pub abbreviations: bool,
    /// Mentions have all their brackets, see [`drugner::Model::brackets`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brackets: bool,
}

impl DocumentOptions {
    /// The required features of the model file.
    pub fn required(&self) -> u64 {
        let mut required = 0;
        required |= if self.abbreviations { FEATURE_ABBREVIATIONS } else { 0 };
        required | if self.brackets { FEATURE_BRACKETS } else { 0 }
    }
}

/// Word table of the model.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordOptions {
    /// Words seen less often in the embedding text are unknown words.
    pub min_count: u64,
    /// Root mean square of the table's numbers.
    pub rms: f32,
}

/// Lexicon of the model.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LexiconOptions {
    /// Categories taken from the files; empty takes all.
    pub categories: Vec<String>,
    /// Lists for frequent training mentions that no list holds, by label.
    pub frequent: BTreeMap<String, String>,
    /// Times that such a mention must be seen.
    pub frequent_min_count: usize,
}

/// Training sentences and their augmentation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataOptions {
    /// How often the sentences of a sub-corpus are used in an epoch; 1 if not named.
    pub repeat: BTreeMap<String, usize>,
    /// The test documents of the interaction task (9.2) are training documents, too, as the task allows.
    #[serde(default)]
    pub interaction_test: bool,
    /// The development documents are training documents, too; the last epoch is taken.
    #[serde(default)]
    pub all_documents: bool,
    /// Share of the auxiliary sentences that each epoch uses.
    #[serde(default)]
    pub auxiliary_share: f64,
    /// Mention swap.
    pub swap: Option<SwapOptions>,
    /// Labels for the sentences of the auxiliary task.
    #[serde(default)]
    pub silver: Option<SilverOptions>,
    /// Noise.
    #[serde(default)]
    pub noise: Option<NoiseOptions>,
    /// Teachers and the unlabelled sentences that they label.
    #[serde(default)]
    pub teachers: Option<TeacherOptions>,
}

impl Recipe {
    /// Reads a recipe; `name` stands in errors, which also name the line.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let recipe: Self =
            toml::from_str(text).with_context(|| format!("the recipe {name} cannot be read"))?;
        let swap = recipe.data.swap.iter().flat_map(|swap| swap.lists.keys());
        let silver =
            recipe.data.silver.iter().flat_map(|silver| silver.lists.keys().chain(silver.unlisted.keys()));
        for label in recipe.lexicon.frequent.keys().chain(swap).chain(silver) {
            ensure!(
                Label::from_name(label).is_some(),
                "the recipe {name} names a label {label}, which is none"
            );
        }
        Ok(recipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every other choice is the same one: a change of one recipe is a change of both.
    #[test]
    fn the_quick_recipe_is_the_default_one_but_for_what_it_says() {
        let mut quick = Recipe::parse(QUICK, "quick").unwrap();
        let default = Recipe::parse(DEFAULT, "default").unwrap();
        (quick.name, quick.version, quick.seed) =
            (default.name.clone(), default.version.clone(), default.seed);
        quick.data.teachers = default.data.teachers.clone();
        quick.data.silver.as_mut().unwrap().unmarked = false;
        quick.document.brackets = false;
        assert_eq!(toml::to_string(&quick).unwrap(), toml::to_string(&default).unwrap());
    }

    #[test]
    fn the_default_recipe_parses_and_unknown_keys_are_refused() {
        Recipe::parse(DEFAULT, "default").unwrap();
        let error = Recipe::parse(&format!("colour = 1\n{DEFAULT}"), "x").unwrap_err();
        assert!(format!("{error:#}").contains("colour"), "{error:#}");
        for labels in ["lists = { drug =", "unlisted = { drug =", "frequent = { drug ="] {
            let recipe = DEFAULT.replace(labels, &labels.replace("drug =", "drugs ="));
            let error = Recipe::parse(&recipe, "x").unwrap_err();
            assert!(format!("{error:#}").contains("a label drugs"), "{error:#}");
        }
    }
}
