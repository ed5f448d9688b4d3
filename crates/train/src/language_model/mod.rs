//! Pre-training on unlabelled text: a forward and a backward language model over the tagger's own features.
//!
//! Each direction of the tagger's BiLSTM layer learns to predict the word that comes next on its way (Peters et al. 2017,
//! "Semi-supervised sequence tagging with bidirectional language models"), through an output layer that is thrown away.
//! What remains, character filters, shapes and LSTM, is where the training of a tagger begins. Lexicon flags take no part.
//!
//! The same options, words and text give the same bits, for any number of threads, and also when training stops and goes on
//! from a checkpoint.

mod checkpoint;
mod options;
mod softmax;
mod text;
mod trainer;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::data::examples::Encoder;
use crate::embeddings::container;
use crate::tagger::{Parameters, TaggerOptions, TaggerSizes, WordVectors};
pub use options::LanguageModelOptions;
use text::Text;

/// The vocabulary of a tagger: words of rows 1, 2, ... and their vectors.
#[derive(Clone, Copy)]
pub struct Vocabulary<'a> {
    /// The words.
    pub words: &'a [String],
    /// The vectors; row 0 is that of the unknown word.
    pub vectors: WordVectors<'a>,
}

/// A trained pair of language models.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageModel {
    header: Header,
    /// The values of [`Parameters`] below the output layers.
    values: Vec<f32>,
}

/// What a language model fits.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    sizes: TaggerSizes,
    /// Fingerprint of the word vectors.
    words: u64,
    options: LanguageModelOptions,
    /// Perplexity over the last twentieth of the training, forward and backward.
    perplexity: [f64; 2],
}

const MARK: &[u8; 8] = b"drugrlm\n";

impl LanguageModel {
    /// Writes everything to one file, whole or not at all.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        container::write(path, MARK, &self.header, |sink| sink.floats(&self.values))
    }

    /// Reads the file of [`save`](Self::save).
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is of another kind, or is damaged; the message names it.
    pub fn load(path: &Path) -> Result<Self> {
        let (header, mut source) = container::read::<Header>(path, MARK)?;
        let values = source.floats(1, Parameters::new(header.sizes, false, None).encoder_len())?;
        source.end()?;
        ensure!(
            values.iter().all(|value| value.is_finite()),
            "{} holds a number that is not finite",
            path.display()
        );
        Ok(Self { header, values })
    }

    /// Perplexity over the last twentieth of the training, forward and backward.
    pub fn perplexity(&self) -> [f64; 2] {
        self.header.perplexity
    }

    /// Tells language models apart.
    pub(crate) fn fingerprint(&self) -> u64 {
        WordVectors { rows: &self.values, dim: 1 }.fingerprint()
    }

    /// Puts the language model in place of the initial values of a tagger of `parameters` over `words`. The weights of
    /// lexicon flags, which it does not have, keep theirs.
    ///
    /// # Errors
    ///
    /// A tagger of other sizes, of two layers, or over other word vectors.
    pub(crate) fn begin(
        &self,
        parameters: &Parameters,
        words: WordVectors<'_>,
        values: &mut [f32],
    ) -> Result<()> {
        let sizes = TaggerSizes { lexicon_flags: 0, tags: self.header.sizes.tags, ..parameters.sizes };
        ensure!(
            sizes == self.header.sizes && words.fingerprint() == self.header.words,
            "the language model was made for other word vectors or a network of other sizes; pre-train it anew"
        );
        let own = Parameters::new(self.header.sizes, false, None);
        parameters.take_encoder(&own, &self.values, values);
        Ok(())
    }
}

/// Trains the language models of a tagger on `files`, one sentence a line, plain or (`.xz`) compressed.
///
/// With `checkpoint`, the state is written to that file now and then, and a file found there is continued: the result is that
/// of an uninterrupted run. Progress goes to standard error.
///
/// # Errors
///
/// Options out of range; files that cannot be read (the message names file and line, not the text); text without known words;
/// a checkpoint that is damaged or of another run; numbers that are not finite.
pub fn train(
    options: &LanguageModelOptions,
    tagger: &TaggerOptions,
    vocabulary: Vocabulary<'_>,
    files: &[PathBuf],
    seed: u64,
    checkpoint: Option<&Path>,
) -> Result<LanguageModel> {
    options.check()?;
    ensure!(tagger.layers == 1, "pre-training knows taggers of one layer");
    let network = TaggerOptions { seed, ..options.network(tagger) };
    network.check()?;
    let encoder = Encoder::new(vocabulary.words, (Vec::new(), Vec::new()), 0);
    let text = Text::read(files, options.sentences, &encoder, vocabulary.words.len() + 1, seed)?;
    trainer::train(options, &network, vocabulary.vectors, &text, checkpoint)
}
