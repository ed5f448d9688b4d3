//! The 128-byte header.

use super::crc32c::crc32c;
use super::{ENTRY_SIZE, FEATURES, HEADER_SIZE, MAGIC, MAX_SECTIONS, TOKENIZER, TOKENIZER_WORDS, VERSION};
use crate::{Error, Status};

/// Fields of the header that are not constants of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Format version, (major, minor).
    pub version: (u16, u16),
    /// Size of the whole file in bytes.
    pub file_size: u64,
    /// Number of section entries.
    pub sections: u32,
    /// Features that a reader must know, bits of the `FEATURE_` constants of [`super`].
    pub required: u64,
    /// Model family, one of the `ARCHITECTURE_` constants of [`super`].
    pub architecture: u32,
    /// Tokenizer that the model was trained with, [`super::TOKENIZER`] or [`super::TOKENIZER_WORDS`].
    pub tokenizer: u32,
    /// SHA-256 of everything after the section table.
    pub sha256: [u8; 32],
    /// CRC-32C of the section table.
    pub table_crc: u32,
}

impl Header {
    /// The bytes of this header.
    pub fn write(&self) -> [u8; HEADER_SIZE] {
        let mut out = [0; HEADER_SIZE];
        out[0..8].copy_from_slice(&MAGIC);
        out[8..10].copy_from_slice(&self.version.0.to_le_bytes());
        out[10..12].copy_from_slice(&self.version.1.to_le_bytes());
        out[12..16].copy_from_slice(&(HEADER_SIZE as u32).to_le_bytes());
        out[16..24].copy_from_slice(&self.file_size.to_le_bytes());
        out[24..28].copy_from_slice(&self.sections.to_le_bytes());
        out[28..32].copy_from_slice(&(ENTRY_SIZE as u32).to_le_bytes());
        out[32..40].copy_from_slice(&(HEADER_SIZE as u64).to_le_bytes());
        out[40..48].copy_from_slice(&self.required.to_le_bytes());
        out[56..60].copy_from_slice(&self.architecture.to_le_bytes());
        out[60..64].copy_from_slice(&self.tokenizer.to_le_bytes());
        out[64..96].copy_from_slice(&self.sha256);
        out[120..124].copy_from_slice(&self.table_crc.to_le_bytes());
        let crc = crc32c(&out[..124]);
        out[124..128].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads and checks the header of `file`; `file` is the whole file.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let magic = file.get(..8).ok_or_else(|| not_a_model(file))?;
        if magic != MAGIC {
            return Err(not_a_model(file));
        }
        let bytes: &[u8; HEADER_SIZE] = file.first_chunk().ok_or_else(|| truncated(file.len()))?;
        if u32_at(bytes, 124) != crc32c(&bytes[..124]) {
            return Err(Error::new(Status::Checksum, "the header of the model file is damaged").at(124));
        }
        let version = (u16_at(bytes, 8), u16_at(bytes, 10));
        if version.0 > VERSION.0 {
            return Err(too_new("the model file has a newer format version; update the library").at(8));
        }
        if version.0 < VERSION.0 {
            let detail = "the model file has an old format version; export the model again";
            return Err(Error::new(Status::FormatTooOld, detail).at(8));
        }
        let required = u64_at(bytes, 40);
        if required & !FEATURES != 0 {
            return Err(too_new("the model file requires a feature that this library lacks").at(40));
        }
        if !matches!(u32_at(bytes, 60), TOKENIZER | TOKENIZER_WORDS) {
            return Err(too_new("the model was trained with a tokenizer that this library lacks").at(60));
        }
        let fixed = u32_at(bytes, 12) == HEADER_SIZE as u32
            && u32_at(bytes, 28) == ENTRY_SIZE as u32
            && u64_at(bytes, 32) == HEADER_SIZE as u64
            && bytes[96..120].iter().all(|&byte| byte == 0);
        let sections = u32_at(bytes, 24);
        if !fixed || sections == 0 || sections as usize > MAX_SECTIONS {
            return Err(Error::new(Status::CorruptModel, "the header breaks the format").at(12));
        }
        let file_size = u64_at(bytes, 16);
        if file_size > file.len() as u64 {
            return Err(truncated(file.len()));
        }
        if file_size < file.len() as u64 {
            let detail = "the model file is longer than its header says";
            return Err(Error::new(Status::CorruptModel, detail).at(file_size));
        }
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(&bytes[64..96]);
        Ok(Self {
            version,
            file_size,
            sections,
            required,
            architecture: u32_at(bytes, 56),
            tokenizer: u32_at(bytes, 60),
            sha256,
            table_crc: u32_at(bytes, 120),
        })
    }
}

