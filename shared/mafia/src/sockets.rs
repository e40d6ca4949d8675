//! Who is connected to which table, through this process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use channels::LogGate;
use mafia_rules::Phase;
use store::{GameId, ProcessId, RoomCode, StoreError, Timestamp, UserId};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::{Mafia, MafiaError, groups, saved::Loaded, wire::GameEvent};

/// How many sockets of dead processes one look asks for.
const DEAD_AT_ONCE: u32 = 500;
/// How long a host must be away before somebody else may take the table over, in milliseconds: a page that is loaded again, a phone that
/// changes its network or a deploy does not cost anybody their table.
pub const HOST_AWAY_MS: Timestamp = 15_000;
/// How often a table is told anew where somebody comes or goes while it is told.
const TELLINGS: usize = 4;

/// The sockets to games that this process holds. A killed process's sockets count until its lease is reaped, and no longer.
///
/// What the database says is what the tables are told: after every change it is read and announced, so that of two changes at once the last
/// announcement is the true one, whichever process made it.
pub struct Connections {
    mafia: Mafia,
    process: ProcessId,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    runtime: Handle,
    open: Mutex<HashMap<Uuid, Open>>,
    /// Gone, and the database does not know it yet.
    gone: Mutex<HashMap<Uuid, (GameId, UserId)>>,
    /// Came or went, and the table does not know it yet.
    untold: Mutex<HashSet<(GameId, UserId)>>,
    /// Goodbyes that are on their way.
    exits: TaskTracker,
}

