//! Scripts that start further processes.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use rustix::process::Signal;

use crate::process::Process;

/// Longer than any script takes to start or to end, including a download of its tools.
const DEADLINE: Duration = Duration::from_secs(120);

/// A running script. Dropping it sends SIGTERM and waits, since only the script knows which children must end.
#[derive(Debug)]
pub struct Script {
    process: Process,
}

impl Script {
    /// Starts the file at `path` with the test's environment and these further variables.
    ///
    /// # Panics
    /// If the file cannot be run.
    pub fn start(path: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = interruptible(path);
        command.envs(variables.iter().copied()).args(arguments);
        Self { process: Process::spawn(&path.display().to_string(), &mut command) }
    }

    /// Sends SIGINT to the script's group, like Ctrl-C at the terminal.
    pub fn interrupt(&self) {
        self.process.signal_group(Signal::INT);
    }

    /// Sends SIGTERM to the script's group, as Heroku does to each process of a dyno.
    pub fn terminate_all(&self) {
        self.process.signal_group(Signal::TERM);
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it still runs after two minutes. The message shows its output.
    pub async fn exit_status(&self) -> ExitStatus {
        self.process.end().wait(DEADLINE).await
    }

    /// Returns all lines of its standard output and standard error so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// Waits for the first line of its output for which `wanted` is true.
    ///
    /// # Panics
    /// If there is none after two minutes. The message shows the output.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(DEADLINE, wanted).await
    }
}

/// Restores the default action of SIGINT. A program that was started in the background ignores it, and so do its children, such as tests
/// and this script.
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
