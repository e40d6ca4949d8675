//! What the game's pages say as the server sends them: the tables, one table, a replay, a player, the rules.

#![expect(missing_docs, reason = "a field is named as the text that it holds")]

use serde::Deserialize;

/// The list of tables, and how to come to one.
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

/// One table, before its scripts bring it to life.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableTexts {
    pub code: String,
    pub loading: String,
    pub needs_script: String,
    pub watching: String,
    pub sit_down: String,
}

/// A finished game, step by step. `{name}` is whom a line is about, `{target}` whom they did it to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayTexts {
    /// Not all that was said is there.
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

/// How a player did.
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

/// The rules in short.
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

/// Pages in place of the game's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTexts {
    pub table_not_found: Section,
    pub not_watched: Section,
    pub not_over: Section,
    pub player_not_found: Section,
}

/// A heading and what stands under it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub title: String,
    pub text: String,
}

impl RulesTexts {
    /// The sections that come after the roles, in the order of a game.
    #[must_use]
    pub fn sections(&self) -> [&Section; 7] {
        [&self.night, &self.dawn, &self.talk, &self.vote, &self.end, &self.chats, &self.away]
    }
}
