//! Advances games: phases end, bots move, and lost announcements are repeated. Each process may do it: it locks the game and checks again
//! whether it is due. The scheduler is first in the queue of a table, so that no flood of commands delays a phase.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    time::Duration,
};

use catamaran::LogThrottle;
use fairness::Rank;
use futures_util::{StreamExt as _, stream};
use mafia_rules::{Actor, Command, Event, SeatNo};
use store::{GameId, GameUpdate, Postponed, PresenceGroup, StoreError, Timestamp};

use crate::{
    Mafia, MafiaError, bots, groups,
    saved::{Loaded, stream as stream_of},
    wire::GameEvent,
};

/// The interval at which a process should call `tick`, in milliseconds.
pub const TICK_MS: u64 = 200;
/// After this time without an announcement the process that made the change has failed, in milliseconds.
const REANNOUNCE_AFTER: Timestamp = 1_000;
/// The time without a change, in milliseconds, after which an unstarted table and a finished game's updates are deleted. Replays stay.
const RETENTION: Timestamp = 24 * 60 * 60 * 1000;
/// The maximum number of games in one round; the rest stays due.
const GAMES_AT_ONCE: u32 = 500;
/// The number of games that are advanced concurrently.
const CONCURRENCY: usize = 8;
/// The maximum number of updates of one stream in a repeated announcement: a frame has a maximum size.
const MAX_REANNOUNCED: usize = 50;
/// The time limit for one game, which another process may have locked. The next round tries again.
const GAME_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum number of steps of one game in a round.
const MAX_STEPS: usize = 8;

impl Mafia {
    /// Runs one round: advances the games that are due at `now()`, and repeats lost announcements. To be called every [`TICK_MS`].
    ///
    /// # Errors
    /// The database could not list the games. An error in a single game is logged and does not stop the others.
    pub async fn tick(&self, now: impl Fn() -> Timestamp) -> Result<(), MafiaError> {
        let due = self.store.due_games(now(), GAMES_AT_ONCE).await?;
        self.for_each_game(due, &now, |game| self.advance(game, &now)).await;
        let marked = self.mark_announced().await;
        if !self.announcer.is_up() {
            return marked;
        }
        let unannounced = self.store.unannounced_games(now() - REANNOUNCE_AFTER, now(), GAMES_AT_ONCE).await?;
        self.for_each_game(unannounced, &now, |game| self.announce_again(game, now())).await;
        marked
    }

    /// Stores the watermarks of announcements that could not be stored before. [`tick`](Self::tick) does it too. A process that never ticks
    /// must call this regularly; otherwise other processes repeat its announcements.
    ///
    /// # Errors
    /// The database; the next call tries again.
    pub async fn mark_announced(&self) -> Result<(), MafiaError> {
        Ok(self.watermarks.retry().await?)
    }

    /// Deletes old lobbies and updates. To be called regularly.
    ///
    /// # Errors
    /// The database; the next call tries again.
    pub async fn tidy(&self, now: Timestamp) -> Result<(), MafiaError> {
        self.store.delete_idle_lobbies(now - RETENTION).await?;
        self.store.purge_game_updates(now - RETENTION).await?;
        Ok(())
    }

    /// Advances one game by all due steps.
    async fn advance(&self, id: GameId, now: impl Fn() -> Timestamp) -> Result<(), MafiaError> {
        let Some(seen) = self.load_by_id(id).await? else { return Ok(()) };
        for _ in 0..MAX_STEPS {
            // Queried before the lock, so that the lock is not held during this query.
            let online = self.online_seats(&seen).await?;
            let turn = self.fair.turn(&seen.code, Rank::Scheduler).await;
            let (locked, game) = self.lock(&seen.code).await?;
            let at = now();
            let ended = game.game().ends_at.filter(|ends_at| *ends_at <= at);
            let (events, bots_at) = if ended.is_some() {
                (self.decided_by(game.game(), &Actor::Clock { online }, &Command::Tick, at)?, None)
            } else if game.bots_at.is_some_and(|bots_at| bots_at <= at) {
                let (events, bots_at) = self.ask_bots(&game, at);
                (events, Some(bots_at))
            } else {
                locked.release().await;
                return Ok(());
            };
            let changed = self.write(locked, game, events, at, bots_at).await?;
            drop(turn);
            if changed.is_none() {
                return Ok(());
            }
            if let (Some(observe), Some(deadline)) = (&self.lateness, ended) {
                observe(Duration::from_millis(u64::try_from(at - deadline).unwrap_or_default()));
            }
            self.announce(changed, at).await?;
        }
        Ok(())
    }

