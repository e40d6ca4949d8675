//! Who is connected to which table, through this process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{GameId, ProcessId, RoomCode, StoreError, UserId};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::{Mafia, MafiaError, groups, saved::Loaded, wire::GameEvent};

/// How many sockets of dead processes one look asks for.
const DEAD_AT_ONCE: u32 = 500;
/// How often a table is told anew where somebody comes or goes while it is told.
const TELLINGS: usize = 4;

/// The sockets to games that this process holds. A killed process's sockets count until its lease is reaped, and no longer.
///
/// What the database says is what the tables are told: after every change it is read and announced, so that of two changes at once the last
/// announcement is the true one, whichever process made it.
pub struct Connections {
    mafia: Mafia,
    process: ProcessId,
    runtime: Handle,
    open: Mutex<HashMap<Uuid, (GameId, UserId)>>,
    /// Gone, and the database does not know it yet.
    gone: Mutex<HashMap<Uuid, (GameId, UserId)>>,
    /// Came or went, and the table does not know it yet.
    untold: Mutex<HashSet<(GameId, UserId)>>,
    /// Goodbyes that are on their way.
    exits: TaskTracker,
}

/// A person's socket to a table. Dropping it is leaving, wherever and however that happens.
pub struct Connected {
    connections: Arc<Connections>,
    socket: Uuid,
}

impl Connections {
    /// None yet. The process must hold a lease already.
    ///
    /// # Panics
    /// Outside of a tokio runtime: what must reach the database is carried out there, whoever stops waiting for it.
    pub fn new(mafia: Mafia, process: ProcessId) -> Arc<Self> {
        Arc::new(Self {
            mafia,
            process,
            runtime: Handle::current(),
            open: Mutex::default(),
            gone: Mutex::default(),
            untold: Mutex::default(),
            exits: TaskTracker::new(),
        })
    }

    /// A person's socket to a table has opened.
    ///
    /// # Errors
    /// No such table, or the database.
    pub async fn enter(self: &Arc<Self>, code: &RoomCode, user: UserId) -> Result<Connected, MafiaError> {
        let game = self.mafia.load(code).await?;
        let socket = Uuid::new_v4();
        // Known here before it is written: should the caller stop waiting, dropping this takes the row away again.
        lock(&self.open).insert(socket, (game.id, user));
        let connected = Connected { connections: Arc::clone(self), socket };
        self.mafia.store.open_game_socket(socket, game.id, user, self.process).await?;
        if let Err(fault) = self.mafia.tell_presence(&game, user, Some(false)).await {
            log::warn!("somebody who came is shown as away for a while: {fault}");
            lock(&self.untold).insert((game.id, user));
        }
        Ok(connected)
    }

