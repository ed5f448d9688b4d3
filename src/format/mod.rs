//! The model file `*.drugner`, version 1; `docs/format.md` is its specification.
//!
//! A 128-byte header, a table of 64-byte section entries, then the sections: 64-byte aligned, in order, without
//! holes. Little-endian. This module is the only place that knows byte positions; nothing it reads is trusted.

pub mod crc32c;
pub mod header;
pub mod layout;
pub mod reader;
pub mod section;
pub mod sha256;
pub mod strings;
pub mod writer;

/// First bytes of every model file; the line ends and the control byte reveal damage by text-mode transfer.
pub const MAGIC: [u8; 8] = [0x89, b'D', b'N', b'R', b'\r', b'\n', 0x1A, b'\n'];
/// Newest format version that this library reads and the one it writes, (major, minor).
pub const VERSION: (u16, u16) = (1, 0);
/// Alignment of every section in bytes.
pub const ALIGNMENT: usize = 64;
/// Bytes of the header.
pub const HEADER_SIZE: usize = 128;
/// Bytes of one section entry.
pub const ENTRY_SIZE: usize = 64;
/// Most sections in one file.
pub const MAX_SECTIONS: usize = 64;
/// Largest dimension of a section.
pub const MAX_DIM: u32 = 1 << 24;
/// Default limit for the size of a model file in bytes.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 30;
/// Architecture id of the window family.
pub const ARCHITECTURE_WINDOW: u32 = 1;
/// Architecture id of the lstm family.
pub const ARCHITECTURE_LSTM: u32 = 3;
/// Architecture id of the bilstm-crf family.
pub const ARCHITECTURE_BILSTM_CRF: u32 = 4;
/// Id and version of the tokenizer in `crate::text`: a model trained with another one gives wrong results.
pub const TOKENIZER: u32 = 1;
/// The same tokenizer, its tokens joined to words between blanks by `crate::text::words`.
pub const TOKENIZER_WORDS: u32 = 2;

/// Required feature: sections of [`Element::I8`].
pub const FEATURE_INT8: u64 = 1;
/// Required feature: a short form that a text introduces is a mention as its long form is, see
/// `crate::decode::abbreviations`.
pub const FEATURE_ABBREVIATIONS: u64 = 2;
/// Required feature: a mention that holds one bracket of a pair grows to the other one, see `crate::decode::brackets`.
pub const FEATURE_BRACKETS: u64 = 4;
/// All required features that this library has.
pub const FEATURES: u64 = FEATURE_INT8 | FEATURE_ABBREVIATIONS | FEATURE_BRACKETS;

/// Type of a section's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Element {
    /// Bytes.
    U8 = 1,
    /// 16-bit unsigned integers.
    U16 = 2,
    /// 32-bit unsigned integers.
    U32 = 3,
    /// 64-bit unsigned integers.
    U64 = 4,
    /// IEEE half precision.
    F16 = 5,
    /// IEEE single precision.
    F32 = 6,
    /// Signed bytes from -127 to 127.
    I8 = 7,
}

impl Element {
    /// Bytes of one element.
    pub const fn size(self) -> u64 {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::F16 => 2,
            Self::U32 | Self::F32 => 4,
            Self::U64 => 8,
        }
    }

    /// The element with this code in the file.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::U8,
            2 => Self::U16,
            3 => Self::U32,
            4 => Self::U64,
            5 => Self::F16,
            6 => Self::F32,
            7 => Self::I8,
            _ => return None,
        })
    }

    /// Name of the type in `docs/format.md`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F16 => "fp16",
            Self::F32 => "f32",
            Self::I8 => "i8",
        }
    }
}

/// What a section holds: its four-letter code, element type, rank and meaning of the dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Four-letter code in the file.
    pub code: [u8; 4],
    /// Element type.
    pub element: Element,
    /// Number of dimensions, 1 to 4.
    pub rank: u8,
}

const fn kind(code: &[u8; 4], element: Element, rank: u8) -> Kind {
    Kind { code: *code, element, rank }
}

