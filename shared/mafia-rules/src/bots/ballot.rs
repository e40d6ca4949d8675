//! How bots vote on the accused.

use super::{Move, bot::Bot, choice::chance, suspicion::suspicion};
use crate::{Act, Ballot, Command, Random, Role, SeatNo};

pub(super) fn ballot(bot: &Bot, random: &mut dyn Random) -> Move {
    let Some(accused) = bot.public.accused.filter(|_| bot.may(Act::Ballot)) else { return Move::Nothing };
    let choice = if chance(yes(bot, accused), random) {
        Ballot::Yes
    } else if chance(10, random) {
        Ballot::Abstain
    } else {
        Ballot::No
    };
    Move::Do(Command::Ballot { choice })
}

/// The probability of a yes, in percent.
fn yes(bot: &Bot, accused: SeatNo) -> usize {
    if bot.is_in_team() {
        return if bot.is_mate(accused) { 12 } else { 80 }; // 12: a bot that always protects its mates is easy to find
    }
    if bot.mine.role == Role::Joker {
        return 50;
    }
    let percent = 60_i32.saturating_add(suspicion(bot, accused)).clamp(3, 97);
    usize::try_from(percent).unwrap_or(50)
}
