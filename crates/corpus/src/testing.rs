//! Where tests find the real corpora, which are not part of the repository.

use std::io::Write;
use std::path::PathBuf;

/// The folder in the environment variable `DRUGNER_DATA`.
///
/// `None` when it is unset: the caller returns, and the skipped test is named on standard error even where the
/// test harness captures output.
///
/// # Panics
/// When `DRUGNER_DATA` is unset and `DRUGNER_NO_SKIP` is `1`.
pub fn data_folder(test: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("DRUGNER_DATA") {
        return Some(PathBuf::from(folder));
    }
    let message = format!("skipped: {test}: DRUGNER_DATA is not set\n");
    assert!(std::env::var_os("DRUGNER_NO_SKIP").is_none_or(|value| value != "1"), "{message}");
    // A lost notice is no reason to fail.
    let _ = std::io::stderr().write_all(message.as_bytes());
    None
}
