//! Mutations for the fast form: the same seeds and number give the same bytes everywhere.

/// A small generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) % count.max(1) as u64) as usize
    }
}

/// Mutation `number` of the seeds: one of them with one to eight changes.
pub fn mutation(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    const TELLING: [u64; 8] = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, u64::MAX];
    let mut random = Random(number);
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        let len = 1 + random.below(16);
        let end = bytes.len().min(at + len);
        match random.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 if !bytes.is_empty() => bytes[at] = random.below(256) as u8,
            2 => {
                let value = TELLING[random.below(TELLING.len())].to_le_bytes();
                let width = end.saturating_sub(at).min(1 << random.below(4));
                bytes[at..at + width].copy_from_slice(&value[..width]);
            }
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                let place = random.below(bytes.len() + 1);
                bytes.splice(place..place, piece);
            }
            5 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let piece = other[from..other.len().min(from + len)].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.extend((0..len).map(|_| random.below(256) as u8)),
        }
    }
    bytes
}
