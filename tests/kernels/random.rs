//! Random numbers of all kinds, and where they lie.

use drugner::Isa;
use drugner::kernels::{Kernels, LOCKSTEP, Sequence};
use half::f16;
use proptest::prelude::*;

/// Tables to compare; the last is scalar. `DRUGNER_TEST_ISA=avx2,avx512` fails where one of these is missing.
pub fn tables() -> Vec<&'static Kernels> {
    let tables: Vec<_> = Kernels::all().collect();
    for name in std::env::var("DRUGNER_TEST_ISA").iter().flat_map(|names| names.split(',')) {
        let isa = Isa::from_name(name.trim()).expect("DRUGNER_TEST_ISA names an unknown instruction set");
        assert!(
            tables.iter().any(|t| t.isa() == isa),
            "DRUGNER_TEST_ISA asks for {name}, not available here"
        );
    }
    assert_eq!(tables.last().map(|t| t.isa()), Some(Isa::Scalar));
    tables
}

/// Small, fast, seeded generator (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
    /// Uniform in -1..1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
    pub fn values(&mut self, len: usize, kind: Kind) -> Vec<f32> {
        (0..len).map(|_| kind.value(self)).collect()
    }
    pub fn halves(&mut self, len: usize, kind: Kind, scale: f32) -> Vec<u16> {
        let half = |random: &mut Self| match kind {
            Kind::Usual => f16::from_f32(random.unit() * scale).to_bits(),
            Kind::Subnormal => random.bits() as u16 & 0x83FF,
            Kind::Huge => 0x7800 | random.bits() as u16 & 0x83FF,
            Kind::AnyBits => random.bits() as u16,
        };
        (0..len).map(|_| half(self)).collect()
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Usual,
    Subnormal,
    Huge,
    AnyBits,
}

impl Kind {
    fn value(self, random: &mut Random) -> f32 {
        match self {
            Self::Usual => random.unit(),
            Self::Subnormal => random.unit() * f32::MIN_POSITIVE,
            Self::Huge => random.unit() * 1e38,
            Self::AnyBits => f32::from_bits(random.bits() as u32),
        }
    }
}

pub fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::Usual), 1 => Just(Kind::Subnormal), 1 => Just(Kind::Huge), 1 => Just(Kind::AnyBits)]
}

/// A slice that begins `skip` elements into its allocation, so that most starts are odd for every vector size.
pub struct Shifted<T> {
    data: Vec<T>,
    skip: usize,
}

impl<T: Copy + Default> Shifted<T> {
    pub fn new(values: &[T], skip: usize) -> Self {
        let mut data = vec![T::default(); skip];
        data.extend_from_slice(values);
        Self { data, skip }
    }
}

impl<T> std::ops::Deref for Shifted<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.data[self.skip..]
    }
}

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Mark of a number that no kernel may write.
pub const UNTOUCHED: f32 = 12345.0;

/// Columns of the output rows before and behind the outputs, rows of a chunk, offset of all buffers, and whether the gate
/// sums of the inputs are computed by a call of their own.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub before: usize,
    pub after: usize,
    pub chunk: usize,
    pub skip: usize,
    pub apart: bool,
}

pub const PLAIN: Place = Place { before: 0, after: 0, chunk: 64, skip: 0, apart: false };

pub fn place() -> impl Strategy<Value = Place> {
    let chunk = prop_oneof![Just(64_usize), LOCKSTEP..=70];
    (0_usize..20, 0_usize..20, chunk, 0_usize..4, any::<bool>())
        .prop_map(|(before, after, chunk, skip, apart)| Place { before, after, chunk, skip, apart })
}

/// Sequences of these lengths one behind the other, a row of none between them, and the rows that they take; the
/// longest comes first.
pub fn sequences(lengths: &[usize]) -> (Vec<Sequence>, usize) {
    let mut rows = 0;
    let mut sequences = Vec::new();
    for &steps in lengths {
        sequences.push(Sequence { first: rows, steps });
        rows += steps + 1;
    }
    sequences.sort_by_key(|sequence| std::cmp::Reverse(sequence.steps));
    (sequences, rows)
}
