//! Everything that the game says, in each language: one file a language, `texts/TAG.json`, for both servers and for the pages' modules.
//!
//! `{word}` in a text is a place for a value. What pages' modules alone say ([`Texts::words`]) may also have `{word:a/b}`: the value, and
//! behind it `a` where it ends in a consonant as it is read in Korean, `b` where it ends in a vowel.

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

/// Everything that the game says in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Leads to the list of tables.
    pub to_tables: String,
    /// The list of tables.
    pub tables: TablesTexts,
    /// A table, before its modules bring it to life.
    pub table: TableTexts,
    /// A finished game.
    pub replay: ReplayTexts,
    /// A player's statistics.
    pub player: PlayerTexts,
    /// The rules in short.
    pub rules: RulesTexts,
    /// Pages in place of the game's.
    pub notices: NoticeTexts,
    /// The names of what the rules know.
    pub game: GameTexts,
    /// Why something is refused, by the refusal's code.
    pub refusals: BTreeMap<String, String>,
    /// Texts of bots, by the phrase's id; `{name}` is the player that it is about.
    pub phrases: BTreeMap<String, String>,
    /// What bots are called: more names than a table has seats.
    pub bot_names: Vec<String>,
    /// What the modules of a table and of a replay say.
    pub words: Value,
}

/// The names of what the rules know, by the words of the game's own JSON. Pages' modules get them as they are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GameTexts {
    /// Each role.
    pub roles: Each<Role, RoleText>,
    /// Each phase.
    pub phases: Each<Phase, String>,
    /// How somebody died.
    pub causes: Each<Cause, String>,
    /// Who has won.
    pub winners: Each<Winner, String>,
    /// Where people talk.
    pub channels: Each<Channel, String>,
    /// How one may vote on the accused.
    pub ballots: Each<Ballot, String>,
    /// What is told of each deed, by the type of its event.
    pub deeds: Each<NightAction, DeedTexts>,
}

/// A role's name, and what it does in one sentence.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleText {
    /// Its name.
    pub name: String,
    /// What it does.
    pub about: String,
}

/// What is told of a deed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeedTexts {
    /// To its doer, at the table: `{t}` is the target.
    pub told: Outcome,
    /// To everybody, in a replay: `{n}` did it to `{t}`.
    pub open: Outcome,
    /// In the list of a replay without scripts: `{name}` did it to `{target}`.
    pub listed: Outcome,
}

/// A text that depends on what was found out, where anything was.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Nothing is found out.
    Done(String),
    /// Whether the target is of the mafia.
    Found {
        /// They are.
        mafia: String,
        /// They are not.
        other: String,
    },
}

impl Outcome {
    /// The text for what was found out.
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
    /// What a refusal says: what is wrong, and what to do.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let text = self.refusals.get(refusal.code()).map_or(refusal.code(), String::as_str);
        match refusal {
            Refusal::OptionOutOfRange { field } => text.replace("{field}", field),
            _ => text.to_owned(),
        }
    }

    /// A role's name and what it does.
    #[must_use]
    pub fn role(&self, role: Role) -> &RoleText {
        &self.game.roles[role]
    }

    /// What a phrase says; `None` where there is no such phrase.
    #[must_use]
    pub fn phrase(&self, id: &str) -> Option<&str> {
        self.phrases.get(id).map(String::as_str)
    }
}

/// Everything that the game says in a language.
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
