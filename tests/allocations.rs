//! `find` and `nbest` allocate nothing: a counting allocator watches 100,000 calls of the one and 2,000 of the other.

mod common;

use drugner::{Context, ContextOptions, Model, ModelOptions};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    // Of this thread: the test harness allocates in its own, and the engine has no others.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn find_and_nbest_allocate_nothing() {
    let models = [
        common::model(1, &common::Sizes { layers: 2, ..common::Sizes::default() }),
        common::families::Simple::window(10, 0.7).bytes(),
        common::families::Simple::lstm(2, 0.7).bytes(),
    ];
    let mut contexts = models.map(|bytes| {
        let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
        Context::new(&model, &ContextOptions::default()).unwrap()
    });
    let mut notes: Vec<Vec<u8>> =
        (0..200).map(|i| common::note(i, 2 + i as usize % 12).into_bytes()).collect();
    notes.push(b"bad \xFF\xC0 bytes and \0 zeros".to_vec());
    notes.push(vec![]);
    notes.push(common::note(7, 2000).into_bytes());
    let units: Vec<Vec<u16>> =
        notes.iter().map(|n| String::from_utf8_lossy(n).encode_utf16().collect()).collect();
    let before = ALLOCATIONS.get();
    let mut mentions = [0; 3];
    for (context, mentions) in contexts.iter_mut().zip(&mut mentions) {
        for call in 0..33_334 {
            let i = call % (notes.len() - usize::from(call % 100 != 0));
            let found =
                if call % 2 == 0 { context.find_utf8(&notes[i]) } else { context.find_utf16(&units[i]) };
            *mentions += found.unwrap().mentions.len();
        }
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    let note = notes[0].clone();
    assert_eq!(ALLOCATIONS.get() - before, 1, "the allocator counts {}", note.len());
    let options = ContextOptions { max_paths: 8, ..ContextOptions::default() };
    let mut context = Context::new(contexts[0].model(), &options).unwrap();
    let before = ALLOCATIONS.get();
    let mut paths = 0;
    for call in 0..2_000 {
        let (i, most) = (call % (notes.len() - 1), 1 + call % 8);
        paths += context.nbest_utf8(&notes[i], call % 40, most).unwrap().paths.len();
        paths += context.nbest_utf16(&units[i], call % 40, most).unwrap().paths.len();
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert!(paths > 2_000, "{paths}");
    assert!(mentions.iter().all(|&count| count > 0), "the notes exercise the whole way: {mentions:?}");
}
