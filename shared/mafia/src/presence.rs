//! Announces which players are connected to which table, and notes when a host goes.

use catamaran_presence::{Announce, Answer, Change, LeaseStore as _, Member, News, PresenceError, settle};
use futures_util::{FutureExt as _, future::BoxFuture};
use mafia_rules::Phase;
use store::{GameId, PresenceGroup, StoreError, Timestamp, UserId};

use crate::{Mafia, MafiaError, groups, saved::Loaded, wire::GameEvent};

/// How long a host must be away before another player may take the table over, in milliseconds: a page that is loaded again, a phone that
/// changes its network or a deploy does not cost a player the table.
pub const HOST_AWAY_MS: Timestamp = 15_000;

/// The announcer of presence at tables: for the groups of [`PresenceGroup::GAMES`].
pub struct TableAnnouncer {
    mafia: Mafia,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl TableAnnouncer {
    /// Announces for these games. A host's leaving is noted with this time.
    pub fn new(mafia: Mafia, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { mafia, now: Box::new(now) }
    }

    /// Before the start the table waits for its host, and [not for ever](HOST_AWAY_MS). Noted before the host is offline: else another player
    /// could take the table over in between.
    async fn note_if_host(&self, game: GameId, user: UserId) -> Result<(), MafiaError> {
        let Some(loaded) = self.mafia.readable(game).await? else { return Ok(()) };
        let is_host = loaded.game().seat_of(user.uuid()).is_some_and(|seat| loaded.game().host == Some(seat));
        if !is_host || loaded.game().phase != Phase::Lobby {
            return Ok(());
        }
        match self.mafia.store.host_left(game, user, (self.now)()).await {
            Err(StoreError::Conflict(_)) => Ok(()), // the table went meanwhile
            outcome => Ok(outcome?),
        }
    }
}

impl Announce for TableAnnouncer {
    fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool> {
        Announce::announce(&self.mafia, news)
    }

    fn leaving<'a>(&'a self, member: &'a Member) -> Answer<'a, ()> {
        async move {
            let Some((game, user)) = place_of(member) else { return Ok(()) };
            self.note_if_host(game, user).await.map_err(PresenceError::unavailable)
        }
        .boxed()
    }
}

/// Tells the table of players alone: a spectator's presence is not shown.
impl Announce for Mafia {
    fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool> {
        async move {
            let Some((game, user)) = place_of(&news.member) else { return true };
            let online = match news.change {
                Change::Joined => true,
                Change::Left => false,
                Change::Changed => return true, // a table shows no payloads
            };
            match self.readable(game).await {
                Ok(Some(loaded)) if loaded.game().seat_of(user.uuid()).is_some() => {
                    let event = GameEvent::Presence { player: user.uuid(), online };
                    self.announcer.send(&groups::everybody(game), &event).await
                }
                Ok(_) => true,
                Err(_) => false,
            }
        }
        .boxed()
    }
}

impl Mafia {
    /// The ids of those players who are connected.
    pub(crate) async fn online(&self, game: &Loaded) -> Result<Vec<String>, StoreError> {
        let online = self.store.users_online(PresenceGroup::Game(game.id)).await?;
        let plays = |user: &UserId| game.game().seat_of(user.uuid()).is_some();
        Ok(online.into_iter().filter(plays).map(|user| user.to_string()).collect())
    }

    pub(crate) async fn is_online(&self, game: GameId, user: UserId) -> Result<bool, StoreError> {
        Ok(self.store.users_online(PresenceGroup::Game(game)).await?.contains(&user))
    }

    /// A spectator who sits down has been connected all the time: it is shown from now on.
    pub(crate) async fn tell_who_sat_down(&self, game: &Loaded, user: UserId) {
        let member = Member::new(PresenceGroup::Game(game.id).to_string(), user.to_string());
        let telling = async {
            let leases = self.store.leases();
            let Some(payload) = leases.find(&member).await? else { return Ok(true) };
            settle(&leases, self, News::new(member.clone(), Change::Joined, payload)).await
        };
        if let Err(fault) = telling.await {
            log::warn!("a player who sat down at table {} is shown as away until the player connects again: {fault}", game.code);
        }
    }

    /// `None` where no client looks at it: it went, or its row cannot be read, which must not hold up the others.
    async fn readable(&self, game: GameId) -> Result<Option<Loaded>, MafiaError> {
        match self.load_by_id(game).await {
            Err(fault @ MafiaError::Store(StoreError::Unavailable(_))) => Err(fault),
            outcome => Ok(outcome.unwrap_or_default()), // the scheduler logs what is wrong with it
        }
    }
}

fn place_of(member: &Member) -> Option<(GameId, UserId)> {
    match PresenceGroup::parse(&member.group)? {
        PresenceGroup::Game(game) => Some((game, member.key.parse().ok()?)),
        PresenceGroup::Room(_) => None,
    }
}
