//! Runs a C or C++ compiler for a test.

use std::io::ErrorKind;
use std::process::{Command, Output};

/// The compiler `cc` or `c++`, or the one that the environment variable `CC` or `CXX` names.
pub fn compiler(name: &str) -> Command {
    let variable = if name == "cc" { "CC" } else { "CXX" };
    Command::new(std::env::var(variable).unwrap_or_else(|_| name.to_owned()))
}

/// Runs a command and demands success. `None`: it is not installed, and `DRUGNER_NO_SKIP` does not forbid that.
pub fn run(what: &str, mut command: Command) -> Option<Output> {
    match command.output() {
        Ok(output) => {
            let (out, err) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{what}: {}\n{command:?}\n{out}\n{err}", output.status);
            Some(output)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = format!("{command:?} not found: install a C compiler (Debian: apt install g++)");
            assert!(std::env::var_os("DRUGNER_NO_SKIP").is_none(), "{message}");
            // Not eprintln: the test harness hides that when a test passes.
            let _ =
                std::io::Write::write_all(&mut std::io::stderr(), format!("SKIPPED: {message}\n").as_bytes());
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}
