//! How much a bot believes a player.

use super::{bot::Bot, public_record::Claim};
use crate::{Role, SeatNo};

/// How credible a player is who claims to be the detective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credibility {
    /// Shown as the detective, or has correctly named a mafia.
    Proven,
    /// Unknown.
    Open,
    /// Has lied.
    Liar,
}

/// Rates this player's claims.
pub(super) fn credibility(bot: &Bot, by: SeatNo) -> Credibility {
    match bot.shown(by) {
        Some(Role::Detective) => return Credibility::Proven,
        Some(_) => return Credibility::Liar,
        None => {}
    }
    let is_mine = bot.mine.role == Role::Detective && bot.public.roles.detective == 1;
    if is_mine && by != bot.me() {
        return Credibility::Liar;
    }
    let checked = || claims_of(bot, by).filter_map(|claim| Some((claim.mafia, bot.knows(claim.about)?)));
    if checked().any(|(said, is)| said != is) {
        Credibility::Liar
    } else if checked().any(|(said, _)| said) {
        Credibility::Proven
    } else {
        Credibility::Open
    }
}

/// The findings that this player claims.
pub(super) fn claims_of<'a>(bot: &'a Bot, by: SeatNo) -> impl Iterator<Item = &'a Claim> {
    bot.record.claims.iter().filter(move |claim| claim.by == by)
}

/// Whether this player claims to be the detective.
pub(super) fn is_claimant(bot: &Bot, seat: SeatNo) -> bool {
    claims_of(bot, seat).next().is_some()
}
