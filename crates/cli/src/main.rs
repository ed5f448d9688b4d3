//! The command `drugner`.

mod bench;
mod commands;
mod documents;
mod output;
mod pages;

use clap::{Parser, Subcommand};
use std::io::ErrorKind;
use std::process::ExitCode;

/// Finds drug names in medical text; trains, evaluates and inspects the models that do it.
///
/// Results go to standard output, progress and notices to standard error. The exit status is 0 for success, 1 for a
/// failure, 2 for wrong usage. No command uses the network.
#[derive(Parser)]
#[command(name = "drugner", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Tag(commands::tag::Arguments),
    Train(commands::train::Arguments),
    Embed(commands::embed::Arguments),
    Pretrain(commands::pretrain::Arguments),
    Evaluate(commands::evaluate::Arguments),
    Compare(commands::compare::Arguments),
    Quantise(commands::quantise::Arguments),
    Analyse(commands::analyse::Arguments),
    Reproduce(commands::reproduce::Arguments),
    Inspect(commands::inspect::Arguments),
    Selftest(commands::selftest::Arguments),
    Bench(commands::bench::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Tag(arguments) => commands::tag::run(&arguments),
        Command::Train(arguments) => commands::train::run(&arguments),
        Command::Embed(arguments) => commands::embed::run(&arguments),
        Command::Pretrain(arguments) => commands::pretrain::run(&arguments),
        Command::Evaluate(arguments) => commands::evaluate::run(&arguments),
        Command::Compare(arguments) => commands::compare::run(&arguments),
        Command::Quantise(arguments) => commands::quantise::run(&arguments),
        Command::Analyse(arguments) => commands::analyse::run(&arguments),
        Command::Reproduce(arguments) => commands::reproduce::run(&arguments),
        Command::Inspect(arguments) => commands::inspect::run(&arguments),
        Command::Selftest(arguments) => commands::selftest::run(&arguments),
        Command::Bench(arguments) => commands::bench::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("drugner: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The reader of our output has what it wanted, as in `drugner tag ... | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}