    /// Works on several games concurrently. A failed game is retried later and does not stop the others.
    async fn for_each_game<F: Future<Output = Result<(), MafiaError>>>(
        &self,
        games: Vec<GameId>,
        now: impl Fn() -> Timestamp,
        work: impl Fn(GameId) -> F,
    ) {
        stream::iter(games)
            .for_each_concurrent(CONCURRENCY, |game| {
                let (going, now) = (tokio::time::timeout(GAME_TIMEOUT, work(game)), &now);
                async move {
                    match going.await {
                        Ok(Ok(())) => {}
                        Ok(Err(fault)) => self.postpone(game, &fault, now()).await,
                        Err(_) => log_slow(game),
                    }
                }
            })
            .await;
    }

    /// Delays the next try of a game that failed by itself, for all processes. An unavailable database delays no game.
    async fn postpone(&self, game: GameId, fault: &MafiaError, now: Timestamp) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        let is_the_games = !matches!(fault, MafiaError::Store(StoreError::Unavailable(_)));
        let postponed = if is_the_games { self.store.postpone_game(game, now).await } else { Ok(None) };
        match postponed {
            Ok(Some(Postponed { pause_ms, is_first: true })) => {
                let (remedy, pause) = (remedy(fault), pause_ms / 1_000);
                log::error!(
                    "game {game} is stopped: {fault}; {remedy}. It is retried after {pause} s, then after longer pauses, without another line here"
                );
            }
            Ok(Some(Postponed { pause_ms, .. })) => log::debug!("game {game} is stopped, next try in {pause_ms} ms: {fault}"),
            Ok(None) if is_the_games => {} // another process has logged it
            _ => {
                if let Some(more) = THROTTLE.pass() {
                    log::error!("game {game} is stopped, trying again: {fault}{more}");
                }
            }
        }
    }

    /// Returns one bot move, and the time of the next one.
    fn ask_bots(&self, game: &Loaded, now: Timestamp) -> (Vec<Event>, Option<Timestamp>) {
        let Some((seat, command)) = bots::next_move(&game.saved, &mut self.rng()) else { return (Vec::new(), None) };
        match self.decided_by(game.game(), &Actor::Seat(seat), &command, now) {
            Ok(events) => (events, Some(now + self.bot_pause(game.game()))),
            Err(refusal) => {
                log::error!("a bot at table {} was refused: {}", game.code, refusal.code());
                (Vec::new(), None)
            }
        }
    }

    async fn online_seats(&self, game: &Loaded) -> Result<Vec<SeatNo>, MafiaError> {
        let users = self.store.users_online(PresenceGroup::Game(game.id)).await?;
        Ok(users.into_iter().filter_map(|user| game.game().seat_of(user.uuid())).collect())
    }

    /// Repeats all announcements that may be missing. Receivers recognise repetitions by their numbers.
    async fn announce_again(&self, id: GameId, now: Timestamp) -> Result<(), MafiaError> {
        let Some(game) = self.load_by_id(id).await? else { return Ok(()) };
        let mut updates = self.store.updates_since_version(id, game.announced).await?;
        // Later changes are announced by the process that made them, and would not match this view.
        updates.retain(|update| stream_of(update.stream).is_some_and(|stream| update.seq <= game.saved.seq(stream)));
        let updates = newest(updates);
        // The updates do not say which players joined or left, or may not watch any more. So each socket checks its own seat.
        let accepted = self.announcer.send(&groups::public(id), &GameEvent::Moved).await;
        if accepted && self.announcer.announce(&game, &updates, now).await? {
            self.watermarks.set(id, game.announced, game.version).await;
        }
        Ok(())
    }
}

/// The operator's remedy for a game that cannot continue.
fn remedy(fault: &MafiaError) -> &'static str {
    match fault {
        MafiaError::Broken(_) => "restore its row in the table games from a backup, or delete the row",
        _ => "check its row in the table games",
    }
}

/// Keeps the newest updates of each stream. A client that misses more fetches them in pages.
fn newest(updates: Vec<GameUpdate>) -> Vec<GameUpdate> {
    let mut kept: BTreeMap<i64, VecDeque<GameUpdate>> = BTreeMap::new();
    for update in updates {
        let stream = kept.entry(update.stream).or_default();
        if stream.len() == MAX_REANNOUNCED {
            stream.pop_front();
        }
        stream.push_back(update);
    }
    kept.into_values().flatten().collect()
}

fn log_slow(game: GameId) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::warn!(
            "game {game} was not advanced within {GAME_TIMEOUT:?}, trying again; another process holds its row, or the database is slow{more}"
        );
    }
}
