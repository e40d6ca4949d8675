//! Announces changes of presence to the list of rooms: at once for a room that rests, otherwise many changes by one query.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use store::{RoomId, RoomSummary, UserId};
use tokio::time::{Instant, sleep};

use crate::{RoomView, Rooms, RoomsError};

/// The shortest time between two queries, unless the application sets another.
const WINDOW: Duration = Duration::from_millis(100);
/// The pause after a query that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The rooms whose presence has changed. Clones share them.
#[derive(Clone)]
pub(crate) struct Changes {
    state: Arc<Mutex<State>>,
    window: Duration,
}

impl Default for Changes {
    fn default() -> Self {
        Self::with_window(WINDOW)
    }
}

#[derive(Default)]
struct State {
    pending: HashMap<RoomId, Pending>,
    /// The number of changes so far.
    count: u64,
    last_query: Option<Instant>,
    /// A task is going to query.
    has_task: bool,
}

/// A room that the list does not have as it is.
#[derive(Default)]
struct Pending {
    /// The number of the last change.
    change: u64,
    /// The last announcement of each user: the database may say otherwise by now.
    users: HashMap<UserId, bool>,
}

/// The pending rooms of one query.
type Batch = HashMap<RoomId, Pending>;

impl Changes {
    pub(crate) fn with_window(window: Duration) -> Self {
        Self { state: Arc::default(), window }
    }

    /// The number of changes so far. A view that is read after it contains them.
    pub(crate) fn count(&self) -> u64 {
        self.state().count
    }

    fn note(&self, room: RoomId, user: UserId, online: bool) {
        let mut state = self.state();
        state.count += 1;
        let change = state.count;
        let pending = state.pending.entry(room).or_default();
        pending.change = change;
        pending.users.insert(user, online);
    }

    /// Takes the room if a view that is read after this many changes contains its last one.
    fn take_if_known(&self, room: RoomId, count: u64) -> Option<Pending> {
        let mut state = self.state();
        let is_known = state.pending.get(&room).is_some_and(|pending| pending.change <= count);
        if !is_known {
            return None;
        }
        state.pending.remove(&room)
    }

    /// Takes all rooms for one query.
    fn take(&self) -> Batch {
        let mut state = self.state();
        if !state.pending.is_empty() {
            state.last_query = Some(Instant::now());
        }
        std::mem::take(&mut state.pending)
    }

    /// Puts rooms back whose query failed. Later changes win.
    fn put_back(&self, batch: Batch) {
        let mut state = self.state();
        for (room, failed) in batch {
            let pending = state.pending.entry(room).or_default();
            pending.change = pending.change.max(failed.change);
            for (user, online) in failed.users {
                pending.users.entry(user).or_insert(online);
            }
        }
    }

    fn is_resting(&self) -> bool {
        self.state().last_query.is_none_or(|at| at.elapsed() >= self.window)
    }

    /// Returns false if a task is going to query already.
    fn wants_task(&self) -> bool {
        !std::mem::replace(&mut self.state().has_task, true)
    }

    fn task_ends(&self) {
        self.state().has_task = false;
    }

    /// A poisoned lock is harmless: each change is one step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    /// Announces to the room that `user` came or went, and to the list of rooms that the room has changed: at once if it can, otherwise
    /// within a tenth of a second.
    pub(crate) async fn presence_changed(&self, room: RoomId, user: UserId, online: bool) {
        self.announce_presence(room, user, online).await;
        self.changes.note(room, user, online);
        // A user who came reads the room next: that view serves the list too.
        let is_done = !online && self.changes.is_resting() && self.announce_changes().await.is_ok();
        if !is_done && self.changes.wants_task() {
            tokio::spawn(announce_soon(self.clone()));
        }
    }

    /// Announces a room that was read after this many changes, if it waits for a query.
    pub(crate) async fn view_was_read(&self, view: &RoomView, count: u64) {
        if let Some(pending) = self.changes.take_if_known(view.room.id, count) {
            let online: Vec<_> = view.members.iter().filter(|member| member.online).map(|member| member.user_id).collect();
            self.announce_change(&view.room, &pending, &online).await;
        }
    }

    /// Announces the changes of presence that are not announced yet to the list of rooms. Call it before the process ends.
    ///
    /// # Errors
    /// The database. The next call makes up for it.
    pub async fn announce_changes(&self) -> Result<(), RoomsError> {
        let batch = self.changes.take();
        if batch.is_empty() {
            return Ok(());
        }
        let rooms: Vec<_> = batch.keys().copied().collect();
        let found = match self.store.rooms_online(&rooms).await {
            Ok(found) => found,
            Err(fault) => {
                self.changes.put_back(batch);
                return Err(fault.into());
            }
        };
        for (room, online) in found {
            if let Some(pending) = batch.get(&room.id) {
                self.announce_change(&room, pending, &online).await;
            }
        }
        Ok(())
    }

    async fn announce_change(&self, room: &RoomSummary, pending: &Pending, online: &[UserId]) {
        // Another process may have entered a user before this one announced that the user left.
        for (user, _) in pending.users.iter().filter(|(user, is_online)| !**is_online && online.contains(user)) {
            self.announce_presence(room.id, *user, true).await;
        }
        self.announce_to_lobby(room).await;
    }
}

async fn announce_soon(rooms: Rooms) {
    let mut pause = rooms.changes.window;
    loop {
        sleep(pause).await;
        rooms.changes.task_ends();
        match rooms.announce_changes().await {
            Ok(()) => return,
            Err(fault) => log::warn!("changes of presence are announced to the list of rooms later: {fault}"),
        }
        if !rooms.changes.wants_task() {
            return; // a later change has its own task
        }
        pause = PAUSE;
    }
}
