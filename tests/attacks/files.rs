//! Hostile model files.

use super::Attack;
use crate::common::{Sizes, WORDS, writer};
use crate::hostile::{entry, repair_checksums, section, tiny_models, use_it};
use drugner::format::strings;
use drugner::format::{self, ARCHITECTURE_BILSTM_CRF, ENTRY_SIZE};
use drugner::{LoadMode, Model, ModelOptions, Status};
use std::path::Path;

pub const ATTACKS: &[Attack] = &[
    Attack { number: 1, what: "an empty file", run: || damaged(Vec::clear) },
    Attack { number: 2, what: "the first eight bytes of a model", run: || damaged(|file| file.truncate(8)) },
    Attack {
        number: 3,
        what: "another format's first bytes",
        run: || damaged(|file| file[..4].copy_from_slice(b"PK\x03\x04")),
    },
    Attack {
        number: 4,
        what: "line ends changed by a text-mode transfer",
        run: || damaged(|file| file.retain(|&byte| byte != b'\r')),
    },
    Attack {
        number: 5,
        what: "the header promises 2^63 bytes",
        run: || header(16, &(1u64 << 63).to_le_bytes()),
    },
    Attack {
        number: 6,
        what: "the header promises 2^32 - 1 sections",
        run: || header(24, &u32::MAX.to_le_bytes()),
    },
    Attack { number: 7, what: "no section", run: || header(24, &[0; 4]) },
    Attack { number: 8, what: "a format from the future", run: || header(8, &9u16.to_le_bytes()) },
    Attack { number: 9, what: "a format from before the first", run: || header(8, &0u16.to_le_bytes()) },
    Attack {
        number: 10,
        what: "a required feature that nobody knows",
        run: || header(40, &(1u64 << 63).to_le_bytes()),
    },
    Attack { number: 11, what: "an unknown family", run: || header(56, &77u32.to_le_bytes()) },
    Attack { number: 12, what: "an unknown tokenizer", run: || header(60, &77u32.to_le_bytes()) },
    Attack {
        number: 13,
        what: "a family with the sections of another",
        run: || header(56, &3u32.to_le_bytes()),
    },
    Attack {
        number: 14,
        what: "a zip archive behind the model",
        run: || damaged(|file| file.extend(b"PK\x05\x06".iter().cycle().take(64))),
    },
    Attack { number: 15, what: "the same, and the header counts it in", run: appended_and_counted },
    Attack { number: 16, what: "dimensions of 2^24 each", run: || dense_entry(8, &[0, 0, 0, 1].repeat(3)) },
    Attack {
        number: 17,
        what: "dimensions whose product overflows to the right size",
        run: || dense_entry(8, &overflowing_dims()),
    },
    Attack {
        number: 18,
        what: "a section of 2^64 - 64 bytes",
        run: || dense_entry(32, &(u64::MAX - 63).to_le_bytes()),
    },
    Attack {
        number: 19,
        what: "a section that lies upon another",
        run: || dense_entry(24, &0u64.to_le_bytes()),
    },
    Attack { number: 20, what: "a section that begins behind a hole", run: hole },
    Attack { number: 21, what: "a message in the padding", run: padding },
    Attack { number: 22, what: "a section twice", run: twice },
    Attack { number: 23, what: "an element type that does not exist", run: || dense_entry(6, &[9]) },
    Attack { number: 24, what: "fp16 weights declared as integers", run: || dense_entry(6, &[2]) },
    Attack { number: 25, what: "an unknown section that is required", run: || dense_entry(0, b"EVIL") },
    Attack { number: 26, what: "an unknown section that is optional", run: optional_section },
    Attack {
        number: 27,
        what: "a weight that is NaN",
        run: || in_section(b"DENS", 0, &0x7E00u16.to_le_bytes()),
    },
    Attack {
        number: 28,
        what: "a bias that is infinite",
        run: || in_section(b"DENB", 0, &f32::INFINITY.to_le_bytes()),
    },
    Attack { number: 29, what: "all weights as large as they can be", run: extreme_weights },
    Attack { number: 30, what: "transitions that forbid all that is legal", run: illegal_transitions },
    Attack {
        number: 31,
        what: "a slot that names a word behind the last",
        run: || in_section(b"WSLT", 0, &1000u32.to_le_bytes()),
    },
    Attack { number: 32, what: "a vocabulary without an empty slot", run: no_empty_slot },
    Attack {
        number: 33,
        what: "a lexicon without an empty slot, of lists that do not exist",
        run: full_lexicon,
    },
    Attack { number: 34, what: "2^32 - 1 strings", run: || in_section(b"WORD", 0, &u32::MAX.to_le_bytes()) },
    Attack {
        number: 35,
        what: "string offsets that run backwards",
        run: || in_section(b"WORD", 8, &u32::MAX.to_le_bytes()),
    },
    Attack {
        number: 36,
        what: "a string that is not UTF-8",
        run: || in_section(b"LABL", 4 + 5 * 4, &[0xFF]),
    },
    Attack { number: 37, what: "labels 2^4 in number", run: many_labels },
    Attack { number: 38, what: "metadata out of order", run: || with_meta(&["b", "", "a", ""]) },
    Attack { number: 39, what: "a key of metadata without value", run: || with_meta(&["a"]) },
    Attack {
        number: 40,
        what: "a self-test that expects mentions in texts that do not exist",
        run: lying_selftest,
    },
    Attack { number: 41, what: "a self-test of half a row", run: half_selftest },
    Attack { number: 42, what: "a layer of 2^24 units", run: giant_layer },
    Attack { number: 43, what: "a file of 1 TiB that costs no disk", run: sparse_file },
    Attack { number: 44, what: "a folder instead of a file", run: || path(Path::new("/")) },
    Attack { number: 45, what: "an endless device", run: || path(Path::new("/dev/zero")) },
    Attack { number: 46, what: "a pipe that nobody writes to", run: fifo },
    Attack { number: 47, what: "a mapped file overwritten during use", run: overwritten },
];

