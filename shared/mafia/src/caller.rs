//! The caller of an operation.

use mafia_rules::{Actor, Game, Player, SeatNo};
use store::{User, UserId};

/// The user or guest who calls an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user's id; `None` for a guest.
    pub id: Option<UserId>,
    /// The name.
    pub name: String,
}

/// The newest update that a client has received, by stream; 0 for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursors {
    /// The public stream.
    pub public: i64,
    /// The player's own stream.
    pub you: i64,
    /// The spectators' stream.
    pub spectators: i64,
}

impl Caller {
    /// A signed-in user.
    pub fn of(user: &User) -> Self {
        Self { id: Some(user.id), name: user.nickname.to_string() }
    }

    /// A client without a session.
    pub fn guest() -> Self {
        Self { id: None, name: "?".to_owned() }
    }

    /// The caller's seat in a game.
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
