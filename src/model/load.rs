//! Opens the bytes of a model, checks that all sections agree, and only then builds a `Model`.

use super::storage::{Aligned, Storage, View};
use super::{Data, LoadMode, Model, ModelOptions, Tables};
use crate::decode::tags::MAX_LABELS;
use crate::features::chars::{CHAR_COUNT, CharFilters, FILTER_WIDTH};
use crate::features::lexicon::MAX_LISTS;
use crate::features::shape;
use crate::format::header::Header;
use crate::format::reader::Sections;
use crate::format::sha256::sha256;
use crate::format::strings::Strings;
use crate::format::{self, ENTRY_SIZE, HEADER_SIZE};
use crate::kernels::Kernels;
use crate::nn::Network;
use crate::{Error, Status};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Files up to this size are copied in [`LoadMode::Auto`].
const COPY_LIMIT: u64 = 8 << 20;

fn corrupt(detail: &'static str) -> Error {
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
    let mut file = File::open(path).map_err(|e| Error::io(&e, action))?;
    let metadata = file.metadata().map_err(|e| Error::io(&e, action))?;
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
    file.read_exact(memory.bytes_mut()).map_err(|e| Error::io(&e, action))?;
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
        check_size(storage.bytes().len() as u64, options)?;
        let kernels = Kernels::select(options.isa)?;
        let sections = Sections::read(storage.bytes(), options.skip_checksum)?;
        if sections.header.architecture != format::ARCHITECTURE_BILSTM_CRF {
            let detail = "the model belongs to a family that this library does not know";
            return Err(Error::new(Status::FormatTooNew, detail).at(56));
        }
        let labels = strings(&sections, &storage, format::LABELS)?;
        if labels.is_empty() || labels.len() > MAX_LABELS {
            return Err(corrupt("the model has no label or too many"));
        }
        let meta = read_meta(strings(&sections, &storage, format::META)?)?;
        let network = Network::load(&sections, &storage, labels.len())?;
        let tables = Tables::load(&sections, &storage, kernels)?;
        let data = Data { header: sections.header, storage, labels, meta, tables, network, kernels };
        let model = Self(Arc::new(data));
        if model.features().width() != model.network().input {
            return Err(corrupt("feature tables and network disagree in width"));
        }
        super::selftest::check_sections(&model, &sections)?;
        Ok(model)
    }
}

fn strings(sections: &Sections, storage: &Storage, kind: format::Kind) -> Result<Vec<String>, Error> {
    let section = sections.require(kind, 0)?;
    let view: View<u8> = storage.view(section)?;
    let table = Strings::check(storage.get(&view), section.offset)?;
    (0..table.len())
        .map(|i| table.text(i).map(str::to_owned).ok_or_else(|| corrupt("a string is damaged")))
        .collect()
}

fn read_meta(strings: Vec<String>) -> Result<Vec<(String, String)>, Error> {
    let pairs: Vec<(String, String)> =
        strings.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    let sorted = pairs.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !strings.len().is_multiple_of(2) || !sorted {
        return Err(corrupt("the metadata are not sorted pairs of key and value"));
    }
    Ok(pairs)
}

impl Tables {
    fn load(sections: &Sections, storage: &Storage, kernels: &Kernels) -> Result<Self, Error> {
        let words_section = sections.require(format::WORDS, 0)?;
        let words: View<u8> = storage.view(words_section)?;
        let word_count = Strings::check(storage.get(&words), words_section.offset)?.len();
        let slots = sections.require(format::WORD_SLOTS, 0)?;
        if !slots.dims[0].is_power_of_two() {
            return Err(corrupt("the word table's slots are not a power of two").at(slots.offset));
        }
        let word_slots: View<u32> = storage.view(slots)?;
        if storage.get(&word_slots).iter().any(|&row| row as usize > word_count) {
            return Err(corrupt("a slot of the word table names no word").at(slots.offset));
        }
        let bias_section = sections.require(format::CHAR_BIAS, 0)?;
        let filter_section = sections.require(format::CHAR_FILTERS, 0)?;
        let filter_count = bias_section.dims[0];
        if filter_section.dims != [FILTER_WIDTH as u32, CHAR_COUNT as u32, filter_count, 1] {
            return Err(corrupt("the character filters have the wrong size").at(filter_section.offset));
        }
        let bias = storage.view(bias_section).map(|view| storage.get::<f32>(&view).to_vec())?;
        let filters = CharFilters::new(widened(storage, kernels, filter_section)?, bias)
            .ok_or_else(|| corrupt("the character filters have the wrong size").at(filter_section.offset))?;
        let table = sections.require(format::WORD_TABLE, 0)?;
        let (rows, width) = (table.dims[0] as usize, table.dims[1] as usize);
        if rows != word_count + 1 || width <= filters.count() {
            return Err(corrupt("the word table does not fit the words").at(table.offset));
        }
        let shapes = sections.require(format::SHAPES, 0)?;
        if shapes.dims[0] as usize != shape::COUNT {
            return Err(corrupt("the model has another number of case shapes").at(shapes.offset));
        }
        let (lexicon, lists) = match sections.get(format::LEXICON_KEYS, 0) {
            None => (None, Vec::new()),
            Some(keys) => {
                let sets = sections.require(format::LEXICON_SETS, 0)?;
                let lists = strings(sections, storage, format::LEXICON_LISTS)?;
                if sets.dims != keys.dims || !keys.dims[0].is_power_of_two() || lists.len() > MAX_LISTS {
                    return Err(corrupt("the lexicon's sections disagree").at(keys.offset));
                }
                (Some((storage.view(keys)?, storage.view(sets)?)), lists)
            }
        };
        Ok(Self {
            word_slots,
            words,
            word_table: storage.view(table)?,
            word_width: width - filters.count(),
            filters,
            shapes: widened(storage, kernels, shapes)?,
            shape_width: shapes.dims[1] as usize,
            lexicon,
            lists,
        })
    }
}

/// A section of halves as `f32`.
fn widened(
    storage: &Storage,
    kernels: &Kernels,
    section: &format::section::Section,
) -> Result<Vec<f32>, Error> {
    let view: View<u16> = storage.view(section)?;
    let halves = storage.get(&view);
    let mut out = Vec::new();
    out.try_reserve_exact(halves.len()).map_err(|_| Error::new(Status::OutOfMemory, "out of memory"))?;
    out.resize(halves.len(), 0.0);
    kernels.widen(halves, &mut out);
    Ok(out)
}
