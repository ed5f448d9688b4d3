//! `Model`: immutable weights and tables, shared by any number of threads.

mod load;
pub mod selftest;
pub mod storage;
mod tables;

use crate::decode::calibration::Calibration;
use crate::fallible::Shared;
use crate::features::Features;
use crate::format::header::Header;
use crate::format::{FEATURE_ABBREVIATIONS, FEATURE_BRACKETS};
use crate::kernels::Kernels;
use crate::nn::Network;
use crate::text::Tokenizer;
use crate::{Error, Isa};
use std::path::Path;
use storage::Storage;
use tables::Tables;

/// How the bytes of a model file are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum LoadMode {
    /// Files up to 8 MiB are copied, larger ones mapped.
    #[default]
    Auto = 0,
    /// Map the file read-only. Truncating a mapped file ends the process with SIGBUS: install a new model by
    /// writing a new file and renaming it.
    Map = 1,
    /// Copy the file into memory.
    Copy = 2,
}

/// Options of the `open` functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModelOptions {
    /// How the file is held.
    pub load_mode: LoadMode,
    /// Do not verify the checksums of the sections (header and table are always verified).
    pub skip_checksum: bool,
    /// Instruction set; `None` takes the environment variable `DRUGNER_ISA` or else the best of this machine.
    pub isa: Option<Isa>,
    /// Largest file accepted in bytes; 0 is the default of 1 GiB.
    pub max_bytes: u64,
}

/// An immutable model, cheap to clone, shared by any number of threads.
#[derive(Clone)]
pub struct Model(Shared<Data>);

/// Sizes and identity of a model.
#[derive(Clone, Copy, Debug)]
pub struct ModelInfo {
    /// Format version, major and minor.
    pub format: (u16, u16),
    /// Id of the model family: 1 = window, 3 = lstm, 4 = bilstm-crf; see [`Model::family`] for its name.
    pub architecture: u32,
    /// Size of the file in bytes.
    pub file_size: u64,
    /// SHA-256 of everything after the section table.
    pub sha256: [u8; 32],
    /// Rows of the word table, the unknown word included.
    pub vocabulary: u32,
    /// Network inputs per token or window.
    pub input: u32,
    /// Units of a hidden layer: per direction of a recurrent one, of the first dense one; 0 without hidden layer.
    pub hidden: u32,
    /// Hidden layers.
    pub layers: u32,
    /// Tags or classes of the output layer.
    pub tags: u32,
    /// Labels.
    pub labels: u32,
    /// 1 mapped, 2 copied, 3 borrowed, 4 linked into the library.
    pub storage: u32,
}

struct Data {
    storage: Storage,
    header: Header,
    tokenizer: Tokenizer,
    labels: Vec<String>,
    /// Sorted by key.
    meta: Vec<(String, String)>,
    tables: Tables,
    network: Network,
    calibration: Option<Calibration>,
    kernels: &'static Kernels,
}

impl Model {
    /// Opens a model file.
    ///
    /// Errors name what is wrong with the file and at which byte; a hostile file is refused, never trusted.
    pub fn open_file(path: &Path, options: &ModelOptions) -> Result<Self, Error> {
        Self::from_storage(load::read_file(path, options)?, options)
    }

    /// Opens a copy of a model in memory.
    pub fn open_copy(bytes: &[u8], options: &ModelOptions) -> Result<Self, Error> {
        Self::from_storage(load::copy(bytes, options)?, options)
    }

    /// Opens a model in memory that the caller lends until `release` is called: once, when the last reference is
    /// gone, or before return when opening fails. Memory that is not 64-byte aligned is copied and released at once.
    ///
    /// # Safety
    /// `len` bytes at `bytes` stay valid and unchanged until `release` runs.
    pub unsafe fn open_borrowed(
        bytes: *const u8,
        len: usize,
        release: Box<dyn FnOnce() + Send + Sync>,
        options: &ModelOptions,
    ) -> Result<Self, Error> {
        // SAFETY: the caller's promise is the contract of `borrowed`.
        let storage = unsafe { Storage::borrowed(bytes, len, release) };
        if bytes.addr().is_multiple_of(crate::format::ALIGNMENT) {
            Self::from_storage(storage, options)
        } else {
            Self::open_copy(storage.bytes(), options)
        }
    }

