//! Exit codes.

use std::{
    io::{ErrorKind, Write},
    process::ExitCode,
};

use catamaran_boot::settings::SettingsErrors;
use catamaran_redis::AddressError;

/// The command line, its input or the environment is wrong, so a retry cannot succeed.
const WRONG: u8 = 2;

/// The input is no event.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongInput(pub String);

/// Turns the outcome into an exit code. 0: success. 1: failure, or `doctor` found a fault. 2: the request is wrong.
///
/// Writes an error to `err`, each fault of the settings on its own line. A closed output pipe (`| head`) counts as success.
pub fn exit_code(outcome: &anyhow::Result<bool>, err: &mut dyn Write) -> ExitCode {
    let error = match outcome {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::FAILURE,
        Err(error) if is_closed_pipe(error) => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    let lines = match error.downcast_ref::<SettingsErrors>() {
        Some(SettingsErrors(faults)) => faults.iter().map(ToString::to_string).collect(),
        None => vec![format!("{error:#}")],
    };
    for line in lines {
        // If standard error is closed, the error cannot be reported.
        let _ = writeln!(err, "channels: {line}");
    }
    let is_wrong = error.is::<SettingsErrors>() || error.is::<AddressError>() || error.is::<WrongInput>();
    if is_wrong { ExitCode::from(WRONG) } else { ExitCode::FAILURE }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|fault| fault.kind() == ErrorKind::BrokenPipe)
}
