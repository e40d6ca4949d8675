//! The time since a message arrived.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// When a message arrived for the last time.
pub(super) struct Heard(Mutex<Option<Instant>>);

impl Heard {
    /// As if one arrived now.
    pub(super) fn now() -> Self {
        Self(Mutex::new(Some(Instant::now())))
    }

    pub(super) fn never() -> Self {
        Self(Mutex::default())
    }

    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// `None` before the first message.
    pub(super) fn silence(&self) -> Option<Duration> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }
}
