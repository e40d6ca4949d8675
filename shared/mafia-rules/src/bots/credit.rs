//! Whom a bot believes.

use super::{bot::Bot, heard::Claim};
use crate::{Role, SeatNo};

/// How much a bot believes somebody who says that they are a detective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credit {
    /// They are one, or were right about a mafia.
    Proven,
    /// Who knows.
    Open,
    /// They lied.
    Liar,
}

/// How much it believes this one.
pub(super) fn credit(bot: &Bot, by: SeatNo) -> Credit {
    match bot.shown(by) {
        Some(Role::Detective) => return Credit::Proven,
        Some(_) => return Credit::Liar,
        None => {}
    }
    let is_mine = bot.mine.role == Role::Detective && bot.public.roles.detective == 1;
    if is_mine && by != bot.me() {
        return Credit::Liar;
    }
    let checked = || claims_of(bot, by).filter_map(|claim| Some((claim.mafia, bot.knows(claim.about)?)));
    if checked().any(|(said, is)| said != is) {
        Credit::Liar
    } else if checked().any(|(said, _)| said) {
        Credit::Proven
    } else {
        Credit::Open
    }
}

/// What this one says to have found out.
pub(super) fn claims_of<'a>(bot: &'a Bot, by: SeatNo) -> impl Iterator<Item = &'a Claim> {
    bot.heard.claims.iter().filter(move |claim| claim.by == by)
}

/// Does this one say to be a detective?
pub(super) fn is_claimant(bot: &Bot, seat: SeatNo) -> bool {
    claims_of(bot, seat).next().is_some()
}
