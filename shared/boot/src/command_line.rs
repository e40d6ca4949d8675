//! The command line: the flags that all servers have, and answers to those of other servers.

mod faults;
mod flags;
mod foreign;
mod task;
mod variables;

use std::{ffi::OsString, process::ExitCode};

use clap::{
    Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

pub use self::{
    flags::{ServerFlags, whole_number},
    task::Task,
    variables::variables_help,
};
use crate::{
    Program,
    exit::{WRONG_SETTINGS, report},
};

/// The command line of a program without flags of its own.
#[derive(Parser)]
struct Flagged<F: clap::Args> {
    #[command(flatten)]
    flags: F,
}

/// Reads the command line of a program without flags of its own: `F` is [`ServerFlags`], or a set of flags that has them. `--help` begins
/// with `about`.
///
/// # Errors
/// As [`parse_command_line`].
pub fn parse_flags<F: clap::Args>(program: Program, about: &'static str) -> Result<F, ExitCode> {
    parse::<Flagged<F>>(program, |command| command.about(about)).map(|line| line.flags)
}

/// Reads the command line. Answers `--help` and `--version`.
///
/// # Errors
/// The exit code of a program that has nothing more to do: 0 after `--help` and `--version`, 2 after a wrong command line. What is wrong
/// stands on standard error by then, in the form that `LOG_FORMAT` asks for.
pub fn parse_command_line<A: Parser>(program: Program) -> Result<A, ExitCode> {
    parse(program, |command| command)
}

/// As [`parse_command_line`]. `--help` ends with `more`: the program's variables by [`variables_help`], say.
///
/// # Errors
/// As [`parse_command_line`].
pub fn parse_command_line_with_help<A: Parser>(program: Program, more: String) -> Result<A, ExitCode> {
    parse(program, |command| command.after_long_help(more))
}

/// As [`parse_command_line`], with a change to the command, which gets the program's own name and version.
fn parse<A: Parser>(program: Program, change: impl FnOnce(clap::Command) -> clap::Command) -> Result<A, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut command = change(A::command()).name(program.name).bin_name(program.name).version(program.version);
    let found = command.try_get_matches_from_mut(&words).and_then(|found| A::from_arg_matches(&found));
    found.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Standard output may be closed. So an error is ignored.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            report(program.name, &refusals(program, &error, &words, &command));
            ExitCode::from(WRONG_SETTINGS)
        }
    })
}

/// A line for each word that is wrong, as far as that can be said at once.
fn refusals(program: Program, error: &clap::Error, words: &[OsString], command: &clap::Command) -> Vec<String> {
    if error.kind() == ErrorKind::UnknownArgument {
        let foreign = foreign::refusals(words, command, program);
        if !foreign.is_empty() {
            return foreign;
        }
    }
    let bare = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::UnknownArgument => foreign::bare(word),
        _ => None,
    };
    vec![bare.unwrap_or_else(|| faults::sentence(error, words, command))]
}

/// The text about a wrong command line, for programs that are no servers: help where that is asked for, else what is wrong. Repeats no
/// word of the command line, since any may be a secret.
pub fn text_of_fault(error: &clap::Error, command: &clap::Command) -> String {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            error.render().to_string()
        }
        _ => {
            let words: Vec<OsString> = std::env::args_os().collect();
            format!("error: {}\n\nFor more information, try '--help'.\n", faults::sentence(error, &words, command))
        }
    }
}
