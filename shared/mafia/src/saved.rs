//! A game as it is stored.

use std::collections::BTreeMap;

use mafia_rules::{Event, Game, Phase, SeatNo, Stream, Words};
use serde::{Deserialize, Serialize};
use store::{GameId, RoomCode, Timestamp};

use crate::MafiaError;

/// How many public events bots remember: more than a table of twenty makes in a day.
const REMEMBERED: usize = 400;
/// The stored numbers of the streams; a seat's is its own number after these.
const PUBLIC: i64 = 0;
const SPECTATORS: i64 = 1;
const FIRST_SEAT: i64 = 2;

/// All that is stored in a game's row as its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// What the table is called.
    pub(crate) name: String,
    /// The game.
    pub(crate) game: Game,
    /// How many events it has seen.
    pub(crate) events: i64,
    /// The newest update of each stream that has one.
    pub(crate) seqs: BTreeMap<i64, i64>,
    /// What everybody heard since night fell, for bots.
    pub(crate) heard: Vec<Event>,
}

/// A game that was read, to be changed or looked at.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) id: GameId,
    pub(crate) code: RoomCode,
    pub(crate) version: i64,
    pub(crate) announced: i64,
    pub(crate) bots_at: Option<Timestamp>,
    pub(crate) saved: Saved,
}

impl Loaded {
    pub(crate) fn read(row: store::Game) -> Result<Self, MafiaError> {
        let saved = serde_json::from_str(&row.state)?;
        let store::Game { id, code, version, announced, bots_at, .. } = row;
        Ok(Self { id, code, version, announced, bots_at, saved })
    }

    pub(crate) fn game(&self) -> &Game {
        &self.saved.game
    }
}

impl Saved {
    pub(crate) fn new(name: String) -> Self {
        Self { name, game: Game::default(), events: 0, seqs: BTreeMap::new(), heard: Vec::new() }
    }

    /// The newest update of a stream; 0 for none.
    pub(crate) fn seq(&self, stream: Stream) -> i64 {
        self.seqs.get(&number(stream)).copied().unwrap_or(0)
    }

    /// Bots hear what everybody hears, but do not understand what people say.
    pub(crate) fn hear(&mut self, event: &Event) {
        if matches!(event, Event::PhaseBegan { phase: Phase::Night, .. } | Event::Ended { .. }) {
            self.heard.clear();
        }
        let is_speech = matches!(event, Event::Said { words: Words::Text(_), .. });
        if self.game.is_on() && !is_speech && self.heard.len() < REMEMBERED {
            self.heard.push(event.clone());
        }
    }

    /// `lobby`, `playing` or `over`: as lists tell them apart.
    pub(crate) fn stage(&self) -> &'static str {
        match self.game.phase {
            Phase::Lobby => "lobby",
            Phase::Over => "over",
            _ => "playing",
        }
    }

    pub(crate) fn host(&self) -> &str {
        let host = self.game.host.and_then(|seat| self.game.seat(seat));
        host.map(|seat| seat.player.name.as_str()).unwrap_or_default()
    }
}

/// A stream's stored number.
pub(crate) fn number(stream: Stream) -> i64 {
    match stream {
        Stream::Public => PUBLIC,
        Stream::Spectators => SPECTATORS,
        Stream::Seat(seat) => FIRST_SEAT + i64::from(seat),
    }
}

/// The stream that has this number.
pub(crate) fn stream(number: i64) -> Option<Stream> {
    match number {
        PUBLIC => Some(Stream::Public),
        SPECTATORS => Some(Stream::Spectators),
        seat => Some(Stream::Seat(SeatNo::try_from(seat - FIRST_SEAT).ok()?)),
    }
}
