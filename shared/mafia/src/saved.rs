//! The stored form of a game.

use std::collections::BTreeMap;

use mafia_rules::{Event, Game, Phase, SeatNo, Stream, Words};
use serde::{Deserialize, Serialize};
use store::{GameId, RoomCode, Timestamp};

use crate::MafiaError;

/// The maximum number of public events that bots remember: more than a table of twenty players makes in a day.
const MAX_REMEMBERED: usize = 400;
/// The numbers of the streams in the database; seats follow after these.
const PUBLIC: i64 = 0;
const SPECTATORS: i64 = 1;
const FIRST_SEAT: i64 = 2;

/// The state in a game's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The table's name.
    pub(crate) name: String,
    /// The game's state.
    pub(crate) game: Game,
    /// The number of its events.
    pub(crate) events: i64,
    /// The newest update of each stream.
    pub(crate) seqs: BTreeMap<i64, i64>,
    /// The public events since the last nightfall, for bots.
    #[serde(rename = "heard")] // the name in stored games
    pub(crate) public_events: Vec<Event>,
}

/// A game with the columns of its row.
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
        Self { name, game: Game::default(), events: 0, seqs: BTreeMap::new(), public_events: Vec::new() }
    }

    /// The newest update of a stream; 0 for none.
    pub(crate) fn seq(&self, stream: Stream) -> i64 {
        self.seqs.get(&number(stream)).copied().unwrap_or(0)
    }

    /// Keeps a public event for bots. They do not understand free text.
    pub(crate) fn remember(&mut self, event: &Event) {
        if matches!(event, Event::PhaseBegan { phase: Phase::Night, .. } | Event::Ended { .. }) {
            self.public_events.clear();
        }
        let is_speech = matches!(event, Event::Said { words: Words::Text(_), .. });
        if self.game.is_on() && !is_speech && self.public_events.len() < MAX_REMEMBERED {
            self.public_events.push(event.clone());
        }
    }

    /// `lobby`, `playing` or `over`, as in lists.
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

/// The number of a stream in the database.
pub(crate) fn number(stream: Stream) -> i64 {
    match stream {
        Stream::Public => PUBLIC,
        Stream::Spectators => SPECTATORS,
        Stream::Seat(seat) => FIRST_SEAT + i64::from(seat),
    }
}

/// The stream with this number.
pub(crate) fn stream(number: i64) -> Option<Stream> {
    match number {
        PUBLIC => Some(Stream::Public),
        SPECTATORS => Some(Stream::Spectators),
        seat => Some(Stream::Seat(SeatNo::try_from(seat - FIRST_SEAT).ok()?)),
    }
}
