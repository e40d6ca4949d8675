//! What roles do to a player at night.

use crate::{Game, Refusal, Role, Seat, SeatNo, named::named};

named! {
    /// What a role does to one player at night.
    pub enum Deed {
        /// Point at a victim. Mafia; the last one counts.
        Point = "point",
        /// Protect somebody. Doctor; the last one counts.
        Protect = "protect",
        /// Learn whether somebody is of the mafia. Detective, once a night.
        Investigate = "investigate",
        /// Write about somebody: their role is printed at dawn, if the reporter lives to see it. Reporter, once in a game.
        Report = "report",
        /// Look whether somebody is of the mafia, to join them. Spy, once a night until one is found.
        Probe = "probe",
    }
}

impl Deed {
    /// The role that does it; `None` where no role does.
    pub fn role(self) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.deed() == Some(self))
    }

    /// The type of the event that says that it was done.
    pub fn past(self) -> &'static str {
        match self {
            Self::Point => "pointed",
            Self::Protect => "protected",
            Self::Investigate => "investigated",
            Self::Report => "reported",
            Self::Probe => "probed",
        }
    }

    /// Whether its player learns at once if the target is of the mafia.
    pub fn finds(self) -> bool {
        matches!(self, Self::Investigate | Self::Probe)
    }

    /// What can be done once only, or not tonight.
    pub(crate) fn allowed(self, game: &Game, number: SeatNo, seat: &Seat) -> Result<(), Refusal> {
        let is_done = game.night.deeds.contains_key(&number);
        let refusal = match self {
            Self::Point => (game.day == 1 && !game.setup.options.first_night_kill).then_some(Refusal::PeacefulNight),
            Self::Protect => None,
            Self::Investigate => is_done.then_some(Refusal::AlreadyDone),
            Self::Report => seat.published.then_some(Refusal::AlreadyDone),
            Self::Probe => (seat.contact || is_done).then_some(Refusal::AlreadyDone),
        };
        refusal.map_or(Ok(()), Err)
    }

    /// To whom it can be done, among those who live.
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
