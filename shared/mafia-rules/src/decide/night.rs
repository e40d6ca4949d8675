//! What roles do at night.

use super::{phases, turn::Turn};
use crate::{
    Act, Event, Refusal, Role, SeatNo,
    legal::{allowed, allowed_to},
};

pub(super) fn act(turn: &mut Turn, seat: SeatNo, act: Act, target: SeatNo) -> Result<(), Refusal> {
    allowed_to(turn.game(), seat, act, target)?;
    if turn.game().night.target_of(seat) == Some(target) {
        return Ok(()); // pointing twice must not make a finger a later one
    }
    let mafia = turn.game().role(target) == Some(Role::Mafia);
    let event = match act {
        Act::Point => Event::Pointed { seat, target },
        Act::Protect => Event::Protected { seat, target },
        Act::Investigate => Event::Investigated { seat, target, mafia },
        Act::Report => Event::Reported { seat, target },
        Act::Probe => Event::Probed { seat, target, mafia },
        _ => return Err(Refusal::WrongTime),
    };
    turn.happens(event);
    phases::hurry(turn);
    Ok(())
}

pub(super) fn sleep(turn: &mut Turn, seat: SeatNo) -> Result<(), Refusal> {
    allowed(turn.game(), seat, Act::Sleep)?;
    turn.happens(Event::Slept { seat });
    phases::hurry(turn);
    Ok(())
}
