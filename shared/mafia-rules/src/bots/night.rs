//! What bots do at night.

use super::{
    Move,
    bot::Bot,
    chance::{best, chance, lean},
    credit::{Credit, credit, is_claimant},
    prey::prey,
    suspicion::suspicion,
};
use crate::{Act, Command, Point, Random, Role, SeatNo, victim};

pub(super) fn act(bot: &Bot, random: &mut dyn Random) -> Move {
    if bot.may(Act::Point) {
        return point(bot, random);
    }
    if bot.mine.done {
        return Move::Nothing;
    }
    let deed = match bot.mine.role {
        Role::Doctor => protect(bot, random),
        Role::Detective => investigate(bot, random),
        Role::Spy => probe(bot, random),
        Role::Reporter => report(bot, random),
        _ => None,
    };
    Move::Do(deed.unwrap_or(Command::Sleep))
}

/// Points where the team does, people first: bots follow them, and follow again where they change their mind.
fn point(bot: &Bot, random: &mut dyn Random) -> Move {
    let targets = bot.targets(Act::Point);
    let of = |wanted: &dyn Fn(&Point) -> bool| -> Vec<Point> { bot.mine.points.iter().copied().filter(wanted).collect() };
    let by_people = victim(&of(&|point| bot.is_person(point.from)));
    let agreed = by_people.or_else(|| victim(&bot.mine.points)).filter(|target| targets.contains(target));
    match agreed.or_else(|| lean(targets, |seat| prey(bot, seat), random)) {
        Some(target) if bot.mine.deed != Some(target) => Move::Do(Command::Point { target }),
        Some(_) => Move::Later,
        None if bot.mine.done => Move::Nothing,
        None => Move::Do(Command::Sleep),
    }
}

fn protect(bot: &Bot, random: &mut dyn Random) -> Option<Command> {
    let worth = |seat: SeatNo| match bot.shown(seat) {
        Some(Role::Detective) => 30,
        Some(Role::Mafia | Role::Spy | Role::Joker) => -6,
        Some(_) => 8,
        None if is_claimant(bot, seat) && credit(bot, seat) != Credit::Liar => 20,
        None if seat == bot.me() => 2,
        None => (-suspicion(bot, seat)).clamp(-6, 4),
    };
    lean(bot.targets(Act::Protect), worth, random).map(|target| Command::Protect { target })
}

fn investigate(bot: &Bot, random: &mut dyn Random) -> Option<Command> {
    unknown(bot, Act::Investigate, random).map(|target| Command::Investigate { target })
}

fn probe(bot: &Bot, random: &mut dyn Random) -> Option<Command> {
    unknown(bot, Act::Probe, random).map(|target| Command::Probe { target })
}

/// A story is worth most once there is somebody to suspect.
fn report(bot: &Bot, random: &mut dyn Random) -> Option<Command> {
    if bot.public.day < 2 || !chance(50, random) {
        return None;
    }
    let open = open(bot, Act::Report);
    best(&open, |seat| suspicion(bot, seat), random).map(|target| Command::Report { target })
}

/// Somebody of whom it does not know the side; the more suspected, the likelier.
fn unknown(bot: &Bot, act: Act, random: &mut dyn Random) -> Option<SeatNo> {
    lean(&open(bot, act), |seat| suspicion(bot, seat).clamp(-2, 20), random)
}

fn open(bot: &Bot, act: Act) -> Vec<SeatNo> {
    bot.targets(act).iter().copied().filter(|&seat| bot.knows(seat).is_none() && !bot.has_gone(seat)).collect()
}
