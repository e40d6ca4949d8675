//! Announces connected players to their table, and records when a host goes offline.

use catamaran_presence::{Announce, Answer, Change, LeaseStore as _, Member, News, PresenceError, settle};
use futures_util::{FutureExt as _, future::BoxFuture};
use mafia_rules::Phase;
use store::{GameId, PresenceGroup, StoreError, Timestamp, UserId};

use crate::{Mafia, MafiaError, groups, saved::Loaded, wire::GameEvent};

/// The time a host must be offline before another player may take over, in milliseconds. It covers a page reload, a change of network and a
/// deploy.
pub const HOST_AWAY_MS: Timestamp = 15_000;

/// Announces presence at tables: for the groups of [`PresenceGroup::GAMES`].
pub struct TableAnnouncer {
    mafia: Mafia,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl TableAnnouncer {
    /// Announces for the tables of `mafia`. `now` gives the time at which a host goes offline.
    pub fn new(mafia: Mafia, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { mafia, now: Box::new(now) }
    }

    /// Records when a host leaves a table that has not started, for [`HOST_AWAY_MS`]. Done before the host counts as offline: otherwise
    /// another player could take over in between.
    async fn record_if_host(&self, game: GameId, user: UserId) -> Result<(), MafiaError> {
        let Some(loaded) = self.mafia.readable(game).await? else { return Ok(()) };
        self.mafia.seats.put(game, user, loaded.game().seat_of(user.uuid()).is_some());
        let is_host = loaded.game().seat_of(user.uuid()).is_some_and(|seat| loaded.game().host == Some(seat));
        if !is_host || loaded.game().phase != Phase::Lobby {
            return Ok(());
        }
        match self.mafia.store.host_left(game, user, (self.now)()).await {
            Err(StoreError::Conflict(_)) => Ok(()), // the table was deleted
            outcome => Ok(outcome?),
        }
    }
}

impl Announce for TableAnnouncer {
    fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool> {
        Announce::announce(&self.mafia, news)
    }

    fn is_compared(&self, news: &News) -> bool {
        Announce::is_compared(&self.mafia, news)
    }

    fn leaving<'a>(&'a self, member: &'a Member) -> Answer<'a, ()> {
        async move {
            let Some((game, user)) = game_and_user(member) else { return Ok(()) };
            self.record_if_host(game, user).await.map_err(PresenceError::unavailable)
        }
        .boxed()
    }
}

/// Announces the presence of players only; that of spectators is not shown.
impl Announce for Mafia {
    fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool> {
        async move {
            let Some((game, user)) = game_and_user(&news.member) else { return true };
            let online = match news.change {
                Change::Joined => true,
                Change::Left => false,
                Change::Changed => return true, // tables show no payloads
            };
            match self.has_seat(game, user).await {
                Ok(true) => {
                    let event = GameEvent::Presence { player: user.uuid(), online };
                    self.announcer.send(&groups::public(game), &event).await
                }
                Ok(false) => true,
                Err(_) => false,
            }
        }
        .boxed()
    }

    /// A user who came stays until this process says otherwise, and tables show no payloads. A user who left may have come back through
    /// another process.
    fn is_compared(&self, news: &News) -> bool {
        news.change == Change::Left
    }
}

impl Mafia {
    /// Notes whether a user who is about to enter had a seat a moment ago: then the announcement need not read the game again. A user
    /// without one may have taken a seat since, so the announcement reads. Call [`has_entered`](Self::has_entered) afterwards.
    pub fn enters(&self, game: GameId, user: UserId, has_seat: bool) {
        if has_seat {
            self.seats.put(game, user, true);
        } else {
            self.seats.take(game, user);
        }
    }

    /// Forgets what was noted: the user may give up the seat later.
    pub fn has_entered(&self, game: GameId, user: UserId) {
        self.seats.take(game, user);
    }

    async fn has_seat(&self, game: GameId, user: UserId) -> Result<bool, MafiaError> {
        match self.seats.take(game, user) {
            Some(has_seat) => Ok(has_seat),
            None => Ok(self.readable(game).await?.is_some_and(|loaded| loaded.game().seat_of(user.uuid()).is_some())),
        }
    }

    pub(crate) async fn is_online(&self, game: GameId, user: UserId) -> Result<bool, StoreError> {
        Ok(self.store.users_online(PresenceGroup::Game(game)).await?.contains(&user))
    }

    /// Announces a new player who was already connected as a spectator.
    pub(crate) async fn announce_seated_spectator(&self, game: &Loaded, user: UserId) {
        let member = Member::new(PresenceGroup::Game(game.id).to_string(), user.to_string());
        let telling = async {
            let leases = self.store.leases();
            let Some(payload) = leases.find(&member).await? else { return Ok(true) };
            settle(&leases, self, News::new(member.clone(), Change::Joined, payload)).await
        };
        if let Err(fault) = telling.await {
            log::warn!("a new player at table {} is shown as offline until the player connects again: {fault}", game.code);
        }
    }

    /// Loads a game; `None` if it was deleted or cannot be read, so that a broken row does not stop the others.
    async fn readable(&self, game: GameId) -> Result<Option<Loaded>, MafiaError> {
        match self.load_by_id(game).await {
            Err(fault @ MafiaError::Store(StoreError::Unavailable(_))) => Err(fault),
            outcome => Ok(outcome.unwrap_or_default()), // the scheduler logs broken rows
        }
    }
}

fn game_and_user(member: &Member) -> Option<(GameId, UserId)> {
    match PresenceGroup::parse(&member.group)? {
        PresenceGroup::Game(game) => Some((game, member.key.parse().ok()?)),
        PresenceGroup::Room(_) => None,
    }
}
