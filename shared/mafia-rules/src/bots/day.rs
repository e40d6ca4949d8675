//! Votes of bots.

use super::{
    Move,
    bot::Bot,
    choice::{NEVER, chance, pick_best, pick_weighted},
    suspicion::{SURE, with_votes},
    victim_value::victim_value,
};
use crate::{Act, Command, Random, Role, SeatNo};

/// The share of bots that abstain, in percent, when they know nothing for sure.
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
    let worst = pick_best(bot.targets(Act::Vote), score, random)?;
    if score(worst) >= SURE {
        return Some(worst);
    }
    if chance(UNDECIDED, random) { None } else { pick_weighted(bot.targets(Act::Vote), score, random) }
}

/// How much a bot wants to accuse this player. A bot of the mafia follows the other votes, except against its own team.
pub(super) fn blame(bot: &Bot, seat: SeatNo) -> i32 {
    if bot.mine.role == Role::Joker {
        return 0;
    }
    if !bot.is_in_team() {
        return with_votes(bot, seat);
    }
    match victim_value(bot, seat) {
        NEVER => NEVER,
        wanted => (wanted + with_votes(bot, seat).clamp(-10, SURE / 2)).min(SURE),
    }
}
