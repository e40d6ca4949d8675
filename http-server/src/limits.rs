//! Every limit of this server, in one place. Those of its connections are [`catamaran_bounded_server::Bounds`].

use std::time::Duration;

use catamaran_edge::Rate;
use rooms::{MAX_CAPACITY, MIN_CAPACITY};

use crate::input::Whole;

/// Bodies of JSON and forms, in bytes: thirty times the longest message.
pub(crate) const BODY_BYTES: usize = 64 * 1024;
/// The database has this long to answer a health check: less than a platform waits for the check.
pub(crate) const PING: Duration = Duration::from_secs(2);
/// The database has this long to answer before the process is not ready: the answer is sent within 2 s.
pub(crate) const READY: Duration = Duration::from_millis(1_500);
/// How long an answer about readiness is used again.
pub(crate) const READY_REUSED: Duration = Duration::from_secs(1);
/// `Retry-After` while the database is away, in seconds.
pub(crate) const UNAVAILABLE_RETRY_SECONDS: u64 = 5;
/// A browser keeps the choice of a language this long.
pub(crate) const LANGUAGE_DAYS: i64 = 365;
/// Messages that one request may ask for.
pub(crate) type PageSize = Whole<u32, 1, 200>;
/// Messages in an answer to a request that names no limit.
pub(crate) const MESSAGES_DEFAULT: u32 = 50;
/// Bots seated with one request: all but the host's seat.
pub(crate) type BotCount = Whole<usize, 1, 19>;
/// Members that a new room may have.
pub(crate) type Capacity = Whole<u16, { MIN_CAPACITY as i64 }, { MAX_CAPACITY as i64 }>;

/// Reading, for each client address. Generous: a school or a company is one address.
pub(crate) const READS: Rate = Rate::new(50, 300);
/// Changing something, for each client address.
pub(crate) const WRITES: Rate = Rate::new(10, 60);
/// Signing in and creating rooms, for each client address: rows that stay. A class of forty begins at once.
pub(crate) const CREATIONS: Rate = Rate::new(1, 60);
