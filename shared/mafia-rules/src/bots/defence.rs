//! The defence of an accused bot.

use super::{Move, bot::Bot, choice::chance, phrases::Kind, talk::line};
use crate::{Act, Command, Random, Role};

/// Says one line, then ends the defence so that the ballot can begin.
pub(super) fn defend(bot: &Bot, random: &mut dyn Random) -> Move {
    if !bot.may(Act::Finish) {
        return Move::Nothing;
    }
    if bot.record.lines_of(bot.me()) > 0 {
        return Move::Do(Command::Finish);
    }
    let kind = match bot.mine.role {
        Role::Detective => Kind::PleadDetective,
        Role::Joker if chance(60, random) => Kind::Confess,
        Role::Mafia if chance(15, random) => Kind::PleadDetective,
        _ => Kind::Plead,
    };
    Move::Do(line(bot, kind, None, random).unwrap_or(Command::Finish))
}
