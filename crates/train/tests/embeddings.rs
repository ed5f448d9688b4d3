//! Word vectors: the same for a seed whatever the threads, sensible on a toy text, whole on disk.

use drugner_train::embeddings::{Architecture, EmbeddingOptions, Vectors, train};
use std::path::{Path, PathBuf};

/// Two groups of words that never share a context.
fn toy_text(dir: &Path) -> Vec<PathBuf> {
    let mut rng = fastrand::Rng::with_seed(1);
    let groups = [["aspirin", "warfarin", "heparin", "digoxin"], ["table", "chair", "window", "door"]];
    let frames = [["take", "daily", "dose"], ["paint", "brown", "wood"]];
    let mut text = String::new();
    for _ in 0..3000 {
        let group = rng.usize(..2);
        let mut pick = |words: &[&str]| words[rng.usize(..words.len())].to_owned();
        let words = [pick(&frames[group]), pick(&groups[group]), pick(&frames[group]), pick(&groups[group])];
        text.push_str(&words.join(" "));
        text.push('\n');
    }
    let path = dir.join("toy.txt");
    std::fs::write(&path, text).unwrap();
    vec![path]
}

fn options(architecture: Architecture) -> EmbeddingOptions {
    EmbeddingOptions { architecture, dim: 16, window: 3, subsample: 0.0, epochs: 3, ..Default::default() }
}

fn words(line: &str, word: &mut dyn FnMut(&str)) {
    line.split_whitespace().for_each(word);
}

fn run(files: &[PathBuf], architecture: Architecture, threads: usize, checkpoint: Option<&Path>) -> Vectors {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| train(files, &options(architecture), &words, checkpoint, false)).unwrap()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let files = toy_text(dir.path());
    for architecture in [Architecture::SkipGram, Architecture::Cbow] {
        let one = run(&files, architecture, 1, None);
        assert_eq!(one, run(&files, architecture, 2, None));
        let checkpoint = dir.path().join(format!("{architecture:?}.checkpoint"));
        assert_eq!(one, run(&files, architecture, 2, Some(&checkpoint)));
        assert_eq!(
            one,
            run(&files, architecture, 1, Some(&checkpoint)),
            "a finished run is taken from its checkpoint"
        );
    }
}

#[test]
fn words_of_one_group_are_neighbours() {
    let dir = tempfile::tempdir().unwrap();
    let files = toy_text(dir.path());
    for architecture in [Architecture::SkipGram, Architecture::Cbow] {
        let vectors = run(&files, architecture, 2, None);
        let near = vectors.nearest("aspirin", 6).unwrap();
        assert!(
            near.iter().all(|(word, _)| !["table", "chair", "window", "door"].contains(word)),
            "{near:?}"
        );
        assert_eq!(vectors.nearest("unknown", 3), None);
    }
}

#[test]
fn a_file_comes_back_whole_or_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let vectors = run(&toy_text(dir.path()), Architecture::SkipGram, 2, None);
    let path = dir.path().join("v.bin");
    vectors.save(&path).unwrap();
    assert_eq!(Vectors::load(&path).unwrap(), vectors);
    let bytes = std::fs::read(&path).unwrap();
    for len in [0, 7, 20, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..len]).unwrap();
        assert!(Vectors::load(&path).is_err(), "{len}");
    }
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 4;
    std::fs::write(&path, &damaged).unwrap();
    let error = format!("{:#}", Vectors::load(&path).unwrap_err());
    assert!(error.contains("v.bin"), "{error}");
    let text = dir.path().join("v.txt");
    vectors.export_text(&text).unwrap();
    assert_eq!(Vectors::import_text(&text).unwrap().rows, vectors.rows);
}
