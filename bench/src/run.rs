//! When, at which commit and on which machine a run was.

use std::{fmt, fs, process::Command};

/// A run's date, commit and machine.
#[derive(Clone, Debug)]
pub struct Run {
    date: String,
    commit: String,
    machine: String,
}

impl Run {
    /// A run that begins now, on this machine, with the commit that is checked out.
    pub fn here() -> Self {
        Self { date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(), commit: commit(), machine: machine() }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, commit, machine } = self;
        write!(f, "{date}, commit `{commit}`, {machine}")
    }
}

/// The short hash, with `-dirty` if a file differs from it.
fn commit() -> String {
    let output = Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"]).output();
    let hash = output.ok().filter(|output| output.status.success()).and_then(|output| String::from_utf8(output.stdout).ok());
    hash.map_or_else(|| "unknown".to_owned(), |hash| hash.trim().to_owned())
}

fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = text.matches("processor\t").count();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    format!("{cores} cores ({})", model.map_or("model unknown", |rest| rest.trim_start_matches([' ', '\t', ':'])))
}
