//! One-to-one pairs of gold entities and answers.

use std::collections::VecDeque;

use super::Answer;
use crate::model::Entity;

/// The indices of a gold entity and of the answer it is matched with.
pub(super) type Pair = (usize, usize);

/// The pairs of one sentence.
pub(super) struct Matches {
    /// Same range, same label.
    pub(super) strict: Vec<Pair>,
    /// Same range, another label; disjoint from `strict`.
    pub(super) same_range: Vec<Pair>,
    /// Overlapping, among what `strict` and `same_range` leave: as many pairs as possible, those of the same label tried
    /// first.
    pub(super) overlapping: Vec<Pair>,
    /// Overlapping with the same label, among what `strict` leaves.
    pub(super) overlapping_same_label: Vec<Pair>,
}

impl Matches {
    pub(super) fn find(gold: &[Entity], answers: &[Answer]) -> Matches {
        let same_range = |g: usize, a: usize| gold[g].spans == [answers[a].span()];
        let same_label = |g: usize, a: usize| gold[g].label == answers[a].label;
        let overlap = |g: usize, a: usize| gold[g].overlaps(answers[a].span());

        let mut free = Free { gold: vec![true; gold.len()], answers: vec![true; answers.len()] };
        let strict = free.take(|g, a| same_range(g, a) && same_label(g, a));
        let both = |g: usize, a: usize| overlap(g, a) && same_label(g, a);
        let overlapping_same_label = free.maximum(&[], both);
        let same_range = free.take(same_range);
        let overlapping = free.maximum(&free.maximum(&[], both), overlap);
        Matches { strict, same_range, overlapping, overlapping_same_label }
    }
}

/// What is not matched yet.
struct Free {
    gold: Vec<bool>,
    answers: Vec<bool>,
}

impl Free {
    /// Pairs each gold entity, in order, with the first free answer that fits, and uses both up.
    ///
    /// For relations that split gold and answers into groups, as equality does, this finds as many pairs as there are.
    fn take(&mut self, fits: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for g in 0..self.gold.len() {
            if !self.gold[g] {
                continue;
            }
            if let Some(a) = (0..self.answers.len()).find(|&a| self.answers[a] && fits(g, a)) {
                self.gold[g] = false;
                self.answers[a] = false;
                pairs.push((g, a));
            }
        }
        pairs
    }

    /// A largest set of pairs that fit, by augmenting paths from `start`, pairs that fit; uses nothing up. Whatever is in a
    /// pair of `start` is in a pair of the result.
    fn maximum(&self, start: &[Pair], fits: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
        let edges: Vec<Vec<usize>> = (0..self.gold.len())
            .map(|g| {
                (0..self.answers.len()).filter(|&a| self.gold[g] && self.answers[a] && fits(g, a)).collect()
            })
            .collect();
        let mut gold_of: Vec<Option<usize>> = vec![None; self.answers.len()];
        let mut answer_of: Vec<Option<usize>> = vec![None; self.gold.len()];
        for &(g, a) in start {
            (gold_of[a], answer_of[g]) = (Some(g), Some(a));
        }
        for root in 0..self.gold.len() {
            if answer_of[root].is_some() {
                continue;
            }
            // Breadth first, not recursive: a long chain of overlaps must not exhaust the stack.
            let mut reached_from: Vec<Option<usize>> = vec![None; self.answers.len()];
            let mut queue = VecDeque::from([root]);
            let mut end = None;
            'search: while let Some(g) = queue.pop_front() {
                for &a in &edges[g] {
                    if reached_from[a].is_none() {
                        reached_from[a] = Some(g);
                        match gold_of[a] {
                            Some(next) => queue.push_back(next),
                            None => {
                                end = Some(a);
                                break 'search;
                            }
                        }
                    }
                }
            }
            while let Some(a) = end {
                let Some(g) = reached_from[a] else { break };
                gold_of[a] = Some(g);
                end = answer_of[g].replace(a);
            }
        }
        answer_of.iter().enumerate().filter_map(|(g, a)| Some((g, (*a)?))).collect()
    }
}
