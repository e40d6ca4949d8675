//! The roles: the only list of them. Everything that differs from role to role and never from game to game stands here.

use serde::{Deserialize, Serialize};

use crate::{Deed, named::named};

named! {
    /// A player's secret part.
    pub enum Role {
        /// Knows the others of the mafia and points at a victim each night.
        Mafia = "mafia",
        /// Protects one player each night.
        Doctor = "doctor",
        /// Learns of one player each night whether they are of the mafia.
        Detective = "detective",
        /// Has no part at night.
        Citizen = "citizen",
        /// Wins alone, by being voted out.
        Joker = "joker",
        /// Survives the first attack.
        Soldier = "soldier",
        /// Once in a game publishes one player's role at dawn.
        Reporter = "reporter",
        /// Looks for the mafia at night, and joins their talk after finding one of them.
        Spy = "spy",
    }
}

named! {
    /// For whom a role plays.
    pub enum Side {
        /// The mafia and its spies.
        Mafia = "mafia",
        /// Everybody who wants the mafia gone.
        Citizens = "citizens",
        /// The joker, alone.
        Joker = "joker",
    }
}

/// What is true of a role in every game. All of it is public.
struct Facts {
    side: Side,
    sign: &'static str,
    deed: Option<Deed>,
    /// How many there are among so many players, unless the host chooses.
    among: fn(usize) -> u8,
}

impl Role {
    fn facts(self) -> Facts {
        use Side::{Citizens, Joker, Mafia};
        let facts = |side, sign, deed, among| Facts { side, sign, deed, among };
        match self {
            Self::Mafia => facts(Mafia, "🔪", Some(Deed::Point), mafia_among),
            Self::Doctor => facts(Citizens, "💉", Some(Deed::Protect), |_| 1),
            Self::Detective => facts(Citizens, "🔍", Some(Deed::Investigate), |_| 1),
            Self::Citizen => facts(Citizens, "🏠", None, |_| 0),
            Self::Joker => facts(Joker, "🃏", None, |players| u8::from(players >= 12)),
            Self::Soldier => facts(Citizens, "🛡️", None, |players| u8::from(players >= 8)),
            Self::Reporter => facts(Citizens, "📰", Some(Deed::Report), |players| u8::from(players >= 9)),
            Self::Spy => facts(Mafia, "🕶️", Some(Deed::Probe), |players| u8::from(players >= 11)),
        }
    }

    /// For whom this role plays.
    pub fn side(self) -> Side {
        self.facts().side
    }

    /// The picture that stands for the role on a page.
    pub fn sign(self) -> &'static str {
        self.facts().sign
    }

    /// What the role does to a player at night.
    pub fn deed(self) -> Option<Deed> {
        self.facts().deed
    }

    /// How many there are among `players`, unless the host chooses. Citizens are the rest, so 0.
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

/// How many of each role there are; everybody else is a citizen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counts {
    /// How many mafia.
    pub mafia: u8,
    /// How many doctors.
    pub doctor: u8,
    /// How many detectives.
    pub detective: u8,
    /// How many jokers.
    pub joker: u8,
    /// How many soldiers.
    pub soldier: u8,
    /// How many reporters.
    pub reporter: u8,
    /// How many spies.
    pub spy: u8,
}

impl Counts {
    /// So many of each role as `count` says, in the order of [`Role::ALL`].
    pub fn each(mut count: impl FnMut(Role) -> u8) -> Self {
        let mut counts = Self::default();
        for role in Role::ALL {
            if let Some(place) = counts.place(role) {
                *place = count(role);
            }
        }
        counts
    }

    /// Of one role, citizens apart.
    pub fn of(mut self, role: Role) -> u8 {
        self.place(role).map_or(0, |count| *count)
    }

    /// Where a role's number stands; citizens have none, since they are the rest.
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