fn not_a_model(file: &[u8]) -> Error {
    if !file.is_empty() && MAGIC.starts_with(file) {
        return truncated(file.len());
    }
    Error::new(Status::NotAModel, "the data do not begin like a drugner model file").at(0)
}

fn truncated(len: usize) -> Error {
    Error::new(Status::Truncated, "the model file ends early").at(len as u64)
}

fn too_new(detail: &'static str) -> Error {
    Error::new(Status::FormatTooNew, detail)
}

fn u16_at<const N: usize>(bytes: &[u8; N], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(super) fn u64_at<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::super::{FEATURE_ABBREVIATIONS, FEATURE_BRACKETS, FEATURE_INT8};
    use super::*;

    const HEADER: Header = Header {
        version: VERSION,
        file_size: 192,
        sections: 1,
        required: 0,
        architecture: 7,
        tokenizer: TOKENIZER,
        sha256: [3; 32],
        table_crc: 9,
    };

    /// A file with one byte of its header changed and the checksum of the header repaired.
    fn file(at: usize, value: u8, len: usize) -> Vec<u8> {
        let mut bytes = HEADER.write();
        bytes[at] = value;
        let crc = crc32c(&bytes[..124]);
        bytes[124..].copy_from_slice(&crc.to_le_bytes());
        let mut file = bytes.to_vec();
        file.resize(len, 0);
        file
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Header::read(&file(0, MAGIC[0], 192)), Ok(HEADER));
        for required in [FEATURE_INT8, FEATURE_ABBREVIATIONS, FEATURE_BRACKETS, FEATURES] {
            assert_eq!(Header::read(&file(40, required as u8, 192)), Ok(Header { required, ..HEADER }));
        }
        let most = file(24, MAX_SECTIONS as u8, 192);
        assert_eq!(Header::read(&most).map(|header| header.sections as usize), Ok(MAX_SECTIONS));
    }

    #[test]
    fn every_rule_names_its_place() {
        use Status::{CorruptModel, FormatTooNew, NotAModel, Truncated};
        let rules = [
            (0, b'x', 192, NotAModel, 0),
            (8, VERSION.0 as u8 + 1, 192, FormatTooNew, 8),
            (12, 0, 192, CorruptModel, 12),
            (24, 0, 192, CorruptModel, 12),
            (24, MAX_SECTIONS as u8 + 1, 192, CorruptModel, 12),
            (28, 0, 192, CorruptModel, 12),
            (32, 0, 192, CorruptModel, 12),
            (39, 1, 192, CorruptModel, 12),
            (40, 8, 192, FormatTooNew, 40),
            (40, 15, 192, FormatTooNew, 40),
            (47, 1, 192, FormatTooNew, 40),
            (60, 99, 192, FormatTooNew, 60),
            (96, 1, 192, CorruptModel, 12),
            (119, 1, 192, CorruptModel, 12),
            (16, 192, 191, Truncated, 191),
            (16, 192, 193, CorruptModel, 192),
        ];
        for (at, value, len, status, position) in rules {
            let error = Header::read(&file(at, value, len)).unwrap_err();
            assert_eq!((error.status, error.position), (status, Some(position)), "byte {at}, {len} bytes");
        }
    }
}
