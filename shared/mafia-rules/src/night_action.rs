//! Night actions: what a role does to another player at night.

use crate::{Game, Refusal, Role, Seat, SeatNo, named::named};

named! {
    /// A night action with a target.
    pub enum NightAction {
        /// Point at a victim. Mafia; the last one counts.
        Point = "point",
        /// Protect a player. Doctor; the last one counts.
        Protect = "protect",
        /// Learn whether a player is mafia. Detective, once a night.
        Investigate = "investigate",
        /// Write about a player, whose role is printed at dawn if the reporter is alive. Reporter, once in a game.
        Report = "report",
        /// Look for the mafia in order to join them. Spy, once a night until one is found.
        Probe = "probe",
    }
}

impl NightAction {
    /// The role that has this action; `None` if no role has it.
    pub fn role(self) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.night_action() == Some(self))
    }

    /// The type of the event that records it.
    pub fn event_type(self) -> &'static str {
        match self {
            Self::Point => "pointed",
            Self::Protect => "protected",
            Self::Investigate => "investigated",
            Self::Report => "reported",
            Self::Probe => "probed",
        }
    }

    /// Whether the player learns at once if the target is mafia.
    pub fn reveals_side(self) -> bool {
        matches!(self, Self::Investigate | Self::Probe)
    }

    /// Checks the limits on repetition and on the first night.
    pub(crate) fn allowed(self, game: &Game, number: SeatNo, seat: &Seat) -> Result<(), Refusal> {
        let is_done = game.night.actions.contains_key(&number);
        let refusal = match self {
            Self::Point => (game.day == 1 && !game.setup.options.first_night_kill).then_some(Refusal::PeacefulNight),
            Self::Protect => None,
            Self::Investigate => is_done.then_some(Refusal::AlreadyDone),
            Self::Report => seat.published.then_some(Refusal::AlreadyDone),
            Self::Probe => (seat.contact || is_done).then_some(Refusal::AlreadyDone),
        };
        refusal.map_or(Ok(()), Err)
    }

    /// Checks a living target.
    pub(crate) fn allowed_to(self, game: &Game, number: SeatNo, target: SeatNo) -> Result<(), Refusal> {
        let may_be_oneself = self == Self::Protect && game.setup.options.doctor_self;
        if target == number && !may_be_oneself {
            return Err(Refusal::NotYourself);
        }
        if self == Self::Point && game.role(target) == Some(Role::Mafia) {
            return Err(Refusal::OwnTeam);
        }
        Ok(())
    }
}
