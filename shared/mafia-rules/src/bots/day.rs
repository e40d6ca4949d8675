//! Whom bots name.

use super::{
    Move,
    bot::Bot,
    chance::{NEVER, best, chance, lean},
    prey::prey,
    suspicion::{SURE, with_votes},
};
use crate::{Act, Command, Random, Role, SeatNo};

/// Of a hundred bots that know nothing for sure, so many abstain.
const UNDECIDED: usize = 6;

pub(super) fn vote(bot: &Bot, random: &mut dyn Random) -> Move {
    let has_voted = bot.public.votes.iter().any(|vote| vote.from == bot.me());
    if has_voted || !bot.may(Act::Vote) {
        return Move::Nothing;
    }
    Move::Do(Command::Vote { target: suspect(bot, random) })
}

fn suspect(bot: &Bot, random: &mut dyn Random) -> Option<SeatNo> {
    let score = |seat: SeatNo| blame(bot, seat);
    let worst = best(bot.targets(Act::Vote), score, random)?;
    if score(worst) >= SURE {
        return Some(worst);
    }
    if chance(UNDECIDED, random) { None } else { lean(bot.targets(Act::Vote), score, random) }
}

/// How gladly a bot names somebody. The mafia go with the town, as long as it goes against others.
pub(super) fn blame(bot: &Bot, seat: SeatNo) -> i32 {
    if bot.mine.role == Role::Joker {
        return 0;
    }
    if !bot.is_in_team() {
        return with_votes(bot, seat);
    }
    match prey(bot, seat) {
        NEVER => NEVER,
        wanted => (wanted + with_votes(bot, seat).clamp(-10, SURE / 2)).min(SURE),
    }
}
