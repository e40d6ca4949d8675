//! The command line: the flags that all servers have, and an answer to those of the servers that people come from.

mod flags;
mod foreign;

use std::{ffi::OsString, process::ExitCode};

use clap::{
    Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

pub use self::flags::ServerFlags;
use crate::{
    Process,
    exit::{WRONG_SETTINGS, report},
};

/// Reads the command line. Answers `--help` and `--version`.
///
/// # Errors
/// The exit code of a program that has nothing more to do: 0 after `--help` and `--version`, 2 after a wrong command line. What is wrong
/// stands on standard error by then, in the form that `LOG_FORMAT` asks for.
pub fn parse_command_line<A: Parser>(process: Process) -> Result<A, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    A::try_parse_from(&words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Where standard output is closed, nobody reads the help.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            report(process.name(), &refusals(process, &error, &words, &A::command()));
            ExitCode::from(WRONG_SETTINGS)
        }
    })
}

/// A line for each word that is wrong, as far as that can be said at once.
fn refusals(process: Process, error: &clap::Error, words: &[OsString], command: &clap::Command) -> Vec<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return vec![one_line(error)];
    }
    let named = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) => word.clone(),
        _ => return vec![one_line(error)],
    };
    let mut flags = foreign::unknown_flags(words, command);
    if flags.is_empty() {
        flags.push(named);
    }
    flags.iter().map(|flag| foreign::refusal(flag, words, process)).collect()
}

/// clap's text for a person; a word that looks like an address, and so may hold a password, is not repeated. For programs that are no
/// servers.
pub fn without_secrets(error: &clap::Error) -> String {
    let words = [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    if !words.into_iter().any(|kind| holds_address(error.get(kind))) {
        return error.render().to_string();
    }
    "error: a word of the command line cannot be read; it is not shown, since it looks like an address with a password\n\n\
     For more information, try '--help'.\n"
        .to_owned()
}

fn holds_address(value: Option<&ContextValue>) -> bool {
    let is_address = |text: &String| text.contains("://") || text.contains('@');
    match value {
        Some(ContextValue::String(text)) => is_address(text),
        Some(ContextValue::Strings(texts)) => texts.iter().any(is_address),
        _ => false,
    }
}

/// clap's text without its usage, which does not fit on a line. A value that may hold a password is not repeated.
fn one_line(error: &clap::Error) -> String {
    if holds_address(error.get(ContextKind::InvalidValue)) {
        let flag = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
        let text = format!("the value of {flag} cannot be read; it is not shown, since it looks like an address with a password");
        // The parser's own sentence says what is expected and never what it found.
        return std::error::Error::source(error).map_or_else(|| text.clone(), |expected| format!("{text}: {expected}"));
    }
    let text = error.to_string();
    let about = text.split("\n\nUsage:").next().unwrap_or_default();
    let about = about.split("\n\nFor more information").next().unwrap_or_default();
    about.strip_prefix("error: ").unwrap_or(about).split_whitespace().collect::<Vec<_>>().join(" ")
}
