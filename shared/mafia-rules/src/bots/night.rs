//! Night actions of bots.

use super::{
    Move,
    bot::Bot,
    choice::{chance, pick_best, pick_weighted},
    credibility::{Credibility, credibility, is_claimant},
    suspicion::suspicion,
    victim_value::victim_value,
};
use crate::{Act, Command, NightAction, Point, Random, Role, SeatNo, victim};

pub(super) fn act(bot: &Bot, random: &mut dyn Random) -> Move {
    if bot.may(Act::NightAction(NightAction::Point)) {
        return point(bot, random);
    }
    if bot.mine.done {
        return Move::Nothing;
    }
    let Some(action) = bot.mine.role.night_action() else { return Move::Do(Command::Sleep) };
    let target = match action {
        NightAction::Point => None,
        NightAction::Protect => protect(bot, random),
        NightAction::Investigate | NightAction::Probe => unknown(bot, action, random),
        NightAction::Report => report(bot, random),
    };
    Move::Do(target.map_or(Command::Sleep, |target| Command::Do { action, target }))
}

/// Points at the team's target and follows its changes. The choice of human players comes first.
fn point(bot: &Bot, random: &mut dyn Random) -> Move {
    let targets = bot.targets(Act::NightAction(NightAction::Point));
    let of = |wanted: &dyn Fn(&Point) -> bool| -> Vec<Point> { bot.mine.points.iter().copied().filter(wanted).collect() };
    let by_people = victim(&of(&|point| bot.is_person(point.from)));
    let agreed = by_people.or_else(|| victim(&bot.mine.points)).filter(|target| targets.contains(target));
    match agreed.or_else(|| pick_weighted(targets, |seat| victim_value(bot, seat), random)) {
        Some(target) if bot.mine.action != Some(target) => Move::Do(Command::Do { action: NightAction::Point, target }),
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
        None if is_claimant(bot, seat) && credibility(bot, seat) != Credibility::Liar => 20,
        None if seat == bot.me() => 2,
        None => (-suspicion(bot, seat)).clamp(-6, 4),
    };
    pick_weighted(bot.targets(Act::NightAction(NightAction::Protect)), worth, random)
}

/// A story is worth little before there are suspicions.
fn report(bot: &Bot, random: &mut dyn Random) -> Option<SeatNo> {
    if bot.public.day < 2 || !chance(50, random) {
        return None;
    }
    pick_best(&open(bot, NightAction::Report), |seat| suspicion(bot, seat), random)
}

/// Picks a player whose side the bot does not know; suspected players are more likely.
fn unknown(bot: &Bot, action: NightAction, random: &mut dyn Random) -> Option<SeatNo> {
    pick_weighted(&open(bot, action), |seat| suspicion(bot, seat).clamp(-2, 20), random)
}

fn open(bot: &Bot, action: NightAction) -> Vec<SeatNo> {
    bot.targets(Act::NightAction(action))
        .iter()
        .copied()
        .filter(|&seat| bot.knows(seat).is_none() && !bot.has_gone(seat))
        .collect()
}
