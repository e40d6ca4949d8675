//! Events and views as bytes.

use mafia_rules::{Event, Game, MyView, PublicView, SeatNo, Stream, disclose, evolve, my_view, public_view};
use serde::Serialize;

/// The rules' own disclosure, or one with a leak.
#[derive(Clone, Copy)]
pub(crate) struct Disclosure {
    pub(crate) events: fn(&Game, &Event) -> Vec<(Stream, Event)>,
    pub(crate) public: fn(&Game) -> PublicView,
    pub(crate) mine: fn(&Game, SeatNo) -> Option<MyView>,
}

/// The disclosure of the rules.
pub(crate) const BY_THE_RULES: Disclosure = Disclosure { events: disclose, public: public_view, mine: my_view };

/// All sent bytes with their receivers.
pub(crate) struct Said(Vec<(Stream, Vec<u8>)>);

impl Disclosure {
    /// Applies events and returns what they disclose.
    pub(crate) fn say(self, game: &mut Game, events: &[Event]) -> Said {
        let mut said = Vec::new();
        for event in events {
            evolve(game, event);
            said.extend((self.events)(game, event).into_iter().map(|(stream, event)| (stream, bytes(&event))));
        }
        Said(said)
    }

    /// The view of a receiver.
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
