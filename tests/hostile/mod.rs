//! What tests of hostile input share: tiny models of every family, repaired checksums, and use of whatever opens.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod generator;

use crate::common::families::{Dense, Network, Simple};
use crate::common::{LABELS, Numbers, Sizes, WORDS, model};
use drugner::format::crc32c::crc32c;
use drugner::format::{ENTRY_SIZE, HEADER_SIZE, MAX_SECTIONS};
use drugner::{Context, ContextOptions, Mention, Model, ModelOptions, Status};

/// The smallest models that have every part of their family.
pub fn tiny_models() -> [(&'static str, Vec<u8>); 4] {
    let sizes = Sizes {
        word_width: 1,
        filters: 1,
        shape_width: 1,
        hidden: 1,
        layers: 1,
        lists: 1,
        scale: 1.0,
        int8: false,
        rules: true,
    };
    [
        ("bilstm-crf", model(1, &sizes)),
        ("window", tiny_window().bytes()),
        ("lstm", tiny_lstm().bytes()),
        ("bilstm-crf-int8", model(1, &Sizes { int8: true, ..sizes })),
    ]
}

fn tiny_window() -> Simple {
    let mut numbers = Numbers(5);
    let layers = vec![dense(&mut numbers, 4, 3), dense(&mut numbers, 3, 1 + 2 * LABELS.len())];
    simple(&mut numbers, Network::Window { words: 2, border: 1, layers })
}

fn tiny_lstm() -> Simple {
    let mut numbers = Numbers(6);
    let network = Network::Lstm {
        input: 4,
        hidden: 1,
        wx: numbers.floats(16, 1.0),
        wh: numbers.floats(4, 1.0),
        bias: numbers.floats(4, 1.0),
        dense: dense(&mut numbers, 1, 1 + LABELS.len()),
    };
    simple(&mut numbers, network)
}

fn simple(numbers: &mut Numbers, network: Network) -> Simple {
    let table = numbers.floats(2 * (WORDS.len() + 1), 2.0);
    Simple { joined: true, labels: LABELS.len(), table, width: 2, network }
}

fn dense(numbers: &mut Numbers, inputs: usize, outputs: usize) -> Dense {
    Dense {
        inputs,
        outputs,
        weights: numbers.floats(inputs * outputs, 2.0),
        bias: numbers.floats(outputs, 1.0),
    }
}

/// Texts that reach all stages in few tokens.
pub const TEXTS: [&[u8]; 4] = [
    b"Aspirin, warfarin (5 mg/kg) b.i.d.\n\n- the patient: \xFF \xF0\x9F\x92\x8A",
    b"",
    b"the aspirin of warfarin of the patient of 12 mg of the aspirin of the warfarin - 0 of aspirin",
    b"\0\xC0[((]))",
];

/// A number of `N` bytes in the file.
fn number<const N: usize>(file: &[u8], at: usize) -> [u8; N] {
    file[at..at + N].try_into().unwrap()
}

/// Recomputes all checksums, so that the checks behind them are tested.
pub fn repair_checksums(file: &mut [u8]) {
    if file.len() < HEADER_SIZE {
        return;
    }
    let table_end = table_end(file);
    if table_end <= file.len() {
        for at in (HEADER_SIZE..table_end).step_by(ENTRY_SIZE) {
            let (offset, size) =
                (u64::from_le_bytes(number(file, at + 24)), u64::from_le_bytes(number(file, at + 32)));
            if let Some(bytes) = file.get(offset as usize..offset.saturating_add(size) as usize) {
                let crc = crc32c(bytes);
                file[at + 40..at + 44].copy_from_slice(&crc.to_le_bytes());
            }
        }
        repair_table(file);
    }
    repair_header(file);
}

/// Recomputes the checksums of the section table and of the header.
pub fn repair_table(file: &mut [u8]) {
    let crc = crc32c(&file[HEADER_SIZE..table_end(file)]);
    file[120..124].copy_from_slice(&crc.to_le_bytes());
    repair_header(file);
}

/// Recomputes the checksum of the header alone.
pub fn repair_header(file: &mut [u8]) {
    let crc = crc32c(&file[..124]);
    file[124..128].copy_from_slice(&crc.to_le_bytes());
}

/// End of the section table, of as many entries as a file can have.
pub fn table_end(file: &[u8]) -> usize {
    let count = u32::from_le_bytes(number(file, 24)) as usize;
    HEADER_SIZE + count.min(MAX_SECTIONS) * ENTRY_SIZE
}

/// Byte range of the first section with this code.
pub fn section(file: &[u8], code: &[u8; 4]) -> std::ops::Range<usize> {
    let at = entry(file, code);
    let offset = u64::from_le_bytes(number(file, at + 24)) as usize;
    offset..offset + u64::from_le_bytes(number(file, at + 32)) as usize
}

/// Position of the table entry of the first section with this code.
pub fn entry(file: &[u8], code: &[u8; 4]) -> usize {
    let mut entries = (HEADER_SIZE..table_end(file)).step_by(ENTRY_SIZE);
    entries.find(|&at| &file[at..at + 4] == code).expect("the model has this section")
}

/// Opens what may be hostile and, if it opens, uses it: what comes out obeys the rules of the API.
pub fn use_it(bytes: &[u8], options: &ModelOptions) -> Result<(), Status> {
    let model = Model::open_copy(bytes, options).map_err(|error| error.status)?;
    let options = ContextOptions { max_window_tokens: 16, max_spans: 4, ..ContextOptions::default() };
    // A hostile model may ask for more memory than there is, but not for more than it may say.
    let mut context = Context::new(&model, &options).map_err(|error| error.status)?;
    for text in TEXTS {
        let found = context.find_utf8(text).unwrap();
        let (consumed, mentions) = (found.consumed, found.mentions.to_vec());
        check_mentions(&model, &mentions, consumed);
        assert!(consumed <= text.len());
    }
    Ok(())
}

/// Mentions are inside the text, sorted, not overlapping, with a label and a probability.
pub fn check_mentions(model: &Model, mentions: &[Mention], length: usize) {
    for mention in mentions {
        assert!(mention.start < mention.end && mention.end as usize <= length, "{mention:?} of {length}");
        assert!((0.0..=1.0).contains(&mention.score), "{mention:?}");
        assert!(model.label(u32::from(mention.label)).is_some(), "{mention:?}");
    }
    assert!(mentions.is_sorted_by(|left, right| left.end <= right.start), "{mentions:?}");
}
