//! The file that a SQLite path leads to, and its disk. A connection to a file that was deleted or replaced goes on writing into a file that
//! no path leads to any more; the write-ahead log of the old file would damage the new one.

use std::{
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

/// With less than this, the next message may find no place.
const LEAST_FREE: u64 = 1024 * 1024;

/// The file as it was opened. Cheap to clone.
#[derive(Clone)]
pub(super) struct Identity(Arc<Opened>);

struct Opened {
    path: PathBuf,
    /// Device and inode.
    file: (u64, u64),
}

impl Identity {
    /// Of a file that has just been opened.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let file = file_at(path)?;
        Ok(Self(Arc::new(Opened { path: path.to_owned(), file })))
    }

    /// An error where the path leads somewhere else now.
    pub(super) fn check(&self) -> io::Result<()> {
        let shown = self.0.path.display();
        match file_at(&self.0.path) {
            Ok(file) if file == self.0.file => Ok(()),
            Ok(_) => Err(io::Error::other(format!(
                "the file {shown} was replaced while this program used it: stop all servers, remove {shown}-wal and {shown}-shm, and start them again"
            ))),
            Err(why) => Err(io::Error::new(why.kind(), format!("the file {shown} has gone: put it back ({why})"))),
        }
    }

    /// An error where the disk is full, or nearly so. (Small changes may still find a place in SQLite's log.)
    pub(super) fn check_space(&self) -> io::Result<()> {
        let disk = rustix::fs::statvfs(&self.0.path)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE {
            return Err(io::Error::new(io::ErrorKind::StorageFull, format!("the disk of {} is full", self.0.path.display())));
        }
        Ok(())
    }
}

fn file_at(path: &Path) -> io::Result<(u64, u64)> {
    path.metadata().map(|file| (file.dev(), file.ino()))
}