    /// Tells the database what it has not taken before, and writes the sockets again that went with a lost lease: a process that only slept
    /// was taken for dead, and its people for gone.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn restore(&self) -> Result<(), MafiaError> {
        let gone = std::mem::take(&mut *lock(&self.gone));
        let mut outcome = Ok(());
        for (socket, (game, user)) in gone {
            outcome = outcome.and(self.exit(socket, game, user).await);
        }
        let untold = std::mem::take(&mut *lock(&self.untold));
        for (game, user) in untold {
            outcome = outcome.and(self.tell(game, user, None).await);
        }
        outcome?;
        let open = lock(&self.open).clone();
        if self.mafia.store.game_sockets_of(self.process).await? >= open.len() as u64 {
            return Ok(());
        }
        for (socket, (game, user)) in open {
            match self.mafia.store.open_game_socket(socket, game, user, self.process).await {
                // The table went; or the lease did, and then the next call finds another one.
                Err(StoreError::Conflict(_)) if self.mafia.load_by_id(game).await?.is_none() => {
                    lock(&self.open).remove(&socket);
                    continue;
                }
                outcome => outcome?,
            }
            if !lock(&self.open).contains_key(&socket) {
                self.mafia.store.close_game_socket(socket).await?; // it went meanwhile
            }
            self.tell(game, user, None).await?;
        }
        Ok(())
    }

    /// Tells the tables who went with a process whose lease was reaped.
    ///
    /// # Errors
    /// The database; the next call makes up for it, here or in another process.
    pub async fn sweep(&self) -> Result<(), MafiaError> {
        loop {
            let dead = self.mafia.store.sockets_of_the_dead(DEAD_AT_ONCE).await?;
            if dead.is_empty() {
                return Ok(());
            }
            for (socket, game, user) in dead {
                // Told before it is written: a row that is left is looked at again.
                self.tell(game, user, Some(true)).await?;
                self.mafia.store.close_game_socket(socket).await?;
            }
        }
    }

    /// Waits until every goodbye that has begun is said. To be called before the lease is ended, which takes along what is left.
    pub async fn settle(&self) {
        self.exits.close();
        self.exits.wait().await;
    }

    /// What the database does not take now, it is told later.
    async fn exit(&self, socket: Uuid, game: GameId, user: UserId) -> Result<(), MafiaError> {
        if let Err(fault) = self.mafia.store.close_game_socket(socket).await {
            lock(&self.gone).insert(socket, (game, user));
            return Err(fault.into());
        }
        self.tell(game, user, Some(true)).await
    }

    /// Tells a table whether somebody is connected, where that is not what it `knows`; later, where the database does not say it now.
    async fn tell(&self, game: GameId, user: UserId, knows: Option<bool>) -> Result<(), MafiaError> {
        let telling = async {
            match self.mafia.load_by_id(game).await {
                Ok(Some(game)) => Ok(self.mafia.tell_presence(&game, user, knows).await?),
                Ok(None) | Err(MafiaError::Broken(_)) => Ok(()), // nobody looks at it
                Err(fault) => Err(fault),
            }
        };
        telling.await.inspect_err(|_| {
            lock(&self.untold).insert((game, user));
        })
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let (connections, socket) = (Arc::clone(&self.connections), self.socket);
        let Some((game, user)) = lock(&connections.open).remove(&socket) else { return };
        let exits = self.connections.exits.clone();
        exits.spawn_on(
            async move {
                if let Err(fault) = connections.exit(socket, game, user).await {
                    log::warn!("somebody who went is shown as connected for a while: {fault}");
                }
            },
            &self.connections.runtime,
        );
    }
}

/// A panic elsewhere leaves the maps whole: each is changed in one step.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mafia {
    /// The ids of those players who are connected.
    pub(crate) async fn online(&self, game: &Loaded) -> Result<Vec<String>, StoreError> {
        let online = self.store.users_online(game.id).await?;
        let plays = |user: &UserId| game.game().seat_of(user.uuid()).is_some();
        Ok(online.into_iter().filter(plays).map(|user| user.to_string()).collect())
    }

    pub(crate) async fn is_online(&self, game: GameId, user: UserId) -> Result<bool, StoreError> {
        Ok(self.store.users_online(game).await?.contains(&user))
    }

    /// Who watched and sits down has been connected all the time: only now it is anybody's business.
    pub(crate) async fn tell_who_sat_down(&self, game: &Loaded, user: UserId) {
        if let Err(fault) = self.tell_presence(game, user, Some(false)).await {
            log::warn!("who sat down at table {} is shown as away until they come again: {fault}", game.code);
        }
    }

    /// Of players alone: who watches is nobody's business. Told until what the table `knows` is what the database says: others may come and
    /// go, and tell it, at the same time.
    async fn tell_presence(&self, game: &Loaded, user: UserId, mut knows: Option<bool>) -> Result<(), StoreError> {
        if game.game().seat_of(user.uuid()).is_none() {
            return Ok(());
        }
        for _ in 0..TELLINGS {
            let online = self.is_online(game.id, user).await?;
            if knows == Some(online) {
                break;
            }
            let event = GameEvent::Presence { player: user.uuid(), online };
            self.announcer.send(&groups::everybody(game.id), &event).await;
            knows = Some(online);
        }
        Ok(())
    }
}
