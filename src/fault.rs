//! Places where unit tests make the library panic; nothing in any other build.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static ARMED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Panics if this stage is armed on this thread.
#[inline(always)]
pub fn point(stage: &'static str) {
    #[cfg(test)]
    if ARMED.get() == Some(stage) {
        panic!("injected into the stage {stage}");
    }
    let _ = stage;
}

/// Runs `body` with a panic in `stage` on this thread.
#[cfg(all(test, feature = "capi"))]
pub fn with_panic_in<T>(stage: &'static str, body: impl FnOnce() -> T) -> T {
    ARMED.set(Some(stage));
    let result = body();
    ARMED.set(None);
    result
}
