//! Programs under test: those of this workspace, and Python programs.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{cleanup, environment, eventually, process::Process, python};

/// Longer than any start, answer or graceful stop takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// A program of this workspace in its own empty folder, or a Python program in its project's folder. Dropping it kills it and its
/// children.
#[derive(Debug)]
pub struct Program {
    // Fields drop in this order: the program ends before its folder is removed.
    process: Process,
    _folder: Option<TempDir>,
    name: String,
    command: Command,
}

impl Program {
    /// Starts the program `name` with these environment variables and arguments. [`Program::listens`] waits until it is ready.
    ///
    /// # Panics
    /// If the program has not been built in the folder that the test runs from.
    pub fn start(name: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::run(name, Command::new(built(name)), variables, arguments)
    }

    /// Like [`Program::start`], with a limit of open files that the program cannot raise.
    ///
    /// # Panics
    /// As [`Program::start`].
    pub fn start_with_open_files(limit: usize, name: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")]).arg(built(name));
        Self::run(name, command, variables, arguments)
    }

    /// Like [`Program::start`], for a server that listens on `listener`, which other processes may share: it inherits it as descriptor 0
    /// (`--fd 0`).
    ///
    /// # Panics
    /// As [`Program::start`].
    pub fn start_on(listener: &TcpListener, name: &str, variables: &[(&str, &str)]) -> Self {
        let input = listener.try_clone().expect("a free descriptor").into();
        Self::run_as(name, Command::new(built(name)), variables, &["--fd", "0"], |command| {
            Process::spawn_on(name, command, input)
        })
    }

    fn run(name: &str, command: Command, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::run_as(name, command, variables, arguments, |command| Process::spawn(name, command))
    }

    fn run_as(
        name: &str,
        mut command: Command,
        variables: &[(&str, &str)],
        arguments: &[&str],
        spawn: impl FnOnce(&mut Command) -> Process,
    ) -> Self {
        let folder = cleanup::temporary();
        environment::clear(&mut command);
        command.envs(variables.iter().copied()).args(arguments).current_dir(folder.path());
        Self { process: spawn(&mut command), _folder: Some(folder), name: name.to_owned(), command }
    }

    /// Starts `python` in `folder` with these environment variables and arguments, from the virtual environment with Django and Channels.
    /// For example `["manage.py", "runworker", "thumbnails"]`, or `["-m", "daphne", "-p", PORT, "shop.asgi:application"]`. It writes no
    /// compiled files, and its output is not buffered.
    ///
    /// # Panics
    /// If the virtual environment is missing. The message says what to do.
    pub fn start_python(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let name = format!("python {}", arguments.join(" "));
        let mut command = python::command();
        command.envs(variables.iter().copied()).args(arguments).current_dir(folder);
        Self { process: Process::spawn(&name, &mut command), _folder: None, name, command }
    }

    /// Starts it again with the same variables, arguments and folder. Kills it first if it still runs. The log starts empty.
    pub fn restart(&mut self) {
        self.process.kill_now();
        self.process = Process::spawn(&self.name, &mut self.command);
    }

    /// Waits until `port` of this machine accepts connections.
    ///
    /// # Panics
    /// If the program ends first, or after a minute. The message shows its log.
    pub async fn listens(&self, port: u16) {
        eventually(DEADLINE, || async {
            assert!(!self.process.has_ended(), "it has ended\n{}", self.process.output());
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
    }

    /// Kills it, like a crash or a platform after its grace period.
    pub fn kill9(&self) {
        self.process.kill_now();
    }

    /// Sends SIGTERM, as a platform does before a deployment.
    pub fn terminate(&self) {
        self.process.signal(Signal::TERM);
    }

    /// Sends a signal by its name without SIG: `HUP`, `INT`, `QUIT`, `TERM`, `USR1`, `USR2`, `STOP` or `CONT`.
    ///
    /// # Panics
    /// If the name is unknown.
    pub fn signal(&self, name: &str) {
        self.process.signal(match name {
            "HUP" => Signal::HUP,
            "INT" => Signal::INT,
            "QUIT" => Signal::QUIT,
            "TERM" => Signal::TERM,
            "USR1" => Signal::USR1,
            "USR2" => Signal::USR2,
            "STOP" => Signal::STOP,
            "CONT" => Signal::CONT,
            _ => panic!("no signal {name}"),
        });
    }

    /// Returns the file of the program `name` of this workspace.
    ///
    /// # Panics
    /// As [`Program::start`].
    pub fn path(name: &str) -> PathBuf {
        built(name)
    }

    /// Returns whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.process.has_ended()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it still runs after a minute. The message shows its log.
    pub async fn exit_status(&self) -> ExitStatus {
        self.process.end().wait(DEADLINE).await
    }

    /// Returns the number of its open descriptors.
    ///
    /// # Panics
    /// If it has ended, or the system has no `/proc`.
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.process.pid());
        std::fs::read_dir(&folder).unwrap_or_else(|fault| panic!("{folder}: {fault}")).count()
    }

    /// Returns its resident memory in KiB.
    ///
    /// # Panics
    /// As [`Program::descriptors`].
    pub fn resident_kib(&self) -> usize {
        let path = format!("/proc/{}/status", self.process.pid());
        let status = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
    }

    /// Returns all lines of its standard output and standard error so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// Waits for the first line of the log for which `wanted` is true.
    ///
    /// # Panics
    /// If there is none after a minute. The message shows the log.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(DEADLINE, wanted).await
    }
}

/// Test programs are in `target/PROFILE/deps`, the programs under test one folder higher.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    test.ancestors()
        .skip(1)
        .take(3)
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| panic!("{name} has not been built: `cargo build --workspace` first (`make test` does)"))
}
