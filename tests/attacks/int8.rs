//! Hostile model files with int8 weights.

use super::Attack;
use crate::common::{Sizes, writer};
use crate::hostile::{entry, repair_checksums, section, tiny_models, use_it};
use drugner::ModelOptions;
use drugner::format::{self, ARCHITECTURE_BILSTM_CRF};

pub const ATTACKS: &[Attack] = &[
    Attack {
        number: 67,
        what: "an int8 weight that has no negative",
        run: || in_section(b"LQWX", 7, &[0x80]),
    },
    Attack {
        number: 68,
        what: "a scale of int8 weights that is infinite",
        run: || in_section(b"LQSC", 64, &f32::INFINITY.to_le_bytes()),
    },
    Attack {
        number: 69,
        what: "int8 weights that the header does not announce",
        run: || repaired(|file| file[40] = 0),
    },
    Attack { number: 70, what: "int8 weights and fp16 weights in one layer", run: both },
    Attack {
        number: 71,
        what: "int8 weights declared as bytes without sign",
        run: || {
            repaired(|file| {
                let at = entry(file, b"LQWH");
                file[at + 6] = 1;
            })
        },
    },
    Attack {
        number: 72,
        what: "scales that make every sum overflow",
        run: || {
            repaired(|file| {
                for at in section(file, b"LQSC").step_by(4) {
                    file[at..at + 4].copy_from_slice(&f32::MAX.to_le_bytes());
                }
            })
        },
    },
];

fn opened(file: &[u8]) -> String {
    use_it(file, &ModelOptions::default())
        .map_or_else(|status| format!("{status:?}"), |()| "harmless".to_owned())
}

fn repaired(damage: impl FnOnce(&mut Vec<u8>)) -> String {
    let (_, mut file) = tiny_models().into_iter().find(|(name, _)| *name == "bilstm-crf-int8").unwrap();
    damage(&mut file);
    repair_checksums(&mut file);
    opened(&file)
}

fn in_section(code: &[u8; 4], at: usize, bytes: &[u8]) -> String {
    repaired(|file| {
        let start = section(file, code).start + at;
        file[start..start + bytes.len()].copy_from_slice(bytes);
    })
}

fn both() -> String {
    let mut writer = writer(1, &Sizes { int8: true, ..Sizes::default() });
    writer.add_u16(format::LSTM_RECURRENT, 0, &[1, 16, 64], &[0; 16 * 64]);
    opened(&writer.finish(ARCHITECTURE_BILSTM_CRF))
}
