//! Model files: every way to open one, and every way to damage one.

mod common;
mod hostile;

use common::families::Simple;
use common::{Sizes, model, note};
use drugner::format::{ENTRY_SIZE, HEADER_SIZE};
use drugner::{Context, ContextOptions, Error, LoadMode, Model, ModelOptions, Status};
use hostile::{repair_checksums, section};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn open(bytes: &[u8]) -> Result<Model, Error> {
    Model::open_copy(bytes, &ModelOptions::default())
}

/// Opens what may be hostile and, if it opens, uses it.
fn try_to_use(bytes: &[u8]) -> Option<Status> {
    match open(bytes) {
        Err(error) => Some(error.status),
        Ok(model) => {
            let mut context = Context::new(&model, &ContextOptions::default()).unwrap();
            let text = note(1, 30);
            for mention in context.find_utf8(text.as_bytes()).unwrap().mentions {
                assert!(mention.start < mention.end && mention.end as usize <= text.len());
                assert!((0.0..=1.0).contains(&mention.score));
                assert!(model.label(u32::from(mention.label)).is_some());
            }
            None
        }
    }
}

#[test]
fn the_writer_is_deterministic_and_the_reader_sees_what_was_written() {
    let bytes = model(1, &Sizes::default());
    assert_eq!(bytes, model(1, &Sizes::default()));
    let model = open(&bytes).unwrap();
    assert_eq!(model.labels().collect::<Vec<_>>(), common::LABELS);
    assert_eq!(model.meta("general.name"), Some("random"));
    assert_eq!(model.meta("general.nam"), None);
    let info = model.info();
    assert_eq!((info.vocabulary, info.hidden, info.layers, info.tags, info.labels), (9, 16, 1, 17, 4));
    assert!(model.verify_sha256());
}

#[test]
fn all_ways_to_open_a_file_agree() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.drugner");
    let bytes = model(2, &Sizes::default());
    std::fs::write(&path, &bytes).unwrap();
    let text = note(3, 100);
    let answer = |model: &Model| {
        let mut context = Context::new(model, &ContextOptions::default()).unwrap();
        context.find_utf8(text.as_bytes()).unwrap().mentions.to_vec()
    };
    let expected = answer(&open(&bytes).unwrap());
    for load_mode in [LoadMode::Auto, LoadMode::Copy, LoadMode::Map] {
        if load_mode == LoadMode::Map && cfg!(not(feature = "mmap")) {
            continue;
        }
        let options = ModelOptions { load_mode, ..ModelOptions::default() };
        assert_eq!(answer(&Model::open_file(&path, &options).unwrap()), expected);
    }
    for shift in [0, 1] {
        let released = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&released);
        let mut memory = vec![0u8; bytes.len() + 64];
        let start = (64 - memory.as_ptr().addr() % 64) % 64 + shift;
        let start = start.min(memory.len() - bytes.len());
        memory[start..start + bytes.len()].copy_from_slice(&bytes);
        let release = Box::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        // SAFETY: `memory` outlives the model.
        let model = unsafe {
            Model::open_borrowed(memory[start..].as_ptr(), bytes.len(), release, &ModelOptions::default())
        };
        let model = model.unwrap();
        assert_eq!(answer(&model), expected);
        drop(model);
        assert_eq!(released.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_replaced_file_does_not_touch_an_open_model() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.drugner");
    std::fs::write(&path, model(2, &Sizes::default())).unwrap();
    let mapped =
        Model::open_file(&path, &ModelOptions { load_mode: LoadMode::Map, ..Default::default() }).unwrap();
    drugner::format::writer::save(&path, &model(4, &Sizes::default())).unwrap();
    assert!(mapped.verify_sha256());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
}

/// What `LoadMode::Copy` is for: a file that is cut or overwritten in place does not reach the model.
#[test]
fn a_copied_model_does_not_feel_what_happens_to_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.drugner");
    let bytes = model(2, &Sizes::default());
    let options = ModelOptions { load_mode: LoadMode::Copy, ..ModelOptions::default() };
    for damaged in [vec![], vec![0xFF; bytes.len()]] {
        std::fs::write(&path, &bytes).unwrap();
        let copied = Model::open_file(&path, &options).unwrap();
        std::fs::write(&path, damaged).unwrap();
        assert_eq!(copied.info().storage, 2);
        assert!(copied.bytes() == bytes && copied.verify_sha256());
    }
}

