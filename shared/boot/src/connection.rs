//! What connections may hold of this machine.

use std::{os::fd::AsFd, time::Duration};

use rustix::process::{Resource, getrlimit};
use socket2::SockRef;

/// Bytes that may wait for a client in the kernel. Without a cap a reader that stalls pins megabytes there.
const SEND_BUFFER: usize = 64 << 10;
/// How long the kernel keeps sending to a client that takes nothing: then the connection ends and its descriptor is free.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Bounds what a client that reads nothing can hold of a TCP connection: 64 KiB in the kernel, for 30 s.
pub fn bound_kernel_buffers(connection: &impl AsFd) {
    let socket = SockRef::from(connection);
    let bounded = socket.set_send_buffer_size(SEND_BUFFER);
    // Other systems have no such timeout; there a reader that stalls holds its descriptor for longer.
    #[cfg(target_os = "linux")]
    let bounded = bounded.and_then(|()| socket.set_tcp_user_timeout(Some(USER_TIMEOUT)));
    if let Err(fault) = bounded {
        log::debug!("the kernel's buffers of a connection could not be bounded: {fault}");
    }
}

/// Descriptors for all that is no client's connection: the database, Redis, the log, the listener.
const OWN_DESCRIPTORS: u64 = 64;
/// For the runtime of each worker.
const WORKER_DESCRIPTORS: u64 = 8;
/// What a worker takes where the system sets no bound.
const MOST_CONNECTIONS: u64 = 25_000;

/// How many connections each of `workers` may hold, so that the process never runs out of descriptors: more connections wait in the
/// kernel, whereas without a descriptor neither the database nor a health check could be reached.
pub fn connections_per_worker(workers: usize) -> usize {
    share(getrlimit(Resource::Nofile).current, workers)
}

fn share(descriptors: Option<u64>, workers: usize) -> usize {
    let workers = u64::try_from(workers).unwrap_or(u64::MAX).max(1);
    let own = WORKER_DESCRIPTORS.saturating_mul(workers).saturating_add(OWN_DESCRIPTORS);
    let share = descriptors.map_or(MOST_CONNECTIONS, |all| all.saturating_sub(own) / workers);
    usize::try_from(share.clamp(1, MOST_CONNECTIONS)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn connections_leave_descriptors_for_the_rest() {
        for (descriptors, workers, each) in [
            (Some(1024), 4, 232),
            (Some(1024), 1, 952),
            (Some(1_000_000), 2, 25_000),
            (None, 4, 25_000),
            (Some(50), 4, 1),
            (Some(1024), usize::MAX, 1),
        ] {
            assert_eq!(share(descriptors, workers), each, "{descriptors:?} for {workers}");
        }
    }

    #[test]
    fn the_bounds_are_the_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        bound_kernel_buffers(&stream);
        let socket = SockRef::from(&stream);
        // Linux counts its own bookkeeping in and doubles what was asked for.
        assert!(socket.send_buffer_size().unwrap() <= 2 * SEND_BUFFER);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(USER_TIMEOUT));
    }
}
