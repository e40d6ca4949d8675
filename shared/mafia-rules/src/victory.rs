//! When somebody has won.

use serde::{Deserialize, Serialize};

use crate::{Game, Role, Side};

/// Who has won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Winner {
    /// The mafia and its spies.
    Mafia,
    /// Everybody else but the joker.
    Citizens,
    /// The joker, alone.
    Joker,
}

impl Winner {
    /// Has somebody of this role won?
    pub fn includes(self, role: Role) -> bool {
        matches!((self, role.side()), (Self::Mafia, Side::Mafia) | (Self::Citizens, Side::Citizens) | (Self::Joker, Side::Joker))
    }
}

/// Who has won by the number of those who live: the citizens where no mafia is left; the mafia where they are at least as many as
/// the rest. A spy counts among the mafia once they have found each other, else among the rest.
pub fn winner(game: &Game) -> Option<Winner> {
    let living = || game.living().filter_map(|seat| Some((seat, game.role(seat)?)));
    let mafia = living().filter(|(_, role)| *role == Role::Mafia).count();
    let team = living().filter(|(seat, _)| game.in_team(*seat)).count();
    let rest = living().count() - team;
    if mafia == 0 {
        Some(Winner::Citizens)
    } else if team >= rest {
        Some(Winner::Mafia)
    } else {
        None
    }
}
