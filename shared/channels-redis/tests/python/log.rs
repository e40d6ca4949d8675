//! The log of our code in this test program.

use std::sync::{Mutex, Once, PoisonError};

use log::{LevelFilter, Log, Metadata, Record};

struct Kept(Mutex<Vec<String>>);

static KEPT: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(record.args().to_string());
    }

    fn flush(&self) {}
}

/// Records warnings and errors from now on.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&KEPT).expect("no other logger is set");
        log::set_max_level(LevelFilter::Warn);
    });
}

/// Returns the lines that contain all of `words`.
pub(crate) fn lines_with(words: &[&str]) -> Vec<String> {
    let kept = KEPT.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().filter(|line| words.iter().all(|word| line.contains(word))).cloned().collect()
}
