//! One aligned block of memory, cut once into the arrays that a call needs.

use crate::decode::Span;
use crate::decode::abbreviations::{self, Abbreviation};
use crate::features::word::Word;
use crate::model::storage::Aligned;
use crate::nn::CacheMemory;
use crate::text::Token;
use crate::{Error, Mention, Model, Path, Status};
use std::marker::PhantomData;
use std::sync::atomic::{Ordering, compiler_fence};

const ALIGNMENT: usize = 64;

/// Types that live in an arena.
///
/// # Safety
/// Memory of zeros is a valid value.
unsafe trait Zeroed: Sized {}
// SAFETY: numbers, and `TokenKind` 0 is `Letters`.
unsafe impl Zeroed for Token {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Zeroed for Word {}
// SAFETY: numbers.
unsafe impl Zeroed for Span {}
// SAFETY: numbers.
unsafe impl Zeroed for Abbreviation {}
// SAFETY: numbers.
unsafe impl Zeroed for Mention {}
// SAFETY: numbers.
unsafe impl Zeroed for Path {}
// SAFETY: a number.
unsafe impl Zeroed for f32 {}
// SAFETY: a number.
unsafe impl Zeroed for u32 {}
// SAFETY: a number.
unsafe impl Zeroed for u8 {}

/// The arrays of a context; sizes in elements.
pub struct Parts<'a> {
    /// `[2 * window + lookahead]`: the sentences of a batch, behind them one for the next batch, or the words that the
    /// network reads on.
    pub tokens: &'a mut [Token],
    /// `[window]` if the network reads on behind a sentence, else empty.
    pub ahead: &'a mut [Token],
    /// `[window + lookahead]`: of one sentence.
    pub words: &'a mut [Word],
    /// Vectors of the words, [`crate::nn::Input::x`].
    pub x: &'a mut [f32],
    /// Scratch of the network.
    pub floats: &'a mut [f32],
    /// Scratch of the network.
    pub bytes: &'a mut [u8],
    /// What the network keeps from run to run.
    pub cache: CacheMemory<'a>,
    /// `[window]`: what the network finds in one sentence.
    pub found: &'a mut [Span],
    /// What the text has introduced so far.
    pub abbreviations: &'a mut [Abbreviation],
    /// `[spans]`
    pub mentions: &'a mut [Mention],
    /// `[paths]`
    pub paths: &'a mut [Path],
    /// `[paths * window]`: at most one mention for each token of each path.
    pub path_mentions: &'a mut [Mention],
    /// Scratch of the network's best paths.
    pub path_bytes: &'a mut [u8],
}

/// Place of one array in the block.
#[derive(Debug)]
struct Slot<T> {
    offset: usize,
    len: usize,
    element: PhantomData<fn() -> T>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

/// Places of all arrays: 64-byte aligned, in order, without overlap.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    tokens: Slot<Token>,
    ahead: Slot<Token>,
    words: Slot<Word>,
    x: Slot<f32>,
    floats: Slot<f32>,
    bytes: Slot<u8>,
    cache_floats: Slot<f32>,
    cache_index: Slot<u32>,
    found: Slot<Span>,
    abbreviations: Slot<Abbreviation>,
    mentions: Slot<Mention>,
    paths: Slot<Path>,
    path_mentions: Slot<Mention>,
    path_bytes: Slot<u8>,
    window: usize,
    size: usize,
}

impl Layout {
    /// The arrays for windows of `window` tokens, `spans` mentions a call and `paths` paths a sentence; `None` when they
    /// exceed the address space.
    pub fn new(model: &Model, window: usize, spans: usize, paths: usize) -> Option<Self> {
        let network = model.network();
        let scratch = network.scratch_len(window)?;
        let cache = network.cache_len(window)?;
        let lookahead = network.lookahead();
        let mut size = 0;
        let layout = Self {
            tokens: cut(&mut size, 2 * window + lookahead)?,
            ahead: cut(&mut size, if lookahead > 0 { window } else { 0 })?,
            words: cut(&mut size, window + lookahead)?,
            x: cut(&mut size, network.input_len(window)?)?,
            floats: cut(&mut size, scratch.floats)?,
            bytes: cut(&mut size, scratch.bytes)?,
            cache_floats: cut(&mut size, cache.floats)?,
            cache_index: cut(&mut size, cache.index)?,
            found: cut(&mut size, window)?,
            abbreviations: cut(&mut size, abbreviations::CAPACITY)?,
            mentions: cut(&mut size, spans)?,
            paths: cut(&mut size, paths)?,
            path_mentions: cut(&mut size, window.checked_mul(paths)?)?,
            path_bytes: cut(&mut size, network.path_bytes(window, paths)?)?,
            window,
            size,
        };
        Some(layout).filter(|layout| layout.size <= isize::MAX as usize)
    }

