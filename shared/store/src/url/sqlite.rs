//! SQLite's addresses: the path of a file.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{
    DatabaseUrlFault,
    parts::{decoded, parameters, refused},
};

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SqlitePlace {
    path: PathBuf,
    /// Three slashes: what sqlx, and we before, took the same text for.
    other_meaning: Option<PathBuf>,
    /// `mode=rw`: the file must be there.
    must_exist: bool,
}

impl SqlitePlace {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The absolute path that the text may have meant, where such a file exists and the relative one does not.
    pub(crate) fn mistaken(&self) -> Option<&Path> {
        self.other_meaning.as_deref().filter(|other| other.is_file() && !self.path.exists())
    }

    pub(crate) fn must_exist(&self) -> bool {
        self.must_exist
    }
}

impl fmt::Display for SqlitePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite:{}", self.path.display())
    }
}

/// `rest` is all behind `sqlite:`.
pub(super) fn parse(rest: &str) -> Result<SqlitePlace, DatabaseUrlFault> {
    let (written, query) = rest.split_once('?').unwrap_or((rest, ""));
    if written.contains('#') {
        return Err(DatabaseUrlFault::Raw);
    }
    let (written, three_slashes) = without_slashes(written);
    let path = decoded(written)?;
    let must_exist = must_exist(query)?;
    if path.is_empty() || path.ends_with('/') || path.starts_with(':') {
        return Err(DatabaseUrlFault::NoFile);
    }
    let other_meaning = three_slashes.then(|| PathBuf::from(format!("/{path}")));
    Ok(SqlitePlace { path: PathBuf::from(path), other_meaning, must_exist })
}

/// As Django and SQLAlchemy count them: behind `sqlite:///` stands a relative path, behind `sqlite:////` an absolute one. Whether there
/// were three.
fn without_slashes(written: &str) -> (&str, bool) {
    match written.strip_prefix("///") {
        Some(path) if path.starts_with('/') => (path, false),
        Some(path) => (path, true),
        None => (written.strip_prefix("//").unwrap_or(written), false),
    }
}

fn must_exist(query: &str) -> Result<bool, DatabaseUrlFault> {
    let mut must_exist = false;
    for (name, value) in parameters(query)? {
        match (name.as_str(), value.as_str()) {
            ("mode", "rwc") | ("cache", "private") => {}
            ("mode", "rw") => must_exist = true,
            ("mode", "memory") => return Err(DatabaseUrlFault::NoFile),
            ("mode", _) => return Err(refused("mode", "mode=rwc or mode=rw, since both servers write")),
            ("cache", _) => return Err(refused("cache", "cache=private, since a shared cache does not reach other processes")),
            _ => {
                return Err(refused(
                    &name,
                    "leave it out: SQLite knows mode and cache here, and what else is needed is set already",
                ));
            }
        }
    }
    Ok(must_exist)
}
