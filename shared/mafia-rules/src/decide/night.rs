//! Night actions.

use super::{phases, turn::Turn};
use crate::{
    Act, Done, Event, NightAction, Refusal, Role, SeatNo,
    legal::{allowed, allowed_to},
};

pub(super) fn act(turn: &mut Turn, seat: SeatNo, action: NightAction, target: SeatNo) -> Result<(), Refusal> {
    allowed_to(turn.game(), seat, Act::NightAction(action), target)?;
    if turn.game().night.target_of(seat) == Some(target) {
        return Ok(()); // a repeated point keeps its place in the order
    }
    let mafia = action.reveals_side().then(|| turn.game().role(target) == Some(Role::Mafia));
    let event = match action {
        NightAction::Point => Event::Pointed { seat, target },
        _ => Event::Done(Done { action, seat, target, mafia }),
    };
    turn.emit(event);
    phases::hurry(turn);
    Ok(())
}

pub(super) fn sleep(turn: &mut Turn, seat: SeatNo) -> Result<(), Refusal> {
    allowed(turn.game(), seat, Act::Sleep)?;
    turn.emit(Event::Slept { seat });
    phases::hurry(turn);
    Ok(())
}
