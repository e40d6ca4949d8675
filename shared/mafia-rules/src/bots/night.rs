//! What bots do at night.

use super::{
    Move,
    bot::Bot,
    chance::{best, chance, lean},
    credit::{Credit, credit, is_claimant},
    prey::prey,
    suspicion::suspicion,
};
use crate::{Act, Command, Deed, Point, Random, Role, SeatNo, victim};

pub(super) fn act(bot: &Bot, random: &mut dyn Random) -> Move {
    if bot.may(Act::Deed(Deed::Point)) {
        return point(bot, random);
    }
    if bot.mine.done {
        return Move::Nothing;
    }
    let Some(deed) = bot.mine.role.deed() else { return Move::Do(Command::Sleep) };
    let target = match deed {
        Deed::Point => None,
        Deed::Protect => protect(bot, random),
        Deed::Investigate | Deed::Probe => unknown(bot, deed, random),
        Deed::Report => report(bot, random),
    };
    Move::Do(target.map_or(Command::Sleep, |target| Command::Do { deed, target }))
}

/// Points where the team does, people first: bots follow them, and follow again where they change their mind.
fn point(bot: &Bot, random: &mut dyn Random) -> Move {
    let targets = bot.targets(Act::Deed(Deed::Point));
    let of = |wanted: &dyn Fn(&Point) -> bool| -> Vec<Point> { bot.mine.points.iter().copied().filter(wanted).collect() };
    let by_people = victim(&of(&|point| bot.is_person(point.from)));
    let agreed = by_people.or_else(|| victim(&bot.mine.points)).filter(|target| targets.contains(target));
    match agreed.or_else(|| lean(targets, |seat| prey(bot, seat), random)) {
        Some(target) if bot.mine.deed != Some(target) => Move::Do(Command::Do { deed: Deed::Point, target }),
        Some(_) => Move::Later,
        None if bot.mine.done => Move::Nothing,
        None => Move::Do(Command::Sleep),
    }
}

fn protect(bot: &Bot, random: &mut dyn Random) -> Option<SeatNo> {
    let worth = |seat: SeatNo| match bot.shown(seat) {
        Some(Role::Detective) => 30,
        Some(Role::Mafia | Role::Spy | Role::Joker) => -6,
        Some(_) => 8,
        None if is_claimant(bot, seat) && credit(bot, seat) != Credit::Liar => 20,
        None if seat == bot.me() => 2,
        None => (-suspicion(bot, seat)).clamp(-6, 4),
    };
    lean(bot.targets(Act::Deed(Deed::Protect)), worth, random)
}

/// A story is worth most once there is somebody to suspect.
fn report(bot: &Bot, random: &mut dyn Random) -> Option<SeatNo> {
    if bot.public.day < 2 || !chance(50, random) {
        return None;
    }
    best(&open(bot, Deed::Report), |seat| suspicion(bot, seat), random)
}

/// Somebody of whom it does not know the side; the more suspected, the likelier.
fn unknown(bot: &Bot, deed: Deed, random: &mut dyn Random) -> Option<SeatNo> {
    lean(&open(bot, deed), |seat| suspicion(bot, seat).clamp(-2, 20), random)
}

fn open(bot: &Bot, deed: Deed) -> Vec<SeatNo> {
    bot.targets(Act::Deed(deed)).iter().copied().filter(|&seat| bot.knows(seat).is_none() && !bot.has_gone(seat)).collect()
}
