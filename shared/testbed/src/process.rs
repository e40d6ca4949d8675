//! One child process: its output, its end, and the signals it gets.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::sync::watch;

use crate::guardian;

/// A running (or ended) child with its own process group. Dropping it kills the whole group and waits for its end.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    pid: Pid,
    lines: Arc<watch::Sender<Vec<String>>>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Starts `command`; `name` is for messages. Its output is collected line by line.
    pub(crate) fn spawn(name: &str, command: &mut Command) -> Self {
        let (process, _, output) = Self::start(name, command.stdin(Stdio::null()));
        collect(output, &process.lines);
        process
    }

    /// As [`Process::spawn`], but its input and its output are the caller's: only its standard error is collected.
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
        guardian::watch(pid.as_raw_nonzero().get());

        let (input, output) = (child.stdin.take(), child.stdout.take());
        let lines = Arc::new(watch::Sender::new(Vec::new()));
        collect(child.stderr.take(), &lines);

        let (ended, exit) = watch::channel(None);
        std::thread::spawn(move || {
            let status = child.wait().expect("a child of ours can be waited for");
            guardian::forget(pid.as_raw_nonzero().get());
            ended.send_replace(Some(status));
        });
        (Self { name: name.to_owned(), pid, lines, exit }, input, output)
    }

    /// Its number in the system.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Sends `signal` to the process alone, as a platform does. Nothing happens where it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if !self.has_ended() {
            let _gone = kill_process(self.pid, signal);
        }
    }

    /// Sends `signal` to the process and to all that it has started.
    pub(crate) fn signal_group(&self, signal: Signal) {
        if !self.has_ended() {
            let _gone = kill_process_group(self.pid, signal);
        }
    }

    /// The end of the process, to be waited for without holding the process itself.
    pub(crate) fn end(&self) -> End {
        End { name: self.name.clone(), lines: Arc::clone(&self.lines), exit: self.exit.clone() }
    }

    /// Kills the group and waits for the end, blocking: a killed process is gone in milliseconds.
    pub(crate) fn kill_now(&self) {
        self.signal_group(Signal::KILL);
        self.wait_blocking(Duration::MAX);
    }

    /// Waits for the end without a runtime, at most `deadline`: for `Drop`, which cannot await.
    pub(crate) fn wait_blocking(&self, deadline: Duration) {
        let start = Instant::now();
        while !self.has_ended() && start.elapsed() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// All lines so far, as one text for messages.
    pub(crate) fn output(&self) -> String {
        format!("--- output of {}:\n{}", self.name, self.lines().join("\n"))
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    /// The first line for which `wanted` is true, waited for at most `deadline`.
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
    /// Waits for the end; panics with the output where `deadline` passes first.
    pub(crate) async fn wait(mut self, deadline: Duration) -> ExitStatus {
        let ended = tokio::time::timeout(deadline, self.exit.wait_for(Option::is_some)).await;
        match ended {
            Ok(status) => status.ok().and_then(|status| *status).expect("the waiting thread tells before it ends"),
            Err(_) => panic!("{} still runs after {deadline:?}\n{}", self.name, self.lines.borrow().join("\n")),
        }
    }
}

impl Drop for Process {
    /// A test that fails prints what its processes printed, and how they ended if they did before.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let end = self.exit.borrow().map_or("still running".to_owned(), |status| status.to_string());
            eprintln!("{}\n--- {} is {end}", self.output(), self.name);
        }
        self.kill_now();
    }
}

/// Reads a pipe to its end on a thread of its own, so that the child never blocks on a full one.
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
