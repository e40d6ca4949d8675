//! When somebody has won.

use crate::{Game, Role, Side, named::named};

named! {
    /// Who has won.
    pub enum Winner {
        /// The mafia and its spies.
        Mafia = "mafia",
        /// Everybody else but the joker.
        Citizens = "citizens",
        /// The joker, alone.
        Joker = "joker",
    }
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
