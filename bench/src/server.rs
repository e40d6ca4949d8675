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
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::TcpStream;

use crate::cpu::Tree;

/// Longer than any of them takes to start.
const START: Duration = Duration::from_secs(30);
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

    fn command(self, program: &Path) -> Command {
        if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &self.number().to_string()]).arg(program);
        command
    }
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
        listening.unwrap_or_else(|_| bail!("it does not listen on port {port} after {START:?}")).with_context(|| server.said())?;
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
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last = said.lines().rev().take(10).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n");
        format!("{} did not start; it said:\n{last}", self.name)
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
