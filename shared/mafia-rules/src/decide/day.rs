//! Player actions by day.

use super::{phases, turn::Turn};
use crate::{
    Act, Ballot, Event, Millis, Phase, Refusal, SeatNo,
    legal::{allowed, allowed_to},
};

/// Each vote is worth an equal share of the talk's length, so the talk ends at once if all players want it shorter.
pub(super) fn vote_on_time(turn: &mut Turn, seat: SeatNo, longer: bool) -> Result<(), Refusal> {
    allowed(turn.game(), seat, if longer { Act::Lengthen } else { Act::Shorten })?;
    let game = turn.game();
    let share = phases::length(game, Phase::Talk) / Millis::try_from(game.awaited().count().max(1)).unwrap_or(1);
    let ends_at = game.ends_at.unwrap_or(turn.now());
    let ends_at = if longer { ends_at + share } else { (ends_at - share).max(turn.now()) };
    turn.emit(Event::TimeVoted { seat, longer, ends_at });
    phases::end_if_over(turn);
    Ok(())
}

pub(super) fn vote(turn: &mut Turn, seat: SeatNo, target: Option<SeatNo>) -> Result<(), Refusal> {
    match target {
        Some(target) => allowed_to(turn.game(), seat, Act::Vote, target)?,
        None => allowed(turn.game(), seat, Act::Vote)?,
    }
    if turn.game().votes.get(&seat) != Some(&target) {
        turn.emit(Event::Voted { seat, target });
        phases::hurry(turn);
    }
    Ok(())
}

pub(super) fn finish(turn: &mut Turn, seat: SeatNo) -> Result<(), Refusal> {
    allowed(turn.game(), seat, Act::Finish)?;
    phases::end(turn);
    Ok(())
}

pub(super) fn ballot(turn: &mut Turn, seat: SeatNo, choice: Ballot) -> Result<(), Refusal> {
    allowed(turn.game(), seat, Act::Ballot)?;
    turn.emit(Event::Balloted { seat, choice: Some(choice) });
    phases::hurry(turn);
    Ok(())
}