#[derive(Clone, Copy)]
struct Open {
    game: GameId,
    user: UserId,
    /// The database has it, or had it.
    is_written: bool,
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
            untold: Mutex::default(),
            exits: TaskTracker::new(),
        })
    }

    /// A person's socket to a table has opened.
    ///
    /// # Errors
    /// No such table, or the database.
    pub async fn enter(self: &Arc<Self>, code: &RoomCode, user: UserId) -> Result<Connected, MafiaError> {
        let game = self.mafia.load(code).await?.id;
        let socket = Uuid::new_v4();
        // Known here before it is written: should the caller stop waiting, dropping this takes the row away again.
        lock(&self.open).insert(socket, Open { game, user, is_written: false });
        let connected = Connected { connections: Arc::clone(self), socket };
        self.mafia.store.open_game_socket(socket, game, user, self.process).await?;
        if let Some(open) = lock(&self.open).get_mut(&socket) {
            open.is_written = true;
        }
        if let Err(fault) = self.tell(game, user, Some(false)).await {
            late("came", &fault);
        }
        Ok(connected)
    }

    /// Tells the database what it has not taken before, and makes its list of this process's sockets true: those that went with a lost lease
    /// are written again (a process that only slept was taken for dead, and its people for gone), and those that are not there any more go.
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
        // What is written is looked at before the database is, and what is open after it: who comes or goes meanwhile is neither.
        let written: Vec<_> =
            lock(&self.open).iter().filter(|(_, open)| open.is_written).map(|(id, open)| (*id, *open)).collect();
        let listed = self.mafia.store.game_sockets_of(self.process).await?;
        let ids: HashSet<Uuid> = listed.iter().map(|(socket, ..)| *socket).collect();
        for (socket, Open { game, user, .. }) in written.into_iter().filter(|(socket, _)| !ids.contains(socket)) {
            self.write_again(socket, game, user).await?;
        }
        for (socket, game, user) in listed {
            if !lock(&self.open).contains_key(&socket) {
                self.exit(socket, game, user).await?;
            }
        }
        Ok(())
    }

    async fn write_again(&self, socket: Uuid, game: GameId, user: UserId) -> Result<(), MafiaError> {
        match self.mafia.store.open_game_socket(socket, game, user, self.process).await {
            // The table went; or the lease did, and then the next call finds another one.
            Err(StoreError::Conflict(_)) if self.mafia.load_by_id(game).await?.is_none() => {
                lock(&self.open).remove(&socket);
                return Ok(());
            }
            outcome => outcome?,
        }
        if lock(&self.open).contains_key(&socket) {
            self.tell(game, user, None).await
        } else {
            self.exit(socket, game, user).await // it went meanwhile
        }
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
                self.note_if_host(game, user).await?;
                self.tell(game, user, Some(true)).await?;
                self.mafia.store.close_socket_of_the_dead(socket).await?;
            }
        }
    }

    /// Waits until every goodbye that has begun is said, and tries once more what failed. To be called before the lease is ended, which takes along what is left.
    pub async fn settle(&self) {
        self.exits.close();
        self.exits.wait().await;
        if let Err(fault) = self.restore().await {
            late("went", &fault);
        }
    }

    /// What the database does not take now, it is told later.
    async fn exit(&self, socket: Uuid, game: GameId, user: UserId) -> Result<(), MafiaError> {
        let closing = async {
            self.note_if_host(game, user).await?;
            self.mafia.store.close_game_socket(socket).await?;
            Ok::<_, MafiaError>(())
        };
        if let Err(fault) = closing.await {
            lock(&self.gone).insert(socket, (game, user));
            return Err(fault);
        }
        self.tell(game, user, Some(true)).await
    }

    /// Before the start the table waits for its host, and [not for ever](HOST_AWAY_MS).
    async fn note_if_host(&self, game: GameId, user: UserId) -> Result<(), MafiaError> {
        let Some(loaded) = self.loaded(game).await? else { return Ok(()) };
        let is_host = loaded.game().seat_of(user.uuid()).is_some_and(|seat| loaded.game().host == Some(seat));
        if !is_host || loaded.game().phase != Phase::Lobby {
            return Ok(());
        }
        match self.mafia.store.host_left(game, user, (self.now)()).await {
            Err(StoreError::Conflict(_)) => Ok(()), // the table went meanwhile
            outcome => Ok(outcome?),
        }
    }

    /// `None` where no client looks at it: it went, or its row cannot be read, which must not hold up the others.
    async fn loaded(&self, game: GameId) -> Result<Option<Loaded>, MafiaError> {
        match self.mafia.load_by_id(game).await {
            Err(fault @ MafiaError::Store(StoreError::Unavailable(_))) => Err(fault),
            outcome => Ok(outcome.unwrap_or_default()), // the scheduler logs what is wrong with it
        }
    }

    /// Tells a table whether somebody is connected, where that is not what it `knows`; later, where the database does not say it now or the
    /// layer does not take it.
    async fn tell(&self, game: GameId, user: UserId, knows: Option<bool>) -> Result<(), MafiaError> {
        let telling = async {
            match self.loaded(game).await? {
                Some(game) => Ok(self.mafia.tell_presence(&game, user, knows).await?),
                None => Ok(true),
            }
        };
        let told = telling.await;
        if !matches!(told, Ok(true)) {
            lock(&self.untold).insert((game, user));
        }
        told.map(drop)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let (connections, socket) = (Arc::clone(&self.connections), self.socket);
        let Some(Open { game, user, .. }) = lock(&connections.open).remove(&socket) else { return };
        let exits = self.connections.exits.clone();
        exits.spawn_on(
            async move {
                if let Err(fault) = connections.exit(socket, game, user).await {
                    late("went", &fault);
                }
            },
            &self.connections.runtime,
        );
    }
}

/// Of a thousand sockets that an outage ends, one line.
fn late(what: &str, fault: &MafiaError) {
    static GATE: LogGate = LogGate::new();
    if let Some(more) = GATE.pass() {
        log::warn!("who {what} is shown so with delay: {fault}{more}");
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
    /// go, and tell it, at the same time. False where it was not told so far: the layer did not take it, or they came and went too often.
    async fn tell_presence(&self, game: &Loaded, user: UserId, mut knows: Option<bool>) -> Result<bool, StoreError> {
        if game.game().seat_of(user.uuid()).is_none() {
            return Ok(true);
        }
        for _ in 0..TELLINGS {
            let online = self.is_online(game.id, user).await?;
            if knows == Some(online) {
                return Ok(true);
            }
            let event = GameEvent::Presence { player: user.uuid(), online };
            if !self.announcer.send(&groups::everybody(game.id), &event).await {
                return Ok(false);
            }
            knows = Some(online);
        }
        Ok(false)
    }
}