#[test]
fn errors_name_the_cause() {
    let good = model(1, &Sizes::default());
    let dir = tempfile::tempdir().unwrap();
    let options = ModelOptions::default();
    let missing = Model::open_file(&dir.path().join("none"), &options).err().unwrap();
    assert_eq!(missing.status, Status::NotFound);
    assert_eq!(Model::open_file(dir.path(), &options).err().unwrap().status, Status::InvalidArgument);
    let small = ModelOptions { max_bytes: 100, ..options };
    assert_eq!(Model::open_copy(&good, &small).err().unwrap().status, Status::Limit);
    type Damage = fn(&mut Vec<u8>);
    let cases: [(Status, Damage); 8] = [
        (Status::NotAModel, |f| f.clear()),
        (Status::NotAModel, |f| f[0] = b'X'),
        (Status::Truncated, |f| f.truncate(100)),
        (Status::Truncated, |f| f.truncate(f.len() - 64)),
        (Status::CorruptModel, |f| f.extend([0; 64])),
        (Status::Checksum, |f| f[9] ^= 1),
        (Status::Checksum, |f| f[130] ^= 1),
        (Status::Checksum, |f| {
            let last = f.len() - 200;
            f[last] ^= 1;
        }),
    ];
    for (i, (status, damage)) in cases.into_iter().enumerate() {
        let mut file = good.clone();
        damage(&mut file);
        assert_eq!(open(&file).err().unwrap().status, status, "case {i}");
    }
    for (at, status) in [(8, Status::FormatTooNew), (40, Status::FormatTooNew), (60, Status::FormatTooNew)] {
        let mut file = good.clone();
        file[at] = 9;
        repair_checksums(&mut file);
        assert_eq!(open(&file).err().unwrap().status, status, "header byte {at}");
    }
    let mut old = good;
    old[8] = 0;
    repair_checksums(&mut old);
    assert_eq!(open(&old).err().unwrap().status, Status::FormatTooOld);
}

/// A model of each family, and one with int8 weights.
fn families() -> [Vec<u8>; 4] {
    let tagger = |int8: bool| model(1, &Sizes { int8, ..Sizes::default() });
    [tagger(false), Simple::window(3, 0.7).bytes(), Simple::lstm(3, 0.7).bytes(), tagger(true)]
}

#[test]
fn a_calibration_that_breaks_the_rules_is_refused() {
    let open_with = |dims: [usize; 3], values: &[f32]| {
        let mut writer = common::writer(1, &Sizes::default());
        writer.add_f32(drugner::format::CALIBRATION, 0, &dims, values);
        open(&writer.finish(drugner::format::ARCHITECTURE_BILSTM_CRF))
    };
    let table: Vec<f32> = (0..16).map(|i| (i % 4 / 2) as f32).collect();
    assert_eq!(open_with([4, 2, 2], &table).unwrap().calibration().unwrap().values(), table);
    let with = |at: usize, value: f32| {
        let mut values = table.clone();
        values[at] = value;
        values
    };
    let cases: [([usize; 3], Vec<f32>, &str); 8] = [
        ([3, 2, 2], table[..12].to_vec(), "labels"),
        ([2, 2, 4], table.clone(), "labels"),
        ([4, 17, 2], vec![0.5; 136], "size"),
        ([4, 2, 2], with(14, 1.5), "probability"),
        ([4, 2, 2], with(0, -1e-9), "probability"),
        ([4, 2, 2], with(12, 1.0), ""),
        ([4, 2, 2], table.iter().map(|v| 1.0 - v).collect(), "falls"),
        ([4, 2, 2], with(3, f32::NAN), "finite"),
    ];
    for (dims, values, cause) in cases {
        match open_with(dims, &values) {
            Ok(_) => assert_eq!(cause, "", "{values:?}"),
            Err(error) => {
                assert_eq!(error.status, Status::CorruptModel);
                assert!(!cause.is_empty() && error.to_string().contains(cause), "{error}");
            }
        }
    }
}

