//! Sentences about a wrong command line. They repeat no word of it, because any word may be a misplaced secret.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Says what is wrong and what is expected. Names a word by its place: `argument 1` follows the program's name.
pub(super) fn sentence(error: &clap::Error, words: &[OsString], command: &clap::Command) -> String {
    let flag = || error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
    let argument = argument(error, words, command);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("{argument} is not one that this program knows; --help lists them{HIDDEN}"),
        ErrorKind::InvalidSubcommand => {
            format!("{argument} is no command of this program; expected one of {}{HIDDEN}", subcommands(command))
        }
        ErrorKind::InvalidValue if is_empty(error) => format!("{} needs a value; {}", flag(), expected(error)),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{argument}, the value of {}, cannot be read: {}{HIDDEN}", flag(), expected(error))
        }
        ErrorKind::TooManyValues => format!("{argument}: {} takes no such value; leave it out{HIDDEN}", flag()),
        // The others name flags of the program alone.
        _ => one_line(error),
    }
}

const HIDDEN: &str = " (it is not shown: it may be a secret)";

/// The argument that the parser refused, by its place: the last one of the shortest beginning that is refused for the same reason.
fn argument(error: &clap::Error, words: &[OsString], command: &clap::Command) -> String {
    let is_refused = |place: &usize| {
        let refusal = command.clone().try_get_matches_from(&words[..=*place]).err();
        refusal.is_some_and(|other| other.kind() == error.kind() && is_empty(&other) == is_empty(error))
    };
    match (1..words.len()).find(is_refused) {
        Some(place) => format!("argument {place}"),
        None => "an argument".to_owned(),
    }
}

fn subcommands(command: &clap::Command) -> String {
    command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ")
}

fn is_empty(error: &clap::Error) -> bool {
    matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(value)) if value.is_empty())
}

/// The words that the flag takes, or its parser's own sentence, which never says what it found.
fn expected(error: &clap::Error) -> String {
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue)
        && !values.is_empty()
    {
        return format!("expected one of {}", values.join(", "));
    }
    std::error::Error::source(error).map_or_else(|| "--help says which".to_owned(), ToString::to_string)
}

/// clap's text without its usage, which does not fit on a line.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let about = text.split("\n\nUsage:").next().unwrap_or_default();
    let about = about.split("\n\nFor more information").next().unwrap_or_default();
    about.strip_prefix("error: ").unwrap_or(about).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser, Subcommand};

    use super::*;

    const MARK: &str = "hunter2";

    #[derive(Parser, Debug)]
    struct Args {
        #[command(flatten)]
        server: super::super::ServerFlags,
        #[arg(long)]
        alone: bool,
        #[arg(long, value_parser = ["red", "green"])]
        colour: Option<String>,
        #[command(subcommand)]
        command: Option<Command>,
    }

    #[derive(Subcommand, Debug)]
    enum Command {
        Paint { room: Vec<u8> },
        Clean,
    }

    fn said(words: &[&str]) -> String {
        let words: Vec<OsString> = std::iter::once("program").chain(words.iter().copied()).map(OsString::from).collect();
        let error = Args::try_parse_from(&words).expect_err("a wrong command line");
        let said = sentence(&error, &words, &Args::command());
        assert!(!said.contains('\n'), "{said}");
        said
    }

    #[test]
    fn repeats_no_word_in_any_form() {
        for glue in ["", "-x", "--", "---", "-p", "--x=", "--alone=", "--colour=", "--port=", "-w", "-v=", "--umask="] {
            for secret in [MARK, "redis://:hunter2@h", ":hunter2@h", "hunter2=x", "x=hunter2", "7hunter2", "한hunter2"] {
                let word = format!("{glue}{secret}");
                for words in [&[word.as_str()][..], &["--alone", &word], &["clean", &word], &["paint", "1", &word]] {
                    assert!(!said(words).contains(MARK), "{words:?}: {}", said(words));
                }
            }
        }
        for flag in ["--port", "--workers", "--fd", "--umask", "-v", "--log-level", "--colour", "--secret-key"] {
            for secret in [MARK, "redis://:hunter2@h", "7hunter2"] {
                assert!(!said(&[flag, secret]).contains(MARK), "{flag}: {}", said(&[flag, secret]));
            }
        }
        for number in ["99999999", "-5", "4.2"] {
            assert!(!said(&[&format!("--port={number}")]).contains(number), "{}", said(&[&format!("--port={number}")]));
        }
    }

    #[test]
    fn says_which_argument_is_wrong_and_what_is_expected() {
        for (words, start, end) in [
            (&["--alone", "--prot", "80"][..], "argument 2 is not one that this program knows; --help lists them", ""),
            (&["--bind", "wash", "wash"], "argument 3 is no command of this program; expected one of paint, clean", ""),
            (
                &["--port", "x"],
                "argument 2, the value of --port <PORT>, cannot be read: expected a whole number from 0 to 65535",
                "",
            ),
            (
                &["--workers=0"],
                "argument 1, the value of --workers <COUNT>, cannot be read: expected a whole number of at least 1",
                "",
            ),
            (&["--colour", "blue"], "argument 2, the value of --colour <COLOUR>, cannot be read: expected one of red, green", ""),
            (&["--port"], "--port <PORT> needs a value; ", "--help says which"),
            (&["--alone=1"], "argument 1: --alone takes no such value; leave it out", ""),
            (&["--bind", ":1", "--fd", "3"], "the argument '--bind <ADDRESS>' cannot be used with", ""),
        ] {
            let said = said(words);
            assert!(said.starts_with(start) && said.ends_with(end), "{words:?}: {said}");
        }
    }
}
