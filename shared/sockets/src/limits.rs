//! The limits of one socket, and of a process for all of them.

use std::{ops::RangeInclusive, time::Duration};

use catamaran_boot::settings::{Parsed, Reader};

use crate::AddressLimits;

/// The limits of a process, of addresses and users, and of one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// The limits of one socket, unless its route has its own.
    pub socket: Limits,
    /// The limits of one address and one user.
    pub address: AddressLimits,
    /// `WS_WORKER_QUEUE`: messages of the layer that may wait for one worker, which serves thousands of sockets; default 10,000.
    pub worker_queue: usize,
    /// `WS_DRAIN_DELAY`: how long new sockets are still taken when the process stops, in seconds; default 0. `/readyz` is 503 meanwhile, so
    /// that a balancer can choose another process first.
    pub drain_delay: Duration,
    /// `WS_DRAIN`: how long sockets have to close after that, in seconds; default 4. They are closed evenly over the first half. Heroku kills
    /// after 30 s, Fly after 5.
    pub drain: Duration,
    /// `WS_SESSION_CHECK`: how often live sessions are checked, in seconds; default 300. The end of a session also closes its sockets at once.
    pub session_check: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            socket: Limits::default(),
            address: AddressLimits::default(),
            worker_queue: 10_000,
            drain_delay: Duration::ZERO,
            drain: Duration::from_secs(4),
            session_check: Duration::from_secs(300),
        }
    }
}

impl ServerLimits {
    /// Returns these limits with a change: `ServerLimits::default().with(|limits| limits.drain = Duration::from_secs(8))`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Reads the `WS_…` variables.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        Self {
            socket: Limits::read(reader),
            address: AddressLimits::read(reader),
            worker_queue: reader.parse("WS_WORKER_QUEUE", whole(100..=10_000_000)).unwrap_or(default.worker_queue),
            drain_delay: reader.parse("WS_DRAIN_DELAY", seconds(0..=3_600)).unwrap_or(default.drain_delay),
            drain: reader.parse("WS_DRAIN", seconds(0..=3_600)).unwrap_or(default.drain),
            session_check: reader.parse("WS_SESSION_CHECK", seconds(1..=86_400)).unwrap_or(default.session_check),
        }
    }
}

impl From<Limits> for ServerLimits {
    fn from(socket: Limits) -> Self {
        Self { socket, ..Self::default() }
    }
}

/// The limits of one socket, timeouts included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// `WS_MESSAGE_BYTES`: bytes in one message of the client, over all its frames; default 64 KiB.
    pub message_bytes: usize,
    /// `WS_OUTBOX_BYTES`: bytes that may wait for the client; default 1 MiB. If more wait for 2 s, or eight times as many at once, the
    /// socket is closed with 1013.
    pub outbox_bytes: usize,
    /// `WS_INBOX_EVENTS`: events that may wait for a consumer that handles them one by one; beyond, it gets a gap; default 100.
    pub inbox_events: usize,
    /// `WS_INBOX_BYTES`: bytes of events that may wait for a consumer; beyond, it gets a gap; default 1 MiB.
    pub inbox_bytes: usize,
    /// `WS_FRAMES_PER_SECOND`: commands and pings of the client in a second, on average; default 20.
    pub frames_per_second: u32,
    /// `WS_FRAMES_BURST`: commands and pings of the client at once; default 60.
    pub frames_burst: u32,
    /// `WS_REFUSALS`: refused commands in a row after which the client is closed with 1008; default 100.
    pub refusals: u32,
    /// `WS_PING_INTERVAL`: how long a socket is idle before it is pinged, in seconds; default 20, as Daphne's.
    pub ping_interval: Duration,
    /// `WS_PING_TIMEOUT`: how long the answer may take, in seconds; default 30, as Daphne's.
    pub ping_timeout: Duration,
    /// `WS_CONNECT_TIMEOUT`: how long a consumer may take to accept a socket, in seconds; default 5, as Daphne's.
    pub connect_timeout: Duration,
    /// `WS_HANDLER_TIMEOUT`: how long a consumer may handle one command or event, in seconds; default 30. Then its socket is closed with
    /// 1011.
    pub handler_timeout: Duration,
    /// `WS_CLOSE_TIMEOUT`: how long the client may take to answer a close frame, in seconds; default 2.
    pub close_timeout: Duration,
    /// `WS_DISCONNECT_TIMEOUT`: how long a consumer's `disconnect` may take, in seconds; default 10, as Daphne's.
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

