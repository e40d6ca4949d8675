//! What somebody may do now: the buttons of the page, the moves of a bot, and the check of every command are this one answer.

use serde::{Deserialize, Serialize};

use crate::{Game, Phase, Refusal, Role, Seat, SeatNo};

/// Something that a player can do in a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Point at a victim.
    Point,
    /// Protect somebody.
    Protect,
    /// Look into somebody.
    Investigate,
    /// Write about somebody.
    Report,
    /// Look for the mafia.
    Probe,
    /// Do nothing more tonight.
    Sleep,
    /// Make the talk shorter.
    Shorten,
    /// Make the talk longer.
    Lengthen,
    /// Name somebody, or abstain.
    Vote,
    /// End one's own defence.
    Finish,
    /// Vote on the accused.
    Ballot,
}

/// Something that somebody may do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Can {
    /// What.
    pub act: Act,
    /// To whom; empty where it is done to nobody. Naming may also be an abstention.
    pub targets: Vec<SeatNo>,
}

impl Act {
    /// All of them, in the order in which a page offers them.
    pub const ALL: [Self; 11] = [
        Self::Point,
        Self::Protect,
        Self::Investigate,
        Self::Report,
        Self::Probe,
        Self::Sleep,
        Self::Vote,
        Self::Finish,
        Self::Ballot,
        Self::Shorten,
        Self::Lengthen,
    ];

    /// In which phase.
    fn phase(self) -> Phase {
        match self {
            Self::Point | Self::Protect | Self::Investigate | Self::Report | Self::Probe | Self::Sleep => Phase::Night,
            Self::Shorten | Self::Lengthen => Phase::Talk,
            Self::Vote => Phase::Vote,
            Self::Finish => Phase::Defence,
            Self::Ballot => Phase::Ballot,
        }
    }

    /// With which role; `None` where everybody may.
    fn role(self) -> Option<Role> {
        match self {
            Self::Point => Some(Role::Mafia),
            Self::Protect => Some(Role::Doctor),
            Self::Investigate => Some(Role::Detective),
            Self::Report => Some(Role::Reporter),
            Self::Probe => Some(Role::Spy),
            _ => None,
        }
    }

    fn has_target(self) -> bool {
        self == Self::Vote || self.role().is_some()
    }
}

/// Everything that somebody may do now.
pub fn can(game: &Game, seat: SeatNo) -> Vec<Can> {
    let possible = Act::ALL.into_iter().filter(|&act| allowed(game, seat, act).is_ok());
    let with_targets = possible.map(|act| Can { act, targets: targets(game, seat, act) });
    // What needs somebody to be done to, and finds nobody, cannot be done.
    with_targets.filter(|can| !can.targets.is_empty() || !can.act.has_target() || can.act == Act::Vote).collect()
}

fn targets(game: &Game, seat: SeatNo, act: Act) -> Vec<SeatNo> {
    if !act.has_target() {
        return Vec::new();
    }
    game.living().filter(|&target| allowed_to(game, seat, act, target).is_ok()).collect()
}

/// Whether somebody may do something now, whoever it is done to.
pub(crate) fn allowed(game: &Game, number: SeatNo, act: Act) -> Result<(), Refusal> {
    match game.phase {
        Phase::Lobby => return Err(Refusal::NotStarted),
        Phase::Over => return Err(Refusal::GameOver),
        _ => {}
    }
    let seat = game.seat(number).filter(|seat| !seat.left).ok_or(Refusal::NotSeated)?;
    if !seat.lives() {
        return Err(Refusal::Dead);
    }
    if act.role().is_some_and(|role| seat.role != Some(role)) {
        return Err(Refusal::WrongRole);
    }
    if game.phase != act.phase() {
        return Err(Refusal::WrongTime);
    }
    once(game, number, seat, act)
}

/// What can be done once only, or not by everybody.
fn once(game: &Game, number: SeatNo, seat: &Seat, act: Act) -> Result<(), Refusal> {
    let refused = |is: bool, refusal: Refusal| if is { Err(refusal) } else { Ok(()) };
    match act {
        Act::Point => refused(game.day == 1 && !game.setup.options.first_night_kill, Refusal::PeacefulNight),
        Act::Investigate => refused(game.night.deeds.contains_key(&number), Refusal::AlreadyDone),
        Act::Probe => refused(seat.contact || game.night.deeds.contains_key(&number), Refusal::AlreadyDone),
        Act::Report => refused(seat.published, Refusal::AlreadyDone),
        Act::Sleep => refused(game.night.done.contains(&number), Refusal::AlreadyDone),
        Act::Shorten | Act::Lengthen => refused(game.time_votes.contains(&number), Refusal::AlreadyDone),
        Act::Finish => refused(game.accused != Some(number), Refusal::NotAccused),
        Act::Ballot if game.accused == Some(number) => Err(Refusal::YouAreAccused),
        Act::Ballot => refused(game.ballots.contains_key(&number), Refusal::AlreadyDone),
        Act::Protect | Act::Vote => Ok(()),
    }
}

/// Whether somebody may do something to somebody now.
pub(crate) fn allowed_to(game: &Game, number: SeatNo, act: Act, target: SeatNo) -> Result<(), Refusal> {
    allowed(game, number, act)?;
    let other = game.seat(target).ok_or(Refusal::NoSuchSeat)?;
    if !other.lives() {
        return Err(Refusal::TargetDead);
    }
    let may_be_oneself = act == Act::Protect && game.setup.options.doctor_self;
    if target == number && !may_be_oneself {
        return Err(Refusal::NotYourself);
    }
    if act == Act::Point && other.role == Some(Role::Mafia) {
        return Err(Refusal::OwnTeam);
    }
    Ok(())
}
