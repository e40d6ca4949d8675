//! A real file system that a test can fill.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{binaries, cleanup};

/// A file system in memory of a given size. Dropping it unmounts it.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts it. A test that does not run as root uses `sudo`.
    ///
    /// # Panics
    /// If mounting is not allowed.
    pub fn mount(kib: usize) -> Self {
        let folder = cleanup::mounted();
        let size = format!("size={kib}k,mode=0777");
        run(&["mount", "-t", "tmpfs", "-o", &size, "catamaran-test", text(&folder)]);
        Self { folder }
    }

    /// The root folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Uses all the remaining space.
    ///
    /// # Panics
    /// If the file cannot be created.
    pub fn fill(&self) {
        let mut filler = fs::File::options().create(true).append(true).open(self.filler()).expect("the disk takes one more file");
        let page = [0; 4096];
        while std::io::Write::write(&mut filler, &page).is_ok_and(|written| written > 0) {}
    }

    /// Frees the space that [`SmallDisk::fill`] used.
    ///
    /// # Panics
    /// If the disk was not filled.
    pub fn free(&self) {
        fs::remove_file(self.filler()).expect("the disk was filled before");
    }

    /// Makes the disk read-only.
    ///
    /// # Panics
    /// If a process has a file open for writing.
    pub fn make_read_only(&self) {
        run(&["mount", "-o", "remount,ro", text(&self.folder)]);
    }

    /// Makes one file read-only but not its folder, like a file of another user, but also for root.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn make_file_read_only(&self, name: &str) {
        let file = self.folder.join(name);
        run(&["mount", "--bind", text(&file), text(&file)]);
        run(&["mount", "-o", "remount,bind,ro", text(&file)]);
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for SmallDisk {
    /// Unmounts lazily, since a connection may still close its files.
    fn drop(&mut self) {
        run(&["umount", "-l", text(&self.folder)]);
        let _gone = fs::remove_dir(&self.folder);
    }
}

fn text(folder: &Path) -> &str {
    folder.to_str().expect("the folder for temporary files has a plain name")
}

fn run(command: &[&str]) {
    let as_root = rustix::process::geteuid().is_root();
    let words: Vec<&str> = if as_root { command.to_vec() } else { [&["sudo", "-n"], command].concat() };
    let output = Command::new(binaries::find(&[words[0]])).args(&words[1..]).output().expect("the program starts");
    let fault = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} needs root, or sudo without a password: {fault}");
}
