//! Looking at games: nothing here changes one.

use std::net::IpAddr;

use mafia_rules::{Event, Phase, Refusal, Stream, my_view, public_view, replay};
use store::{GameCard, GameEvent, GameUpdate, RoomCode, Timestamp, UserId};

use crate::{
    Cursors, Mafia, MafiaError, Person,
    announce::shown,
    saved::{Loaded, number},
    wire::{Card, Me, Missed, Record, RecordPlayer, Replay, RoleRecord, Snapshot, Table, Update},
};

/// How many tables a list has at most.
pub const LISTED_GAMES: u32 = 100;
/// How many updates of a stream one page has at most.
const UPDATES_AT_ONCE: u32 = 200;
/// How many bytes the updates of one page have at most, as they are stored; a single update that is larger is given alone.
const PAGE_BYTES: usize = 48 * 1024;
/// How many bytes of talk a replay has at most, as it is stored.
const TALK_BYTES: usize = 512 * 1024;
/// How many bytes of everything else: a game that is played makes a tenth of it.
const DEED_BYTES: usize = 2 * 1024 * 1024;
/// The size of an update without its body, in bytes.
const ENVELOPE_BYTES: usize = 64;
/// How many finished games a player's page shows.
const RECENT: usize = 20;

impl Mafia {
    /// A game as `who` may see it.
    ///
    /// # Errors
    /// [`MafiaError`]: no such table, `who` may not watch it, or the database.
    pub async fn snapshot(&self, code: &RoomCode, who: &Person, now: Timestamp) -> Result<Snapshot, MafiaError> {
        let game = self.load(code).await?;
        let online = self.online(&game).await?;
        may_look(&game, who)?;
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

    /// One page of what a client of `who`'s has missed after these updates, at most 48 KiB: [`Missed::more`] says that there is another one.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub async fn missed(&self, code: &RoomCode, who: &Person, cursors: Cursors) -> Result<Missed, MafiaError> {
        let game = self.load(code).await?;
        may_look(&game, who)?;
        let mut page = Room::default();
        let public = self.after(&game, Stream::Public, cursors.public, &mut page).await?;
        let (mut you, mut spectators) = (Vec::new(), Vec::new());
        match who.seat(game.game()) {
            Some(seat) => you = self.after(&game, Stream::Seat(seat), cursors.you, &mut page).await?,
            None => spectators = self.after(&game, Stream::Spectators, cursors.spectators, &mut page).await?,
        }
        Ok(Missed { public, you, spectators, more: page.more })
    }

    /// Takes one from the allowance of questions for the state and for what was missed. A client that is not signed in has the allowance of
    /// its address.
    ///
    /// # Errors
    /// [`MafiaError::TooFast`].
    pub fn may_sync(&self, code: &RoomCode, who: &Person, from: Option<IpAddr>, now: Timestamp) -> Result<(), MafiaError> {
        Ok(self.fair.may_sync(code, who, from, now)?)
    }

    /// Tables to sit down at, and to watch.
    ///
    /// # Errors
    /// The database.
    pub async fn tables(&self) -> Result<Vec<Card>, MafiaError> {
        Ok(self.store.list_games(LISTED_GAMES).await?.iter().map(Card::from).collect())
    }

    /// The tables at which somebody has a seat, also those that are over; newest change first.
    ///
    /// # Errors
    /// The database.
    pub async fn tables_of(&self, user: UserId) -> Result<Vec<Card>, MafiaError> {
        Ok(self.store.games_of(user, LISTED_GAMES).await?.iter().map(Card::from).collect())
    }

    /// A finished game with nothing hidden, for anybody: all that was done, and the first 512 KiB of what was said.
    ///
    /// # Errors
    /// [`Refusal::NotOver`], no such table, or the database.
    pub async fn replay(&self, code: &RoomCode) -> Result<Replay, MafiaError> {
        let game = self.load(code).await?;
        if game.game().phase != Phase::Over {
            return Err(Refusal::NotOver.into());
        }
        let mut room = Reel::default();
        let stored = self.store.game_events_where(game.id, |stored| room.takes(&stored.event)).await?;
        let read = |stored: &GameEvent| Ok((stored.at, serde_json::from_str::<Event>(&stored.event)?));
        let events = stored.iter().map(read).collect::<Result<Vec<_>, MafiaError>>()?;
        Ok(Replay { game: table(&game), steps: replay(&events), left_out: room.left_out })
    }

    /// What somebody has played.
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

    /// As many updates of a stream as the page has room for.
    async fn after(&self, game: &Loaded, stream: Stream, seq: i64, page: &mut Room) -> Result<Vec<Update>, MafiaError> {
        if page.more {
            return Ok(Vec::new()); // the next page asks for them
        }
        let (found, is_more) = self.store.updates_after(game.id, number(stream), seq, UPDATES_AT_ONCE).await?;
        let count = found.iter().take_while(|update| page.takes(update)).count();
        page.more |= is_more || count < found.len();
        found.iter().take(count).map(shown).collect()
    }
}

/// The room of one replay.
#[derive(Default)]
struct Reel {
    talk: usize,
    deeds: usize,
    /// How many events did not fit.
    left_out: u32,
}

impl Reel {
    /// Takes an event where it fits. Talk has a room of its own, so that no flood of it cuts the game's end off.
    fn takes(&mut self, event: &str) -> bool {
        let (used, most) = if is_talk(event) { (&mut self.talk, TALK_BYTES) } else { (&mut self.deeds, DEED_BYTES) };
        let fits = *used + event.len() <= most;
        if fits {
            *used += event.len();
        } else {
            self.left_out += 1;
        }
        fits
    }
}

/// Of a stored event; its tag comes first.
fn is_talk(event: &str) -> bool {
    event.starts_with(r#"{"type":"said","#)
}

/// The room of one page.
#[derive(Default)]
struct Room {
    used: usize,
    /// Something did not fit.
    more: bool,
}

impl Room {
    /// Takes an update where it fits; the first one always does.
    fn takes(&mut self, update: &GameUpdate) -> bool {
        let needed = self.used + update.body.len() + ENVELOPE_BYTES;
        let fits = self.used == 0 || needed <= PAGE_BYTES;
        if fits {
            self.used = needed;
        }
        fits
    }
}

/// Who has a seat may; everybody may before the start, and after the end, when nothing is hidden; in between who watches may where the
/// table wants them.
fn may_look(game: &Loaded, who: &Person) -> Result<(), MafiaError> {
    let wanted = game.game().setup.options.spectators || !game.game().is_on();
    if wanted || who.seat(game.game()).is_some() { Ok(()) } else { Err(Refusal::NoSpectators.into()) }
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
    fn talk_is_known_by_its_tag_and_has_its_own_room() {
        let by = Speaker { seat: None, name: "Ada".to_owned() };
        let said = Event::Said { by, channel: Channel::Spectators, words: Words::Text("x".repeat(300)), id: None };
        let (said, died) = (serde_json::to_string(&said).unwrap(), serde_json::to_string(&Event::NobodyDied).unwrap());
        assert!(is_talk(&said) && !is_talk(&died));
        let mut reel = Reel::default();
        let taken = (0..5_000).filter(|_| reel.takes(&said)).count();
        assert_eq!(taken, TALK_BYTES / said.len());
        assert_eq!(reel.left_out as usize, 5_000 - taken);
        assert!(reel.takes(&died));
    }
}
