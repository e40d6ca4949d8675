//! Whether a process has free descriptors. Alone in its program, since it takes all of them.

use std::{fs::File, iter};

use catamaran_boot::has_free_descriptors;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn notices_that_all_descriptors_are_taken() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum }).unwrap();
    assert!(has_free_descriptors());
    let mut taken: Vec<File> = iter::from_fn(|| File::open("/").ok()).collect();
    assert!(!has_free_descriptors());
    taken.truncate(taken.len() - 4);
    assert!(has_free_descriptors(), "its own probes are closed");
}
