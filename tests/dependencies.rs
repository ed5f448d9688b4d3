//! The library's run-time dependencies are the committed list, no more.

use std::process::Command;

#[test]
fn the_dependency_tree_is_the_committed_list() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--package", "drugner", "--edges", "normal,no-proc-macro", "--all-features"])
        .args(["--prefix", "none", "--format", "{p}", "--offline", "--target", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    let committed: Vec<&str> = include_str!("dependencies.txt").lines().collect();
    assert_eq!(names, committed, "update tests/dependencies.txt only for a good reason");
}
