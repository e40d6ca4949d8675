//! What a list says of a table beside its name.

use mafia_rules::MAX_PLAYERS;

use super::{Stage, TableCard};
use crate::{mafia::texts::Texts, site::texts::fill};

pub(super) fn host(t: &Texts, card: &TableCard<'_>) -> String {
    fill(t.mafia.tables.host, &[("name", card.host)])
}

/// Free seats matter before the start alone.
pub(super) fn seats(t: &Texts, card: &TableCard<'_>) -> String {
    let (count, max) = (card.seated.to_string(), MAX_PLAYERS.to_string());
    let text = if card.stage == Stage::Gathering { t.mafia.tables.seated } else { t.mafia.tables.players };
    fill(text, &[("count", &count), ("max", &max)])
}

pub(super) fn stage(t: &Texts, card: &TableCard<'_>) -> &'static str {
    match card.stage {
        Stage::Gathering => t.mafia.tables.gathering,
        Stage::Playing => t.mafia.tables.playing,
        Stage::Over => t.mafia.tables.over,
    }
}
