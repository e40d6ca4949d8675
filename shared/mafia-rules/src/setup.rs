//! Which roles a table plays with, and whether that can be played.

use serde::{Deserialize, Serialize};

use crate::{Counts, Options, Refusal, Role};

/// The fewest that a game needs.
pub const MIN_PLAYERS: usize = 4;
/// The most that a table seats.
pub const MAX_PLAYERS: usize = 20;

/// What the host has chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The roles; `None` for those that suit the number of players at the start.
    pub roles: Option<Counts>,
    /// How the table plays.
    pub options: Options,
}

impl Counts {
    /// What suits a table of `players`.
    pub fn suited_to(players: usize) -> Self {
        Self::each(|role| role.among(players))
    }

    /// How many players these roles take.
    pub fn total(&self) -> usize {
        Role::ALL.iter().map(|&role| usize::from(self.of(role))).sum()
    }

    /// Whether `players` can play these roles so that each side can win: there is a mafia, and whoever the first night may kill
    /// and whoever the spies find in it, the others still outnumber the mafia's side when they vote for the first time.
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

    /// One role for each of `players`, in order of the roles.
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
    /// The roles that `players` would play with.
    pub fn counts(&self, players: usize) -> Counts {
        self.roles.unwrap_or_else(|| Counts::suited_to(players))
    }

    /// Whether `players` could start now.
    ///
    /// # Errors
    /// [`Refusal`] with the reason.
    pub fn check(&self, players: usize) -> Result<(), Refusal> {
        if let Some(field) = self.options.fault() {
            return Err(Refusal::OptionOutOfRange { field: field.to_owned() });
        }
        self.counts(players).check(players, self.options.first_night_kill)
    }
}
