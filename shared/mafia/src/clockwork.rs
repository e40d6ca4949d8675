//! Games go on by themselves: phases end, bots move, and what a killed process did not announce is announced. Any process may do it: each
//! locks the game and looks whether it is still due. The scheduler is the first in the queue for a table, so that no flood of commands
//! keeps a phase from ending.

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

/// How often a process should look for games to move on, in milliseconds.
pub const TICK_MS: u64 = 200;
/// An announcement that is missing for so long will not come from who made the change, in milliseconds.
const LOST_AFTER: Timestamp = 1_000;
/// After so long without a change, in milliseconds, a table that never began goes, and what was told of a finished game: its replay stays.
const FORGOTTEN_AFTER: Timestamp = 24 * 60 * 60 * 1000;
/// How many games one round moves on at most; the rest is due at the next.
const GAMES_AT_ONCE: u32 = 500;
/// How many of them at the same time.
const SIDE_BY_SIDE: usize = 8;
/// How many updates of a stream are announced again at most: a frame has a size.
const TOLD_AGAIN: usize = 50;
/// A game that takes longer, because another process holds it, lets the others go on; the next round takes it up again.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many steps of one game a round makes at most.
const STEPS: usize = 8;

impl Mafia {
    /// One round: moves on the games that are due by `now()`, and announces what was not. To be called every [`TICK_MS`].
    ///
    /// # Errors
    /// The database did not say which games those are. A single game's fault is logged, and the others go on.
    pub async fn tick(&self, now: impl Fn() -> Timestamp) -> Result<(), MafiaError> {
        let due = self.store.due_games(now(), GAMES_AT_ONCE).await?;
        self.side_by_side(due, &now, |game| self.go_on(game, &now)).await;
        let marked = self.mark_announced().await;
        if !self.announcer.is_up() {
            return marked;
        }
        let untold = self.store.unannounced_games(now() - LOST_AFTER, now(), GAMES_AT_ONCE).await?;
        self.side_by_side(untold, &now, |game| self.announce_again(game, now())).await;
        marked
    }

    /// Notes what was announced and could not be noted yet. [`tick`](Self::tick) does it; a process that does not call that calls this now
    /// and then, else others announce its changes once more.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn mark_announced(&self) -> Result<(), MafiaError> {
        Ok(self.marks.set_waiting().await?)
    }

    /// Forgets what nobody asks for any more. To be called now and then.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn tidy(&self, now: Timestamp) -> Result<(), MafiaError> {
        self.store.delete_idle_lobbies(now - FORGOTTEN_AFTER).await?;
        self.store.purge_game_updates(now - FORGOTTEN_AFTER).await?;
        Ok(())
    }

    /// All that is due in one game.
    async fn go_on(&self, id: GameId, now: impl Fn() -> Timestamp) -> Result<(), MafiaError> {
        let Some(seen) = self.load_by_id(id).await? else { return Ok(()) };
        for _ in 0..STEPS {
            // Asked before the game is locked: meanwhile nothing should be waited for.
            let online = self.online_seats(&seen).await?;
            let turn = self.fair.turn(&seen.code, Rank::Scheduler).await;
            let (locked, game) = self.lock(&seen.code).await?;
            let at = now();
            let (events, bots_at) = if game.game().ends_at.is_some_and(|ends_at| ends_at <= at) {
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
            self.announce(changed, at).await?;
        }
        Ok(())
    }

    /// Works on some games at the same time. A game that fails does not keep the others from going on: its next try is later.
    async fn side_by_side<F: Future<Output = Result<(), MafiaError>>>(
        &self,
        games: Vec<GameId>,
        now: impl Fn() -> Timestamp,
        work: impl Fn(GameId) -> F,
    ) {
        stream::iter(games)
            .for_each_concurrent(SIDE_BY_SIDE, |game| {
                let (going, now) = (tokio::time::timeout(PATIENCE, work(game)), &now);
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

    /// The game's own fault moves its next try back, for all processes; a database that is away is no game's fault.
    async fn postpone(&self, game: GameId, fault: &MafiaError, now: Timestamp) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        let is_the_games = !matches!(fault, MafiaError::Store(StoreError::Unavailable(_)));
        let postponed = if is_the_games { self.store.postpone_game(game, now).await } else { Ok(None) };
        match postponed {
            Ok(Some(Postponed { pause_ms, is_first: true })) => {
                let (cure, pause) = (cure(fault), pause_ms / 1_000);
                log::error!(
                    "game {game} does not go on: {fault}; {cure}. It is tried again after {pause} s, and then after longer and longer pauses, without another line here"
                );
            }
            Ok(Some(Postponed { pause_ms, .. })) => log::debug!("game {game} does not go on, next try in {pause_ms} ms: {fault}"),
            Ok(None) if is_the_games => {} // another process has met the same fault
            _ => {
                if let Some(more) = THROTTLE.pass() {
                    log::error!("game {game} does not go on, trying again: {fault}{more}");
                }
            }
        }
    }

    /// One bot's move, and when they want to be asked again.
    fn ask_bots(&self, game: &Loaded, now: Timestamp) -> (Vec<Event>, Option<Timestamp>) {
        let Some((seat, command)) = bots::next_move(&game.saved, &mut self.chance()) else { return (Vec::new(), None) };
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

    /// Says again everything that may not have been said. Who heard it knows by its number.
    async fn announce_again(&self, id: GameId, now: Timestamp) -> Result<(), MafiaError> {
        let Some(game) = self.load_by_id(id).await? else { return Ok(()) };
        let mut updates = self.store.updates_since_version(id, game.announced).await?;
        // What was committed after the game was read has its own announcer, and would not fit the view.
        updates.retain(|update| stream_of(update.stream).is_some_and(|stream| update.seq <= game.saved.seq(stream)));
        let updates = newest(updates);
        // Who sat down, stood up or may not look on any more is not among the updates: every socket looks where it is.
        let told = self.announcer.send(&groups::everybody(id), &GameEvent::Moved).await;
        if told && self.announcer.tell(&game, &updates, now).await? {
            self.marks.set(id, game.announced, game.version).await;
        }
        Ok(())
    }
}

/// Tells the operator how to mend a game that cannot go on.
fn cure(fault: &MafiaError) -> &'static str {
    match fault {
        MafiaError::Broken(_) => "restore its row in the table games from a backup, or delete the row",
        _ => "look at its row in the table games",
    }
}

/// Of each stream the newest updates: whoever misses more asks for it, in pieces.
fn newest(updates: Vec<GameUpdate>) -> Vec<GameUpdate> {
    let mut kept: BTreeMap<i64, VecDeque<GameUpdate>> = BTreeMap::new();
    for update in updates {
        let stream = kept.entry(update.stream).or_default();
        if stream.len() == TOLD_AGAIN {
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
            "game {game} was not moved on within {PATIENCE:?}, trying again; another process holds its row, or the database is slow{more}"
        );
    }
}
