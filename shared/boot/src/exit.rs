//! The exit codes of a program, with one line for each error.

use std::process::ExitCode;

use crate::{Program, SettingsErrors, logging, settings::LogFormat};

/// The exit code for wrong settings or flags. A supervisor should not start the program again.
pub(crate) const WRONG_SETTINGS: u8 = 2;

/// Turns the outcome of a program into its exit code: 0; 2 for wrong settings; 1 for anything else. Errors go to standard
/// error, each on its own line, with their causes, in the form that `LOG_FORMAT` asks for.
pub fn exit_code(program: Program, outcome: &anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    report(program.name, &lines(error));
    if error.is::<SettingsErrors>() { ExitCode::from(WRONG_SETTINGS) } else { ExitCode::FAILURE }
}

/// The exit code 2 of a command that could examine nothing, because of `error`, which goes to standard error as in [`exit_code`].
pub fn not_examined(program: Program, error: &anyhow::Error) -> ExitCode {
    report(program.name, &lines(error));
    ExitCode::from(WRONG_SETTINGS)
}

/// Writes each line to standard error.
pub(crate) fn report(program: &str, lines: &[String]) {
    let format = LogFormat::from_env();
    for line in lines {
        eprintln!("{}", logging::final_line(format, program, line));
    }
}

fn lines(error: &anyhow::Error) -> Vec<String> {
    match error.downcast_ref::<SettingsErrors>() {
        Some(SettingsErrors(faults)) => faults.iter().map(ToString::to_string).collect(),
        None => vec![with_causes(error)],
    }
}

/// The error and its causes, each once: many error types of other crates repeat their cause in their own text.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the board cannot be read: {0}")]
    struct Repeating(#[from] std::fmt::Error);

    #[test]
    fn names_each_cause_once() {
        let error = anyhow::Error::new(Repeating(std::fmt::Error)).context("the start failed");
        let repeated = std::fmt::Error.to_string();
        assert_eq!(with_causes(&error), format!("the start failed: the board cannot be read: {repeated}"));
    }
}