impl Limits {
    /// Returns these limits with a change: `Limits::default().with(|limits| limits.frames_per_second = 40)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Reads the variables of one socket's limits.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        const MOST_BYTES: usize = 1 << 30;
        let default = Self::default();
        let mut seconds = |variable, default: Duration| reader.parse(variable, seconds(1..=3_600)).unwrap_or(default);
        let times = Self {
            ping_interval: seconds("WS_PING_INTERVAL", default.ping_interval),
            ping_timeout: seconds("WS_PING_TIMEOUT", default.ping_timeout),
            connect_timeout: seconds("WS_CONNECT_TIMEOUT", default.connect_timeout),
            handler_timeout: seconds("WS_HANDLER_TIMEOUT", default.handler_timeout),
            close_timeout: seconds("WS_CLOSE_TIMEOUT", default.close_timeout),
            disconnect_timeout: seconds("WS_DISCONNECT_TIMEOUT", default.disconnect_timeout),
            ..default
        };
        let mut size = |variable, least, default| reader.parse(variable, whole(least..=MOST_BYTES)).unwrap_or(default);
        let sizes = Self {
            message_bytes: size("WS_MESSAGE_BYTES", 1, default.message_bytes),
            outbox_bytes: size("WS_OUTBOX_BYTES", 1 << 10, default.outbox_bytes),
            inbox_events: size("WS_INBOX_EVENTS", 1, default.inbox_events),
            inbox_bytes: size("WS_INBOX_BYTES", 1 << 10, default.inbox_bytes),
            ..times
        };
        let mut count = |variable, default| reader.parse(variable, whole(1..=10_000_000)).unwrap_or(default);
        Self {
            frames_per_second: count("WS_FRAMES_PER_SECOND", default.frames_per_second),
            frames_burst: count("WS_FRAMES_BURST", default.frames_burst),
            refusals: count("WS_REFUSALS", default.refusals),
            ..sizes
        }
    }
}

/// Reads a whole number within these bounds.
fn whole<N: std::str::FromStr + PartialOrd + std::fmt::Display>(bounds: RangeInclusive<N>) -> impl Fn(&str) -> Parsed<N> {
    move |text| {
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| format!("a whole number from {} to {}", bounds.start(), bounds.end()))
    }
}

/// Reads whole seconds within these bounds.
fn seconds(bounds: RangeInclusive<u64>) -> impl Fn(&str) -> Parsed<Duration> {
    let whole = whole(bounds);
    move |text| whole(text).map(Duration::from_secs).map_err(|expected| format!("{expected} seconds"))
}

#[cfg(test)]
mod tests {
    use catamaran_boot::settings::read_vars;

    use super::*;

    #[test]
    fn each_limit_is_read_from_its_variable() {
        let vars = |name: &str| match name {
            "WS_MESSAGE_BYTES" => Some("1000".to_owned()),
            "WS_FRAMES_PER_SECOND" => Some("30".to_owned()),
            "WS_DRAIN" => Some("25".to_owned()),
            "WS_DRAIN_DELAY" => Some("12".to_owned()),
            "WS_WORKER_QUEUE" => Some("200".to_owned()),
            _ => None,
        };
        let limits = read_vars(vars, ServerLimits::read).unwrap();
        assert_eq!((limits.socket.message_bytes, limits.socket.frames_per_second), (1_000, 30));
        assert_eq!((limits.drain, limits.worker_queue), (Duration::from_secs(25), 200));
        assert_eq!(limits.drain_delay, Duration::from_secs(12));
        assert_eq!(read_vars(|_| None, ServerLimits::read), Ok(ServerLimits::default()));
    }

    #[test]
    fn names_the_variable_and_the_expected_value_of_each_fault() {
        for (variable, value, expected) in [
            ("WS_MAX_SOCKETS_PER_ADDRESS", "0", "a number from 1"),
            ("WS_MAX_SOCKETS_PER_USER", "many", "a number from 1"),
            ("WS_HANDSHAKES_PER_ADDRESS", "-1", "a number from 1"),
            ("WS_FRAMES_PER_USER", "1.5", "a number from 1"),
            ("WS_FRAMES_PER_ADDRESS", "99999999", "a number from 1"),
            ("WS_OUTBOX_TOTAL_BYTES", "64 MiB", "a number of bytes"),
            ("WS_MESSAGE_BYTES", "64k", "a whole number from 1"),
            ("WS_INBOX_EVENTS", "0", "a whole number from 1"),
            ("WS_REFUSALS", "never", "a whole number from 1"),
            ("WS_PING_INTERVAL", "0", "a whole number from 1 to 3600 seconds"),
            ("WS_DRAIN_DELAY", "-1", "a whole number from 0 to 3600 seconds"),
            ("WS_DRAIN", "30s", "a whole number from 0 to 3600 seconds"),
        ] {
            let vars = |name: &str| (name == variable).then(|| value.to_owned());
            let fault = read_vars(vars, ServerLimits::read).unwrap_err().to_string();
            let found = format!("{variable} is \"{value}\"; expected {expected}");
            assert!(fault.starts_with(&found), "{fault}");
        }
    }
}
