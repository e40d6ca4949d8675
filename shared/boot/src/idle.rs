//! Connections that have sent no whole request head yet: bounded in number and in time.
//!
//! A client that connects and sends nothing, or sends its request's head a byte at a time, costs a descriptor for as long as the
//! head may take. With enough such clients a health check would wait behind them. So a new connection is always accepted, and where
//! too many are idle, the oldest of them is closed. One whose bytes no worker has read yet is spared: its head may be there.

use std::{
    collections::VecDeque,
    io,
    net::{Shutdown, SocketAddr, TcpStream},
    os::fd::AsFd,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use channels::LogGate;

/// The idle connections of a process. Over TCP: each is known by the address and port of its peer.
#[derive(Debug)]
pub struct IdleConnections {
    max: usize,
    deadline: Duration,
    /// The oldest first.
    idle: Mutex<VecDeque<Idle>>,
}

#[derive(Debug)]
struct Idle {
    peer: SocketAddr,
    since: Instant,
    /// A second descriptor of the connection, since the first is its task's.
    connection: TcpStream,
}

impl IdleConnections {
    /// At most `max` connections may be idle, and none for longer than `deadline`.
    pub fn new(max: usize, deadline: Duration) -> Self {
        Self { max, deadline, idle: Mutex::default() }
    }

    /// Counts a new connection, which does not block, and closes the oldest where too many are idle.
    ///
    /// # Errors
    /// There is no descriptor for it. The oldest idle connection is closed, so that the next has one.
    pub fn enter(&self, peer: SocketAddr, connection: &impl AsFd) -> io::Result<()> {
        self.enter_at(Instant::now(), peer, connection)
    }

    fn enter_at(&self, now: Instant, peer: SocketAddr, connection: &impl AsFd) -> io::Result<()> {
        let second = connection.as_fd().try_clone_to_owned();
        let mut idle = self.lock();
        if second.is_err() || idle.len() >= self.max {
            let silent = idle.iter().position(|connection| !connection.has_unread_bytes());
            if let Some(oldest) = idle.remove(silent.unwrap_or_default()) {
                oldest.close();
                log_crowded();
            }
        }
        idle.push_back(Idle { peer, since: now, connection: second?.into() });
        Ok(())
    }

    /// A whole head has arrived from `peer`: its connection is not idle any more.
    pub fn begin(&self, peer: SocketAddr) {
        let mut idle = self.lock();
        // From the back: heads mostly arrive as soon as their connection.
        if let Some(at) = idle.iter().rposition(|connection| connection.peer == peer) {
            idle.remove(at);
        }
    }

    /// Closes the connections that have been idle for too long. To be called about once a second.
    pub fn close_overdue(&self) {
        self.close_overdue_at(Instant::now());
    }

    fn close_overdue_at(&self, now: Instant) {
        let mut idle = self.lock();
        while let Some(oldest) = idle.front()
            && now.duration_since(oldest.since) >= self.deadline
        {
            idle.pop_front().inspect(Idle::close);
        }
    }

    /// Idle connections now.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// A panic elsewhere leaves the queue as it was.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    /// The connection's task reads the end of the stream and closes its own descriptor.
    fn close(&self) {
        let _gone_already = self.connection.shutdown(Shutdown::Both);
    }

    fn has_unread_bytes(&self) -> bool {
        self.connection.peek(&mut [0]).is_ok_and(|bytes| bytes > 0)
    }
}

fn log_crowded() {
    static GATE: LogGate = LogGate::new();
    if let Some(more) = GATE.pass() {
        log::warn!("too many connections have sent no request: the oldest is closed to make room{more}");
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream},
    };

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(5);

    /// A client's end of a connection, and the server's with the client's address.
    fn pair(listener: &TcpListener) -> (TcpStream, TcpStream, SocketAddr) {
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, peer) = listener.accept().unwrap();
        server.set_nonblocking(true).unwrap();
        (client, server, peer)
    }

    #[test]
    fn the_oldest_idle_connection_makes_room() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let all = IdleConnections::new(2, DEADLINE);
        let (mut oldest, server, peer) = pair(&listener);
        all.enter(peer, &server).unwrap();
        let (mut busy, mut busy_server, peer) = pair(&listener);
        all.enter(peer, &busy_server).unwrap();
        all.begin(peer);
        let others: Vec<_> = (0..2).map(|_| pair(&listener)).collect();
        others.iter().for_each(|(_, server, peer)| all.enter(*peer, server).unwrap());
        assert_eq!(all.count(), 2);
        assert_eq!(oldest.read(&mut [0]).unwrap(), 0, "the oldest is closed");
        busy_server.write_all(b"x").unwrap();
        assert_eq!(busy.read(&mut [0]).unwrap(), 1, "a connection at work is not");
    }

    #[test]
    fn a_connection_whose_bytes_wait_is_spared() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let all = IdleConnections::new(2, DEADLINE);
        let ((mut asking, asked, peer), (mut silent, server, other)) = (pair(&listener), pair(&listener));
        all.enter(peer, &asked).unwrap();
        all.enter(other, &server).unwrap();
        asking.write_all(b"G").unwrap();
        asked.set_nonblocking(false).unwrap();
        assert_eq!(asked.peek(&mut [0]).unwrap(), 1, "the byte has arrived");
        let (_new, server, peer) = pair(&listener);
        all.enter(peer, &server).unwrap();
        assert_eq!(silent.read(&mut [0]).unwrap(), 0, "the silent one is closed instead");
        assert_eq!(all.count(), 2);
    }

    #[test]
    fn a_connection_that_is_idle_for_too_long_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let all = IdleConnections::new(2, DEADLINE);
        let ((mut old, old_server, old_peer), (_young, server, peer)) = (pair(&listener), pair(&listener));
        let now = Instant::now();
        all.enter_at(now, old_peer, &old_server).unwrap();
        all.enter_at(now + Duration::from_secs(1), peer, &server).unwrap();
        all.close_overdue_at(now + DEADLINE);
        assert_eq!(all.count(), 1);
        assert_eq!(old.read(&mut [0]).unwrap(), 0);
    }
}
