//! Stub.
use crate::{Error, Isa};
use std::path::Path;

/// How the bytes of a model file are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum LoadMode {
    /// Files up to 8 MiB are copied, larger ones mapped.
    #[default]
    Auto = 0,
    /// Map the file read-only. Truncating a mapped file ends the process with SIGBUS.
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
    /// Instruction set; `None` takes `DRUGNER_ISA` or else the best that this machine has.
    pub isa: Option<Isa>,
    /// Largest file accepted in bytes; 0 is the default of 1 GiB.
    pub max_bytes: u64,
}

/// An immutable model, cheap to clone, shared by any number of threads.
#[derive(Clone)]
pub struct Model;

#[expect(unused_variables)]
impl Model {
    /// Opens a model file.
    pub fn open_file(path: &Path, options: &ModelOptions) -> Result<Self, Error> {
        todo!()
    }
    /// Copies a model from memory.
    pub fn open_copy(bytes: &[u8], options: &ModelOptions) -> Result<Self, Error> {
        todo!()
    }
    /// Uses a model in memory that the caller keeps unchanged until `release` is called, once, when the last
    /// reference is gone, or before return when opening fails.
    /// # Safety
    /// `bytes` stay valid and unchanged until `release` runs.
    pub unsafe fn open_borrowed(
        bytes: *const u8,
        len: usize,
        release: Box<dyn FnOnce() + Send + Sync>,
        options: &ModelOptions,
    ) -> Result<Self, Error> {
        todo!()
    }
    /// Opens the model that is linked into this library.
    pub fn open_default(options: &ModelOptions) -> Result<Self, Error> {
        todo!()
    }
    /// Label names, in the order of label ids.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        [""].into_iter()
    }
    /// Number of labels.
    pub fn label_count(&self) -> u32 {
        todo!()
    }
    /// Name of label `id`, NUL-free UTF-8 that lives as long as the model.
    pub fn label(&self, id: u32) -> Option<&str> {
        todo!()
    }
    /// Value of a metadata key such as `general.license`.
    pub fn meta(&self, key: &str) -> Option<&str> {
        todo!()
    }
    /// Instruction set in use.
    pub fn isa(&self) -> Isa {
        todo!()
    }
    /// Sizes and identity.
    pub fn info(&self) -> ModelInfo {
        todo!()
    }
    /// Runs the test vectors of the model file and compares every bit.
    pub fn selftest(&self) -> Result<(), Error> {
        todo!()
    }
}

/// Sizes and identity of a model.
#[derive(Clone, Copy, Debug)]
pub struct ModelInfo {
    /// Format version, major and minor.
    pub format: (u16, u16),
    /// 4 = bilstm-crf.
    pub architecture: u32,
    /// Size of the file in bytes.
    pub file_size: u64,
    /// SHA-256 of everything after the section table.
    pub sha256: [u8; 32],
    /// Rows of the word table.
    pub vocabulary: u32,
    /// Network inputs per token.
    pub input: u32,
    /// Units per direction.
    pub hidden: u32,
    /// Recurrent layers.
    pub layers: u32,
    /// Tags of the output layer.
    pub tags: u32,
    /// Labels.
    pub labels: u32,
    /// 1 mapped, 2 copied, 3 borrowed, 4 linked into the library.
    pub storage: u32,
}
