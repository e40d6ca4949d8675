//! The watermark of each game: the version up to which it is announced.
//!
//! Watermarks have no gaps. If two changes follow each other closely, the second one's announcement may finish first, and its watermark is
//! refused. It is retried in the next round; otherwise both changes would be announced again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::{GameId, Store, StoreError};

/// The maximum number of attempts for a watermark. After that the sweep repeats the announcement.
const MAX_ATTEMPTS: u8 = 5;
/// The maximum number of pending watermarks, so that an unavailable database does not fill the memory.
const MAX_PENDING: usize = 1_000;

/// The announcement of the changes from one version to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Watermark {
    game: GameId,
    from: i64,
    to: i64,
    attempts: u8,
}

/// Writes watermarks. Cheap to clone.
#[derive(Clone)]
pub(crate) struct AnnouncedWatermarks {
    store: Store,
    pending: Arc<Mutex<Vec<Watermark>>>,
}

impl AnnouncedWatermarks {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, pending: Arc::default() }
    }

    /// Stores that versions after `from` up to `to` are announced. Errors are retried later: the change itself has succeeded, so its caller
    /// must not get an error.
    pub(crate) async fn set(&self, game: GameId, from: i64, to: i64) {
        let mark = Watermark { game, from, to, attempts: 1 };
        if let Err(fault) = self.try_set(mark).await {
            log::debug!("a game's announced version is stored later: {fault}");
            self.keep([mark]);
        }
    }

    /// Reattempts pending watermarks, in the order of versions.
    pub(crate) async fn retry(&self) -> Result<(), StoreError> {
        let mut pending = std::mem::take(&mut *self.pending());
        pending.sort_unstable();
        let mut left = pending.into_iter();
        while let Some(mark) = left.next() {
            if let Err(fault) = self.try_set(Watermark { attempts: mark.attempts + 1, ..mark }).await {
                self.keep(std::iter::once(mark).chain(left));
                return Err(fault);
            }
        }
        Ok(())
    }

    async fn try_set(&self, mark: Watermark) -> Result<(), StoreError> {
        if !self.store.mark_announced(mark.game, mark.from, mark.to).await? && mark.attempts < MAX_ATTEMPTS {
            self.keep([mark]);
        }
        Ok(())
    }

    fn keep(&self, watermarks: impl IntoIterator<Item = Watermark>) {
        let mut pending = self.pending();
        let room = MAX_PENDING.saturating_sub(pending.len());
        pending.extend(watermarks.into_iter().take(room));
    }

    /// Ignores poisoning: the list changes in one step, so a panic cannot leave it inconsistent.
    fn pending(&self) -> MutexGuard<'_, Vec<Watermark>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
