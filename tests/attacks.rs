//! The diary of attacks, `tests/attacks/README.md`, as tests: every row is run and its outcome compared.

mod common;
mod hostile;

#[path = "attacks/files.rs"]
mod files;
#[path = "attacks/int8.rs"]
mod int8;
#[path = "attacks/texts.rs"]
mod texts;

/// One row of the diary.
pub struct Attack {
    number: u32,
    what: &'static str,
    /// Runs the attack and names what came of it: a status, or "harmless" when the answer is checked and right.
    run: fn() -> String,
}

#[test]
fn every_attack_ends_as_the_diary_says() {
    let diary =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/attacks/README.md")).unwrap();
    let rows: Vec<&str> = diary.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let attacks: Vec<&Attack> = files::ATTACKS.iter().chain(texts::ATTACKS).chain(int8::ATTACKS).collect();
    let numbers = attacks.iter().map(|attack| attack.number as usize);
    assert!(numbers.eq(1..=attacks.len()), "the numbers run from 1 without a gap");
    let run = |attack: &&Attack| format!("| {} | {} | {} |", attack.number, attack.what, (attack.run)());
    let outcomes: Vec<String> = attacks.iter().map(run).collect();
    assert!(rows == outcomes, "the diary differs from what happened:\n{}", outcomes.join("\n"));
}
