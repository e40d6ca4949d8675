//! What somebody may do now: the buttons of the page, the moves of a bot, and the check of every command are this one answer.

use serde::{Deserialize, Serialize};

use crate::{Deed, Game, Phase, Refusal, Role, Seat, SeatNo};

/// Something that a player can do in a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Do nothing more tonight.
    Sleep,
    /// Name somebody, or abstain.
    Vote,
    /// End one's own defence.
    Finish,
    /// Vote on the accused.
    Ballot,
    /// Make the talk shorter.
    Shorten,
    /// Make the talk longer.
    Lengthen,
    /// What one's role does to a player at night; in JSON the deed's own name.
    #[serde(untagged)]
    Deed(Deed),
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
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [Self::Sleep, Self::Vote, Self::Finish, Self::Ballot, Self::Shorten, Self::Lengthen];
        Deed::ALL.into_iter().map(Self::Deed).chain(others)
    }

    /// In which phase.
    fn phase(self) -> Phase {
        match self {
            Self::Deed(_) | Self::Sleep => Phase::Night,
            Self::Shorten | Self::Lengthen => Phase::Talk,
            Self::Vote => Phase::Vote,
            Self::Finish => Phase::Defence,
            Self::Ballot => Phase::Ballot,
        }
    }

    fn has_target(self) -> bool {
        matches!(self, Self::Deed(_) | Self::Vote)
    }
}

/// Everything that somebody may do now.
pub fn can(game: &Game, seat: SeatNo) -> Vec<Can> {
    let possible = Act::all().filter(|&act| allowed(game, seat, act).is_ok());
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
    if let Act::Deed(deed) = act
        && seat.role.and_then(Role::deed) != Some(deed)
    {
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
        Act::Deed(deed) => deed.allowed(game, number, seat),
        Act::Sleep => refused(game.night.done.contains(&number), Refusal::AlreadyDone),
        Act::Shorten | Act::Lengthen => refused(game.time_votes.contains(&number), Refusal::AlreadyDone),
        Act::Finish => refused(game.accused != Some(number), Refusal::NotAccused),
        Act::Ballot if game.accused == Some(number) => Err(Refusal::YouAreAccused),
        Act::Ballot => refused(game.ballots.contains_key(&number), Refusal::AlreadyDone),
        Act::Vote => Ok(()),
    }
}

/// Whether somebody may do something to somebody now.
pub(crate) fn allowed_to(game: &Game, number: SeatNo, act: Act, target: SeatNo) -> Result<(), Refusal> {
    allowed(game, number, act)?;
    let other = game.seat(target).ok_or(Refusal::NoSuchSeat)?;
    if !other.lives() {
        return Err(Refusal::TargetDead);
    }
    match act {
        Act::Deed(deed) => deed.allowed_to(game, number, target),
        _ if target == number => Err(Refusal::NotYourself),
        _ => Ok(()),
    }
}
