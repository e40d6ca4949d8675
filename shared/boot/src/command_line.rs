//! The command line: the flags that all servers have, and an answer to those of the servers that people come from.

mod faults;
mod flags;
mod foreign;

use std::{ffi::OsString, process::ExitCode};

use clap::{
    Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

pub use self::flags::{ServerFlags, whole_number};
use crate::{
    Program,
    exit::{WRONG_SETTINGS, report},
};

/// Reads the command line. Answers `--help` and `--version`.
///
/// # Errors
/// The exit code of a program that has nothing more to do: 0 after `--help` and `--version`, 2 after a wrong command line. What is wrong
/// stands on standard error by then, in the form that `LOG_FORMAT` asks for.
pub fn parse_command_line<A: Parser>(program: Program) -> Result<A, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    command::<A>(program).try_get_matches_from(&words).and_then(|found| A::from_arg_matches(&found)).map_err(|error| match error
        .kind()
    {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Where standard output is closed, nobody reads the help.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            report(program.name, &refusals(program, &error, &words, &command::<A>(program)));
            ExitCode::from(WRONG_SETTINGS)
        }
    })
}

/// The command line of `A`, under the program's own name and version.
fn command<A: Parser>(program: Program) -> clap::Command {
    A::command().name(program.name).bin_name(program.name).version(program.version)
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