fn outcome(result: Result<(), Status>) -> String {
    match result {
        Ok(()) => "harmless".to_owned(),
        Err(status) => format!("{status:?}"),
    }
}

fn opened(file: &[u8]) -> String {
    outcome(use_it(file, &ModelOptions::default()))
}

fn bilstm() -> Vec<u8> {
    tiny_models().into_iter().next().unwrap().1
}

fn damaged(damage: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut file = bilstm();
    damage(&mut file);
    opened(&file)
}

fn repaired(damage: impl FnOnce(&mut Vec<u8>)) -> String {
    damaged(|file| {
        damage(file);
        repair_checksums(file);
    })
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

fn header(at: usize, bytes: &[u8]) -> String {
    repaired(|file| put(file, at, bytes))
}

fn dense_entry(at: usize, bytes: &[u8]) -> String {
    repaired(|file| {
        let entry = entry(file, b"DENS");
        put(file, entry + at, bytes);
    })
}

fn in_section(code: &[u8; 4], at: usize, bytes: &[u8]) -> String {
    repaired(|file| {
        let start = section(file, code).start;
        put(file, start + at, bytes);
    })
}

fn appended_and_counted() -> String {
    repaired(|file| {
        file.extend([b'P'; 64]);
        let size = file.len() as u64;
        put(file, 16, &size.to_le_bytes());
    })
}

/// Three dimensions below the limit of 2^24 whose product times two is the section's size modulo 2^64 would need an
/// overflow; 2^22 each is 2^66 elements, 0 modulo 2^64.
fn overflowing_dims() -> Vec<u8> {
    [1u32 << 22; 3].iter().flat_map(|dim| dim.to_le_bytes()).collect()
}

fn hole() -> String {
    repaired(|file| {
        let last = entry(file, b"CRFT");
        let offset = section(file, b"CRFT").start as u64 + 64;
        put(file, last + 24, &offset.to_le_bytes());
        file.extend([0; 64]);
        let size = file.len() as u64;
        put(file, 16, &size.to_le_bytes());
    })
}

fn padding() -> String {
    repaired(|file| {
        let end = section(file, b"LABL").end;
        assert!(!end.is_multiple_of(64));
        file[end] = b'!';
    })
}

fn twice() -> String {
    let mut writer = writer(1, &Sizes::default());
    writer.add_f32(format::DENSE_BIAS, 0, &[1, 16], &[0.0; 16]);
    opened(&writer.finish(ARCHITECTURE_BILSTM_CRF))
}

fn optional_section() -> String {
    let mut writer = writer(1, &Sizes::default());
    writer.add_u32(format::WINDOW, 0, &[2], &[1, 2]);
    let mut file = writer.finish(ARCHITECTURE_BILSTM_CRF);
    let at = entry(&file, b"WNDW");
    put(&mut file, at, b"LATR");
    put(&mut file, at + 44, &1u32.to_le_bytes());
    repair_checksums(&mut file);
    opened(&file)
}

/// The section with every element replaced.
fn fill(file: &mut [u8], code: &[u8; 4], elements: &[&[u8]]) {
    let range = section(file, code);
    let bytes = elements.concat();
    for (slot, byte) in file[range].iter_mut().zip(bytes.iter().cycle()) {
        *slot = *byte;
    }
}

fn extreme_weights() -> String {
    for (_, bytes) in tiny_models() {
        for sign in [[0x7B, 0xFB], [0x7B, 0x7B], [0xFB, 0xFB]] {
            let mut file = bytes.clone();
            let table = crate::hostile::table_end(&file);
            for at in (format::HEADER_SIZE..table).step_by(ENTRY_SIZE) {
                let code: [u8; 4] = file[at..at + 4].try_into().unwrap();
                match file[at + 6] {
                    5 => fill(&mut file, &code, &[&[0xFF, sign[0]], &[0xFF, sign[1]]]),
                    6 => fill(&mut file, &code, &[&f32::MAX.to_le_bytes(), &f32::MIN.to_le_bytes()]),
                    7 => fill(&mut file, &code, &[&[0x7F], &[0x81]]),
                    _ => {}
                }
            }
            repair_checksums(&mut file);
            use_it(&file, &ModelOptions::default()).unwrap();
        }
    }
    outcome(Ok(()))
}

fn illegal_transitions() -> String {
    repaired(|file| fill(file, b"CRFT", &[&f32::MIN.to_le_bytes()]))
}

fn no_empty_slot() -> String {
    repaired(|file| {
        let row = (WORDS.len() as u32).to_le_bytes();
        fill(file, b"WSLT", &[&row]);
    })
}

fn full_lexicon() -> String {
    repaired(|file| {
        fill(file, b"LXKY", &[&[0xFF]]);
        fill(file, b"LXST", &[&[0xFF]]);
    })
}

fn many_labels() -> String {
    let names: Vec<String> = (0..16).map(|i| i.to_string()).collect();
    replaced(b"LABL", &strings::write(&names))
}

fn with_meta(entries: &[&str]) -> String {
    replaced(b"META", &strings::write(entries))
}

/// The model with the content of one string table replaced, padding and all.
fn replaced(code: &[u8; 4], content: &[u8]) -> String {
    repaired(|file| {
        let (at, old) = (entry(file, code), section(file, code));
        let room = old.len().next_multiple_of(64);
        let new = content.len().next_multiple_of(64);
        let mut bytes = content.to_vec();
        bytes.resize(new, 0);
        file.splice(old.start..old.start + room, bytes);
        put(file, at + 8, &(content.len() as u32).to_le_bytes());
        put(file, at + 32, &(content.len() as u64).to_le_bytes());
        let moved = new as i64 - room as i64;
        for later in (at + ENTRY_SIZE..crate::hostile::table_end(file)).step_by(ENTRY_SIZE) {
            let offset = u64::from_le_bytes(file[later + 24..later + 32].try_into().unwrap());
            put(file, later + 24, &offset.wrapping_add_signed(moved).to_le_bytes());
        }
        let size = file.len() as u64;
        put(file, 16, &size.to_le_bytes());
    })
}

fn lying_selftest() -> String {
    selftest(&[u32::MAX, u32::MAX, 0, u32::MAX, u32::MAX], 5)
}

fn half_selftest() -> String {
    selftest(&[1, 2, 3], 3)
}

fn selftest(mentions: &[u32], fields: usize) -> String {
    let mut writer = writer(1, &Sizes::default());
    writer.add_strings(format::TEST_TEXTS, &["aspirin"]);
    writer.add_u32(format::TEST_MENTIONS, 0, &[mentions.len() / fields, fields], mentions);
    let file = writer.finish(ARCHITECTURE_BILSTM_CRF);
    match Model::open_copy(&file, &ModelOptions::default()) {
        Ok(model) => outcome(model.selftest().map_err(|error| error.status)),
        Err(error) => format!("{:?}", error.status),
    }
}

fn giant_layer() -> String {
    // 2^20 panels of 16 units: the section need not exist for the limit to be met first.
    dense_entry(8, &[[0, 0, 16, 0], [1, 0, 0, 0], [16, 0, 0, 0]].concat())
}

fn path(path: &Path) -> String {
    outcome(Model::open_file(path, &ModelOptions::default()).map(drop).map_err(|error| error.status))
}

fn sparse_file() -> String {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("large.drugner");
    std::fs::File::create(&name).unwrap().set_len(1 << 40).unwrap();
    path(&name)
}

fn fifo() -> String {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&name).status().unwrap();
    assert!(made.success());
    path(&name)
}

