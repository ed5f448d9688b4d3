//! The way of an LSTM layer through its rows: the inputs of a chunk of steps at once, then step by step.

use crate::kernels::{Inputs, LOCKSTEP, LSTM_CHUNK, Sequence};

/// The inputs' part of the gate sums.
pub(super) trait Project<S> {
    /// Gate sums of the rows `list` of `x`, at most [`LSTM_CHUNK`], that of `list[i]` as number `places[i]` of `sums`.
    fn project(&mut self, s: S, x: &[f32], list: &[usize], places: &[usize], sums: &mut [f32]);
}

/// The recurrence over up to [`LOCKSTEP`] sequences side by side.
pub(super) trait Recur<S> {
    /// Begins with new sequences, from h = c = 0.
    fn begin(&mut self);

    /// A step of the sequences with the rows `rows`; that of `rows[r]` has the sums with number `places[r]`.
    fn step(&mut self, s: S, step: usize, rows: &[usize], sums: &[f32], places: &[usize]);
}

/// Numbers that are places in their own order.
pub(super) const IN_ORDER: [usize; LSTM_CHUNK] = {
    let mut places = [0; LSTM_CHUNK];
    let mut i = 0;
    while i < LSTM_CHUNK {
        places[i] = i;
        i += 1;
    }
    places
};

/// Walks over all sequences, longest first. `chunk` has room for the sums of `room` rows.
#[inline(always)]
#[expect(clippy::too_many_arguments)]
pub(super) fn walk<S: Copy>(
    s: S,
    projection: &mut impl Project<S>,
    recurrence: &mut impl Recur<S>,
    inputs: Inputs<'_>,
    sequences: &[Sequence],
    reverse: bool,
    chunk: &mut [f32],
    room: usize,
) {
    for group in sequences.chunks(LOCKSTEP) {
        recurrence.begin();
        let mut done = 0;
        while done < group[0].steps {
            let mut list = [0; LSTM_CHUNK];
            let (steps, rows) = list_rows(group, done, reverse, &mut list[..room]);
            let list = &list[..rows];
            let mut places = IN_ORDER;
            let sums: &[f32] = match inputs {
                Inputs::Rows(x) => {
                    projection.project(s, x, list, &places[..rows], chunk);
                    chunk
                }
                Inputs::Sums { sums, places: all } => {
                    for i in 0..rows {
                        places[i] = all[list[i]] as usize;
                    }
                    sums
                }
            };
            let mut first = 0;
            for step in done..done + steps {
                let rows = &list[first..][..active(group, step)];
                recurrence.step(s, step, rows, sums, &places[first..][..rows.len()]);
                first += rows.len();
            }
            done += steps;
        }
    }
}

/// Gate sums of the rows `list` of `x`, each in its own place, `room` of them at a time.
#[inline(always)]
pub(super) fn project_list<S: Copy>(
    s: S,
    projection: &mut impl Project<S>,
    x: &[f32],
    list: &[u32],
    sums: &mut [f32],
    room: usize,
) {
    for part in list.chunks(room) {
        let mut rows = [0; LSTM_CHUNK];
        for i in 0..part.len() {
            rows[i] = part[i] as usize;
        }
        let rows = &rows[..part.len()];
        projection.project(s, x, rows, rows, sums);
    }
}

/// Sequences that have this step; they come first.
#[inline(always)]
fn active(group: &[Sequence], step: usize) -> usize {
    let mut count = 0;
    while count < group.len() && group[count].steps > step {
        count += 1;
    }
    count
}

/// Lists the rows of as many steps from `done` on as `list` has room for, step by step; returns the number of steps and
/// of rows.
#[inline(always)]
fn list_rows(group: &[Sequence], done: usize, reverse: bool, list: &mut [usize]) -> (usize, usize) {
    let (mut step, mut rows) = (done, 0);
    while step < group[0].steps {
        let count = active(group, step);
        if list.len() - rows < count {
            break;
        }
        for sequence in &group[..count] {
            let Sequence { first, steps } = *sequence;
            list[rows] = if reverse { first + steps - 1 - step } else { first + step };
            rows += 1;
        }
        step += 1;
    }
    (step - done, rows)
}
