//! What roles do at night.

use super::{phases, turn::Turn};
use crate::{
    Act, Deed, Done, Event, Refusal, Role, SeatNo,
    legal::{allowed, allowed_to},
};

pub(super) fn act(turn: &mut Turn, seat: SeatNo, deed: Deed, target: SeatNo) -> Result<(), Refusal> {
    allowed_to(turn.game(), seat, Act::Deed(deed), target)?;
    if turn.game().night.target_of(seat) == Some(target) {
        return Ok(()); // pointing twice must not make a finger a later one
    }
    let mafia = deed.finds().then(|| turn.game().role(target) == Some(Role::Mafia));
    let event = match deed {
        Deed::Point => Event::Pointed { seat, target },
        _ => Event::Done(Done { deed, seat, target, mafia }),
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
