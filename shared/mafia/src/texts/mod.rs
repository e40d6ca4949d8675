//! The texts of the game: one file a language, `texts/TAG.json`, for both servers and for the pages' modules.
//!
//! `{word}` is a placeholder. The modules' texts ([`Texts::words`]) also have `{word:a/b}` for Korean particles: the value, followed by
//! `a` after a final consonant, or by `b` after a vowel.

mod each;
mod pages;

use std::{collections::BTreeMap, sync::LazyLock};

use lang::Lang;
use mafia_rules::{Ballot, Cause, Channel, NightAction, Phase, Refusal, Role, Winner};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    each::{Each, Key},
    pages::{NoticeTexts, PlayerTexts, ReplayTexts, RulesTexts, Section, TableTexts, TablesTexts},
};

/// The texts of the game in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The link to the list of tables.
    pub to_tables: String,
    /// The list of tables.
    pub tables: TablesTexts,
    /// A table before its modules are loaded.
    pub table: TableTexts,
    /// A finished game.
    pub replay: ReplayTexts,
    /// A player's statistics.
    pub player: PlayerTexts,
    /// The rules in short.
    pub rules: RulesTexts,
    /// Pages in place of the game's.
    pub notices: NoticeTexts,
    /// The names of roles, phases and so on.
    pub game: GameTexts,
    /// The text of each refusal, by its code.
    pub refusals: BTreeMap<String, String>,
    /// The bots' phrases, by their ids; `{name}` is the player whom the phrase is about.
    pub phrases: BTreeMap<String, String>,
    /// The bots' names: more than a table has seats.
    pub bot_names: Vec<String>,
    /// The texts of the modules of a table and of a replay.
    pub words: Value,
}

/// The names of the rules' enums, with the keys of the game's JSON. The pages' modules receive them unchanged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GameTexts {
    /// Each role.
    pub roles: Each<Role, RoleText>,
    /// Each phase.
    pub phases: Each<Phase, String>,
    /// Each cause of death.
    pub causes: Each<Cause, String>,
    /// Each winner.
    pub winners: Each<Winner, String>,
    /// Each chat channel.
    pub channels: Each<Channel, String>,
    /// Each vote on the accused.
    pub ballots: Each<Ballot, String>,
    /// The texts of each night action, by its event type.
    pub deeds: Each<NightAction, ActionTexts>,
}

/// A role's name and one sentence about it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleText {
    /// Its name.
    pub name: String,
    /// The rule of the role, for players.
    pub about: String,
}

/// The texts of a night action.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionTexts {
    /// For the acting player, at the table: `{t}` is the target.
    pub told: Outcome,
    /// For a replay: `{n}` is the acting player, `{t}` the target.
    pub open: Outcome,
    /// For a replay without scripts: `{name}` is the acting player, `{target}` the target.
    pub listed: Outcome,
}

/// A text that may depend on a finding.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// The action has no finding.
    Done(String),
    /// The action finds whether the target is mafia.
    Found {
        /// The target is mafia.
        mafia: String,
        /// The target is not mafia.
        other: String,
    },
}

impl Outcome {
    /// Selects the text by the finding.
    #[must_use]
    pub fn of(&self, is_mafia: Option<bool>) -> &str {
        match self {
            Self::Done(text) => text,
            Self::Found { mafia, other } => {
                if is_mafia == Some(true) {
                    mafia
                } else {
                    other
                }
            }
        }
    }
}

impl Texts {
    /// The text of a refusal: the reason and the remedy.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let text = self.refusals.get(refusal.code()).map_or(refusal.code(), String::as_str);
        match refusal {
            Refusal::OptionOutOfRange { field } => text.replace("{field}", field),
            _ => text.to_owned(),
        }
    }

    /// The name and description of a role.
    #[must_use]
    pub fn role(&self, role: Role) -> &RoleText {
        &self.game.roles[role]
    }

    /// The text of a phrase; `None` for an unknown id.
    #[must_use]
    pub fn phrase(&self, id: &str) -> Option<&str> {
        self.phrases.get(id).map(String::as_str)
    }
}

/// Returns the texts of a language.
#[must_use]
pub fn texts(lang: Lang) -> &'static Texts {
    macro_rules! read {
        ($tag:literal) => {{
            static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
                let text = include_str!(concat!("../../texts/", $tag, ".json"));
                serde_json::from_str(text).unwrap_or_else(|fault| panic!("texts/{}.json: {fault}", $tag))
            });
            &TEXTS
        }};
    }
    match lang {
        Lang::Ko => read!("ko"),
        Lang::En => read!("en"),
    }
}

#[cfg(test)]
mod tests;
