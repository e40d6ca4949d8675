//! Whether users who are entering or leaving have a seat, as was read a moment ago: their announcement need not read the game again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{GameId, UserId};

/// Beyond it all entries are forgotten: they only spare queries.
const MOST: usize = 20_000;

/// The users and whether they have a seat. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<HashMap<(GameId, UserId), bool>>>);

impl Seats {
    pub(crate) fn put(&self, game: GameId, user: UserId, has_seat: bool) {
        let mut seats = self.seats();
        if seats.len() >= MOST {
            seats.clear();
        }
        seats.insert((game, user), has_seat);
    }

    /// An entry serves one announcement, since it may be wrong later.
    pub(crate) fn take(&self, game: GameId, user: UserId) -> Option<bool> {
        self.seats().remove(&(game, user))
    }

    /// A poisoned lock is harmless: each change is one step.
    fn seats(&self) -> MutexGuard<'_, HashMap<(GameId, UserId), bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_bounded_and_gives_an_entry_once() {
        let (seats, game) = (Seats::default(), GameId::random());
        let users: Vec<_> = (0..=MOST).map(|_| UserId::random()).collect();
        users.iter().for_each(|user| seats.put(game, *user, true));
        assert_eq!([users[0], users[MOST], users[MOST]].map(|user| seats.take(game, user)), [None, Some(true), None]);
    }
}
