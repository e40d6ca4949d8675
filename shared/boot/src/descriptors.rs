//! The number of file descriptors of this process, and their use.

use std::{fs::File, io};

use rustix::{
    io::Errno,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};

/// Descriptors for the database, Redis, the log and the listener.
const OWN: u64 = 64;
/// Descriptors for the runtime of each worker.
const PER_WORKER: u64 = 8;
/// A request needs a connection to the database, and perhaps one to Redis.
const PROBED: usize = 4;
/// Connections of a worker where the system sets no bound.
const MOST_PER_WORKER: u64 = 25_000;
/// An eighth of all connections, within these bounds, is kept for those that have sent no request yet.
const WITHOUT_REQUEST: std::ops::RangeInclusive<u64> = 4..=1_024;

/// How many connections of which kind a process can hold without running out of descriptors. Without a free one it could reach
/// neither its database nor answer a health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Connections that may be WebSockets. The rest is for connections that have sent no request yet, and for plain requests.
    pub busy: usize,
    /// Connections of all kinds that each worker may hold.
    pub per_worker: usize,
}

impl Capacity {
    /// The capacity of this process, with its limit of open files as it is now.
    pub fn of_process(workers: usize) -> Self {
        Self::with(getrlimit(Resource::Nofile).current, workers)
    }

    /// As [`of_process`](Self::of_process), with the limit of open files that a start raises its own to.
    pub fn after_start(workers: usize) -> Self {
        Self::with(getrlimit(Resource::Nofile).maximum, workers)
    }

    fn with(descriptors: Option<u64>, workers: usize) -> Self {
        let workers = u64::try_from(workers).unwrap_or(u64::MAX).max(1);
        let own = PER_WORKER.saturating_mul(workers).saturating_add(OWN);
        let most = MOST_PER_WORKER.saturating_mul(workers);
        let all = descriptors.map_or(most, |all| all.saturating_sub(own).min(most));
        let without_request = (all / 8).clamp(*WITHOUT_REQUEST.start(), *WITHOUT_REQUEST.end());
        let busy = all.saturating_sub(without_request).max(1);
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Self { busy: number(busy), per_worker: number((busy + without_request).div_ceil(workers)) }
    }
}

/// Whether this process can open some more files and connections. Opens a few for a moment, so it costs some microseconds.
///
/// Another error than too many open files counts as free.
pub fn has_free_descriptors() -> bool {
    let opened: io::Result<Vec<File>> = (0..PROBED).map(|_| File::open("/")).collect();
    !opened.is_err_and(|fault| fault.raw_os_error().is_some_and(is_exhaustion))
}

/// The process's own limit, or the whole machine's.
fn is_exhaustion(code: i32) -> bool {
    [Errno::MFILE, Errno::NFILE].iter().any(|errno| errno.raw_os_error() == code)
}

/// Raises this process's limit of open files as far as it may. Systems start programs with 1,024, whatever they would allow.
pub(crate) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => log::info!("the limit of open files is raised from {} to {}", shown(current), shown(maximum)),
        Err(fault) => log::warn!("the limit of open files stays at {}: {fault}", shown(current)),
    }
}

fn shown(limit: Option<u64>) -> String {
    limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_other_uses() {
        for (descriptors, workers) in [(Some(256), 1), (Some(256), 4), (Some(1024), 1), (Some(1024), 4), (Some(20_000), 2)] {
            let Capacity { busy, per_worker } = Capacity::with(descriptors, workers);
            let used = (per_worker * workers) as u64;
            assert!(used + OWN <= descriptors.unwrap(), "{descriptors:?} for {workers}: {used}");
            let others = per_worker * workers - busy;
            assert!(others >= 4 && busy > 4 * others, "{busy} {others}");
        }
    }

    #[test]
    fn every_limit_leaves_room_for_a_connection_of_each_kind() {
        for (descriptors, workers) in [(Some(0), 1), (Some(50), 4), (Some(1024), usize::MAX), (None, 4), (Some(u64::MAX), 1)] {
            let Capacity { busy, per_worker } = Capacity::with(descriptors, workers);
            assert!(busy >= 1 && per_worker >= 1, "{descriptors:?} for {workers}");
        }
    }
}
