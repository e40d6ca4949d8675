//! Time passes.

use super::{phases, turn::Turn};
use crate::SeatNo;

/// Ends the phase where its time is over.
pub(super) fn tick(turn: &mut Turn, online: &[SeatNo]) {
    if turn.game().ends_at.is_some_and(|ends_at| ends_at <= turn.now()) {
        let game = turn.game();
        let silent = |seat: SeatNo| game.seat(seat).is_some_and(|seat| !seat.is_bot() && !seat.stirred);
        let absent: Vec<_> = game.living().filter(|&seat| silent(seat) && !online.contains(&seat)).collect();
        phases::end(turn, &absent);
    }
}
