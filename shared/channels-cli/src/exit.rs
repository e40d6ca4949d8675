//! How the tool ends.

use std::{
    io::{ErrorKind, Write},
    process::ExitCode,
};

use catamaran_boot::settings::SettingsErrors;

/// Trying again is of no use: the command line, its input or the environment must change.
const WRONG: u8 = 2;

/// What was to be sent is no event.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongInput(pub String);

/// Turns the outcome into an exit code: 0; 1 where it failed, or where `doctor` found an error; 2 where what was asked for is wrong. An
/// error goes to `err`, each fault of the settings on its own line. Whoever reads the output may stop reading (`| head`): no error.
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
        // Where standard error is gone there is nobody left to tell.
        let _ = writeln!(err, "channels: {line}");
    }
    let is_wrong = error.is::<SettingsErrors>() || error.is::<WrongInput>();
    if is_wrong { ExitCode::from(WRONG) } else { ExitCode::FAILURE }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|fault| fault.kind() == ErrorKind::BrokenPipe)
}
