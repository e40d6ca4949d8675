//! Processes under measurement, each on a core of its own choice.

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

/// Longer than any of them takes to start or to end, under valgrind too.
const START: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(20);

/// On which core something runs, where there is more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// What is measured.
    Measured,
    /// Redis, the generator, and what else is needed.
    Other,
}

impl Core {
    fn number(self) -> usize {
        match self {
            Self::Measured => 0,
            Self::Other => 1,
        }
    }

    /// Keeps this thread on the core.
    ///
    /// # Errors
    /// The system refuses it.
    pub fn take_thread(self) -> anyhow::Result<()> {
        if has_two() {
            let mut cores = CpuSet::new();
            cores.set(self.number());
            sched_setaffinity(None, &cores)?;
        }
        Ok(())
    }

    fn command(self, program: &Path) -> Command {
        if !has_two() {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &self.number().to_string()]).arg(program);
        command
    }
}

/// Cores of the machine, whatever this thread may use of them.
fn has_two() -> bool {
    std::fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.matches("processor\t").count() >= 2)
}

/// A port on which nobody listens.
///
/// # Errors
/// There is none.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A running process. Dropping it kills it with all that it has started.
#[derive(Debug)]
pub struct Server {
    /// Its name in tables.
    pub name: String,
    /// Where it listens.
    pub port: u16,
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts `program` and waits until it listens on `port`. What it says is written to a file in `folder`.
    ///
    /// # Errors
    /// It cannot be started, ends, or does not listen in time; the text has the end of what it said.
    pub async fn start(
        name: &str,
        core: Core,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        port: u16,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log)?;
        let mut command = core.command(program);
        command.args(arguments).envs(variables.iter().copied()).env("PORT", port.to_string());
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        let mut server = Self { name: name.to_owned(), port, child, log };
        let listening = tokio::time::timeout(START, server.listens()).await;
        listening
            .unwrap_or_else(|_| bail!("it does not listen on port {port} after {START:?}"))
            .with_context(|| server.said())?;
        Ok(server)
    }

    async fn listens(&mut self) -> anyhow::Result<()> {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it has ended with {status}");
            }
            tokio::time::sleep(AGAIN).await; // a foreign process gives no sign
        }
        Ok(())
    }

    fn said(&self) -> String {
        format!("{} did not start; it said:\n{}", self.name, self.last_words())
    }

    fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        said.lines().rev().take(10).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// It does not end in time, or not well.
    pub async fn end(mut self) -> anyhow::Result<()> {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process_group(group, Signal::TERM)?;
        }
        let ended = tokio::time::timeout(START, async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    return anyhow::Ok(status);
                }
                tokio::time::sleep(AGAIN).await; // a foreign process gives no sign
            }
        });
        let status = ended.await.with_context(|| format!("{} does not end", self.name))??;
        if !status.success() {
            bail!("{} ended with {status}; it said:\n{}", self.name, self.last_words());
        }
        Ok(())
    }

    /// What it uses.
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
/// There is none, or it does not start.
pub async fn redis(folder: &Path) -> anyhow::Result<Server> {
    let port = free_port()?;
    let arguments = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    Server::start("redis", Core::Other, Path::new("redis-server"), &arguments, &[], port, folder).await
}

/// The folder with our programs: this one's.
///
/// # Errors
/// The system does not say where this program lies.
pub fn built() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().context("a program lies in a folder")?.to_owned())
}
