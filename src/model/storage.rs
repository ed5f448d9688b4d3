//! Where the bytes of a model lie, and typed views of its sections.

use crate::fallible::out_of_memory;
use crate::format::section::Section;
use crate::format::{ALIGNMENT, Element};
use crate::{Error, Status};
use std::marker::PhantomData;
use std::ops::Range;

/// 64 aligned bytes.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Block(pub [u8; ALIGNMENT]);

/// Owned, 64-byte aligned memory, filled with zeros.
pub struct Aligned {
    blocks: Vec<Block>,
    len: usize,
}

impl Aligned {
    /// Memory for `len` bytes; fails instead of aborting when there is none.
    pub fn zeroed(len: usize) -> Result<Self, Error> {
        let count = len.div_ceil(ALIGNMENT);
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| out_of_memory())?;
        blocks.resize(count, Block([0; ALIGNMENT]));
        Ok(Self { blocks, len })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `blocks` owns `len` or more initialised bytes without padding between blocks.
        unsafe { std::slice::from_raw_parts(self.blocks.as_ptr().cast(), self.len) }
    }

    /// The bytes, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.blocks.as_mut_ptr().cast(), self.len) }
    }
}

/// Bytes that a caller lends until `release` runs.
pub struct Borrowed {
    bytes: *const u8,
    len: usize,
    release: Option<Box<dyn FnOnce() + Send + Sync>>,
}

// SAFETY: the memory is only read, and its lender promises that it is valid and unchanged until `release`.
unsafe impl Send for Borrowed {}
// SAFETY: as above; all access through `&self` is reading.
unsafe impl Sync for Borrowed {}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            release();
        }
    }
}

/// Owner of a model's bytes.
pub enum Storage {
    /// A read-only private mapping of a file.
    #[cfg(feature = "mmap")]
    Mapped(memmap2::Mmap),
    /// A copy.
    Owned(Aligned),
    /// Lent by the caller.
    Borrowed(Borrowed),
    /// Part of the library.
    Static(&'static [u8]),
}

impl Storage {
    /// Takes lent memory.
    ///
    /// # Safety
    /// `len` bytes at `bytes` stay valid and unchanged until `release` runs.
    pub unsafe fn borrowed(bytes: *const u8, len: usize, release: Box<dyn FnOnce() + Send + Sync>) -> Self {
        Self::Borrowed(Borrowed { bytes, len, release: Some(release) })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        match self {
            #[cfg(feature = "mmap")]
            Self::Mapped(map) => map,
            Self::Owned(memory) => memory.bytes(),
            // SAFETY: the contract of `borrowed` holds while this value lives.
            Self::Borrowed(lent) => unsafe { std::slice::from_raw_parts(lent.bytes, lent.len) },
            Self::Static(bytes) => bytes,
        }
    }

    /// Code of the kind of storage in [`crate::model::ModelInfo`].
    pub fn code(&self) -> u32 {
        match self {
            #[cfg(feature = "mmap")]
            Self::Mapped(_) => 1,
            Self::Owned(_) => 2,
            Self::Borrowed(_) => 3,
            Self::Static(_) => 4,
        }
    }

    /// A typed view of a section. The check makes [`get`](Self::get) infallible.
    pub fn view<T: Plain>(&self, section: &Section) -> Result<View<T>, Error> {
        let range = section.range();
        let bytes = self.bytes().get(range.clone());
        let whole = bytes.is_some_and(|bytes| {
            // SAFETY: every bit pattern is a valid `T` and `T` has no padding (contract of `Plain`).
            let (head, _, tail) = unsafe { bytes.align_to::<T>() };
            head.is_empty() && tail.is_empty()
        });
        if !whole || !section.kind.is_some_and(|kind| T::ELEMENTS.contains(&kind.element)) {
            return Err(Error::new(Status::CorruptModel, "a section has the wrong type").at(section.offset));
        }
        Ok(View { range, element: PhantomData })
    }

    /// The elements of a view that this storage made.
    pub fn get<T: Plain>(&self, view: &View<T>) -> &[T] {
        // SAFETY: every bit pattern is a valid `T` and `T` has no padding; `view` checked range and alignment.
        unsafe { self.bytes()[view.range.clone()].align_to::<T>().1 }
    }
}

/// Number types that sections hold.
///
/// # Safety
/// Every bit pattern of the type is valid and it has no padding.
pub unsafe trait Plain: Copy {
    /// Element types of the format that may be read as this type.
    const ELEMENTS: &'static [Element];
}
// SAFETY: an integer.
unsafe impl Plain for u8 {
    const ELEMENTS: &'static [Element] = &[Element::U8];
}
// SAFETY: an integer.
unsafe impl Plain for i8 {
    const ELEMENTS: &'static [Element] = &[Element::I8];
}
// SAFETY: an integer.
unsafe impl Plain for u16 {
    const ELEMENTS: &'static [Element] = &[Element::U16, Element::F16];
}
// SAFETY: an integer.
unsafe impl Plain for u32 {
    const ELEMENTS: &'static [Element] = &[Element::U32];
}
// SAFETY: all bit patterns of a float are valid.
unsafe impl Plain for f32 {
    const ELEMENTS: &'static [Element] = &[Element::F32];
}

/// Byte range of a section as elements of type `T`.
#[derive(Clone, Debug)]
pub struct View<T> {
    range: Range<usize>,
    element: PhantomData<fn() -> T>,
}
