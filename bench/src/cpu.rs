//! CPU time and memory of a process and its children.

use std::{fs, time::Duration};

use anyhow::Context as _;

/// CPU time of this process, without its children.
///
/// # Errors
/// The system is not Linux.
pub fn own() -> anyhow::Result<Duration> {
    threads_of(std::process::id())
}

/// A process and its children.
#[derive(Clone, Copy, Debug)]
pub struct Tree(pub u32);

impl Tree {
    /// CPU time of all running threads, user and system, in nanoseconds (`/proc/PID/task/*/schedstat`).
    ///
    /// # Errors
    /// The process has ended, or the system is not Linux.
    pub fn cpu(self) -> anyhow::Result<Duration> {
        self.pids()?.into_iter().map(threads_of).sum()
    }

    /// Memory in KiB; a page shared by n processes counts as 1/n (PSS of `/proc/PID/smaps_rollup`).
    ///
    /// # Errors
    /// The process has ended, or the system is not Linux.
    pub fn memory_kib(self) -> anyhow::Result<u64> {
        let mut sum = 0;
        for pid in self.pids()? {
            let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("smaps_rollup has a line Pss")?;
            sum += line.trim().trim_end_matches(" kB").trim().parse::<u64>()?;
        }
        Ok(sum)
    }

    fn pids(self) -> anyhow::Result<Vec<u32>> {
        let mut pids = vec![self.0];
        let mut next = 0;
        while let Some(&pid) = pids.get(next) {
            next += 1;
            let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { continue };
            for task in tasks {
                let children = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
                pids.extend(children.split_ascii_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            }
        }
        Ok(pids)
    }
}

fn threads_of(pid: u32) -> anyhow::Result<Duration> {
    let mut sum = Duration::ZERO;
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).with_context(|| format!("process {pid} has ended"))?;
    for task in tasks {
        let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        let nanos = line.split_ascii_whitespace().next().and_then(|nanos| nanos.parse().ok());
        sum += Duration::from_nanos(nanos.context("/proc/PID/task/TID/schedstat begins with nanoseconds")?);
    }
    Ok(sum)
}
