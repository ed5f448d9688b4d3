//! Random draws of word2vec: noise words and the subsampling of frequent words.

use fastrand::Rng;

/// Draws word `w` with probability proportional to `count(w)^0.75`, in constant time (Walker's alias method).
pub(crate) struct Noise {
    /// Per word: it is drawn itself below the threshold (of 2^32), its alias from there on.
    cells: Vec<(u32, u32)>,
}

impl Noise {
    pub(crate) fn new(counts: &[u64]) -> Self {
        let weights: Vec<f64> = counts.iter().map(|&count| (count as f64).powf(0.75)).collect();
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        let mut share: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut cells: Vec<(u32, u32)> = (0..counts.len() as u32).map(|word| (u32::MAX, word)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..share.len()).partition(|&word| share[word] < 1.0);
        while let (Some(less), Some(&more)) = (small.pop(), large.last()) {
            cells[less] = ((share[less] * 4_294_967_296.0) as u32, more as u32);
            share[more] -= 1.0 - share[less];
            if share[more] < 1.0 {
                large.pop();
                small.push(more);
            }
        }
        Self { cells }
    }

    #[inline]
    pub(crate) fn draw(&self, rng: &mut Rng) -> u32 {
        let bits = rng.u64(..);
        let word = (((bits >> 32) * self.cells.len() as u64) >> 32) as usize;
        let (threshold, alias) = self.cells[word];
        if (bits as u32) < threshold { word as u32 } else { alias }
    }
}

/// Keeps an occurrence of a word of relative frequency `f` with probability `sqrt(t / f) + t / f`.
pub(crate) struct Subsampling {
    /// Per word, of 2^32; `u64` so that "always" has a value.
    thresholds: Vec<u64>,
}

impl Subsampling {
    /// `rate` is `t`; 0 keeps every word.
    pub(crate) fn new(counts: &[u64], rate: f64) -> Self {
        let total = counts.iter().sum::<u64>() as f64;
        let threshold = |&count: &u64| {
            let ratio = rate * total / count as f64;
            let keep = if rate == 0.0 { 1.0 } else { (ratio.sqrt() + ratio).min(1.0) };
            (keep * 4_294_967_296.0) as u64
        };
        Self { thresholds: counts.iter().map(threshold).collect() }
    }

    #[inline]
    pub(crate) fn keeps(&self, word: u32, rng: &mut Rng) -> bool {
        u64::from(rng.u32(..)) < self.thresholds[word as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_follows_the_flattened_counts() {
        let counts = [10_000, 625, 625, 16, 1];
        let noise = Noise::new(&counts);
        let mut rng = Rng::with_seed(5);
        let mut drawn = [0.0; 5];
        const DRAWS: usize = 400_000;
        for _ in 0..DRAWS {
            drawn[noise.draw(&mut rng) as usize] += 1.0 / DRAWS as f64;
        }
        let expected = [1000.0, 125.0, 125.0, 8.0, 1.0].map(|weight| weight / 1259.0);
        for (drawn, expected) in drawn.iter().zip(expected) {
            assert!((drawn - expected).abs() < 0.003, "{drawn} {expected}");
        }
    }

    #[test]
    fn subsampling_spares_rare_words() {
        let kept = |rate| {
            let subsampling = Subsampling::new(&[999_900, 100], rate);
            let mut rng = Rng::with_seed(1);
            [0, 1].map(|word| (0..10_000).filter(|_| subsampling.keeps(word, &mut rng)).count())
        };
        assert_eq!(kept(0.0), [10_000, 10_000]);
        let [frequent, rare] = kept(1e-4);
        assert_eq!(rare, 10_000);
        assert!((70..140).contains(&frequent), "{frequent}");
    }
}
