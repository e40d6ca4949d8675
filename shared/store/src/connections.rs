//! The use of this process's connections to the database.

use sqlx::{Database, Pool};

/// The connections of this process to the database, now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Connections that run a query or a transaction.
    pub used: u64,
    /// Open connections without work.
    pub idle: u64,
    /// The most that this process opens.
    pub limit: u64,
}

impl Connections {
    pub(crate) fn of(pool: &Pool<impl Database>) -> Self {
        let idle = u64::try_from(pool.num_idle()).unwrap_or(u64::MAX);
        // Two readings of a pool at work: between them a connection may come back.
        let used = u64::from(pool.size()).saturating_sub(idle);
        Self { used, idle, limit: pool.options().get_max_connections().into() }
    }

    /// Those of two pools together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { used: self.used + other.used, idle: self.idle + other.idle, limit: self.limit + other.limit }
    }
}
