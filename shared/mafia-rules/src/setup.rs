//! The set-up of a table, and whether it can be played.

use serde::{Deserialize, Serialize};

use crate::{Counts, Options, Refusal, Role};

/// The minimum number of players.
pub const MIN_PLAYERS: usize = 4;
/// The maximum number of players.
pub const MAX_PLAYERS: usize = 20;

/// The host's choices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The roles; `None` for the defaults by the number of players.
    pub roles: Option<Counts>,
    /// The table's options.
    pub options: Options,
}

impl Counts {
    /// The default roles for `players`.
    pub fn suited_to(players: usize) -> Self {
        Self::each(|role| role.among(players))
    }

    /// The number of players with one of these roles.
    pub fn total(&self) -> usize {
        Role::ALL.iter().map(|&role| usize::from(self.of(role))).sum()
    }

    /// Checks whether `players` can play these roles, and each side can win.
    /// There must be a mafia, and the others must outnumber the mafia's side at the first vote even in their worst case.
    ///
    /// # Errors
    /// [`Refusal`] with the reason.
    pub fn check(&self, players: usize, first_night_kill: bool) -> Result<(), Refusal> {
        if players < MIN_PLAYERS {
            return Err(Refusal::TooFewPlayers);
        }
        if players > MAX_PLAYERS {
            return Err(Refusal::TableFull);
        }
        if self.total() > players {
            return Err(Refusal::MoreRolesThanPlayers);
        }
        if self.mafia == 0 {
            return Err(Refusal::NoMafia);
        }
        let mafia = usize::from(self.mafia) + usize::from(self.spy);
        let killed = usize::from(first_night_kill);
        if 2 * mafia + killed >= players { Err(Refusal::TooManyMafia) } else { Ok(()) }
    }

    /// One role for each player, in the order of the roles.
    pub(crate) fn cards(&self, players: usize) -> Vec<Role> {
        let mut cards = Vec::with_capacity(players);
        for role in Role::ALL {
            cards.extend(std::iter::repeat_n(role, usize::from(self.of(role))));
        }
        cards.resize(players, Role::Citizen);
        cards
    }
}

impl Setup {
    /// The roles for `players`.
    pub fn counts(&self, players: usize) -> Counts {
        self.roles.unwrap_or_else(|| Counts::suited_to(players))
    }

    /// Checks whether `players` can start now.
    ///
    /// # Errors
    /// [`Refusal`] with the reason.
    pub fn check(&self, players: usize) -> Result<(), Refusal> {
        if let Some(field) = self.options.out_of_range() {
            return Err(Refusal::OptionOutOfRange { field: field.to_owned() });
        }
        self.counts(players).check(players, self.options.first_night_kill)
    }
}
