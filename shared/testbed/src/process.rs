//! A child process: its output, its end, and its signals.

use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::sync::watch;

use crate::cleanup;

/// A running or ended child in its own process group. Dropping it kills the whole group and waits for its end.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    pid: Pid,
    lines: Arc<watch::Sender<Vec<String>>>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Starts `command` and collects its output line by line. `name` is for messages.
    pub(crate) fn spawn(name: &str, command: &mut Command) -> Self {
        let (process, _, output) = Self::start(name, command.stdin(Stdio::null()));
        collect(output, &process.lines);
        process
    }

    /// Like [`Process::spawn`], with this descriptor as its standard input.
    pub(crate) fn spawn_on(name: &str, command: &mut Command, input: OwnedFd) -> Self {
        let (process, _, output) = Self::start(name, command.stdin(input));
        collect(output, &process.lines);
        process
    }

    /// Like [`Process::spawn`], but the caller uses its input and output. Only its standard error is collected.
    pub(crate) fn spawn_conversing(name: &str, command: &mut Command) -> (Self, ChildStdin, ChildStdout) {
        let (process, input, output) = Self::start(name, command.stdin(Stdio::piped()));
        (process, input.expect("its input is a pipe"), output.expect("its output is a pipe"))
    }

    fn start(name: &str, command: &mut Command) -> (Self, Option<ChildStdin>, Option<ChildStdout>) {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error} ({command:?})"));
        let pid = Pid::from_child(&child);
        cleanup::watch(pid.as_raw_nonzero().get());

        let (input, output) = (child.stdin.take(), child.stdout.take());
        let lines = Arc::new(watch::Sender::new(Vec::new()));
        collect(child.stderr.take(), &lines);

        let (ended, exit) = watch::channel(None);
        std::thread::spawn(move || {
            let status = child.wait().expect("a child process can be waited for");
            cleanup::forget(pid.as_raw_nonzero().get());
            ended.send_replace(Some(status));
        });
        (Self { name: name.to_owned(), pid, lines, exit }, input, output)
    }

    /// The process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Sends `signal` to the process only, not to its group, as a platform does. Does nothing if it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if !self.has_ended() {
            let _gone = kill_process(self.pid, signal);
        }
    }

    /// Sends `signal` to the process and its children.
    pub(crate) fn signal_group(&self, signal: Signal) {
        if !self.has_ended() {
            let _gone = kill_process_group(self.pid, signal);
        }
    }

    /// Returns the end of the process, to wait for it without holding the process.
    pub(crate) fn end(&self) -> End {
        End { name: self.name.clone(), lines: Arc::clone(&self.lines), exit: self.exit.clone() }
    }

    /// Kills the group and blocks until it has ended, which takes milliseconds.
    pub(crate) fn kill_now(&self) {
        self.signal_group(Signal::KILL);
        self.wait_blocking(Duration::MAX);
    }

    /// Blocks until the end or for `deadline`. For `Drop`, which cannot await.
    pub(crate) fn wait_blocking(&self, deadline: Duration) {
        let start = Instant::now();
        while !self.has_ended() && start.elapsed() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns all lines so far as one text, for messages.
    pub(crate) fn output(&self) -> String {
        format!("--- output of {}:\n{}", self.name, self.lines().join("\n"))
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    /// Waits at most `deadline` for the first line for which `wanted` is true.
    pub(crate) async fn line(&self, deadline: Duration, wanted: impl Fn(&str) -> bool) -> String {
        let find = |lines: &Vec<String>| lines.iter().find(|line| wanted(line)).cloned();
        let mut lines = self.lines.subscribe();
        let found = tokio::time::timeout(deadline, lines.wait_for(|lines| find(lines).is_some())).await;
        found
            .ok()
            .and_then(|lines| lines.ok().and_then(|lines| find(&lines)))
            .unwrap_or_else(|| panic!("no such line after {deadline:?}\n{}", self.output()))
    }
}

/// The end of a process that may still run.
#[derive(Debug)]
pub(crate) struct End {
    name: String,
    lines: Arc<watch::Sender<Vec<String>>>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl End {
    /// Waits for the end. Panics with the output after `deadline`.
    pub(crate) async fn wait(mut self, deadline: Duration) -> ExitStatus {
        let ended = tokio::time::timeout(deadline, self.exit.wait_for(Option::is_some)).await;
        match ended {
            Ok(status) => status.ok().and_then(|status| *status).expect("the waiting thread sends the status before it ends"),
            Err(_) => panic!("{} still runs after {deadline:?}\n{}", self.name, self.lines.borrow().join("\n")),
        }
    }
}

impl Drop for Process {
    /// Prints the output and the exit status of the process if the test has failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let end = self.exit.borrow().map_or("still running".to_owned(), |status| status.to_string());
            eprintln!("{}\n--- {} is {end}", self.output(), self.name);
        }
        self.kill_now();
    }
}

/// Reads a pipe to its end on its own thread, so that the child never blocks on a full pipe.
fn collect(pipe: Option<impl Read + Send + 'static>, lines: &Arc<watch::Sender<Vec<String>>>) {
    let Some(pipe) = pipe else { return };
    let lines = Arc::clone(lines);
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            lines.send_modify(|lines| lines.push(text));
            line.clear();
        }
    });
}
