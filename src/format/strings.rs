//! String tables: u32 count, count + 1 u32 offsets into the heap, heap of UTF-8 bytes.

use crate::{Error, Status};

/// Longest string in bytes.
pub const MAX_STRING: usize = 64 * 1024;

/// The bytes of a table.
///
/// # Panics
/// When a string is longer than [`MAX_STRING`] or the heap exceeds `u32`.
pub fn write<S: AsRef<str>>(strings: &[S]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend((strings.len() as u32).to_le_bytes());
    let mut end = 0u32;
    out.extend(end.to_le_bytes());
    for string in strings {
        assert!(string.as_ref().len() <= MAX_STRING, "a string exceeds {MAX_STRING} bytes");
        end = end.checked_add(string.as_ref().len() as u32).expect("string heap below 4 GiB");
        out.extend(end.to_le_bytes());
    }
    for string in strings {
        out.extend(string.as_ref().as_bytes());
    }
    out
}

/// A table in the bytes of a section. Every access is checked, because a mapped file can change.
#[derive(Clone, Copy, Debug)]
pub struct Strings<'a> {
    offsets: &'a [[u8; 4]],
    heap: &'a [u8],
}

impl<'a> Strings<'a> {
    /// The table without strings.
    pub const EMPTY: Strings<'static> = Strings { offsets: &[[0; 4]], heap: &[] };

    /// Reads the table without looking at the strings.
    pub fn open(section: &'a [u8]) -> Option<Self> {
        let (count, rest) = section.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count) as usize;
        let offsets_len = count.checked_add(1)?.checked_mul(4)?;
        let (offsets, heap) = rest.split_at_checked(offsets_len)?;
        Some(Self { offsets: offsets.as_chunks::<4>().0, heap })
    }

    /// Reads and checks the table; `at` is its position in the file, for errors.
    pub fn check(section: &'a [u8], at: u64) -> Result<Self, Error> {
        let corrupt = |detail: &'static str| Error::new(Status::CorruptModel, detail).at(at);
        let strings = Self::open(section).ok_or_else(|| corrupt("a string table is cut off"))?;
        // The whole heap at once is checked faster than string by string.
        let heap = str::from_utf8(strings.heap).map_err(|_| corrupt("a string is not UTF-8"))?;
        let mut start = 0;
        for offset in strings.offsets {
            let end = u32::from_le_bytes(*offset) as usize;
            if end < start || end > heap.len() {
                return Err(corrupt("string offsets not in order"));
            }
            if end - start > MAX_STRING {
                return Err(corrupt("a string is too long"));
            }
            if !heap.is_char_boundary(end) {
                return Err(corrupt("a string is not UTF-8"));
            }
            start = end;
        }
        if strings.offsets.first() != Some(&[0; 4]) || start != strings.heap.len() {
            return Err(corrupt("a string table has a hole"));
        }
        Ok(strings)
    }

    /// Number of strings.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether the table holds no string.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of string `index`; `None` when there is no such string.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let start = u32::from_le_bytes(*self.offsets.get(index)?) as usize;
        let end = u32::from_le_bytes(*self.offsets.get(index + 1)?) as usize;
        self.heap.get(start..end)
    }

    /// String `index` as text.
    pub fn text(&self, index: usize) -> Option<&'a str> {
        str::from_utf8(self.get(index)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let words = ["", "aspirin", "µg", ""];
        let bytes = write(&words);
        let table = Strings::check(&bytes, 0).unwrap();
        assert_eq!(table.len(), 4);
        for (i, word) in words.iter().enumerate() {
            assert_eq!(table.text(i), Some(*word));
        }
        assert_eq!(table.get(4), None);
        assert!(!table.is_empty() && Strings::EMPTY.is_empty());
    }

    #[test]
    fn the_longest_string_is_read() {
        let bytes = write(&["a".repeat(MAX_STRING)]);
        assert!(Strings::check(&bytes, 0).is_ok());
        let mut longer = bytes;
        longer.push(b'a');
        longer[8..12].copy_from_slice(&(MAX_STRING as u32 + 1).to_le_bytes());
        assert!(Strings::check(&longer, 0).is_err());
    }

    #[test]
    fn holes_are_refused() {
        // Strings from the second byte of the heap on, and up to its last but one.
        for offsets in [[1u32, 3], [0, 2]] {
            let mut bytes = 1u32.to_le_bytes().to_vec();
            bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
            bytes.extend(b"abc");
            assert!(Strings::check(&bytes, 0).is_err(), "{offsets:?}");
        }
    }

    #[test]
    fn a_string_that_ends_inside_a_character_is_refused() {
        let mut bytes = write(&["a", "µg"]);
        assert!(Strings::check(&bytes, 0).is_ok());
        bytes[8] = 2;
        assert!(Strings::check(&bytes, 0).is_err());
    }

    #[test]
    fn every_truncation_and_bit_flip_is_refused_or_read_safely() {
        let bytes = write(&["aspirin", "ibuprofen"]);
        for len in 0..bytes.len() {
            assert!(Strings::check(&bytes[..len], 0).is_err());
        }
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Some(table) = Strings::open(&damaged) {
                for i in 0..4 {
                    let _ = table.get(i);
                }
            }
        }
    }
}
