//! The line of a table in a list, beside its name.

use mafia::texts::Texts;
use mafia_rules::MAX_PLAYERS;

use super::{Stage, TableCard};
use crate::site::texts::fill;

pub(super) fn host(t: &Texts, card: &TableCard<'_>) -> String {
    fill(&t.tables.host, &[("name", card.host)])
}

/// Free seats matter before the start alone.
pub(super) fn seats(t: &Texts, card: &TableCard<'_>) -> String {
    let (count, max) = (card.seated.to_string(), MAX_PLAYERS.to_string());
    let text = if card.stage == Stage::Gathering { &t.tables.seated } else { &t.tables.players };
    fill(text, &[("count", &count), ("max", &max)])
}

pub(super) fn stage<'a>(t: &'a Texts, card: &TableCard<'_>) -> &'a str {
    match card.stage {
        Stage::Gathering => &t.tables.gathering,
        Stage::Playing => &t.tables.playing,
        Stage::Over => &t.tables.over,
    }
}
