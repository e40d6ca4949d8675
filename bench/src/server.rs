//! Starts the measured processes, each pinned to a core.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use rustix::{
    process::{Pid, Signal, kill_process_group},
    thread::{CpuSet, sched_setaffinity},
};
use tokio::net::TcpStream;

use crate::cpu::Tree;

/// Longer than any server takes to start or to end, even under valgrind.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A core of the machine, if it has at least two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// The core of the measured server.
    Measured,
    /// The core of Redis, the generator and other helpers.
    Other,
}

impl Core {
    fn number(self) -> usize {
        match self {
            Self::Measured => 0,
            Self::Other => 1,
        }
    }

    /// Pins this thread to the core.
    ///
    /// # Errors
    /// The system refuses to pin it.
    pub fn pin_thread(self) -> anyhow::Result<()> {
        if has_two_cores() {
            let mut cores = CpuSet::new();
            cores.set(self.number());
            sched_setaffinity(None, &cores)?;
        }
        Ok(())
    }

    fn command(self, program: &Path) -> Command {
        if !has_two_cores() {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &self.number().to_string()]).arg(program);
        command
    }
}

/// Counts the machine's cores, not those that this thread may use.
fn has_two_cores() -> bool {
    std::fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.matches("processor\t").count() >= 2)
}

/// A free port.
///
/// # Errors
/// The system has none.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A running process. Dropping it kills the process and its children.
#[derive(Debug)]
pub struct Server {
    /// Its name in tables.
    pub name: String,
    /// The port on which it listens.
    pub port: u16,
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts `program` and waits until it listens on `port`. Its output goes to a file in `folder`.
    ///
    /// # Errors
    /// It cannot be started, ends, or does not listen in time. The error quotes the end of its output.
    pub async fn start(
        name: &str,
        core: Core,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        port: u16,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        if program.is_absolute() && !program.exists() {
            bail!("{} is missing: build it with `cargo build --release -p bench -p http-server`", program.display());
        }
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log)?;
        let mut command = core.command(program);
        command.args(arguments).envs(variables.iter().copied()).env("PORT", port.to_string());
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        let mut server = Self { name: name.to_owned(), port, child, log };
        let listening = tokio::time::timeout(START_TIMEOUT, server.listens()).await;
        listening
            .unwrap_or_else(|_| bail!("it does not listen on port {port} after {START_TIMEOUT:?}"))
            .with_context(|| server.start_fault())?;
        Ok(server)
    }

    async fn listens(&mut self) -> anyhow::Result<()> {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status}");
            }
            tokio::time::sleep(POLL_INTERVAL).await; // a process of another project sends no signal when it is ready
        }
        Ok(())
    }

    fn start_fault(&self) -> String {
        format!("{} did not start. Its output ends with:\n{}", self.name, self.log_tail())
    }

    fn log_tail(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        said.lines().rev().take(10).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Sends SIGTERM, and waits until the process has ended.
    ///
    /// # Errors
    /// It does not end in time, or ends with an error.
    pub async fn end(mut self) -> anyhow::Result<()> {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process_group(group, Signal::TERM)?;
        }
        let ended = tokio::time::timeout(START_TIMEOUT, async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    return anyhow::Ok(status);
                }
                tokio::time::sleep(POLL_INTERVAL).await; // a process of another project sends no signal when it is ready
            }
        });
        let status = ended.await.with_context(|| format!("{} does not end", self.name))??;
        if !status.success() {
            bail!("{} ended with {status}. Its output ends with:\n{}", self.name, self.log_tail());
        }
        Ok(())
    }

    /// Its process tree, for CPU time and memory.
    pub fn tree(&self) -> Tree {
        Tree(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ended_already = kill_process_group(group, Signal::KILL);
        }
        let _ended_already = self.child.wait();
    }
}

/// A Redis without persistence.
///
/// # Errors
/// redis-server is not installed, or does not start.
pub async fn redis(folder: &Path) -> anyhow::Result<Server> {
    let port = free_port()?;
    let arguments = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    Server::start("redis", Core::Other, Path::new("redis-server"), &arguments, &[], port, folder).await
}

/// The folder of this program, where our other programs are too.
///
/// # Errors
/// The system does not tell the path of this program.
pub fn built() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().context("a program lies in a folder")?.to_owned())
}
