//! The trained tagger as plain arrays.

use serde::{Deserialize, Serialize};

/// Sizes of a tagger's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaggerSizes {
    /// Length of a word vector.
    pub word_dim: usize,
    /// Number of character ids.
    pub characters: usize,
    /// Length of a character embedding.
    pub character_dim: usize,
    /// Number of character filters.
    pub filters: usize,
    /// Number of shapes.
    pub shapes: usize,
    /// Length of a shape embedding.
    pub shape_dim: usize,
    /// Number of lexicon flags per token.
    pub lexicon_flags: usize,
    /// LSTM units per direction.
    pub hidden: usize,
    /// Number of bidirectional LSTM layers.
    pub layers: usize,
    /// Number of tags.
    pub tags: usize,
}

impl TaggerSizes {
    /// Inputs of LSTM layer `layer`: the token's features for layer 0, both directions' states after it.
    pub fn inputs(&self, layer: usize) -> usize {
        match layer {
            0 => self.word_dim + self.filters + self.shape_dim + self.lexicon_flags,
            _ => 2 * self.hidden,
        }
    }
}

/// One direction of an LSTM layer. Rows come in the gate order input, forget, cell, output; `hidden` rows each.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// `[4 * hidden, inputs]`: weights of the layer's input.
    pub wx: Vec<f32>,
    /// `[4 * hidden, hidden]`: weights of the previous state.
    pub wh: Vec<f32>,
    /// `[4 * hidden]`.
    pub bias: Vec<f32>,
}

/// All trained values of a tagger, row-major. The word vectors are not among them: they are not trained.
///
/// The input of the first layer is the word vector, the character features, the shape embedding and the lexicon flags,
/// in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct TaggerWeights {
    /// Sizes of the arrays.
    pub sizes: TaggerSizes,
    /// `[characters, character_dim]`.
    pub char_embedding: Vec<f32>,
    /// `[filters, 3, character_dim]`: for the character before, at and after the filter's position.
    pub conv_weight: Vec<f32>,
    /// `[filters]`.
    pub conv_bias: Vec<f32>,
    /// `[shapes, shape_dim]`.
    pub shape_embedding: Vec<f32>,
    /// Forward and backward direction of each layer.
    pub layers: Vec<[Direction; 2]>,
    /// `[tags, 2 * hidden]`: forward states first.
    pub dense_weight: Vec<f32>,
    /// `[tags]`.
    pub dense_bias: Vec<f32>,
    /// `[tags]`: score of beginning with a tag; illegal ones are [`ILLEGAL`](crate::ops::ILLEGAL), here and below.
    pub crf_start: Vec<f32>,
    /// `[tags]`: score of ending with a tag.
    pub crf_end: Vec<f32>,
    /// `[tags, tags]`: score of going from the row's tag to the column's.
    pub crf_transitions: Vec<f32>,
}
