//! The best tag paths of a CRF, exact, by list Viterbi (Seshadri and Sundberg 1994): each tag of each token keeps its
//! best ways to get there.

use super::crf::{self, Crf, ILLEGAL};
use super::mentions::each_mention;
use super::{Span, tags::MAX_TAGS};

/// Most paths that can be asked for.
pub const MAX_PATHS: usize = 8;

/// The best ways to one tag, from the best on.
#[derive(Clone, Copy, Default)]
struct Ways {
    count: usize,
    scores: [f32; MAX_PATHS],
    /// Tag before, and which of its ways.
    sources: [[u8; 2]; MAX_PATHS],
}

impl Ways {
    /// Takes a way unless `most` are at least as good; says whether it did. Of equal ways the first one stays before.
    fn offer(&mut self, score: f32, source: [u8; 2], most: usize) -> bool {
        let held = &self.scores[..self.count];
        let at = held.iter().position(|&held| score > held).unwrap_or(self.count);
        if at >= most {
            return false;
        }
        self.count = most.min(self.count + 1);
        self.scores[at..self.count].rotate_right(1);
        self.sources[at..self.count].rotate_right(1);
        (self.scores[at], self.sources[at]) = (score, source);
        true
    }
}

/// Bytes of the back pointers for `tokens` tokens; `None` if that overflows.
pub fn back_len(tokens: usize, tags: usize, most: usize) -> Option<usize> {
    tokens.checked_mul(tags)?.checked_mul(most)?.checked_mul(2)
}

impl Crf {
    /// Writes the best legal paths, the best one first, to `paths`, `[most][tokens]`, and returns how many there are:
    /// `most`, or all if there are fewer. Ties are broken as in [`viterbi`](Self::viterbi), whose path is the first one.
    ///
    /// `scores` has a row of `stride` values per token; `back` has [`back_len`] bytes of any content.
    ///
    /// # Panics
    /// When `most` is not in 1..=[`MAX_PATHS`] or a slice is too short.
    pub fn best_paths(
        &self,
        scores: &[f32],
        stride: usize,
        tokens: usize,
        most: usize,
        paths: &mut [u8],
        back: &mut [u8],
    ) -> usize {
        assert!((1..=MAX_PATHS).contains(&most), "1 to 8 paths");
        let k = self.tags();
        if tokens == 0 {
            return 0;
        }
        let mut ways = [Ways::default(); MAX_TAGS];
        for (tag, ways) in ways[..k].iter_mut().enumerate() {
            if self.begin[tag] != ILLEGAL {
                ways.offer(self.begin[tag] + scores[tag], [0; 2], most);
            }
        }
        let (back, _) = back.as_chunks_mut::<2>();
        for i in 1..tokens {
            let mut next = [Ways::default(); MAX_TAGS];
            for (to, next) in next[..k].iter_mut().enumerate() {
                self.extend(&ways, &self.step[to * k..(to + 1) * k], most, next);
                for score in &mut next.scores[..next.count] {
                    *score += scores[i * stride + to];
                }
                back[(i * k + to) * most..][..most].copy_from_slice(&next.sources[..most]);
            }
            ways = next;
        }
        let mut ends = Ways::default();
        self.extend(&ways, &self.end, most, &mut ends);
        for (path, &source) in paths.chunks_exact_mut(tokens).zip(&ends.sources[..ends.count]) {
            let [mut tag, mut rank] = source;
            for i in (0..tokens).rev() {
                path[i] = tag;
                if i > 0 {
                    [tag, rank] = back[(i * k + usize::from(tag)) * most + usize::from(rank)];
                }
            }
        }
        ends.count
    }

    /// Offers to `next` all ways, each with the score `steps[tag]` of going on from its tag.
    fn extend(&self, ways: &[Ways; MAX_TAGS], steps: &[f32], most: usize, next: &mut Ways) {
        for (from, (ways, &step)) in ways.iter().zip(steps).enumerate() {
            if step == ILLEGAL {
                continue;
            }
            for (rank, &score) in ways.scores[..ways.count].iter().enumerate() {
                if !next.offer(score + step, [from as u8, rank as u8], most) {
                    break;
                }
            }
        }
    }
}

/// The best paths of a sentence, from the best on.
pub struct BestPaths<'a> {
    /// The CRF.
    pub crf: &'a Crf,
    /// `[paths][tokens]`, tags.
    pub paths: &'a [u8],
    /// Tokens of the sentence, at least 1.
    pub tokens: usize,
    /// What forward-backward left for the sentence.
    pub sums: crf::Scratch<'a>,
}

impl BestPaths<'_> {
    /// Number of paths.
    pub fn count(&self) -> usize {
        self.paths.len() / self.tokens
    }

    /// Probability of a whole path under the CRF, 0..=1.
    ///
    /// # Panics
    /// When there are not so many paths.
    pub fn probability(&self, path: usize) -> f32 {
        self.crf.probability(self.tags(path), 0, self.tokens, &self.sums)
    }

    /// Calls `found` for the mentions of a path, in order; their scores are those of the mentions alone.
    ///
    /// # Panics
    /// When there are not so many paths.
    pub fn each_mention(&self, path: usize, mut found: impl FnMut(Span)) {
        let tags = self.tags(path);
        each_mention(tags, |words, label| {
            let score = self.crf.probability(&tags[words.clone()], words.start, self.tokens, &self.sums);
            found(Span { words, label, score });
        });
    }

    fn tags(&self, path: usize) -> &[u8] {
        &self.paths[path * self.tokens..][..self.tokens]
    }
}