    /// Opens the model that is linked into this library.
    pub fn open_default(options: &ModelOptions) -> Result<Self, Error> {
        Self::from_storage(load::embedded()?, options)
    }

    /// Name of label `id`.
    pub fn label(&self, id: u32) -> Option<&str> {
        self.0.labels.get(id as usize).map(String::as_str)
    }

    /// Number of labels.
    pub fn label_count(&self) -> u32 {
        self.0.labels.len() as u32
    }

    /// Label names, in the order of label ids.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.labels.iter().map(String::as_str)
    }

    /// Value of a metadata key such as `general.license`.
    pub fn meta(&self, key: &str) -> Option<&str> {
        let at = self.0.meta.binary_search_by(|(k, _)| k.as_str().cmp(key)).ok()?;
        Some(&self.0.meta[at].1)
    }

    /// All metadata, sorted by key: the model card.
    pub fn meta_entries(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.meta.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Names of the lexicon lists.
    pub fn lexicon_lists(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.tables.lists.iter().map(String::as_str)
    }

    /// Name of the model family: "window", "lstm" or "bilstm-crf".
    pub fn family(&self) -> &'static str {
        self.0.network.family().name()
    }

    /// Table from the network's probabilities to those of the mentions; `None` if they are the same.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.0.calibration.as_ref()
    }

    /// Whether a short form that a text introduces, as in `ginseng saponin (GSP)`, is a mention from that sentence on if its
    /// long form is; such mentions have the flag [`Mention::ABBREVIATION`](crate::Mention::ABBREVIATION).
    pub fn abbreviations(&self) -> bool {
        self.0.header.required & FEATURE_ABBREVIATIONS != 0
    }

    /// Whether a mention that holds one bracket of a pair grows to the other one, and over a stereodescriptor such as `(+)-` before it;
    /// its score stays that of the words which the network found.
    pub fn brackets(&self) -> bool {
        self.0.header.required & FEATURE_BRACKETS != 0
    }

    /// Instruction set in use.
    pub fn isa(&self) -> Isa {
        self.0.kernels.isa()
    }

    /// Sizes and identity.
    pub fn info(&self) -> ModelInfo {
        let Data { storage, header, labels, network, .. } = &*self.0;
        let sizes = network.sizes();
        ModelInfo {
            format: header.version,
            architecture: header.architecture,
            file_size: header.file_size,
            sha256: header.sha256,
            vocabulary: self.features().vocabulary.rows() as u32,
            input: sizes.input as u32,
            hidden: sizes.hidden as u32,
            layers: sizes.layers as u32,
            tags: sizes.outputs as u32,
            labels: labels.len() as u32,
            storage: storage.code(),
        }
    }

    /// Bytes of the model file, for inspection.
    pub fn bytes(&self) -> &[u8] {
        self.0.storage.bytes()
    }

    /// Computes the SHA-256 of the content and compares it with the header.
    pub fn verify_sha256(&self) -> bool {
        load::content_sha256(self.bytes(), &self.0.header) == self.0.header.sha256
    }

    /// Runs the test vectors of the model file on this model's instruction set and compares every bit.
    pub fn selftest(&self) -> Result<(), Error> {
        selftest::run(self)
    }

    pub(crate) fn kernels(&self) -> &'static Kernels {
        self.0.kernels
    }

    pub(crate) fn network(&self) -> &Network {
        &self.0.network
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.0.storage
    }

    pub(crate) fn features(&self) -> Features<'_> {
        self.0.tables.features(&self.0.storage)
    }

    pub(crate) fn tokenizer(&self) -> Tokenizer {
        self.0.tokenizer
    }
}
