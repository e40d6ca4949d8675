//! What our code has logged in this test program.

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

/// From now on warnings and errors are kept.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&KEPT).expect("nobody else sets one");
        log::set_max_level(LevelFilter::Warn);
    });
}

/// The lines in which all of `words` stand.
pub(crate) fn lines_with(words: &[&str]) -> Vec<String> {
    let kept = KEPT.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().filter(|line| words.iter().all(|word| line.contains(word))).cloned().collect()
}
