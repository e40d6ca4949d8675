//! The number of worker threads.

use std::num::NonZeroUsize;

use super::reader::Reader;

/// More threads than this gain nothing on a machine with few cores, and each costs memory and database connections.
const MAX_DEFAULT: usize = 4;
const MAX: usize = 256;

pub(super) fn read(reader: &mut Reader<'_>, flag: Option<NonZeroUsize>) -> usize {
    let workers = reader.parse("WEB_CONCURRENCY", parse);
    flag.map(NonZeroUsize::get).or(workers).unwrap_or_else(default_workers).min(MAX)
}

fn parse(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(workers @ 1..=MAX) => Ok(workers),
        _ => Err(format!("a number of threads from 1 to {MAX}")),
    }
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_DEFAULT)
}
