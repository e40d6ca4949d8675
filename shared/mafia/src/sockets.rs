//! Who is connected to which table, through this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{GameId, ProcessId, RoomCode, StoreError, Timestamp, UserId};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::{Mafia, MafiaError, groups, saved::Loaded, wire::GameEvent};

/// The sockets to games that this process holds. A killed process's sockets count until its lease runs out, and no longer.
pub struct Connections {
    mafia: Mafia,
    process: ProcessId,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    runtime: Handle,
    open: Mutex<HashMap<Uuid, (GameId, UserId)>>,
    /// Gone, and the database does not know it yet.
    gone: Mutex<HashMap<Uuid, (GameId, UserId)>>,
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
    pub fn new(mafia: Mafia, process: ProcessId, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            mafia,
            process,
            now: Box::new(now),
            runtime: Handle::current(),
            open: Mutex::default(),
            gone: Mutex::default(),
        })
    }

    /// A person's socket to a table has opened.
    ///
    /// # Errors
    /// No such table, or the database.
    pub async fn enter(self: &Arc<Self>, code: &RoomCode, user: UserId) -> Result<Connected, MafiaError> {
        let game = self.mafia.load(code).await?;
        let was_online = self.mafia.is_online(game.id, user, (self.now)()).await?;
        let socket = Uuid::new_v4();
        // Known here before it is written: should the caller stop waiting, dropping this takes the row away again.
        self.open().insert(socket, (game.id, user));
        let connected = Connected { connections: Arc::clone(self), socket };
        self.mafia.store.open_game_socket(socket, game.id, user, self.process).await?;
        if !was_online {
            self.mafia.tell_presence(&game, user, true).await;
        }
        Ok(connected)
    }

    /// Tells the database what it has not taken before, and writes the sockets again that went with a lost lease: a process that only slept
    /// was taken for dead, and its people for gone.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn restore(&self) -> Result<(), MafiaError> {
        let gone: Vec<_> = lock(&self.gone).drain().collect();
        let mut outcome = Ok(());
        for (socket, (game, user)) in gone {
            outcome = outcome.and(self.exit(socket, game, user).await);
        }
        outcome?;
        let open = self.open().clone();
        if self.mafia.store.game_sockets_of(self.process).await? >= open.len() as u64 {
            return Ok(());
        }
        for (socket, (game, user)) in open {
            let Some(table) = self.mafia.load_by_id(game).await? else { continue };
            let was_online = self.mafia.is_online(game, user, (self.now)()).await?;
            match self.mafia.store.open_game_socket(socket, game, user, self.process).await {
                Err(StoreError::Conflict(_)) => {} // the table went meanwhile
                outcome => outcome?,
            }
            if !self.open().contains_key(&socket) {
                self.mafia.store.close_game_socket(socket).await?; // it went meanwhile
            } else if !was_online {
                self.mafia.tell_presence(&table, user, true).await;
            }
        }
        Ok(())
    }

    /// Tells the tables who went with a process whose lease was reaped.
    ///
    /// # Errors
    /// The database. Whom it had given by then is shown as connected to those who look on until they look again.
    pub async fn sweep(&self) -> Result<(), MafiaError> {
        for (game, user) in self.mafia.store.close_sockets_of_the_dead().await? {
            self.tell_gone(game, user).await?;
        }
        Ok(())
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Uuid, (GameId, UserId)>> {
        lock(&self.open)
    }

    /// What the database does not take now, it is told later.
    async fn exit(&self, socket: Uuid, game: GameId, user: UserId) -> Result<(), MafiaError> {
        if let Err(fault) = self.mafia.store.close_game_socket(socket).await {
            lock(&self.gone).insert(socket, (game, user));
            return Err(fault.into());
        }
        self.tell_gone(game, user).await
    }

    /// Unless they are connected by another socket.
    async fn tell_gone(&self, game: GameId, user: UserId) -> Result<(), MafiaError> {
        if let Some(game) = self.mafia.load_by_id(game).await?
            && !self.mafia.is_online(game.id, user, (self.now)()).await?
        {
            self.mafia.tell_presence(&game, user, false).await;
        }
        Ok(())
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let (connections, socket) = (Arc::clone(&self.connections), self.socket);
        let Some((game, user)) = self.connections.open().remove(&socket) else { return };
        self.connections.runtime.spawn(async move {
            if let Err(fault) = connections.exit(socket, game, user).await {
                log::warn!("somebody who went is shown as connected for a while: {fault}");
            }
        });
    }
}

/// A panic elsewhere leaves the maps whole: each is changed in one step.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mafia {
    /// The ids of those players who are connected.
    pub(crate) async fn online(&self, game: &Loaded, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let online = self.store.users_online(game.id, now).await?;
        let plays = |user: &UserId| game.game().seat_of(user.uuid()).is_some();
        Ok(online.into_iter().filter(plays).map(|user| user.to_string()).collect())
    }

    async fn is_online(&self, game: GameId, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.store.users_online(game, now).await?.contains(&user))
    }

    /// Who watched and sits down has been connected all the time: only now it is anybody's business.
    pub(crate) async fn tell_if_connected(&self, game: &Loaded, user: UserId, now: Timestamp) {
        match self.is_online(game.id, user, now).await {
            Ok(true) => self.tell_presence(game, user, true).await,
            Ok(false) => {}
            Err(fault) => log::warn!("who sat down at table {} is shown as away until they come again: {fault}", game.code),
        }
    }

    /// Of players alone: who watches is nobody's business.
    async fn tell_presence(&self, game: &Loaded, user: UserId, online: bool) {
        if game.game().seat_of(user.uuid()).is_some() {
            let event = GameEvent::Presence { player: user.uuid(), online };
            self.announcer.send(&groups::everybody(game.id), &event).await;
        }
    }
}
