//! Games go on by themselves: phases end, bots move, and what a killed process did not announce is announced. Any process may do it;
//! of several that try, the game's version lets one.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
};

use channels::LogGate;
use futures_util::{StreamExt as _, stream};
use mafia_rules::{Actor, Command, Event, SeatNo};
use store::{GameId, GameUpdate, Timestamp};

use crate::{
    Mafia, MafiaError, bots, groups,
    saved::{Loaded, stream as stream_of},
    service::Outcome,
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
/// How many steps of one game a round makes at most.
const STEPS: usize = 8;

impl Mafia {
    /// One round: moves on the games that are due by `now()`, and announces what was not. To be called every [`TICK_MS`].
    ///
    /// # Errors
    /// The database did not say which games those are. A single game's fault is logged, and the others go on.
    pub async fn tick(&self, now: impl Fn() -> Timestamp) -> Result<(), MafiaError> {
        let due = self.store.due_games(now(), GAMES_AT_ONCE).await?;
        side_by_side(due, |game| self.go_on(game, &now)).await;
        let marked = self.mark_announced().await;
        if !self.announcer.is_up() {
            return marked;
        }
        let untold = self.store.unannounced_games(now() - LOST_AFTER, GAMES_AT_ONCE).await?;
        side_by_side(untold, |game| self.announce_again(game, now())).await;
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
        for _ in 0..STEPS {
            let Some(game) = self.load_by_id(id).await? else { return Ok(()) };
            let outcome = if game.game().ends_at.is_some_and(|ends_at| ends_at <= now()) {
                let online = self.online_seats(&game).await?;
                let events = self.decided_by(game.game(), &Actor::Clock { online }, &Command::Tick, now())?;
                self.write(&game, &events, now(), None).await?
            } else if game.bots_at.is_some_and(|bots_at| bots_at <= now()) {
                let (events, bots_at) = self.ask_bots(&game, now());
                self.write(&game, &events, now(), Some(bots_at)).await?
            } else {
                return Ok(());
            };
            // Overtaken, it looks again: somebody else is at it, or has only talked.
            if let Outcome::Nothing = outcome {
                return Ok(());
            }
        }
        Ok(())
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
        let users = self.store.users_online(game.id).await?;
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

/// A game that cannot go on must not keep the others from it.
async fn side_by_side<F: Future<Output = Result<(), MafiaError>>>(games: Vec<GameId>, work: impl Fn(GameId) -> F) {
    static GATE: LogGate = LogGate::new();
    stream::iter(games)
        .for_each_concurrent(SIDE_BY_SIDE, |game| {
            let going = work(game);
            async move {
                if let Err(fault) = going.await
                    && let Some(more) = GATE.pass()
                {
                    log::error!("game {game} does not go on, trying again: {fault}{more}");
                }
            }
        })
        .await;
}
