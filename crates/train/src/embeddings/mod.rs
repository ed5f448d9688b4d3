//! Word embeddings: skip-gram and CBOW with negative sampling (Mikolov et al. 2013, "Distributed representations of
//! words and phrases and their compositionality").

mod checkpoint;
mod model;
mod options;
mod text;
mod trainer;
mod vectors;
mod vocabulary;

pub use options::{Architecture, EmbeddingOptions};
pub use text::for_each_line;
pub use trainer::train;
pub use vectors::Vectors;
pub use vocabulary::Vocabulary;
