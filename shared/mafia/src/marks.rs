//! Marks at games: how far they are announced.
//!
//! Of two changes that follow each other closely, the second can be announced before the first one's mark is written, and its own is then
//! refused: marks have no holes. It is tried again at the next round; else both would be announced once more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::{GameId, Store, StoreError};

/// How often a mark is tried at all. After as many rounds the sweep announces again what has none.
const TRIES: u8 = 5;
/// How many wait at most: a process without rounds, or a database that is away, must not gather them without end.
const WAITING: usize = 1_000;

/// A game was announced from one version to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    game: GameId,
    from: i64,
    to: i64,
    tries: u8,
}

/// Writes marks. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Marks {
    store: Store,
    waiting: Arc<Mutex<Vec<Mark>>>,
}

impl Marks {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, waiting: Arc::default() }
    }

    /// Everybody was told what changed after version `from` up to version `to`. What the database does not take now is tried again: the
    /// change itself is done, and whoever made it must not hear that it failed.
    pub(crate) async fn set(&self, game: GameId, from: i64, to: i64) {
        let mark = Mark { game, from, to, tries: 1 };
        if let Err(fault) = self.try_set(mark).await {
            log::debug!("noted later that a game was announced: {fault}");
            self.keep([mark]);
        }
    }

    /// Tries again what was refused, in the order of versions.
    pub(crate) async fn set_waiting(&self) -> Result<(), StoreError> {
        let mut waiting = std::mem::take(&mut *self.waiting());
        waiting.sort_unstable();
        let mut left = waiting.into_iter();
        while let Some(mark) = left.next() {
            if let Err(fault) = self.try_set(Mark { tries: mark.tries + 1, ..mark }).await {
                self.keep(std::iter::once(mark).chain(left));
                return Err(fault);
            }
        }
        Ok(())
    }

    async fn try_set(&self, mark: Mark) -> Result<(), StoreError> {
        if !self.store.mark_announced(mark.game, mark.from, mark.to).await? && mark.tries < TRIES {
            self.keep([mark]);
        }
        Ok(())
    }

    fn keep(&self, marks: impl IntoIterator<Item = Mark>) {
        let mut waiting = self.waiting();
        let room = WAITING.saturating_sub(waiting.len());
        waiting.extend(marks.into_iter().take(room));
    }

    /// A panic elsewhere leaves the list whole: it is changed in one step.
    fn waiting(&self) -> MutexGuard<'_, Vec<Mark>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