/// int8 weights stand in place of fp16 weights, fit the layer, and are announced by the header.
#[test]
fn int8_weights_that_break_the_rules_are_refused() {
    // 12 inputs and 16 units: neither matrix can stand for the other.
    let int8 = model(1, &Sizes { int8: true, lists: 1, ..Sizes::default() });
    let architecture = drugner::format::ARCHITECTURE_BILSTM_CRF;
    let status = |file: &[u8]| open(file).err().map(|error| error.status);
    assert_eq!(status(&int8), None);
    assert_eq!(int8[40], 1, "the required feature");

    let with = |change: fn(&mut Vec<u8>)| {
        let mut file = int8.clone();
        change(&mut file);
        repair_checksums(&mut file);
        open(&file).err().unwrap()
    };
    let unannounced = with(|file| file[40] = 0);
    assert_eq!((unannounced.status, unannounced.position), (Status::CorruptModel, Some(40)));
    let lowest = with(|file| {
        let start = section(file, b"LQWH").start;
        file[start + 5] = 0x80;
    });
    assert!(lowest.to_string().contains("-128 in int8"), "{lowest}");
    let not_finite = with(|file| {
        let start = section(file, b"LQSC").start;
        file[start..start + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    assert_eq!(not_finite.status, Status::CorruptModel);
    for (code, other) in [(b"LQWX", b"LQWH"), (b"LQWH", b"LQWX")] {
        let mut file = int8.clone();
        let (at, to) = (hostile::entry(&file, code), hostile::entry(&file, other));
        file[at..at + 4].copy_from_slice(other);
        file[to..to + 4].copy_from_slice(code);
        repair_checksums(&mut file);
        assert_eq!(status(&file), Some(Status::CorruptModel));
    }

    let mut announced = model(1, &Sizes::default());
    announced[40] = 1;
    repair_checksums(&mut announced);
    assert_eq!(status(&announced), Some(Status::CorruptModel));

    let mut both = common::writer(1, &Sizes { int8: true, ..Sizes::default() });
    both.add_u16(drugner::format::LSTM_RECURRENT, 0, &[1, 16, 64], &[0; 16 * 64]);
    assert_eq!(status(&both.finish(architecture)), Some(Status::CorruptModel));
    let mut lstm = Simple::lstm(3, 0.7).writer();
    lstm.add_f32(drugner::format::LSTM_SCALES, 0, &[2, 1, 64], &[0.0; 128]);
    assert_eq!(status(&lstm.finish(drugner::format::ARCHITECTURE_LSTM)), Some(Status::CorruptModel));
}

#[test]
fn every_truncation_is_refused() {
    for bytes in families() {
        let step = bytes.len() / 20_000 + 1;
        for len in (0..4096.min(bytes.len())).chain((0..bytes.len()).step_by(step)) {
            assert!(open(&bytes[..len]).is_err(), "{len}");
        }
    }
}

#[test]
fn every_changed_byte_of_header_and_table_is_refused_or_harmless() {
    for bytes in families() {
        let count = u32::from_le_bytes(bytes[24..28].try_into().unwrap()) as usize;
        for at in 0..HEADER_SIZE + count * ENTRY_SIZE {
            for flip in [0x01, 0x80, 0xFF] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                assert!(open(&damaged).is_err(), "byte {at} without repaired checksums");
                repair_checksums(&mut damaged);
                try_to_use(&damaged);
            }
        }
    }
}

#[test]
fn changed_bytes_of_the_sections_are_refused_or_harmless() {
    for bytes in families() {
        let mut numbers = common::Numbers(11);
        let mut opened = 0;
        for _ in 0..1000 {
            let mut damaged = bytes.clone();
            for _ in 0..=numbers.next() % 3 {
                let at = (numbers.next() % bytes.len() as u64) as usize;
                damaged[at] = numbers.next() as u8;
            }
            repair_checksums(&mut damaged);
            opened += usize::from(try_to_use(&damaged).is_none());
        }
        assert!(opened > 50, "many files with other weights still open: {opened}");
    }
}
