//! Errors, by the caller's possible reaction.

use std::{borrow::Cow, error::Error, fmt, io, sync::Arc};

use sqlx::{error::ErrorKind, migrate::MigrateError};

/// An error of the database. Cloned for all callers of a shared query.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, slow or full: a retry may succeed. A failed write may still have been stored.
    #[error("the database is unavailable, try again: {0}")]
    Unavailable(Cause),
    /// The operation conflicts with existing or missing rows: a retry will fail.
    #[error("conflict with what is stored: {0}")]
    Conflict(Cause),
    /// The stored data is inconsistent: the operator must check the database.
    #[error("the stored data is damaged: {0}")]
    Corrupt(Cause),
    /// A fault of the program or its settings: the operator must act.
    #[error("the database refused: {0}")]
    Internal(Cause),
}

/// The failed operation with the database's message. `Display` has both, so the error has no separate source.
#[derive(Clone)]
pub struct Cause {
    doing: Cow<'static, str>,
    /// The tables and rights that the database's role lacks.
    lacks: Option<Arc<str>>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Cause {
    pub(crate) fn new(doing: impl Into<Cow<'static, str>>) -> Self {
        Self { doing: doing.into(), lacks: None, source: None }
    }

    /// `lacks`: tables and rights, as `SELECT on users`.
    pub(crate) fn lacking(lacks: String) -> Self {
        let doing = format!("the database's role lacks {lacks}; as the owner of the tables, GRANT it the rights again");
        Self { lacks: Some(lacks.into()), ..Self::new(doing) }
    }

    pub(crate) fn with(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.doing)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cause").field("doing", &self.doing).field("source", &self.source).finish()
    }
}

impl StoreError {
    /// The tables and rights that the role lacks, if a health check found that. Contains no secrets.
    pub fn lacks(&self) -> Option<&str> {
        self.cause().lacks.as_deref()
    }

    /// Whether the database answers and takes no writes: its disk is full, or it is read-only.
    pub fn refuses_writes(&self) -> bool {
        let source = self.cause().source.as_ref();
        source.and_then(|source| source.downcast_ref()).is_some_and(is_refused_write)
    }

    fn cause(&self) -> &Cause {
        match self {
            Self::Unavailable(cause) | Self::Conflict(cause) | Self::Corrupt(cause) | Self::Internal(cause) => cause,
        }
    }

    pub(crate) fn conflict(doing: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(Cause::new(doing))
    }

    /// Classifies an error of the driver.
    pub(crate) fn sort(doing: impl Into<Cow<'static, str>>, error: sqlx::Error) -> Self {
        let kind = kind_of(&error);
        kind.with(Cause::new(doing).with(error))
    }

    /// Classifies a failed migration. An error with a `remedy` is permanent.
    pub(crate) fn sort_migration(doing: &'static str, remedy: Option<String>, error: MigrateError) -> Self {
        match (remedy, error) {
            (Some(remedy), error) => Self::Internal(Cause::new(format!("{doing}: {remedy}")).with(error)),
            (None, MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Self::sort(doing, error),
            (None, other) => Self::Internal(Cause::new(doing).with(other)),
        }
    }
}

fn is_refused_write(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(fault) => fault.kind() == io::ErrorKind::StorageFull,
        sqlx::Error::Database(refused) => refused.code().is_some_and(|code| is_refused_write_code(&code)),
        _ => false,
    }
}

/// PostgreSQL: disk full, read-only. SQLite: read-only, full.
fn is_refused_write_code(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() != 5 => matches!(number & 0xff, 8 | 13),
        _ => matches!(code, "53100" | "25006"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unavailable,
    Conflict,
    Corrupt,
    Internal,
}

impl Kind {
    fn with(self, cause: Cause) -> StoreError {
        match self {
            Self::Unavailable => StoreError::Unavailable(cause),
            Self::Conflict => StoreError::Conflict(cause),
            Self::Corrupt => StoreError::Corrupt(cause),
            Self::Internal => StoreError::Internal(cause),
        }
    }
}

fn kind_of(error: &sqlx::Error) -> Kind {
    use sqlx::Error as E;
    match error {
        // A connection that breaks within a message sometimes ends in `Protocol`; a new one may work.
        E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => {
            Kind::Unavailable
        }
        E::Decode(_) | E::ColumnDecode { .. } => Kind::Corrupt,
        E::Database(error) => match error.kind() {
            ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation => Kind::Conflict,
            _ => error.code().map_or(Kind::Internal, |code| kind_of_code(&code)),
        },
        _ => Kind::Internal,
    }
}

/// PostgreSQL's codes have five characters; SQLite's are numbers, whose low byte is sufficient.
fn kind_of_code(code: &str) -> Kind {
    match code.parse::<u32>() {
        Ok(number) if code.len() != 5 => sqlite_kind(number & 0xff),
        _ => postgres_kind(code),
    }
}

fn sqlite_kind(code: u32) -> Kind {
    match code {
        // Busy, locked, no memory, read-only, interrupted, input or output, full, cannot open, locking protocol.
        5 | 6 | 7 | 8 | 9 | 10 | 13 | 14 | 15 => Kind::Unavailable,
        // Corrupt, not a database.
        11 | 26 => Kind::Corrupt,
        _ => Kind::Internal,
    }
}

fn postgres_kind(code: &str) -> Kind {
    match code {
        // Serialization failure, deadlock, lock timeout, read-only (a standby, in a failover).
        "40001" | "40P01" | "55P03" | "25006" => Kind::Unavailable,
        // Idle in a transaction for too long.
        "25P03" => Kind::Unavailable,
        // A right, table, column or schema was removed while the program runs. The operator must restore it; a health check names it.
        "42501" | "42P01" | "42703" | "3F000" => Kind::Unavailable,
        // Data corrupted, index corrupted.
        "XX001" | "XX002" => Kind::Corrupt,
        // Connection, resources, operator intervention (shutdown, start, statement timeout), system.
        _ if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => Kind::Unavailable,
        _ => Kind::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_refused_writes_from_other_errors() {
        for (code, is_refused) in [("13", true), ("1032", true), ("53100", true), ("25006", true), ("5", false), ("57014", false)]
        {
            assert_eq!(is_refused_write_code(code), is_refused, "{code}");
        }
        let full = io::Error::new(io::ErrorKind::StorageFull, "full");
        assert!(StoreError::sort("writing", sqlx::Error::Io(full)).refuses_writes());
        assert!(!StoreError::sort("writing", sqlx::Error::PoolTimedOut).refuses_writes());
    }

    #[test]
    fn classifies_codes_by_the_caller_s_reaction() {
        for code in ["5", "517", "6", "8", "1032", "13", "57P01", "57014", "53300", "08006", "40P01", "25006", "42501", "42P01"] {
            assert_eq!(kind_of_code(code), Kind::Unavailable, "{code}");
        }
        for code in ["11", "267", "26", "XX001"] {
            assert_eq!(kind_of_code(code), Kind::Corrupt, "{code}");
        }
        for code in ["1", "42601", "28P01", "3D000"] {
            assert_eq!(kind_of_code(code), Kind::Internal, "{code}");
        }
    }

    #[test]
    fn the_error_has_the_database_s_message_once() {
        let error = StoreError::sort("listing rooms", sqlx::Error::PoolTimedOut);
        assert!(matches!(error, StoreError::Unavailable(_)));
        assert!(error.to_string().contains("listing rooms: pool timed out"), "{error}");
        assert!(error.source().is_none(), "a printed chain of causes would repeat the text");
    }
}
