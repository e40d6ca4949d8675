//! The texts of the pages that the server renders: tables, one table, replay, player, rules.

#![expect(missing_docs, reason = "a field is named as the text that it holds")]

use serde::Deserialize;

/// The list of tables, and how to join one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TablesTexts {
    pub open: String,
    pub none: String,
    pub none_hint: String,
    pub mine: String,
    pub none_mine: String,
    pub create: String,
    pub name: String,
    pub name_hint: String,
    pub pace: String,
    pub quick: String,
    pub quick_hint: String,
    pub standard: String,
    pub standard_hint: String,
    pub long: String,
    pub long_hint: String,
    pub create_submit: String,
    pub join: String,
    pub code: String,
    pub code_hint: String,
    pub join_submit: String,
    pub rules: String,
    pub record: String,
    pub sign_in: String,
    pub host: String,
    pub seated: String,
    pub players: String,
    pub gathering: String,
    pub playing: String,
    pub over: String,
    pub code_empty: String,
    pub no_table: String,
}

/// One table before its scripts are loaded.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableTexts {
    pub code: String,
    pub loading: String,
    pub needs_script: String,
    pub watching: String,
    pub sit_down: String,
}

/// A finished game, step by step. `{name}` is the subject of a line, `{target}` the target of an action.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayTexts {
    /// Says that some messages were left out.
    pub cut: String,
    pub title: String,
    pub roles: String,
    pub steps: String,
    pub step: String,
    pub end: String,
    pub survived: String,
    pub nobody_died: String,
    pub died: String,
    pub published: String,
    pub accused: String,
    pub nobody_accused: String,
    pub judged: String,
    pub left: String,
    pub said: String,
}

/// A player's statistics.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayerTexts {
    pub title: String,
    pub games: String,
    pub wins: String,
    pub share: String,
    pub by_role: String,
    pub role: String,
    pub recent: String,
    pub none: String,
    pub none_hint: String,
    pub replay: String,
}

/// The short rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesTexts {
    pub title: String,
    pub lead: String,
    pub goal: Section,
    pub roles: String,
    pub night: Section,
    pub dawn: Section,
    pub talk: Section,
    pub vote: Section,
    pub end: Section,
    pub chats: Section,
    pub away: Section,
}

/// The pages that replace a page of the game.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTexts {
    pub table_not_found: Section,
    pub not_watched: Section,
    pub not_over: Section,
    pub player_not_found: Section,
}

/// A heading with its text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub title: String,
    pub text: String,
}

impl RulesTexts {
    /// The sections after the roles, in the order of a game.
    #[must_use]
    pub fn sections(&self) -> [&Section; 7] {
        [&self.night, &self.dawn, &self.talk, &self.vote, &self.end, &self.chats, &self.away]
    }
}
