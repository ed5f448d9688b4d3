//! Every truncation and every single-bit flip of the smallest model of each family, with and without repaired
//! checksums, is refused or harmless: what opens is used, and what it finds obeys the rules of the API.

mod common;
mod hostile;

use drugner::{Isa, Model, ModelOptions, Status};
use hostile::{repair_checksums, repair_header, table_end, tiny_models, use_it};

fn opens(bytes: &[u8]) -> bool {
    Model::open_copy(bytes, &ModelOptions::default()).is_ok()
}

#[test]
fn every_truncation_is_refused() {
    for (family, bytes) in tiny_models() {
        for len in 0..bytes.len() {
            assert!(!opens(&bytes[..len]), "{family}: {len} bytes open");
            // The header may agree with the length: then the section table must disagree.
            let mut shorter = bytes[..len].to_vec();
            if len >= 128 {
                shorter[16..24].copy_from_slice(&(len as u64).to_le_bytes());
                repair_header(&mut shorter);
                assert!(!opens(&shorter), "{family}: {len} bytes with a header that says so open");
                repair_checksums(&mut shorter);
                assert!(!opens(&shorter), "{family}: {len} bytes with repaired checksums open");
            }
        }
    }
}

#[test]
fn every_bit_flip_is_found_by_a_checksum_or_rule() {
    for (family, mut bytes) in tiny_models() {
        assert!(opens(&bytes));
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens(&bytes), "{family}: opens with bit {bit} flipped");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn every_bit_flip_behind_the_checksums_is_refused_or_harmless() {
    for (family, bytes) in tiny_models() {
        let table_end = table_end(&bytes);
        let (mut refused, mut harmless) = (0, 0);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let in_section = bit / 8 >= table_end;
            if !in_section {
                repair_checksums(&mut damaged);
            }
            // The checksums of the sections need no repair when they are not compared.
            let options = ModelOptions { skip_checksum: in_section, ..ModelOptions::default() };
            match use_it(&damaged, &options) {
                Ok(()) => harmless += 1,
                Err(status) => {
                    refused += 1;
                    assert!(refusal(status), "{family}: bit {bit} gives {status:?}");
                }
            }
        }
        assert!(refused > 1000 && harmless > 1000, "{family}: {refused} refused, {harmless} harmless");
    }
}

/// What a file may be refused with.
fn refusal(status: Status) -> bool {
    let expected = [
        Status::NotAModel,
        Status::FormatTooNew,
        Status::FormatTooOld,
        Status::Truncated,
        Status::Checksum,
        Status::CorruptModel,
        Status::Limit,
    ];
    expected.contains(&status)
}

/// Flips of two bits at once, where one alone is refused by the rule that the other breaks, too: sizes and offsets.
#[test]
fn every_pair_of_bits_of_a_section_entry_is_refused_or_harmless() {
    let (_, bytes) = tiny_models().into_iter().find(|(name, _)| *name == "lstm").unwrap();
    let options = ModelOptions { isa: Some(Isa::Scalar), ..ModelOptions::default() };
    let dense = hostile::entry(&bytes, b"DENS");
    let bits = (dense + 8) * 8..(dense + 40) * 8;
    for first in bits.clone() {
        for second in first + 1..bits.end {
            let mut damaged = bytes.clone();
            for bit in [first, second] {
                damaged[bit / 8] ^= 1 << (bit % 8);
            }
            repair_checksums(&mut damaged);
            if let Err(status) = use_it(&damaged, &options) {
                assert!(refusal(status), "bits {first} and {second} give {status:?}");
            }
        }
    }
}
