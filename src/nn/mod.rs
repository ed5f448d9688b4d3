//! The networks of the model families: plain views into the model file, the order of the layers, and the decoder
//! that belongs to each.

mod bilstm_crf;
mod direction;
mod input_cache;
mod layers;
mod lstm;
mod scratch;
mod window;

pub use bilstm_crf::MAX_LAYERS;
pub use input_cache::{CacheLen, CacheMemory};
pub use scratch::{Scratch, ScratchLen};
pub use window::{MAX_DENSE_LAYERS, MAX_WINDOW_WORDS};

use crate::decode::Span;
use crate::decode::nbest::BestPaths;
use crate::format;
use crate::format::reader::Sections;
use crate::kernels::{Kernels, LOCKSTEP, Sequence};
use crate::model::storage::Storage;
use crate::{Error, Status};
use bilstm_crf::BilstmCrf;
use lstm::Lstm;
use window::Window;

/// A model family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Dense layers over a window of words.
    Window,
    /// One LSTM layer and a softmax.
    Lstm,
    /// BiLSTM layers and a CRF.
    BilstmCrf,
}

impl Family {
    /// The family with this id in the header of a model file.
    pub fn from_id(id: u32) -> Option<Self> {
        match id {
            format::ARCHITECTURE_WINDOW => Some(Self::Window),
            format::ARCHITECTURE_LSTM => Some(Self::Lstm),
            format::ARCHITECTURE_BILSTM_CRF => Some(Self::BilstmCrf),
            _ => None,
        }
    }

    /// Name of the family: "window", "lstm" or "bilstm-crf".
    pub fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Lstm => "lstm",
            Self::BilstmCrf => "bilstm-crf",
        }
    }
}

/// The network of a model.
#[derive(Clone, Debug)]
pub enum Network {
    /// Of [`Family::Window`].
    Window(Window),
    /// Of [`Family::Lstm`].
    Lstm(Lstm),
    /// Of [`Family::BilstmCrf`].
    BilstmCrf(BilstmCrf),
}

/// What a network is loaded from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Section table of the model file.
    pub sections: &'a Sections,
    /// Owner of the file's bytes.
    pub storage: &'a Storage,
    /// Number of labels.
    pub labels: usize,
    /// Width of the vectors that the feature tables give.
    pub width: usize,
}

/// The vectors of one or several sentences.
pub struct Input<'a> {
    /// Has room for [`Network::input_len`]; `[rows + following][width]` at its front are filled, the rest is scratch.
    pub x: &'a mut [f32],
    /// Words or tokens of all sentences, at least 1.
    pub rows: usize,
    /// The rows of each sentence, at most [`Network::sentences_at_once`], longest first. They share no row and leave none.
    pub sentences: &'a [Sequence],
    /// Words behind the sentences, at most [`Network::lookahead`].
    pub following: usize,
    /// Of [`Network::cache_len`] for the most rows of a run.
    pub cache: CacheMemory<'a>,
}

/// What runs a network: the kernels and the owner of the weights.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// Kernels.
    pub kernels: &'a Kernels,
    /// Owner of the bytes that the network's views name.
    pub storage: &'a Storage,
}

/// Sizes of a network for [`crate::model::ModelInfo`].
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Inputs per row.
    pub input: usize,
    /// Units of a hidden layer (of the first one, per direction); 0 if there is none.
    pub hidden: usize,
    /// Hidden layers.
    pub layers: usize,
    /// Classes or tags of the output layer.
    pub outputs: usize,
}

impl Network {
    /// Takes the sections of the family.
    pub(crate) fn load(family: Family, source: Source<'_>) -> Result<Self, Error> {
        match family {
            Family::Window => Window::load(source).map(Self::Window),
            Family::Lstm => Lstm::load(source).map(Self::Lstm),
            Family::BilstmCrf => BilstmCrf::load(source).map(Self::BilstmCrf),
        }
    }

    /// The family.
    pub fn family(&self) -> Family {
        match self {
            Self::Window(_) => Family::Window,
            Self::Lstm(_) => Family::Lstm,
            Self::BilstmCrf(_) => Family::BilstmCrf,
        }
    }

