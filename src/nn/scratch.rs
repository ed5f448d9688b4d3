//! Scratch memory of a network, cut into arrays anew for each sentence.

/// Elements between two cuts: 64 bytes of `f32`.
const STEP: usize = 16;

/// Lengths of the slices of [`Scratch`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScratchLen {
    /// Elements of [`Scratch::floats`].
    pub floats: usize,
    /// Elements of [`Scratch::bytes`].
    pub bytes: usize,
}

impl ScratchLen {
    /// Room for arrays of the given sizes, each `[rows][columns]`; `None` if it overflows.
    pub fn of(floats: &[[usize; 2]], bytes: &[[usize; 2]]) -> Option<Self> {
        let total = |arrays: &[[usize; 2]]| {
            arrays.iter().try_fold(0usize, |total, &[rows, columns]| {
                total.checked_add(rows.checked_mul(columns)?.checked_next_multiple_of(STEP)?)
            })
        };
        Some(Self { floats: total(floats)?, bytes: total(bytes)? })
    }
}

/// Scratch of a call, of any content.
pub struct Scratch<'a> {
    /// Numbers.
    pub floats: &'a mut [f32],
    /// Tags.
    pub bytes: &'a mut [u8],
}

impl<'a> Scratch<'a> {
    /// What is left, to be cut anew each time.
    pub fn reborrow(&mut self) -> Scratch<'_> {
        Scratch { floats: &mut *self.floats, bytes: &mut *self.bytes }
    }

    /// The next `[rows][columns]` numbers.
    ///
    /// # Panics
    /// When [`ScratchLen::of`] was told of fewer or smaller arrays.
    pub fn floats(&mut self, rows: usize, columns: usize) -> &'a mut [f32] {
        cut(&mut self.floats, rows * columns)
    }

    /// The next `[rows][columns]` bytes; panics as [`floats`](Self::floats) does.
    pub fn bytes(&mut self, rows: usize, columns: usize) -> &'a mut [u8] {
        cut(&mut self.bytes, rows * columns)
    }
}

fn cut<'a, T>(rest: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    let (array, after) = std::mem::take(rest).split_at_mut(len.next_multiple_of(STEP));
    *rest = after;
    &mut array[..len]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_fill_the_length_that_was_asked_for() {
        let len = ScratchLen::of(&[[3, 5], [2, 16], [0, 4]], &[[7, 1]]).unwrap();
        assert_eq!(len, ScratchLen { floats: 48, bytes: 16 });
        let (mut floats, mut bytes) = (vec![0.0; len.floats], vec![0; len.bytes]);
        let mut scratch = Scratch { floats: &mut floats, bytes: &mut bytes };
        assert_eq!(scratch.floats(3, 5).len(), 15);
        assert_eq!((scratch.floats(2, 16).len(), scratch.floats(0, 4).len()), (32, 0));
        assert_eq!((scratch.bytes(7, 1).len(), scratch.floats.len()), (7, 0));
        assert_eq!(ScratchLen::of(&[[usize::MAX, 2]], &[]), None);
        assert_eq!(ScratchLen::of(&[[usize::MAX, 1]], &[]), None);
    }
}
