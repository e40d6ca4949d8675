//! How a program ends: one clear sentence for each error.

use std::process::ExitCode;

use crate::{Process, SettingsErrors};

/// Wrong settings, as distinct from a start or a run that failed: trying again is of no use.
const WRONG_SETTINGS: u8 = 2;

/// Turns the outcome of a program into its exit code: 0; 2 for wrong settings; 1 for anything else. Errors go to standard
/// error, each on its own line, with their causes.
pub fn exit_code(process: Process, outcome: &anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    for line in lines(error) {
        eprintln!("{}: {line}", process.name());
    }
    if error.is::<SettingsErrors>() { ExitCode::from(WRONG_SETTINGS) } else { ExitCode::FAILURE }
}

fn lines(error: &anyhow::Error) -> Vec<String> {
    match error.downcast_ref::<SettingsErrors>() {
        Some(SettingsErrors(faults)) => faults.iter().map(ToString::to_string).collect(),
        None => vec![format!("{error:#}")],
    }
}
