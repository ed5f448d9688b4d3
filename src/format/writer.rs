//! Deterministic writer of model files: the same content gives the same bytes.

use super::crc32c::crc32c;
use super::header::Header;
use super::section::Section;
use super::sha256::sha256;
use super::{
    ALIGNMENT, ENTRY_SIZE, Element, FEATURE_INT8, HEADER_SIZE, Kind, MAX_SECTIONS, TOKENIZER, VERSION,
};
use std::io::{self, Write};
use std::path::Path;

/// Collects the sections of a file in the order in which they are written.
#[derive(Clone)]
pub struct Writer {
    tokenizer: u32,
    required: u64,
    sections: Vec<(Kind, u32, [u32; 4], Vec<u8>)>,
}

impl Default for Writer {
    /// A file without sections for [`TOKENIZER`].
    fn default() -> Self {
        Self { tokenizer: TOKENIZER, required: 0, sections: Vec::new() }
    }
}

impl Writer {
    /// Sets the tokenizer that the model was trained with: [`TOKENIZER`], which is the default, or
    /// [`TOKENIZER_WORDS`](super::TOKENIZER_WORDS).
    pub fn set_tokenizer(&mut self, tokenizer: u32) {
        self.tokenizer = tokenizer;
    }

    /// Sets the required features, of the `FEATURE_` constants of [`super`]; whether [`FEATURE_INT8`] is one follows from the
    /// sections.
    pub fn set_required(&mut self, features: u64) {
        self.required = features & !FEATURE_INT8;
    }

    /// Adds a section of raw little-endian bytes.
    ///
    /// # Panics
    /// When the bytes do not fill the dimensions, a dimension is zero, or there are too many sections.
    pub fn add(&mut self, kind: Kind, index: u32, dims: &[usize], bytes: Vec<u8>) {
        assert_eq!(dims.len(), usize::from(kind.rank), "rank of {:?}", kind.code);
        let elements: usize = dims.iter().product();
        assert!(elements > 0 && elements * kind.element.size() as usize == bytes.len(), "{:?}", kind.code);
        assert!(self.sections.len() < MAX_SECTIONS);
        let mut padded = [1; 4];
        for (out, &dim) in padded.iter_mut().zip(dims) {
            *out = u32::try_from(dim).expect("dimension fits u32");
        }
        self.sections.push((kind, index, padded, bytes));
    }

    /// Adds a string table.
    pub fn add_strings<S: AsRef<str>>(&mut self, kind: Kind, strings: &[S]) {
        let bytes = super::strings::write(strings);
        self.add(kind, 0, &[bytes.len()], bytes);
    }

    /// Adds a section of signed bytes.
    pub fn add_i8(&mut self, kind: Kind, index: u32, dims: &[usize], values: &[i8]) {
        self.add(kind, index, dims, values.iter().map(|&v| v as u8).collect());
    }

    /// Adds a section of 16-bit elements.
    pub fn add_u16(&mut self, kind: Kind, index: u32, dims: &[usize], values: &[u16]) {
        self.add(kind, index, dims, values.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    /// Adds a section of 32-bit integers.
    pub fn add_u32(&mut self, kind: Kind, index: u32, dims: &[usize], values: &[u32]) {
        self.add(kind, index, dims, values.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    /// Adds a section of 64-bit integers.
    pub fn add_u64(&mut self, kind: Kind, index: u32, dims: &[usize], values: &[u64]) {
        self.add(kind, index, dims, values.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    /// Adds a section of `f32`.
    pub fn add_f32(&mut self, kind: Kind, index: u32, dims: &[usize], values: &[f32]) {
        self.add(kind, index, dims, values.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    /// The bytes of the file.
    pub fn finish(&self, architecture: u32) -> Vec<u8> {
        let table_end = HEADER_SIZE + self.sections.len() * ENTRY_SIZE;
        let mut out = vec![0; table_end];
        for (i, (kind, index, dims, bytes)) in self.sections.iter().enumerate() {
            out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
            let entry = Section {
                code: kind.code,
                index: *index,
                dims: *dims,
                offset: out.len() as u64,
                size: bytes.len() as u64,
                crc: crc32c(bytes),
                kind: Some(*kind),
            };
            out.extend_from_slice(bytes);
            let at = HEADER_SIZE + i * ENTRY_SIZE;
            out[at..at + ENTRY_SIZE].copy_from_slice(&entry.write(*kind));
        }
        out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
        let has_int8 = self.sections.iter().any(|(kind, ..)| kind.element == Element::I8);
        let header = Header {
            version: VERSION,
            file_size: out.len() as u64,
            sections: self.sections.len() as u32,
            required: self.required | if has_int8 { FEATURE_INT8 } else { 0 },
            architecture,
            tokenizer: self.tokenizer,
            sha256: sha256(&out[table_end..]),
            table_crc: crc32c(&out[HEADER_SIZE..table_end]),
        };
        out[..HEADER_SIZE].copy_from_slice(&header.write());
        out
    }
}

/// Writes `bytes` to a temporary file beside `path`, then renames it, so that a reader or a full disk never
/// leaves half a file. Programs that have the old file mapped keep it.
pub fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = std::fs::File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| std::fs::rename(&temporary, path));
    if renamed.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    renamed
}
