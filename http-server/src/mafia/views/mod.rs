//! The game's pages: the tables, one table, a replay, a player, the rules.

mod cards;
mod lines;
mod view;

use std::collections::BTreeMap;

use askama::Template;
use mafia::{
    Catalogue,
    texts::{GameTexts, Texts, texts},
};
use mafia_rules::{MAX_DAYS, MAX_PLAYERS, MIN_PLAYERS, Refusal, Role};
use serde::Serialize;
use serde_json::Value;

use crate::site::{
    json::Json,
    layout::{Layout, html},
    texts::{self as site, LiveTexts, fill},
    utc,
};
use lines::StepLines;

pub(crate) use view::{Player, Replay, RoleCount, Stage, Table, TableCard, Tables};

/// The tables. Works without scripts.
pub(crate) fn tables(layout: &Layout, view: &Tables<'_>) -> String {
    html(&TablesPage { layout, t: texts(layout.lang), view })
}

/// A table. The scripts bring it to life over the socket.
pub(crate) fn table(layout: &Layout, view: &Table<'_>) -> String {
    let t = texts(layout.lang);
    html(&TablePage { layout, t, view, script: ScriptTexts::of(layout) })
}

/// A finished game, as data for the scripts and as a list for browsers without scripts.
pub(crate) fn replay(layout: &Layout, view: &Replay<'_>) -> String {
    let t = texts(layout.lang);
    let steps = lines::steps(t, view.steps);
    html(&ReplayPage { layout, t, view, script: ScriptTexts::of(layout), cast: lines::cast(t, view.steps), steps })
}

/// A player's statistics.
pub(crate) fn player(layout: &Layout, view: &Player<'_>) -> String {
    html(&PlayerPage { layout, t: texts(layout.lang), view })
}

/// The rules in short.
pub(crate) fn rules(layout: &Layout) -> String {
    html(&RulesPage { layout, t: texts(layout.lang) })
}

/// Texts for the scripts of a table and of a replay.
#[derive(Serialize)]
struct ScriptTexts {
    #[serde(flatten)]
    live: &'static LiveTexts,
    game: &'static GameTexts,
    /// Texts that the game's modules alone show.
    words: &'static Value,
    /// Texts of bots, by the phrase's id.
    phrases: &'static BTreeMap<String, String>,
    /// Why a game cannot start yet, by the refusal's code.
    reasons: BTreeMap<&'static str, String>,
    /// Roles, phases and options, as the rules have them.
    catalogue: Catalogue,
}

/// Why a game cannot start yet.
const NOT_YET: [Refusal; 4] = [Refusal::TooFewPlayers, Refusal::MoreRolesThanPlayers, Refusal::NoMafia, Refusal::TooManyMafia];

impl ScriptTexts {
    fn of(layout: &Layout) -> Self {
        let t = texts(layout.lang);
        Self {
            live: &site::texts(layout.lang).live,
            game: &t.game,
            words: &t.words,
            phrases: &t.phrases,
            reasons: NOT_YET.iter().map(|refusal| (refusal.code(), t.refusal(refusal))).collect(),
            catalogue: mafia::catalogue(),
        }
    }
}

#[derive(Template)]
#[template(path = "mafia/tables.html")]
struct TablesPage<'a> {
    layout: &'a Layout,
    t: &'static Texts,
    view: &'a Tables<'a>,
}

#[derive(Template)]
#[template(path = "mafia/table.html")]
struct TablePage<'a> {
    layout: &'a Layout,
    t: &'static Texts,
    view: &'a Table<'a>,
    script: ScriptTexts,
}

#[derive(Template)]
#[template(path = "mafia/replay.html")]
struct ReplayPage<'a> {
    layout: &'a Layout,
    t: &'static Texts,
    view: &'a Replay<'a>,
    script: ScriptTexts,
    cast: Vec<String>,
    steps: Vec<StepLines>,
}

#[derive(Template)]
#[template(path = "mafia/player.html")]
struct PlayerPage<'a> {
    layout: &'a Layout,
    t: &'static Texts,
    view: &'a Player<'a>,
}

impl PlayerPage<'_> {
    fn title(&self) -> String {
        fill(&self.t.player.title, &[("name", self.view.nickname)])
    }

    fn share(&self, wins: u32, games: u32) -> String {
        format!("{}%", (wins * 100 + games / 2).checked_div(games).unwrap_or_default())
    }
}

#[derive(Template)]
#[template(path = "mafia/rules.html")]
struct RulesPage<'a> {
    layout: &'a Layout,
    t: &'static Texts,
}

impl RulesPage<'_> {
    fn filled(&self, text: &str) -> String {
        let (min, max, days) = (MIN_PLAYERS.to_string(), MAX_PLAYERS.to_string(), MAX_DAYS.to_string());
        fill(text, &[("min", &min), ("max", &max), ("days", &days)])
    }
}

#[cfg(test)]
pub(crate) mod tests;
