//! Whom the mafia want out of the way, and how much.

use super::{
    bot::Bot,
    chance::NEVER,
    credit::{Credit, claims_of, credit, is_claimant},
};
use crate::{Role, SeatNo};

/// How much a bot that knows the mafia wants somebody dead.
pub(super) fn prey(bot: &Bot, seat: SeatNo) -> i32 {
    if bot.is_mate(seat) || bot.has_gone(seat) {
        return NEVER;
    }
    of_role(bot.shown(seat)) + as_detective(bot, seat) + against_us(bot, seat)
}

fn of_role(role: Option<Role>) -> i32 {
    match role {
        Some(Role::Detective) => 40,
        Some(Role::Doctor) => 30,
        Some(Role::Reporter) => 8,
        Some(Role::Joker | Role::Spy) => -5,
        _ => 0,
    }
}

/// Who says to be a detective and is right about us is one.
fn as_detective(bot: &Bot, seat: SeatNo) -> i32 {
    if !is_claimant(bot, seat) {
        return 0;
    }
    let knows_us = claims_of(bot, seat).any(|claim| claim.mafia && bot.knows(claim.about) == Some(true));
    match credit(bot, seat) {
        _ if knows_us => 40,
        Credit::Liar => 0,
        Credit::Proven | Credit::Open => 20,
    }
}

/// Who accuses us by day is better silent.
fn against_us(bot: &Bot, seat: SeatNo) -> i32 {
    let accused = bot.heard.accusations.iter().filter(|(by, about)| *by == seat && bot.is_mate(*about)).count();
    let balloted = bot.heard.ballots.iter().filter(|ballot| bot.is_mate(ballot.accused) && ballot.yes.contains(&seat)).count();
    let confessed = if bot.heard.confessed.contains(&seat) { 8 } else { 0 };
    4 * i32::try_from(accused).unwrap_or(0) + 2 * i32::try_from(balloted).unwrap_or(0) - confessed
}
