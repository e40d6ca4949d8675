//! A script that starts processes of its own.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use rustix::process::Signal;

use crate::process::Process;

/// Longer than any script of ours takes to start or to end, a download of its tools included.
const DEADLINE: Duration = Duration::from_secs(120);

/// A running script. Dropping it asks it to end and waits: only the script knows what else must end.
#[derive(Debug)]
pub struct Script {
    process: Process,
}

impl Script {
    /// Starts the file at `path` with the test's environment and these variables beside it.
    ///
    /// # Panics
    /// Where the file cannot be run.
    pub fn start(path: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = interruptible(path);
        command.envs(variables.iter().copied()).args(arguments);
        Self { process: Process::spawn(&path.display().to_string(), &mut command) }
    }

    /// What Ctrl-C at the terminal does: SIGINT to the script's group.
    pub fn interrupt(&self) {
        self.process.signal_group(Signal::INT);
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// Where it still runs after two minutes; the message has its output.
    pub async fn exit_status(&self) -> ExitStatus {
        self.process.end().wait(DEADLINE).await
    }

    /// All lines of its standard output and standard error so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// The first line of its output for which `wanted` is true, waited for where it is not there yet.
    ///
    /// # Panics
    /// Where there is none after two minutes; the message has the output.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(DEADLINE, wanted).await
    }
}

/// A program that is started in the background ignores Ctrl-C, and so does everything below it, tests and this script
/// included: there it is turned on again.
fn interruptible(path: &Path) -> Command {
    if !cfg!(target_os = "linux") {
        return Command::new(path);
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=INT").arg(path);
    command
}

impl Drop for Script {
    fn drop(&mut self) {
        self.process.signal_group(Signal::TERM);
        self.process.wait_blocking(Duration::from_secs(20));
    }
}
