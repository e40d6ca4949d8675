//! The only list of roles, with all facts that are the same in every game.

use serde::{Deserialize, Serialize};

use crate::{NightAction, named::named};

named! {
    /// A player's role.
    pub enum Role {
        /// Knows the other mafia, and points at a victim each night.
        Mafia = "mafia",
        /// Protects one player each night.
        Doctor = "doctor",
        /// Learns each night whether one player is mafia.
        Detective = "detective",
        /// Has no night action.
        Citizen = "citizen",
        /// Wins alone, by being voted out.
        Joker = "joker",
        /// Survives the first attack.
        Soldier = "soldier",
        /// Publishes one player's role at dawn, once in a game.
        Reporter = "reporter",
        /// Looks for the mafia at night, and joins their team after finding one.
        Spy = "spy",
    }
}

named! {
    /// The side that a role plays for.
    pub enum Side {
        /// The mafia and its spies.
        Mafia = "mafia",
        /// All players who play against the mafia.
        Citizens = "citizens",
        /// The joker, alone.
        Joker = "joker",
    }
}

/// The facts of a role. All of them are public.
struct Facts {
    side: Side,
    sign: &'static str,
    action: Option<NightAction>,
    /// The default number for this many players.
    among: fn(usize) -> u8,
}

impl Role {
    fn facts(self) -> Facts {
        use Side::{Citizens, Joker, Mafia};
        let facts = |side, sign, action, among| Facts { side, sign, action, among };
        match self {
            Self::Mafia => facts(Mafia, "🔪", Some(NightAction::Point), mafia_among),
            Self::Doctor => facts(Citizens, "💉", Some(NightAction::Protect), |_| 1),
            Self::Detective => facts(Citizens, "🔍", Some(NightAction::Investigate), |_| 1),
            Self::Citizen => facts(Citizens, "🏠", None, |_| 0),
            Self::Joker => facts(Joker, "🃏", None, |players| u8::from(players >= 12)),
            Self::Soldier => facts(Citizens, "🛡️", None, |players| u8::from(players >= 8)),
            Self::Reporter => facts(Citizens, "📰", Some(NightAction::Report), |players| u8::from(players >= 9)),
            Self::Spy => facts(Mafia, "🕶️", Some(NightAction::Probe), |players| u8::from(players >= 11)),
        }
    }

    /// The side of the role.
    pub fn side(self) -> Side {
        self.facts().side
    }

    /// The role's emoji on a page.
    pub fn sign(self) -> &'static str {
        self.facts().sign
    }

    /// The role's night action with a target.
    pub fn night_action(self) -> Option<NightAction> {
        self.facts().action
    }

    /// The default number among `players`. Citizens fill the remaining seats, so 0.
    pub fn among(self, players: usize) -> u8 {
        (self.facts().among)(players)
    }
}

fn mafia_among(players: usize) -> u8 {
    match players {
        0..=6 => 1,
        7..=8 => 2,
        9..=13 => 3,
        14..=17 => 4,
        _ => 5,
    }
}

/// The number of each role; the remaining players are citizens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counts {
    /// Number of mafia.
    pub mafia: u8,
    /// Number of doctors.
    pub doctor: u8,
    /// Number of detectives.
    pub detective: u8,
    /// Number of jokers.
    pub joker: u8,
    /// Number of soldiers.
    pub soldier: u8,
    /// Number of reporters.
    pub reporter: u8,
    /// Number of spies.
    pub spy: u8,
}

impl Counts {
    /// Builds the counts from `count`, in the order of [`Role::ALL`].
    pub fn each(mut count: impl FnMut(Role) -> u8) -> Self {
        let mut counts = Self::default();
        for role in Role::ALL {
            if let Some(place) = counts.place(role) {
                *place = count(role);
            }
        }
        counts
    }

    /// The number of one role; 0 for citizens.
    pub fn of(mut self, role: Role) -> u8 {
        self.place(role).map_or(0, |count| *count)
    }

    /// The field of a role; `None` for citizens.
    fn place(&mut self, role: Role) -> Option<&mut u8> {
        match role {
            Role::Mafia => Some(&mut self.mafia),
            Role::Doctor => Some(&mut self.doctor),
            Role::Detective => Some(&mut self.detective),
            Role::Citizen => None,
            Role::Joker => Some(&mut self.joker),
            Role::Soldier => Some(&mut self.soldier),
            Role::Reporter => Some(&mut self.reporter),
            Role::Spy => Some(&mut self.spy),
        }
    }
}
