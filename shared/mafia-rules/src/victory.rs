//! The conditions of victory.

use crate::{Game, Role, Side, named::named};

named! {
    /// The winning side.
    pub enum Winner {
        /// The mafia and its spies.
        Mafia = "mafia",
        /// All others except the joker.
        Citizens = "citizens",
        /// The joker, alone.
        Joker = "joker",
    }
}

impl Winner {
    /// Whether players with this role have won.
    pub fn includes(self, role: Role) -> bool {
        matches!((self, role.side()), (Self::Mafia, Side::Mafia) | (Self::Citizens, Side::Citizens) | (Self::Joker, Side::Joker))
    }
}

/// Returns the winner by the living players. The citizens win if no mafia lives; the mafia win if their team is at least as large as the
/// rest. A spy belongs to the team after finding the mafia, and to the rest before.
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
