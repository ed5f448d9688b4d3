//! The file format of vectors and checkpoints.
//!
//! In order: an 8-byte mark of the kind, the version (u32), the length of the header (u32), the header (JSON), the
//! content, and the FNV-1a hash (u64) of all before it. Numbers are little-endian.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

const VERSION: u32 = 1;
const FIXED: usize = 16;
const CHECKSUM: usize = 8;

/// The 64-bit FNV-1a hash.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
        }
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0
    }
}

/// Takes the content of a file that is being written.
pub(crate) struct Sink<'a> {
    file: BufWriter<&'a File>,
    hash: Fnv,
}

impl Sink<'_> {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.file.write_all(bytes)
    }

    pub(crate) fn floats(&mut self, values: &[f32]) -> io::Result<()> {
        values.iter().try_for_each(|value| self.bytes(&value.to_le_bytes()))
    }
}

/// Writes `path` whole or not at all: the bytes go to a file beside it, which is renamed at the end.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> Result<()> {
    let mut name =
        path.file_name().with_context(|| format!("{} is not a file name", path.display()))?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    File::create(&temporary)
        .and_then(|file| write(&file).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path))
        .inspect_err(|_| {
            // The first error is the one to report.
            let _ = fs::remove_file(&temporary);
        })
        .with_context(|| format!("cannot write {}", path.display()))
}

pub(crate) fn write(
    path: &Path,
    mark: &[u8; 8],
    header: &impl Serialize,
    content: impl FnOnce(&mut Sink<'_>) -> io::Result<()>,
) -> Result<()> {
    let header = serde_json::to_vec(header)?;
    let length = u32::try_from(header.len())?;
    replace(path, |file| {
        let mut sink = Sink { file: BufWriter::with_capacity(1 << 18, file), hash: Fnv::default() };
        sink.bytes(mark)?;
        sink.bytes(&VERSION.to_le_bytes())?;
        sink.bytes(&length.to_le_bytes())?;
        sink.bytes(&header)?;
        content(&mut sink)?;
        let checksum = sink.hash.finish();
        sink.file.write_all(&checksum.to_le_bytes())?;
        sink.file.flush()
    })
}

/// The content of a file whose checksum was right.
pub(crate) struct Source {
    bytes: Vec<u8>,
    at: usize,
}

/// Reads a whole file and checks its mark, version and checksum.
///
/// # Errors
///
/// A file that cannot be read, is of another kind or version, or is damaged; the message names the file.
pub(crate) fn read<H: DeserializeOwned>(path: &Path, mark: &[u8; 8]) -> Result<(H, Source)> {
    let mut bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&mut bytes, mark).with_context(|| format!("{} cannot be used", path.display())).map(
        |(header, at)| {
            bytes.truncate(bytes.len() - CHECKSUM);
            (header, Source { bytes, at })
        },
    )
}

fn parse<H: DeserializeOwned>(bytes: &mut [u8], mark: &[u8; 8]) -> Result<(H, usize)> {
    ensure!(bytes.starts_with(mark), "it is not of the kind {:?}", String::from_utf8_lossy(mark));
    ensure!(bytes.len() >= FIXED + CHECKSUM, "it is cut short");
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
    let number =
        |at: usize| u32::from_le_bytes([content[at], content[at + 1], content[at + 2], content[at + 3]]);
    ensure!(number(8) == VERSION, "it has version {}, this program reads version {VERSION}", number(8));
    let mut hash = Fnv::default();
    hash.update(content);
    ensure!(hash.finish().to_le_bytes() == checksum, "it is damaged: its checksum does not match");
    let end = FIXED.saturating_add(number(12) as usize);
    let header = content.get(FIXED..end).context("its header is longer than the file")?;
    Ok((serde_json::from_slice(header).context("its header does not have the expected form")?, end))
}

impl Source {
    pub(crate) fn bytes(&mut self, count: usize) -> Result<&[u8]> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.context("its content is shorter than its header says")?;
        let start = std::mem::replace(&mut self.at, end);
        Ok(&self.bytes[start..end])
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes(4)?.try_into()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes(8)?.try_into()?))
    }

    /// `rows * columns` numbers.
    pub(crate) fn floats(&mut self, rows: usize, columns: usize) -> Result<Vec<f32>> {
        let count =
            rows.checked_mul(columns).and_then(|count| count.checked_mul(4)).context("it is too large")?;
        let values = self.bytes(count)?.chunks_exact(4);
        Ok(values.map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]])).collect())
    }

    pub(crate) fn end(&self) -> Result<()> {
        ensure!(self.at == self.bytes.len(), "its content is longer than its header says");
        Ok(())
    }
}
