//! The game's pages: the tables, one table, a replay, a player, the rules.

mod cards;
mod lines;
mod view;

use std::collections::BTreeMap;

use askama::Template;
use mafia_rules::{MAX_DAYS, MAX_PLAYERS, MIN_PLAYERS, Options, PHRASES, Refusal, Role, phrase};
use serde::Serialize;

use super::game_texts::GameTexts;
use crate::{
    pages::{
        Chrome, fault_text, html,
        texts::{self, LiveTexts, Texts, fill, texts},
    },
    site::{script, utc},
};
use lines::StepLines;

pub(crate) use view::{Player, Replay, RoleCount, Stage, Table, TableCard, Tables};

/// The tables. Works without scripts.
pub(crate) fn tables(chrome: &Chrome<'_>, view: &Tables<'_>) -> String {
    let t = texts(chrome.lang);
    let name_fault = view.name_fault.map(|fault| fault_text(t, t.fault.name_empty, fault));
    let code_fault = view.code_fault.map(|fault| fault_text(t, t.mafia.tables.code_empty, fault));
    html(&TablesPage { chrome, t, view, name_fault, code_fault })
}

/// A table. The scripts bring it to life over the socket.
pub(crate) fn table(chrome: &Chrome<'_>, view: &Table<'_>) -> String {
    let t = texts(chrome.lang);
    html(&TablePage { chrome, t, view, script: ScriptTexts::of(chrome) })
}

/// A finished game, as data for the scripts and as a list for who has none.
pub(crate) fn replay(chrome: &Chrome<'_>, view: &Replay<'_>) -> String {
    let t = texts(chrome.lang);
    let steps = lines::steps(t, chrome.lang, view.steps);
    html(&ReplayPage { chrome, t, view, script: ScriptTexts::of(chrome), cast: lines::cast(t, view.steps), steps })
}

/// A player's statistics.
pub(crate) fn player(chrome: &Chrome<'_>, view: &Player<'_>) -> String {
    html(&PlayerPage { chrome, t: texts(chrome.lang), view })
}

/// The rules in short.
pub(crate) fn rules(chrome: &Chrome<'_>) -> String {
    html(&RulesPage { chrome, t: texts(chrome.lang) })
}

/// What a table's and a replay's scripts say.
#[derive(Serialize)]
struct ScriptTexts {
    #[serde(flatten)]
    live: &'static LiveTexts,
    game: &'static GameTexts,
    /// What bots say, by the phrase's id.
    phrases: BTreeMap<&'static str, &'static str>,
    /// Why a game cannot start yet, by the refusal's code.
    reasons: BTreeMap<&'static str, String>,
    /// The paces that a host can choose.
    paces: BTreeMap<&'static str, Options>,
}

/// Why a game cannot start yet.
const NOT_YET: [Refusal; 4] = [Refusal::TooFewPlayers, Refusal::MoreRolesThanPlayers, Refusal::NoMafia, Refusal::TooManyMafia];

impl ScriptTexts {
    fn of(chrome: &Chrome<'_>) -> Self {
        let t = texts(chrome.lang);
        let said = |id| Some((id, phrase(id, chrome.lang.into())?));
        Self {
            live: &t.live,
            game: &t.game,
            phrases: PHRASES.iter().filter_map(|phrase| said(phrase.id)).collect(),
            reasons: NOT_YET.iter().map(|refusal| (refusal.code(), refusal.text(chrome.lang.into()))).collect(),
            paces: Options::PACES.into_iter().filter_map(|name| Some((name, Options::of_pace(name)?))).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "mafia_tables.html")]
struct TablesPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a Tables<'a>,
    name_fault: Option<String>,
    code_fault: Option<String>,
}

#[derive(Template)]
#[template(path = "mafia_table.html")]
struct TablePage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a Table<'a>,
    script: ScriptTexts,
}

#[derive(Template)]
#[template(path = "mafia_replay.html")]
struct ReplayPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a Replay<'a>,
    script: ScriptTexts,
    cast: Vec<String>,
    steps: Vec<StepLines>,
}

#[derive(Template)]
#[template(path = "player.html")]
struct PlayerPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a Player<'a>,
}

impl PlayerPage<'_> {
    fn share(&self, wins: u32, games: u32) -> String {
        format!("{}%", (wins * 100 + games / 2).checked_div(games).unwrap_or_default())
    }
}

#[derive(Template)]
#[template(path = "mafia_rules.html")]
struct RulesPage<'a> {
    chrome: &'a Chrome<'a>,
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
