//! How much the mafia's bots want each player dead.

use super::{
    bot::Bot,
    choice::NEVER,
    credibility::{Credibility, claims_of, credibility, is_claimant},
};
use crate::{Role, SeatNo};

/// Rates a player as a victim, for a bot that knows the mafia.
pub(super) fn victim_value(bot: &Bot, seat: SeatNo) -> i32 {
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

/// A claimed detective is probably real if their findings about the team are right.
fn as_detective(bot: &Bot, seat: SeatNo) -> i32 {
    if !is_claimant(bot, seat) {
        return 0;
    }
    let knows_us = claims_of(bot, seat).any(|claim| claim.mafia && bot.knows(claim.about) == Some(true));
    match credibility(bot, seat) {
        _ if knows_us => 40,
        Credibility::Liar => 0,
        Credibility::Proven | Credibility::Open => 20,
    }
}

/// Players who accuse the team by day are a danger.
fn against_us(bot: &Bot, seat: SeatNo) -> i32 {
    let accused = bot.record.accusations.iter().filter(|(by, about)| *by == seat && bot.is_mate(*about)).count();
    let balloted = bot.record.ballots.iter().filter(|ballot| bot.is_mate(ballot.accused) && ballot.yes.contains(&seat)).count();
    let confessed = if bot.record.confessed.contains(&seat) { 8 } else { 0 };
    4 * i32::try_from(accused).unwrap_or(0) + 2 * i32::try_from(balloted).unwrap_or(0) - confessed
}
