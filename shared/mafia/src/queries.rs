//! Queries: they never change a game.

use std::net::IpAddr;

use mafia_rules::{Event, Phase, Refusal, Stream, my_view, public_view, replay};
use store::{GameCard, GameEvent, GameUpdate, RoomCode, Timestamp, UserId};

use crate::{
    Caller, Cursors, Mafia, MafiaError,
    announce::shown,
    saved::{Loaded, number},
    wire::{Card, Me, Missed, Record, RecordPlayer, Replay, RoleRecord, Snapshot, Table, Update},
};

/// The maximum number of tables in a list.
pub const LISTED_GAMES: u32 = 100;
/// The maximum number of updates of a stream in one page.
const UPDATES_AT_ONCE: u32 = 200;
/// The maximum size of the updates in one page, in stored bytes. A single larger update gets its own page.
const PAGE_BYTES: usize = 48 * 1024;
/// The maximum size of the chat in a replay, in stored bytes.
const TALK_BYTES: usize = 512 * 1024;
/// The maximum size of all other events in a replay. A normal game has a tenth of it.
const ACTION_BYTES: usize = 2 * 1024 * 1024;
/// The size of an update without its body, in bytes.
const ENVELOPE_BYTES: usize = 64;
/// The maximum number of finished games on a player's page.
const RECENT: usize = 20;

impl Mafia {
    /// The part of a game that the caller may see.
    ///
    /// # Errors
    /// [`MafiaError`]: no such table, the caller may not watch it, or the database.
    pub async fn snapshot(&self, code: &RoomCode, who: &Caller, now: Timestamp) -> Result<Snapshot, MafiaError> {
        let (row, online) = self.store.game_with_online(code).await?.ok_or(MafiaError::NotFound)?;
        let game = Loaded::read(row)?;
        check_may_watch(&game, who)?;
        let plays = |user: &UserId| game.game().seat_of(user.uuid()).is_some();
        let online = online.into_iter().filter(plays).map(|user| user.to_string()).collect();
        let seat = who.seat(game.game());
        let you = seat.and_then(|seat| my_view(game.game(), seat));
        Ok(Snapshot {
            game: table(&game),
            me: Me { user: who.id.map(|id| id.to_string()), seat },
            public: public_view(game.game()),
            seq: game.saved.seq(Stream::Public),
            my_seq: seat.map_or(0, |seat| game.saved.seq(Stream::Seat(seat))),
            spectator_seq: seat.is_none().then(|| game.saved.seq(Stream::Spectators)),
            you,
            online,
            now,
        })
    }

    /// One page of the updates after the cursors, at most 48 KiB. [`Missed::more`] says whether another page follows.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub async fn missed(&self, code: &RoomCode, who: &Caller, cursors: Cursors) -> Result<Missed, MafiaError> {
        let game = self.load(code).await?;
        check_may_watch(&game, who)?;
        let mut page = Room::default();
        let public = self.after(&game, Stream::Public, cursors.public, &mut page).await?;
        let (mut you, mut spectators) = (Vec::new(), Vec::new());
        match who.seat(game.game()) {
            Some(seat) => you = self.after(&game, Stream::Seat(seat), cursors.you, &mut page).await?,
            None => spectators = self.after(&game, Stream::Spectators, cursors.spectators, &mut page).await?,
        }
        Ok(Missed { public, you, spectators, more: page.more })
    }

    /// Counts a query for the state or for updates. Guests share the rate of their address.
    ///
    /// # Errors
    /// [`MafiaError::TooFast`].
    pub fn may_sync(&self, code: &RoomCode, who: &Caller, from: Option<IpAddr>, now: Timestamp) -> Result<(), MafiaError> {
        Ok(self.fair.may_sync(code, who, from, now)?)
    }

    /// The list of tables to join or watch.
    ///
    /// # Errors
    /// The database.
    pub async fn tables(&self) -> Result<Vec<Card>, MafiaError> {
        Ok(self.store.list_games(LISTED_GAMES).await?.iter().map(Card::from).collect())
    }

    /// The tables at which a user has a seat, including finished ones; newest change first.
    ///
    /// # Errors
    /// The database.
    pub async fn tables_of(&self, user: UserId) -> Result<Vec<Card>, MafiaError> {
        Ok(self.store.games_of(user, LISTED_GAMES).await?.iter().map(Card::from).collect())
    }

    /// The replay of a finished game, for all users: all actions, and the first 512 KiB of chat.
    ///
    /// # Errors
    /// [`Refusal::NotOver`], no such table, or the database.
    pub async fn replay(&self, code: &RoomCode) -> Result<Replay, MafiaError> {
        let game = self.load(code).await?;
        if game.game().phase != Phase::Over {
            return Err(Refusal::NotOver.into());
        }
        let mut room = ReplayBudget::default();
        let stored = self.store.game_events_where(game.id, |stored| room.takes(&stored.event)).await?;
        let read = |stored: &GameEvent| Ok((stored.at, serde_json::from_str::<Event>(&stored.event)?));
        let events = stored.iter().map(read).collect::<Result<Vec<_>, MafiaError>>()?;
        Ok(Replay { game: table(&game), steps: replay(&events), left_out: room.left_out })
    }

    /// A player's statistics.
    ///
    /// # Errors
    /// No such player, or the database.
    pub async fn record(&self, player: UserId) -> Result<Record, MafiaError> {
        let user = self.store.user_by_id(player).await?.ok_or(MafiaError::NoSuchPlayer)?;
        let roles = self.store.record_of(player).await?;
        let roles: Vec<_> =
            roles.into_iter().map(|record| RoleRecord { role: record.role, games: record.games, wins: record.wins }).collect();
        let recent = self.tables_of(player).await?.into_iter().filter(|card| card.phase == "over").take(RECENT).collect();
        Ok(Record {
            player: RecordPlayer { id: user.id.to_string(), nickname: user.nickname.to_string() },
            games: roles.iter().map(|record| record.games).sum(),
            wins: roles.iter().map(|record| record.wins).sum(),
            roles,
            recent,
        })
    }

    /// The updates of a stream that fit into the page.
    async fn after(&self, game: &Loaded, stream: Stream, seq: i64, page: &mut Room) -> Result<Vec<Update>, MafiaError> {
        if page.more {
            return Ok(Vec::new()); // the next page has them
        }
        let (found, is_more) = self.store.updates_after(game.id, number(stream), seq, UPDATES_AT_ONCE).await?;
        let count = found.iter().take_while(|update| page.takes(update)).count();
        page.more |= is_more || count < found.len();
        found.iter().take(count).map(shown).collect()
    }
}

