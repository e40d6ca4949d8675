//! How people are told of a game, as bytes.

use mafia_rules::{Event, Game, MyView, PublicView, SeatNo, Stream, evolve, my_view, public_view, told};
use serde::Serialize;

/// The rules' own way of telling, or a leaky one.
#[derive(Clone, Copy)]
pub(crate) struct Mouth {
    pub(crate) told: fn(&Game, &Event) -> Vec<(Stream, Event)>,
    pub(crate) public: fn(&Game) -> PublicView,
    pub(crate) mine: fn(&Game, SeatNo) -> Option<MyView>,
}

/// As the rules tell it.
pub(crate) const HONEST: Mouth = Mouth { told, public: public_view, mine: my_view };

/// Everything that was said, to whom.
pub(crate) struct Said(Vec<(Stream, Vec<u8>)>);

impl Mouth {
    /// Applies events, and tells of them.
    pub(crate) fn say(self, game: &mut Game, events: &[Event]) -> Said {
        let mut said = Vec::new();
        for event in events {
            evolve(game, event);
            said.extend((self.told)(game, event).into_iter().map(|(stream, event)| (stream, bytes(&event))));
        }
        Said(said)
    }

    /// What somebody sees of a game as it is.
    pub(crate) fn view(self, game: &Game, reader: Stream) -> Vec<u8> {
        match reader {
            Stream::Seat(seat) => bytes(&(self.mine)(game, seat)),
            _ => bytes(&(self.public)(game)),
        }
    }
}

impl Said {
    pub(crate) fn to(&self, reader: Stream) -> Vec<&[u8]> {
        self.0.iter().filter(|(to, _)| *to == reader).map(|(_, bytes)| bytes.as_slice()).collect()
    }
}

fn bytes<T: Serialize>(what: &T) -> Vec<u8> {
    serde_json::to_vec(what).unwrap()
}
