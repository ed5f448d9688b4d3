//! The 64-byte section entries.

use super::header::{u32_at, u64_at};
use super::{ALIGNMENT, ENTRY_SIZE, Element, KINDS, Kind, MAX_DIM};
use crate::{Error, Status};
use std::ops::Range;

/// Flag: a reader that does not know the kind may ignore the section.
pub const OPTIONAL: u32 = 1;

/// One entry of the section table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Four-letter code of the kind.
    pub code: [u8; 4],
    /// Which of several sections of this kind: layer * 2 + direction for LSTM weights,
    /// layer for dense weights, else 0.
    pub index: u32,
    /// Sizes; unused dimensions are 1.
    pub dims: [u32; 4],
    /// First byte in the file.
    pub offset: u64,
    /// Bytes, without padding.
    pub size: u64,
    /// CRC-32C of the section's bytes.
    pub crc: u32,
    /// Known kind, or `None` for an optional section of an unknown kind.
    pub kind: Option<Kind>,
}

impl Section {
    /// The bytes of an entry of a known kind.
    pub fn write(&self, kind: Kind) -> [u8; ENTRY_SIZE] {
        let mut out = [0; ENTRY_SIZE];
        out[0..4].copy_from_slice(&kind.code);
        out[6] = kind.element as u8;
        out[7] = kind.rank;
        for (bytes, dim) in out[8..24].chunks_exact_mut(4).zip(self.dims) {
            bytes.copy_from_slice(&dim.to_le_bytes());
        }
        out[24..32].copy_from_slice(&self.offset.to_le_bytes());
        out[32..40].copy_from_slice(&self.size.to_le_bytes());
        out[40..44].copy_from_slice(&self.crc.to_le_bytes());
        out[48..52].copy_from_slice(&self.index.to_le_bytes());
        out
    }

    /// Reads and checks one entry; `at` is its position in the file, for errors.
    pub fn read(bytes: &[u8; ENTRY_SIZE], at: u64) -> Result<Self, Error> {
        let corrupt = |detail: &'static str| Error::new(Status::CorruptModel, detail).at(at);
        let code = [bytes[0], bytes[1], bytes[2], bytes[3]];
        let dims = [u32_at(bytes, 8), u32_at(bytes, 12), u32_at(bytes, 16), u32_at(bytes, 20)];
        let flags = u32_at(bytes, 44);
        let element = Element::from_code(bytes[6]).ok_or_else(|| corrupt("unknown element type"))?;
        let rank = bytes[7];
        if bytes[4..6] != [0, 0] || flags & !OPTIONAL != 0 || bytes[52..].iter().any(|&byte| byte != 0) {
            return Err(Error::new(Status::FormatTooNew, "a section uses an unknown layout or flag").at(at));
        }
        let known = KINDS.into_iter().find(|kind| kind.code == code);
        match known {
            Some(kind) if kind.element != element || kind.rank != rank => {
                return Err(corrupt("a section has the wrong element type or rank"));
            }
            None if flags & OPTIONAL == 0 => {
                let detail = "the model needs a section kind that this library does not know";
                return Err(Error::new(Status::FormatTooNew, detail).at(at));
            }
            _ => {}
        }
        let used = usize::from(rank);
        let dims_ok = (1..=4).contains(&used)
            && dims[..used].iter().all(|dim| (1..=MAX_DIM).contains(dim))
            && dims[used..].iter().all(|&dim| dim == 1);
        if !dims_ok {
            return Err(corrupt("a section has an impossible dimension"));
        }
        let count = dims.iter().try_fold(1u64, |product, &dim| product.checked_mul(u64::from(dim)));
        let size = u64_at(bytes, 32);
        if count.and_then(|count| count.checked_mul(element.size())) != Some(size) {
            return Err(corrupt("a section's size differs from its dimensions"));
        }
        let offset = u64_at(bytes, 24);
        if !offset.is_multiple_of(ALIGNMENT as u64) {
            return Err(corrupt("a section is not aligned"));
        }
        let (index, crc) = (u32_at(bytes, 48), u32_at(bytes, 40));
        Ok(Self { code, index, dims, offset, size, crc, kind: known })
    }

    /// Byte range of the section in the file.
    pub fn range(&self) -> Range<usize> {
        self.offset as usize..(self.offset + self.size) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CALIBRATION, META, WORD_SLOTS};
    use super::*;

    /// Reads the entry of a calibration table with some bytes changed.
    fn read(changes: &[(usize, u8)]) -> Result<Section, Status> {
        let section = Section {
            code: CALIBRATION.code,
            index: 2,
            dims: [4, 1, 2, 1],
            offset: 128,
            size: 32,
            crc: 5,
            kind: Some(CALIBRATION),
        };
        let mut bytes = section.write(CALIBRATION);
        for &(at, value) in changes {
            bytes[at] = value;
        }
        Section::read(&bytes, 64).map_err(|error| {
            assert_eq!(error.position, Some(64));
            error.status
        })
    }

    #[test]
    fn every_rule_of_an_entry_is_checked() {
        let whole = read(&[]).unwrap();
        assert_eq!((whole.dims, whole.range(), whole.index, whole.crc), ([4, 1, 2, 1], 128..160, 2, 5));
        let kind = |kind: Kind| [(6, kind.element as u8), (7, kind.rank)];
        for (change, status) in [
            (&[(4, 1)][..], Status::FormatTooNew),
            (&[(44, 2)], Status::FormatTooNew),
            (&[(52, 1)], Status::FormatTooNew),
            (&[(63, 1)], Status::FormatTooNew),
            (&[(6, 0)], Status::CorruptModel),
            (&[(6, 99)], Status::CorruptModel),
            (&[(0, b'?')], Status::FormatTooNew),
            (&kind(WORD_SLOTS)[..1], Status::CorruptModel),
            (&kind(META)[1..], Status::CorruptModel),
            (&[(8, 0)], Status::CorruptModel),
            (&[(20, 2)], Status::CorruptModel),
            (&[(20, 0)], Status::CorruptModel),
            (&[(32, 33)], Status::CorruptModel),
            (&[(24, 1)], Status::CorruptModel),
        ] {
            assert_eq!(read(change).map(|_| ()), Err(status), "{change:?}");
        }
    }

    #[test]
    fn an_optional_section_may_be_unknown() {
        let unknown = [(0, b'?'), (44, OPTIONAL as u8)];
        assert_eq!(read(&unknown).unwrap().kind, None);
        // Rank 0 and 5: no section has them, known or not.
        for rank in [0, 5] {
            assert_eq!(read(&[unknown[0], unknown[1], (7, rank)]).map(|_| ()), Err(Status::CorruptModel));
        }
        for element in (1..=7).map(|code| Element::from_code(code).unwrap()) {
            let bytes = 8 * element.size() as u8;
            let section = read(&[unknown[0], unknown[1], (6, element as u8), (32, bytes)]).unwrap();
            assert_eq!(section.size, u64::from(bytes));
        }
    }
}
