//! SQLite addresses: the path of a file.

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
pub(crate) struct SqliteLocation {
    path: PathBuf,
    /// For three slashes: the path as sqlx, and earlier releases, read the same text.
    other_meaning: Option<PathBuf>,
    /// `mode=rw`: the file must exist.
    must_exist: bool,
}

impl SqliteLocation {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The absolute path that was probably meant: such a file exists, and the relative one does not.
    pub(crate) fn probably_meant(&self) -> Option<&Path> {
        self.other_meaning.as_deref().filter(|other| other.is_file() && !self.path.exists())
    }

    pub(crate) fn must_exist(&self) -> bool {
        self.must_exist
    }
}

impl fmt::Display for SqliteLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite:{}", self.path.display())
    }
}

/// `rest` is the text after `sqlite:`.
pub(super) fn parse(rest: &str) -> Result<SqliteLocation, DatabaseUrlFault> {
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
    Ok(SqliteLocation { path: PathBuf::from(path), other_meaning, must_exist })
}

/// Removes slashes as Django and SQLAlchemy do: a relative path follows three, an absolute path four. Returns whether there were three.
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
