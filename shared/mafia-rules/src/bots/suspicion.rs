//! How much a citizens' bot suspects each player: 0 if nothing is known, 100 if surely mafia.

use super::{
    bot::Bot,
    credibility::{Credibility, credibility, is_claimant},
};
use crate::{Role, SeatNo};

/// At this value the bot is sure.
pub(super) const SURE: i32 = 60;

/// Rates a player by facts and statements, without today's votes.
pub(super) fn suspicion(bot: &Bot, seat: SeatNo) -> i32 {
    if let Some(role) = bot.shown(seat) {
        return of_role(role);
    }
    match bot.knows(seat) {
        Some(true) => 100,
        Some(false) => -40,
        None if bot.has_gone(seat) => -40, // they die at the next dawn anyway
        None => by_claims(bot, seat) + as_claimant(bot, seat) + by_talk(bot, seat) + by_ballots(bot, seat),
    }
}

/// Adds today's votes; votes of human players weigh more than those of bots.
pub(super) fn with_votes(bot: &Bot, seat: SeatNo) -> i32 {
    let votes = bot.public.votes.iter().filter(|vote| vote.to == Some(seat) && vote.from != bot.me());
    let pull: i32 = votes.map(|vote| if bot.is_person(vote.from) { 9 } else { 6 }).sum();
    suspicion(bot, seat).saturating_add(pull)
}

fn of_role(role: Role) -> i32 {
    match role {
        Role::Mafia => 100,
        Role::Spy => 20,
        _ => -40,
    }
}

fn by_claims(bot: &Bot, seat: SeatNo) -> i32 {
    let about = bot.record.claims.iter().filter(|claim| claim.about == seat && claim.by != seat);
    let weigh = |by: SeatNo| match credibility(bot, by) {
        Credibility::Proven => 80,
        Credibility::Open => 50,
        Credibility::Liar => -12,
    };
    about.map(|claim| if claim.mafia { weigh(claim.by) } else { -weigh(claim.by) }).sum()
}

/// A claimed detective is real, or lies.
fn as_claimant(bot: &Bot, seat: SeatNo) -> i32 {
    if !is_claimant(bot, seat) {
        return 0;
    }
    match credibility(bot, seat) {
        Credibility::Proven => -80,
        Credibility::Open => -12,
        Credibility::Liar => 70,
    }
}

fn by_talk(bot: &Bot, seat: SeatNo) -> i32 {
    let accused = bot.record.accusations.iter().filter(|(_, about)| *about == seat);
    let heat: i32 = accused.map(|(by, _)| if *by == bot.me() { 7 } else { 4 }).sum();
    let vouched = bot.record.vouches.iter().filter(|(_, about)| *about == seat).count();
    let warmth = 4 * i32::try_from(vouched).unwrap_or(0);
    // A joker wants to be voted out, so a confession lowers the suspicion if the table has a joker.
    let has_joker = bot.public.roles.joker > 0;
    let confessed = if bot.record.confessed.contains(&seat) { 1 } else { 0 };
    heat - warmth + confessed * if has_joker { -20 } else { 20 }
}

/// Votes to execute a citizen, or to spare a mafia, raise the suspicion.
fn by_ballots(bot: &Bot, seat: SeatNo) -> i32 {
    let weigh = |yes: bool, mafia: bool| match (yes, mafia) {
        (false, true) => 14,
        (true, true) => -8,
        (true, false) => 3,
        (false, false) => -3,
    };
    let known = bot.record.ballots.iter().filter_map(|ballot| Some((ballot, bot.knows(ballot.accused)?)));
    known
        .filter_map(|(ballot, mafia)| {
            let side = ballot.yes.contains(&seat).then_some(true).or(ballot.no.contains(&seat).then_some(false));
            Some(weigh(side?, mafia))
        })
        .sum()
}
