//! The legal moves of a player. The page's buttons, the bots' moves and the check of each command use this one answer.

use serde::{Deserialize, Serialize};

use crate::{Game, NightAction, Phase, Refusal, Role, Seat, SeatNo};

/// A possible act of a player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Do nothing more tonight.
    Sleep,
    /// Vote for the accused, or abstain.
    Vote,
    /// End the own defence.
    Finish,
    /// Vote on the accused.
    Ballot,
    /// Make the talk shorter.
    Shorten,
    /// Make the talk longer.
    Lengthen,
    /// The role's night action; in JSON the action's own name.
    #[serde(untagged)]
    NightAction(NightAction),
}

/// An act that a player may do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Can {
    /// The act.
    pub act: Act,
    /// The possible targets; empty if the act has no target. A vote may also abstain.
    pub targets: Vec<SeatNo>,
}

impl Act {
    /// All acts, in the order of the page's buttons.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [Self::Sleep, Self::Vote, Self::Finish, Self::Ballot, Self::Shorten, Self::Lengthen];
        NightAction::ALL.into_iter().map(Self::NightAction).chain(others)
    }

    /// The phase in which it is possible.
    fn phase(self) -> Phase {
        match self {
            Self::NightAction(_) | Self::Sleep => Phase::Night,
            Self::Shorten | Self::Lengthen => Phase::Talk,
            Self::Vote => Phase::Vote,
            Self::Finish => Phase::Defence,
            Self::Ballot => Phase::Ballot,
        }
    }

    fn has_target(self) -> bool {
        matches!(self, Self::NightAction(_) | Self::Vote)
    }
}

/// Returns all acts that a player may do now.
pub fn can(game: &Game, seat: SeatNo) -> Vec<Can> {
    let possible = Act::all().filter(|&act| allowed(game, seat, act).is_ok());
    let with_targets = possible.map(|act| Can { act, targets: targets(game, seat, act) });
    // Hides acts that have no valid target.
    with_targets.filter(|can| !can.targets.is_empty() || !can.act.has_target() || can.act == Act::Vote).collect()
}

fn targets(game: &Game, seat: SeatNo, act: Act) -> Vec<SeatNo> {
    if !act.has_target() {
        return Vec::new();
    }
    game.living().filter(|&target| allowed_to(game, seat, act, target).is_ok()).collect()
}

/// Checks whether a player may do this now, for any target.
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
    if let Act::NightAction(action) = act
        && seat.role.and_then(Role::night_action) != Some(action)
    {
        return Err(Refusal::WrongRole);
    }
    if game.phase != act.phase() {
        return Err(Refusal::WrongTime);
    }
    once(game, number, seat, act)
}

/// Checks limits on repetition, and the rights of the accused.
fn once(game: &Game, number: SeatNo, seat: &Seat, act: Act) -> Result<(), Refusal> {
    let refused = |is: bool, refusal: Refusal| if is { Err(refusal) } else { Ok(()) };
    match act {
        Act::NightAction(action) => action.allowed(game, number, seat),
        Act::Sleep => refused(game.night.done.contains(&number), Refusal::AlreadyDone),
        Act::Shorten | Act::Lengthen => refused(game.time_votes.contains(&number), Refusal::AlreadyDone),
        Act::Finish => refused(game.accused != Some(number), Refusal::NotAccused),
        Act::Ballot if game.accused == Some(number) => Err(Refusal::YouAreAccused),
        Act::Ballot => refused(game.ballots.contains_key(&number), Refusal::AlreadyDone),
        Act::Vote => Ok(()),
    }
}

/// Checks whether a player may do this to the target now.
pub(crate) fn allowed_to(game: &Game, number: SeatNo, act: Act, target: SeatNo) -> Result<(), Refusal> {
    allowed(game, number, act)?;
    let other = game.seat(target).ok_or(Refusal::NoSuchSeat)?;
    if !other.lives() {
        return Err(Refusal::TargetDead);
    }
    match act {
        Act::NightAction(action) => action.allowed_to(game, number, target),
        _ if target == number => Err(Refusal::NotYourself),
        _ => Ok(()),
    }
}
