//! The identity of the SQLite file, and the space on its disk. After the file was deleted or replaced, an open connection would write to a
//! file without a path, and the old write-ahead log would damage the new file.

use std::{
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

/// With less free space, the next message may fail.
const MIN_FREE_BYTES: u64 = 1024 * 1024;

/// The file at the time of opening. Cheap to clone.
#[derive(Clone)]
pub(super) struct Identity(Arc<Opened>);

struct Opened {
    path: PathBuf,
    /// Device and inode.
    file: (u64, u64),
}

impl Identity {
    /// Identifies a file that has just been opened.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let file = file_at(path)?;
        Ok(Self(Arc::new(Opened { path: path.to_owned(), file })))
    }

    /// Returns an error if the path leads to another file, or to none.
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

    /// Returns an error if the disk is (nearly) full. Small changes may still fit into SQLite's log.
    pub(super) fn check_space(&self) -> io::Result<()> {
        let disk = rustix::fs::statvfs(&self.0.path)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < MIN_FREE_BYTES {
            return Err(io::Error::new(io::ErrorKind::StorageFull, format!("the disk of {} is full", self.0.path.display())));
        }
        Ok(())
    }
}

fn file_at(path: &Path) -> io::Result<(u64, u64)> {
    path.metadata().map(|file| (file.dev(), file.ino()))
}
