//! Bounds of one connection.

use std::time::Duration;

/// Bounds of one connection. They end with an upgrade: a WebSocket has bounds of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// How long the request line and the headers of a request may take to arrive; default 5 s. It begins with their first byte; for the
    /// first request with the connection, and is then at least 1 s.
    pub head: Duration,
    /// Bytes that may arrive from the beginning of one request to the beginning of the next: its body with what surrounds its chunks, and
    /// the next head. 1 MiB.
    pub request_bytes: usize,
    /// How long a connection may wait for its next request. `None`: a connection serves one request.
    ///
    /// Default 95 s: longer than the 60 to 90 s after which load balancers close idle connections. If the server closed first, a request
    /// on its way would be lost.
    pub keep_alive: Option<Duration>,
    /// How long an answer may wait for a client that takes nothing of it. 30 s.
    pub write_stall: Duration,
    /// How long the client has to read its last answer, where it still sends a body that is not read. 1 s, and at least that.
    pub linger: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            request_bytes: 1 << 20,
            keep_alive: Some(Duration::from_secs(95)),
            write_stall: Duration::from_secs(30),
            linger: Duration::from_secs(1),
        }
    }
}

impl Bounds {
    /// Returns these bounds with a change: `Bounds::default().with(|bounds| bounds.keep_alive = None)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// How often the deadlines are checked: a connection ends this long after its deadline at the latest.
    pub(crate) fn tick(&self) -> Duration {
        const LONGEST: Duration = Duration::from_secs(1);
        const SHORTEST: Duration = Duration::from_millis(10);
        let shortest = self.idle().min(self.head).min(self.write_stall);
        (shortest / 4).clamp(SHORTEST, LONGEST)
    }

    /// How long a connection may be without a request.
    pub(crate) fn idle(&self) -> Duration {
        self.keep_alive.unwrap_or(self.head)
    }
}
