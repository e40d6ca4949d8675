//! The passing of time.

use super::{phases, turn::Turn};
use crate::{Event, Phase, SeatNo};

/// Ends the phase if its time is over, and records the players who were absent in it. A talk that votes end early is not counted: its
/// players' connections are unknown here.
pub(super) fn tick(turn: &mut Turn, online: &[SeatNo]) {
    if turn.game().ends_at.is_some_and(|ends_at| ends_at <= turn.now()) {
        let game = turn.game();
        let silent = |seat: SeatNo| game.seat(seat).is_some_and(|seat| !seat.is_bot() && !seat.stirred);
        let absent: Vec<_> = game.living().filter(|&seat| silent(seat) && !online.contains(&seat)).collect();
        if matches!(game.phase, Phase::Night | Phase::Talk | Phase::Vote) {
            turn.emit(Event::PhaseEnded { absent });
        }
        phases::end(turn);
    }
}
