//! The fast form of fuzzing: every committed seed and a fixed number of mutations through every target.
//!
//! `DRUGNER_FUZZ_FACTOR=1000 cargo test --release -p drugner-fuzz` runs a thousand times as many. With
//! DRUGNER_FUZZ_CORPUS=1 the inputs that `fuzz/run` found count as seeds (`tests/coverage fuzz`).

use drugner_fuzz::mutate::mutation;
use drugner_fuzz::{TARGETS, Target};
use std::path::Path;

/// The files of a target in `seeds` or `corpus`.
fn files(folder: &str, target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(target.name);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What mutations begin with: the seeds and the shortest inputs.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds = files("seeds", target);
    assert!(!seeds.is_empty(), "{} has no seed", target.name);
    if std::env::var_os("DRUGNER_FUZZ_CORPUS").is_some() {
        seeds.extend(files("corpus", target));
    }
    seeds.extend([vec![], vec![0]]);
    seeds
}

fn run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| (target.run)(seed));
    let factor = std::env::var("DRUGNER_FUZZ_FACTOR").map_or(1, |factor| factor.parse().unwrap());
    for number in 0..target.mutations as u64 * factor {
        let bytes = mutation(&seeds, number);
        let result = std::panic::catch_unwind(|| (target.run)(&bytes));
        assert!(result.is_ok(), "mutation {number} of {name} fails");
    }
}

#[test]
#[ignore = "writes seeds anew, for a new version of the model format"]
fn write_model_seeds() {
    for target in ["model", "model_repaired"] {
        for (name, bytes) in drugner_fuzz::seed_models() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

#[test]
fn the_models_among_the_seeds_open() {
    for target in TARGETS.iter().filter(|target| target.name.starts_with("model")) {
        for seed in files("seeds", target) {
            assert!(drugner::Model::open_copy(&seed, &Default::default()).is_ok());
        }
    }
}

macro_rules! targets {
    ($($name:ident),+) => {
        $(#[test] fn $name() { run(stringify!($name)); })+

        #[test]
        fn every_target_has_a_test_and_a_program() {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),+]);
            for name in names {
                let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz_targets/{name}.rs"));
                assert!(program.exists(), "{name} has no program for libFuzzer");
            }
        }
    };
}

targets!(model, model_repaired, generated, utf8, utf16, text, decode, capi, options, corpus, scorer);