/// The remaining size of a replay.
#[derive(Default)]
struct ReplayBudget {
    talk: usize,
    deeds: usize,
    /// The number of events that did not fit.
    left_out: u32,
}

impl ReplayBudget {
    /// Counts an event if it fits. Chat has its own limit, so that a flood of it cannot cut off the end of the game.
    fn takes(&mut self, event: &str) -> bool {
        let (used, most) = if is_talk(event) { (&mut self.talk, TALK_BYTES) } else { (&mut self.deeds, ACTION_BYTES) };
        let fits = *used + event.len() <= most;
        if fits {
            *used += event.len();
        } else {
            self.left_out += 1;
        }
        fits
    }
}

/// Whether a stored event is chat. Its tag comes first.
fn is_talk(event: &str) -> bool {
    event.starts_with(r#"{"type":"said","#)
}

/// The remaining size of a page.
#[derive(Default)]
struct Room {
    used: usize,
    /// Some updates did not fit.
    more: bool,
}

impl Room {
    /// Counts an update if it fits; the first one always does.
    fn takes(&mut self, update: &GameUpdate) -> bool {
        let needed = self.used + update.body.len() + ENVELOPE_BYTES;
        let fits = self.used == 0 || needed <= PAGE_BYTES;
        if fits {
            self.used = needed;
        }
        fits
    }
}

/// Players may always watch. Others may watch before the start and after the end, and during the game if the table allows spectators.
fn check_may_watch(game: &Loaded, who: &Caller) -> Result<(), MafiaError> {
    let dispatch = game.game().setup.options.spectators || !game.game().is_on();
    if dispatch || who.seat(game.game()).is_some() { Ok(()) } else { Err(Refusal::NoSpectators.into()) }
}

fn table(game: &Loaded) -> Table {
    Table { id: game.id.to_string(), code: game.code.to_string(), name: game.saved.name.clone() }
}

impl From<&GameCard> for Card {
    fn from(card: &GameCard) -> Self {
        Self {
            code: card.code.to_string(),
            name: card.name.clone(),
            host: card.host.clone(),
            phase: card.phase.clone(),
            seated: card.seated,
            spectators: card.spectators,
            created_at: card.created_at,
            changed_at: if card.phase == "playing" { card.created_at } else { card.changed_at },
        }
    }
}

#[cfg(test)]
mod tests {
    use mafia_rules::{Channel, Speaker, Words};

    use super::*;

    #[test]
    fn recognises_chat_by_its_tag_and_limits_it_separately() {
        let by = Speaker { seat: None, name: "Ada".to_owned() };
        let said = Event::Said { by, channel: Channel::Spectators, words: Words::Text("x".repeat(300)), id: None };
        let (said, died) = (serde_json::to_string(&said).unwrap(), serde_json::to_string(&Event::NobodyDied).unwrap());
        assert!(is_talk(&said) && !is_talk(&died));
        let mut budget = ReplayBudget::default();
        let taken = (0..5_000).filter(|_| budget.takes(&said)).count();
        assert_eq!(taken, TALK_BYTES / said.len());
        assert_eq!(budget.left_out as usize, 5_000 - taken);
        assert!(budget.takes(&died));
    }
}