    /// Most tokens of a sentence.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Bytes of the whole block, a multiple of 64.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// Appends an array of `len` elements to a block of `size` bytes.
fn cut<T: Zeroed>(size: &mut usize, len: usize) -> Option<Slot<T>> {
    const { assert!(align_of::<T>() <= ALIGNMENT && !std::mem::needs_drop::<T>()) };
    let slot = Slot { offset: *size, len, element: PhantomData };
    let bytes = len.checked_mul(size_of::<T>())?;
    *size = size.checked_add(bytes)?.checked_next_multiple_of(ALIGNMENT)?;
    Some(slot)
}

/// The block of memory.
pub struct Arena {
    base: *mut u8,
    size: usize,
    /// Keeps owned memory alive; `None` for memory of the caller.
    _owned: Option<Aligned>,
}

// SAFETY: the arena is the only user of its memory.
unsafe impl Send for Arena {}
// SAFETY: a shared reference gives no access to the memory.
unsafe impl Sync for Arena {}

impl Arena {
    /// Allocates the block.
    pub fn owned(size: usize) -> Result<Self, Error> {
        let mut memory = Aligned::zeroed(size)?;
        Ok(Self { base: memory.bytes_mut().as_mut_ptr(), size, _owned: Some(memory) })
    }

    /// Uses memory of the caller and fills it with zeros.
    ///
    /// # Safety
    /// `memory` is valid for writes of `size` bytes and unused by others while the arena lives.
    pub unsafe fn lent(memory: *mut u8, size: usize) -> Result<Self, Error> {
        if !memory.addr().is_multiple_of(ALIGNMENT) {
            return Err(Error::new(Status::InvalidArgument, "the memory is not 64-byte aligned"));
        }
        let mut arena = Self { base: memory, size, _owned: None };
        arena.wipe();
        Ok(arena)
    }

    /// The arrays of the block.
    ///
    /// # Panics
    /// When the layout is larger than the block.
    pub fn parts(&mut self, layout: &Layout) -> Parts<'_> {
        assert!(layout.size <= self.size, "the layout exceeds the arena");
        // SAFETY: `cut` placed the slots one after the other inside `layout.size` bytes, each aligned for its type; the
        // block is borrowed exclusively; every slot holds zeros or values of its own type, because a slot's place
        // depends on nothing but the layout, which a context never changes.
        unsafe {
            Parts {
                tokens: self.slice(layout.tokens),
                ahead: self.slice(layout.ahead),
                words: self.slice(layout.words),
                x: self.slice(layout.x),
                floats: self.slice(layout.floats),
                bytes: self.slice(layout.bytes),
                cache: CacheMemory {
                    rows: layout.window,
                    floats: self.slice(layout.cache_floats),
                    index: self.slice(layout.cache_index),
                },
                found: self.slice(layout.found),
                abbreviations: self.slice(layout.abbreviations),
                mentions: self.slice(layout.mentions),
                paths: self.slice(layout.paths),
                path_mentions: self.slice(layout.path_mentions),
                path_bytes: self.slice(layout.path_bytes),
            }
        }
    }

    /// # Safety
    /// The slot lies in the block, holds valid values of `T`, and overlaps no other slice in use.
    unsafe fn slice<'a, T: Zeroed>(&self, slot: Slot<T>) -> &'a mut [T] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.base.add(slot.offset).cast(), slot.len) }
    }

    /// Overwrites the block with zeros in a way that the compiler keeps.
    pub fn wipe(&mut self) {
        // SAFETY: the arena owns `size` bytes at `base`; zeros are valid for every array (`Zeroed`).
        unsafe { std::ptr::write_bytes(self.base, 0, self.size) };
        // The memory is observed through a raw pointer that the optimiser must assume is read.
        std::hint::black_box(self.base);
        compiler_fence(Ordering::SeqCst);
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_aligned_and_do_not_overlap() {
        let mut size = 0;
        let bytes: Slot<u8> = cut(&mut size, 65).unwrap();
        let words: Slot<Word> = cut(&mut size, 3).unwrap();
        let floats: Slot<f32> = cut(&mut size, 1).unwrap();
        assert_eq!((bytes.offset, words.offset), (0, 128));
        assert!(floats.offset >= words.offset + 3 * size_of::<Word>());
        assert!(floats.offset.is_multiple_of(ALIGNMENT) && size == floats.offset + ALIGNMENT);
        assert!(cut::<f32>(&mut size.clone(), usize::MAX / 4).is_none());
        let mut arena = Arena::owned(size).unwrap();
        // SAFETY: three disjoint slots of a block of `size` zeros.
        unsafe {
            arena.slice(bytes).fill(0xFF);
            arena.slice(floats)[0] = 1.0;
            assert!(arena.slice(words).iter().all(|word| word.hash == 0 && word.chars().is_empty()));
        }
        arena.wipe();
        // SAFETY: as above.
        assert!(unsafe { arena.slice(bytes) }.iter().all(|&byte| byte == 0));
    }

    #[test]
    fn lent_memory_must_be_aligned() {
        let mut memory = Aligned::zeroed(128).unwrap();
        let base = memory.bytes_mut().as_mut_ptr();
        // SAFETY: the memory outlives the arena and is valid for the bytes named.
        let error = unsafe { Arena::lent(base.add(8), 64) }.err().unwrap();
        assert_eq!(error.status, Status::InvalidArgument);
    }
}