/// Model card: strings key, value, key, value, ... sorted by key. `[bytes]`
pub const META: Kind = kind(b"META", Element::U8, 1);
/// Label names in the order of label ids, as strings. `[bytes]`
pub const LABELS: Kind = kind(b"LABL", Element::U8, 1);
/// Known words in the order of rows 1, 2, ... of the word table, as strings. `[bytes]`
pub const WORDS: Kind = kind(b"WORD", Element::U8, 1);
/// Hash table over the words: row number, 0 for an empty slot. `[slots]`, a power of two
pub const WORD_SLOTS: Kind = kind(b"WSLT", Element::U32, 1);
/// Word vector followed by the folded character features; row 0 is the unknown word. `[rows, width]`
pub const WORD_TABLE: Kind = kind(b"WTAB", Element::F16, 2);
/// Character filters folded with the character embedding. `[positions = 3, characters, filters]`
pub const CHAR_FILTERS: Kind = kind(b"CFIL", Element::F16, 3);
/// Bias of the character filters. `[filters]`
pub const CHAR_BIAS: Kind = kind(b"CBIA", Element::F32, 1);
/// Embedding of the case shapes. `[shapes, width]`
pub const SHAPES: Kind = kind(b"SHAP", Element::F16, 2);
/// Names of the lexicon lists, as strings. `[bytes]`
pub const LEXICON_LISTS: Kind = kind(b"LXNM", Element::U8, 1);
/// Fingerprints of the lexicon names, 0 for an empty slot. `[slots]`, a power of two
pub const LEXICON_KEYS: Kind = kind(b"LXKY", Element::U32, 1);
/// Bit set of the lists of each slot's name. `[slots]`
pub const LEXICON_SETS: Kind = kind(b"LXST", Element::U16, 1);
/// LSTM input weights of one layer and direction. `[panels, inputs, 64]`
pub const LSTM_INPUT: Kind = kind(b"LSWX", Element::F16, 3);
/// LSTM recurrent weights of one layer and direction. `[panels, units, 64]`
pub const LSTM_RECURRENT: Kind = kind(b"LSWH", Element::F16, 3);
/// The same in int8, in place of [`LSTM_INPUT`]. `[panels, inputs / 4 rounded up, 256]`
pub const LSTM_INPUT_INT8: Kind = kind(b"LQWX", Element::I8, 3);
/// LSTM recurrent weights in int8, in place of [`LSTM_RECURRENT`]. `[panels, units / 4, 256]`
pub const LSTM_RECURRENT_INT8: Kind = kind(b"LQWH", Element::I8, 3);
/// What a unit of each integer sum is worth, as `kernels::LstmWeightsInt8` has it. `[2, panels, 64]`
pub const LSTM_SCALES: Kind = kind(b"LQSC", Element::F32, 3);
/// LSTM bias of one layer and direction. `[panels, 64]`
pub const LSTM_BIAS: Kind = kind(b"LSBI", Element::F32, 2);
/// Window family: words per window; 1 if a window reads on behind its sentence, else 0. `[2]`
pub const WINDOW: Kind = kind(b"WNDW", Element::U32, 1);
/// Dense layer, the last one the output layer. `[panels, inputs, 16]`
pub const DENSE: Kind = kind(b"DENS", Element::F16, 3);
/// Bias of a dense layer. `[panels, 16]`
pub const DENSE_BIAS: Kind = kind(b"DENB", Element::F32, 2);
/// CRF: scores of the first tag, of the last tag, then transitions `[from][to]`. `[2 + tags, tags]`
pub const CRF: Kind = kind(b"CRFT", Element::F32, 2);
/// Knots of the scores' calibration: raw score, calibrated probability. `[labels, knots <= 16, 2]`
pub const CALIBRATION: Kind = kind(b"CALB", Element::F32, 3);
/// Texts of the self-test, as strings. `[bytes]`
pub const TEST_TEXTS: Kind = kind(b"TSTT", Element::U8, 1);
/// Expected mentions: text, start, end, label, bits of the score. `[mentions, 5]`
pub const TEST_MENTIONS: Kind = kind(b"TSTM", Element::U32, 2);

/// Every kind that this library knows.
pub const KINDS: [Kind; 24] = [
    META,
    LABELS,
    WORDS,
    WORD_SLOTS,
    WORD_TABLE,
    CHAR_FILTERS,
    CHAR_BIAS,
    SHAPES,
    LEXICON_LISTS,
    LEXICON_KEYS,
    LEXICON_SETS,
    LSTM_INPUT,
    LSTM_RECURRENT,
    LSTM_INPUT_INT8,
    LSTM_RECURRENT_INT8,
    LSTM_SCALES,
    LSTM_BIAS,
    WINDOW,
    DENSE,
    DENSE_BIAS,
    CRF,
    CALIBRATION,
    TEST_TEXTS,
    TEST_MENTIONS,
];
