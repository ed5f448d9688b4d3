//! Twice the text takes at most 2.2 times the instructions, whatever the text is. Instructions are counted by valgrind:
//! a clock would tell of the load of the machine.
//!
//! `DRUGNER_UNITS=2000000 cargo test --release -p drugner --test time` is the long form.
#![cfg(target_os = "linux")]

mod cc;
mod common;
mod hostile;

use drugner::{Context, ContextOptions, Mention, Model, ModelOptions};
use std::process::Command;

/// Adversarial texts, each by the piece that is repeated.
const PIECES: [(&str, &str); 9] = [
    ("one word", "a"),
    ("one number", "7"),
    ("delimiters", " \t"),
    ("line ends", "\n"),
    ("characters of four bytes", "💊"),
    ("brackets that do not close", "(["),
    ("brackets in pairs", "()"),
    ("abbreviations", "Dr. "),
    ("short forms in brackets", "ab (AB) "),
];

/// The smallest models, and one that finds `ab`, so that short forms are followed.
fn models() -> Vec<Vec<u8>> {
    let follows = common::model(3, &common::Sizes { rules: true, ..common::Sizes::default() });
    hostile::tiny_models().into_iter().map(|(_, bytes)| bytes).chain([follows]).collect()
}

/// Units of the shorter text where a token is long, and where every unit is a token.
fn units(piece: &str) -> usize {
    let units: usize = std::env::var("DRUGNER_UNITS").map_or(30_000, |units| units.parse().unwrap());
    if matches!(piece, "a" | "7" | " \t" | "\n") { units } else { units / 15 }
}

/// Reads one text; called by this file's tests in a process of its own, under valgrind.
#[test]
#[ignore = "runs under valgrind, started by the other test"]
fn read_one_text() {
    let Ok(job) = std::env::var("DRUGNER_TIME_JOB") else { return };
    let [family, piece, units] = job.split(' ').map(|n| n.parse::<usize>().unwrap()).collect::<Vec<_>>()[..]
    else {
        panic!("three numbers");
    };
    let model = Model::open_copy(&models()[family], &ModelOptions::default()).unwrap();
    // The widest window shows what the cut into windows would hide.
    let options = ContextOptions { max_window_tokens: 1 << 16, ..ContextOptions::default() };
    let mut context = Context::new(&model, &options).unwrap();
    let mut text: String = PIECES[piece].1.chars().cycle().take(units).collect();
    // Symbols alone are no word; in front of a letter each bracket is.
    text.push('a');
    let found = context.find_utf8(text.as_bytes()).unwrap();
    assert!(found.complete);
    let followed = found.mentions.iter().filter(|mention| mention.flags == Mention::ABBREVIATION).count();
    assert!(family < 4 || units == 0 || followed >= units / "ab (AB) ".len());
}

/// Instructions of a process that reads `units` units of a piece.
fn instructions(family: usize, piece: usize, units: usize) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap());
    command.args(["read_one_text", "--ignored", "--exact", "--test-threads=1"]);
    command.env("DRUGNER_TIME_JOB", format!("{family} {piece} {units}"));
    let output = cc::run("valgrind", command)?;
    let printed = String::from_utf8_lossy(&output.stderr);
    let line = printed.lines().find_map(|line| line.split_once("Collected : ")).unwrap();
    Some(line.1.trim().parse().unwrap())
}

#[test]
fn time_grows_with_the_length_and_no_faster() {
    // The window family alone joins tokens to words; the CRF is the longest way; the last model has rules of decoding.
    let families = hostile::tiny_models().map(|(name, _)| name);
    assert_eq!(families[..2], ["bilstm-crf", "window"]);
    for (family, pieces) in [(0, &[0, 2, 4, 7][..]), (1, &[5, 6]), (4, &[8])] {
        let Some(nothing) = instructions(family, 0, 0) else { return };
        for &piece in pieces {
            let units = units(PIECES[piece].1);
            let (Some(once), Some(twice)) =
                (instructions(family, piece, units), instructions(family, piece, 2 * units))
            else {
                return;
            };
            let ratio = (twice - nothing) as f64 / (once - nothing) as f64;
            println!("{}: {ratio:.3}", PIECES[piece].0);
            assert!(once > nothing && ratio <= 2.2, "{}: T(2n)/T(n) = {ratio:.3}", PIECES[piece].0);
        }
    }
}
