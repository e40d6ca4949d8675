//! Every limit of this server, in one place.

use std::time::Duration;

use edge::Rate;

/// Bodies of JSON and forms, in bytes: thirty times the longest message.
pub(crate) const BODY_BYTES: usize = 64 * 1024;
/// Longer than the 60 to 90 s after which load balancers close idle connections: closed by us first, a request that is
/// already on its way would be lost.
pub const KEEP_ALIVE: Duration = Duration::from_secs(95);
const _: () = assert!(KEEP_ALIVE.as_secs() > 90);
/// For the request line and the headers of each request to arrive, from their first byte on (of a connection's first request: from the
/// connection on).
pub const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// For a client to read its last answer where the connection ends with it.
pub(crate) const LINGER: Duration = Duration::from_secs(1);
/// Bytes that may arrive while one request runs: its body with what surrounds its chunks, and the heads of those that wait behind it.
pub(crate) const REQUEST_BYTES: usize = 1024 * 1024;
/// For running requests to finish after SIGTERM. Platforms kill 10 s or more after it.
pub(crate) const SHUTDOWN_SECONDS: u64 = 8;
/// For the database to answer a health check: less than the patience of who asks.
pub(crate) const PING: Duration = Duration::from_secs(2);
/// What a client is told to wait while the database is away, in seconds.
pub(crate) const UNAVAILABLE_RETRY_SECONDS: u64 = 5;
/// A session lives this long.
pub(crate) const SESSION_DAYS: i64 = 30;
/// A language is remembered this long.
pub(crate) const LANGUAGE_DAYS: i64 = 365;
/// Messages in one page, at most and where nobody says.
pub(crate) const MESSAGES: std::ops::RangeInclusive<u32> = 1..=200;
pub(crate) const MESSAGES_DEFAULT: u32 = 50;
/// Bots seated with one request: all but the host's seat.
pub(crate) const BOTS: std::ops::RangeInclusive<u16> = 1..=19;

/// Reading, for each client address. Generous: a school or a company is one address.
pub(crate) const READS: Rate = Rate::new(50, 300);
/// Changing something, for each client address.
pub(crate) const WRITES: Rate = Rate::new(10, 60);
/// Signing in and creating rooms, for each client address: rows that stay. A class of forty begins at once.
pub(crate) const CREATIONS: Rate = Rate::new(1, 60);