/// The file changes under the mapping: whatever bits the weights and tables then hold, the answers obey the rules.
fn overwritten() -> String {
    use std::os::unix::fs::FileExt;
    let folder = tempfile::tempdir().unwrap();
    for (family, bytes) in tiny_models() {
        let name = folder.path().join(family);
        std::fs::write(&name, &bytes).unwrap();
        let options = ModelOptions { load_mode: LoadMode::Map, ..ModelOptions::default() };
        let model = Model::open_file(&name, &options).unwrap();
        let file = std::fs::File::options().write(true).open(&name).unwrap();
        let mut numbers = crate::common::Numbers(3);
        for round in 0..50 {
            let noise: Vec<u8> = match round {
                0 => vec![0xFF; bytes.len()],
                1 => vec![0; bytes.len()],
                _ => (0..bytes.len()).map(|_| numbers.next() as u8).collect(),
            };
            file.write_all_at(&noise, 0).unwrap();
            let paths = if family.starts_with("bilstm-crf") { 3 } else { 0 };
            let options = drugner::ContextOptions { max_paths: paths, ..Default::default() };
            let mut context = drugner::Context::new(&model, &options).unwrap();
            for text in crate::hostile::TEXTS {
                let mentions = context.find_utf8(text).unwrap().mentions.to_vec();
                crate::hostile::check_mentions(&model, &mentions, text.len());
                if paths > 0 {
                    let found = context.nbest_utf8(text, 0, 3).unwrap();
                    assert!(found.paths.iter().all(|path| (0.0..=1.0).contains(&path.probability)));
                }
            }
            assert!(!model.verify_sha256() && model.selftest().is_err());
        }
    }
    outcome(Ok(()))
}
