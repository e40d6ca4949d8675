//! Who asks.

use mafia_rules::{Actor, Game, Player, SeatNo};
use store::{User, UserId};

/// Who asks, at a table or beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `None` where nobody is signed in.
    pub id: Option<UserId>,
    /// What they are called.
    pub name: String,
}

/// The newest update that a client has of each of its streams; 0 for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursors {
    /// Of what everybody is told.
    pub public: i64,
    /// Of what they alone are told.
    pub you: i64,
    /// Of what those are told who watch.
    pub spectators: i64,
}

impl Person {
    /// Somebody who has signed in.
    pub fn of(user: &User) -> Self {
        Self { id: Some(user.id), name: user.nickname.to_string() }
    }

    /// Somebody who has not.
    pub fn nobody() -> Self {
        Self { id: None, name: "?".to_owned() }
    }

    /// Where they sit in a game.
    pub(crate) fn seat(&self, game: &Game) -> Option<SeatNo> {
        game.seat_of(self.id?.uuid())
    }

    pub(crate) fn actor(&self, game: &Game) -> Actor {
        match self.seat(game) {
            Some(seat) => Actor::Seat(seat),
            None => Actor::Visitor(Player { id: self.id.map(UserId::uuid), name: self.name.clone() }),
        }
    }
}
