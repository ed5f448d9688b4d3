//! Opens the bytes of a model, checks that all sections agree, and only then builds a `Model`.

use super::storage::{Aligned, Storage, View};
use super::tables::Tables;
use super::{Data, LoadMode, Model, ModelOptions};
use crate::decode::calibration::Calibration;
use crate::decode::tags::MAX_LABELS;
use crate::fallible::{self, Shared};
use crate::fault;
use crate::float_state::DefaultState;
use crate::format::header::Header;
use crate::format::reader::Sections;
use crate::format::sha256::sha256;
use crate::format::strings::Strings;
use crate::format::{self, ENTRY_SIZE, HEADER_SIZE};
use crate::kernels::Kernels;
use crate::nn::{Family, Network, Source};
use crate::text::Tokenizer;
use crate::{Error, Status, system};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::mem::take;
use std::path::Path;

/// Files up to this size are copied in [`LoadMode::Auto`].
const COPY_LIMIT: u64 = 8 << 20;

pub(super) fn corrupt(detail: &'static str) -> Error {
    Error::new(Status::CorruptModel, detail)
}

fn check_size(size: u64, options: &ModelOptions) -> Result<usize, Error> {
    let limit = if options.max_bytes == 0 { format::DEFAULT_MAX_BYTES } else { options.max_bytes };
    if size > limit {
        return Err(Error::new(Status::Limit, "the model file is larger than the limit (max_bytes)"));
    }
    usize::try_from(size).map_err(|_| Error::new(Status::Limit, "the model file does not fit into memory"))
}

pub(super) fn read_file(path: &Path, options: &ModelOptions) -> Result<Storage, Error> {
    let action = "cannot read the model file";
    let mut file = system::open(path, action)?;
    let metadata = file.metadata().map_err(|error| Error::io(&error, action))?;
    if !metadata.is_file() {
        return Err(Error::new(Status::InvalidArgument, "the model path is not a regular file"));
    }
    let size = check_size(metadata.len(), options)?;
    let map = match options.load_mode {
        LoadMode::Auto => cfg!(feature = "mmap") && metadata.len() > COPY_LIMIT,
        LoadMode::Map => true,
        LoadMode::Copy => false,
    };
    if map {
        return map_file(&file, size);
    }
    let mut memory = Aligned::zeroed(size)?;
    file.read_exact(memory.bytes_mut()).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Error::new(Status::Io, "the model file shrank while it was read"),
        _ => Error::io(&error, action),
    })?;
    if file.read(&mut [0]).map_err(|e| Error::io(&e, action))? != 0 {
        return Err(Error::new(Status::Io, "the model file grew while it was read"));
    }
    Ok(Storage::Owned(memory))
}

#[cfg(feature = "mmap")]
fn map_file(file: &File, size: usize) -> Result<Storage, Error> {
    let mut options = memmap2::MmapOptions::new();
    // SAFETY: the mapping is private and read-only. A writer that changes the file in place can change numbers, and
    // every number read later is harmless in any bit pattern or checked again; one that truncates it ends the
    // process, which `LoadMode::Map` documents.
    let map = unsafe { options.len(size).map(file) };
    Ok(Storage::Mapped(map.map_err(|e| Error::io(&e, "cannot map the model file"))?))
}

#[cfg(not(feature = "mmap"))]
fn map_file(_: &File, _: usize) -> Result<Storage, Error> {
    Err(Error::new(Status::Unsupported, "this build cannot map files; use LoadMode::Copy"))
}

pub(super) fn copy(bytes: &[u8], options: &ModelOptions) -> Result<Storage, Error> {
    check_size(bytes.len() as u64, options)?;
    let mut memory = Aligned::zeroed(bytes.len())?;
    memory.bytes_mut().copy_from_slice(bytes);
    Ok(Storage::Owned(memory))
}