    /// Sizes, for information.
    pub fn sizes(&self) -> Sizes {
        match self {
            Self::Window(network) => network.sizes(),
            Self::Lstm(network) => network.sizes(),
            Self::BilstmCrf(network) => network.sizes(),
        }
    }

    /// Words behind a sentence whose vectors the network reads, at most 15.
    pub fn lookahead(&self) -> usize {
        match self {
            Self::Window(network) => network.lookahead(),
            Self::Lstm(_) | Self::BilstmCrf(_) => 0,
        }
    }

    /// Most sentences in one [`Input`], at most [`LOCKSTEP`]. The scores of a sentence do not depend on the others.
    pub fn sentences_at_once(&self) -> usize {
        match self {
            Self::Window(_) | Self::Lstm(_) => 1,
            Self::BilstmCrf(_) => LOCKSTEP,
        }
    }

    /// Length of [`Input::x`] for up to `rows` words; `None` if it overflows.
    pub fn input_len(&self, rows: usize) -> Option<usize> {
        match self {
            Self::Window(network) => network.input_len(rows),
            Self::Lstm(_) | Self::BilstmCrf(_) => rows.checked_mul(self.sizes().input),
        }
    }

    /// Scratch for up to `rows` words; `None` if it overflows.
    pub fn scratch_len(&self, rows: usize) -> Option<ScratchLen> {
        match self {
            Self::Window(network) => network.scratch_len(rows),
            Self::Lstm(network) => network.scratch_len(rows),
            Self::BilstmCrf(network) => network.scratch_len(rows),
        }
    }

    /// Memory for what is kept from run to run, each of up to `rows` words; `None` if it overflows.
    pub fn cache_len(&self, rows: usize) -> Option<CacheLen> {
        match self {
            Self::Window(_) | Self::Lstm(_) => Some(CacheLen::default()),
            Self::BilstmCrf(network) => network.cache_len(rows),
        }
    }

    /// Whether the family has a CRF, and with it [`best_paths`](Self::best_paths).
    pub fn has_paths(&self) -> bool {
        matches!(self, Self::BilstmCrf(_))
    }

    /// Scratch of [`best_paths`](Self::best_paths) for `most` paths of up to `rows` words; `None` if it overflows.
    pub fn path_bytes(&self, rows: usize, most: usize) -> Option<usize> {
        match self {
            Self::Window(_) | Self::Lstm(_) => Some(0),
            Self::BilstmCrf(network) => network.path_bytes(rows, most),
        }
    }

    /// The up to `most` best tag paths of a sentence; `None` for a family without CRF. `path_bytes` is scratch.
    pub fn best_paths<'s>(
        &'s self,
        engine: Engine<'_>,
        input: Input<'_>,
        scratch: Scratch<'s>,
        path_bytes: &'s mut [u8],
        most: usize,
    ) -> Option<BestPaths<'s>> {
        match self {
            Self::Window(_) | Self::Lstm(_) => None,
            Self::BilstmCrf(network) => Some(network.best_paths(engine, input, scratch, path_bytes, most)),
        }
    }

    /// Scores of the tags or classes, a padded row for each word.
    pub fn run<'s>(&self, engine: Engine<'_>, input: Input<'_>, scratch: &mut Scratch<'s>) -> &'s mut [f32] {
        match self {
            Self::Window(network) => network.run(engine, input, scratch),
            Self::Lstm(network) => network.run(engine, input, scratch),
            Self::BilstmCrf(network) => network.run(engine, input, scratch),
        }
    }

    /// Calls `found` for the mentions of one sentence in their order. `scores` are its rows of the result of
    /// [`run`](Self::run), `rows` of them; they are used up.
    pub fn decode(&self, scores: &mut [f32], rows: usize, scratch: Scratch<'_>, found: &mut dyn FnMut(Span)) {
        match self {
            Self::Window(network) => network.decode(scores, found),
            Self::Lstm(network) => network.decode(scores, found),
            Self::BilstmCrf(network) => network.decode(scores, rows, scratch, found),
        }
    }
}

fn corrupt(detail: &'static str) -> Error {
    Error::new(Status::CorruptModel, detail)
}
