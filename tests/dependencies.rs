//! The library's run-time dependencies are the committed list, no more; the licences of the workspace are those of
//! `deny.toml`.

use std::process::Command;

/// What `cargo tree` prints, one line for each package.
fn tree(arguments: &[&str]) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--prefix", "none", "--offline", "--target", "x86_64-unknown-linux-gnu"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut lines: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}

#[test]
fn the_dependency_tree_is_the_committed_list() {
    let arguments =
        ["--package", "drugner", "--edges", "normal,no-proc-macro", "--all-features", "--format", "{p}"];
    let lines = tree(&arguments);
    let mut names: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    names.dedup();
    names.retain(|name| !name.is_empty());
    let committed: Vec<&str> = include_str!("dependencies.txt").lines().collect();
    assert_eq!(names, committed, "update tests/dependencies.txt only for a good reason");
}

/// Whether an SPDX expression can be met: all parts that `AND` joins, each by one of its alternatives.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    expression.replace('/', " OR ").split(" AND ").all(|part| {
        let alternatives = part.trim_matches(['(', ')', ' ']).split(" OR ");
        alternatives.into_iter().any(|licence| allowed.contains(&licence.trim()))
    })
}

#[test]
fn every_licence_is_one_of_the_allowed() {
    let settings = include_str!("../deny.toml");
    let list = settings.split_once("allow = [").unwrap().1.split_once(']').unwrap().0;
    let allowed: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(allowed.contains(&"MIT") && !allowed.contains(&"GPL-3.0-only"));
    assert!(is_allowed("(MIT OR GPL-3.0-only) AND MIT", &allowed) && is_allowed("Zlib/MIT", &allowed));
    assert!(!is_allowed("MIT AND GPL-3.0-only", &allowed) && !is_allowed("", &allowed));
    let packages = tree(&["--workspace", "--edges", "normal,build,dev", "--format", "{p}|{l}"]);
    let refused: Vec<&String> = packages
        .iter()
        .filter(|line| !line.is_empty() && !line.ends_with("(*)"))
        .filter(|line| !is_allowed(line.split_once('|').expect("package and licence").1, &allowed))
        .collect();
    assert!(packages.len() > 50 && refused.is_empty(), "{refused:#?}");
}