#[cfg(feature = "embedded-model")]
pub(super) fn embedded() -> Result<Storage, Error> {
    #[repr(C, align(64))]
    struct Embedded<T: ?Sized>(T);
    static DEFAULT: &Embedded<[u8]> = &Embedded(*include_bytes!("../../models/default.drugner"));
    Ok(Storage::Static(&DEFAULT.0))
}

#[cfg(not(feature = "embedded-model"))]
pub(super) fn embedded() -> Result<Storage, Error> {
    let detail = "this build contains no default model; open a model file";
    Err(Error::new(Status::NoDefaultModel, detail))
}

pub(super) fn content_sha256(file: &[u8], header: &Header) -> [u8; 32] {
    let table_end = HEADER_SIZE + header.sections as usize * ENTRY_SIZE;
    sha256(file.get(table_end..).unwrap_or_default())
}

impl Model {
    pub(super) fn from_storage(storage: Storage, options: &ModelOptions) -> Result<Self, Error> {
        let _state = DefaultState::enter();
        fault::point("open");
        check_size(storage.bytes().len() as u64, options)?;
        let kernels = Kernels::select(options.isa)?;
        let sections = Sections::read(storage.bytes(), options.skip_checksum)?;
        let family = Family::from_id(sections.header.architecture).ok_or_else(|| {
            let detail = "the model belongs to a family that this library does not know";
            Error::new(Status::FormatTooNew, detail).at(56)
        })?;
        let tokenizer = Tokenizer::from_id(sections.header.tokenizer)
            .ok_or_else(|| Error::new(Status::FormatTooNew, "the model has an unknown tokenizer").at(60))?;
        let labels = strings(&sections, &storage, format::LABELS)?;
        if labels.is_empty() || labels.len() > MAX_LABELS {
            return Err(corrupt("the model has no label or too many"));
        }
        let meta = read_meta(strings(&sections, &storage, format::META)?)?;
        let tables = Tables::load(&sections, &storage, kernels)?;
        let width = tables.features(&storage).width();
        let source = Source { sections: &sections, storage: &storage, labels: labels.len(), width };
        let network = Network::load(family, source)?;
        let calibration = calibration(&sections, &storage, labels.len())?;
        let header = sections.header;
        let data = Data { header, tokenizer, storage, labels, meta, tables, network, calibration, kernels };
        let model = Self(Shared::new(data)?);
        super::selftest::check_sections(&model, &sections)?;
        Ok(model)
    }
}

/// A copy of the calibration, so that what was checked is what is used.
fn calibration(sections: &Sections, storage: &Storage, labels: usize) -> Result<Option<Calibration>, Error> {
    let Some(section) = sections.get(format::CALIBRATION, 0) else {
        return Ok(None);
    };
    let [tables, knots, pair, _] = section.dims;
    if (tables as usize, pair) != (labels, 2) {
        return Err(corrupt("the calibration does not fit the labels").at(section.offset));
    }
    let view: View<f32> = storage.view(section)?;
    let calibration = Calibration::new(storage.get(&view), labels, knots as usize);
    calibration.map(Some).map_err(|error| error.at(section.offset))
}

pub(super) fn strings(
    sections: &Sections,
    storage: &Storage,
    kind: format::Kind,
) -> Result<Vec<String>, Error> {
    let section = sections.require(kind, 0)?;
    let view: View<u8> = storage.view(section)?;
    let table = Strings::check(storage.get(&view), section.offset)?;
    let text = |i| table.text(i).ok_or_else(|| corrupt("a string is damaged"));
    fallible::try_collect((0..table.len()).map(|i| fallible::string(text(i)?)))
}

fn read_meta(mut strings: Vec<String>) -> Result<Vec<(String, String)>, Error> {
    let (pairs, rest) = strings.as_chunks_mut::<2>();
    if !rest.is_empty() || pairs.windows(2).any(|pair| pair[0][0] >= pair[1][0]) {
        return Err(corrupt("the metadata are not sorted pairs of key and value"));
    }
    fallible::collect(pairs.iter_mut().map(|[key, value]| (take(key), take(value))))
}
