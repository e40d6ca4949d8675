//! Finds the programs that tests start.

use std::path::PathBuf;

/// Returns the first of `names` that is on `PATH` or in Debian's folders of servers.
///
/// # Panics
/// If there is none. The message says what to do.
pub(crate) fn find(names: &[&str]) -> PathBuf {
    find_in(names, &[])
}

/// Like [`find`], but searches the folders of `more` first.
pub(crate) fn find_in(names: &[&str], more: &[PathBuf]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = more
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path))
        .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| {
            panic!("no {} on this machine: install it (`make test` does, from Debian's packages)", names.join(" or "))
        })
}

/// The folders of Debian's PostgreSQL servers, the newest version first.
pub(crate) fn postgres_folders() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// Returns a program that `make install` has built for the tests, from `testbed` in the target folder.
///
/// # Panics
/// If it is missing. The message says what to do.
pub(crate) fn built_for_tests(path: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let found = test.ancestors().map(|folder| folder.join("testbed").join(path)).find(|candidate| candidate.is_file());
    found.unwrap_or_else(|| panic!("no testbed/{path} in the target folder: `make install` first (`make test` does)"))
}
