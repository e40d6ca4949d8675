//! What one socket may use.

use std::time::Duration;

/// What one socket may use, and how long it may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in one message of the client's, of however many frames. 64 KiB.
    pub message_bytes: usize,
    /// Bytes that may wait for the client: more for 2 s, or eight times as many at once, and it is closed with 1013. 1 MiB.
    pub outbox_bytes: usize,
    /// Events that may wait for a consumer that handles them one by one; beyond, it gets a gap. 100.
    pub inbox_events: usize,
    /// Bytes of events that may wait for a consumer; beyond, it gets a gap. 1 MiB.
    pub inbox_bytes: usize,
    /// Commands and pings a second of the client's, on average. 20.
    pub frames_per_second: u32,
    /// Commands and pings at once of the client's. 60.
    pub frames_burst: u32,
    /// Refused commands in a row after which the client is closed with 1008. 100.
    pub refusals: u32,
    /// How long a socket is idle before it is pinged. 20 s, as Daphne's.
    pub ping_interval: Duration,
    /// How long the answer may take. 30 s, as Daphne's.
    pub ping_timeout: Duration,
    /// How long a consumer may take to let a socket in. 5 s, as Daphne's.
    pub connect_timeout: Duration,
    /// How long a consumer may be at work on one command or event; beyond, its socket is closed with 1011. 30 s.
    pub handler_timeout: Duration,
    /// How long the client may take to answer a close frame. 2 s.
    pub close_timeout: Duration,
    /// How long a consumer may take to say goodbye. 10 s, as Daphne's.
    pub disconnect_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 64 << 10,
            outbox_bytes: 1 << 20,
            inbox_events: 100,
            inbox_bytes: 1 << 20,
            frames_per_second: 20,
            frames_burst: 60,
            refusals: 100,
            ping_interval: Duration::from_secs(20),
            ping_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            handler_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(2),
            disconnect_timeout: Duration::from_secs(10),
        }
    }
}
