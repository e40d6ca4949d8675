//! What the game's pages say as the server sends them: the tables, one table, a replay, a player, the rules.

pub(super) mod en;
pub(super) mod ko;

use serde::Serialize;

/// All of the game's pages.
#[derive(Serialize)]
pub(in crate::pages) struct MafiaTexts {
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) to_tables: &'static str,
    pub(in crate::pages) tables: TablesTexts,
    pub(in crate::pages) table: TableTexts,
    pub(in crate::pages) replay: ReplayTexts,
    pub(in crate::pages) player: PlayerTexts,
    pub(in crate::pages) rules: RulesTexts,
}

/// The list of tables, and how to come to one.
#[derive(Serialize)]
pub(in crate::pages) struct TablesTexts {
    pub(in crate::pages) lead: &'static str,
    pub(in crate::pages) open: &'static str,
    pub(in crate::pages) none: &'static str,
    pub(in crate::pages) none_hint: &'static str,
    pub(in crate::pages) mine: &'static str,
    pub(in crate::pages) none_mine: &'static str,
    pub(in crate::pages) create: &'static str,
    pub(in crate::pages) name: &'static str,
    pub(in crate::pages) name_hint: &'static str,
    pub(in crate::pages) pace: &'static str,
    pub(in crate::pages) quick: &'static str,
    pub(in crate::pages) quick_hint: &'static str,
    pub(in crate::pages) standard: &'static str,
    pub(in crate::pages) standard_hint: &'static str,
    pub(in crate::pages) long: &'static str,
    pub(in crate::pages) long_hint: &'static str,
    pub(in crate::pages) create_submit: &'static str,
    pub(in crate::pages) join: &'static str,
    pub(in crate::pages) code: &'static str,
    pub(in crate::pages) code_hint: &'static str,
    pub(in crate::pages) join_submit: &'static str,
    pub(in crate::pages) rules: &'static str,
    pub(in crate::pages) record: &'static str,
    pub(in crate::pages) sign_in: &'static str,
    pub(in crate::pages) host: &'static str,
    pub(in crate::pages) seated: &'static str,
    pub(in crate::pages) players: &'static str,
    pub(in crate::pages) gathering: &'static str,
    pub(in crate::pages) playing: &'static str,
    pub(in crate::pages) over: &'static str,
    pub(in crate::pages) code_empty: &'static str,
    pub(in crate::pages) no_table: &'static str,
}

/// One table, before its scripts bring it to life.
#[derive(Serialize)]
pub(in crate::pages) struct TableTexts {
    pub(in crate::pages) code: &'static str,
    pub(in crate::pages) loading: &'static str,
    pub(in crate::pages) needs_script: &'static str,
    pub(in crate::pages) watching: &'static str,
    pub(in crate::pages) sit_down: &'static str,
}

/// A finished game, step by step. `{name}` is whom a line is about, `{target}` whom they did it to.
#[derive(Serialize)]
pub(in crate::pages) struct ReplayTexts {
    /// Not all that was said is there.
    pub(in crate::pages) cut: &'static str,
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) roles: &'static str,
    pub(in crate::pages) steps: &'static str,
    pub(in crate::pages) step: &'static str,
    pub(in crate::pages) end: &'static str,
    pub(in crate::pages) pointed: &'static str,
    pub(in crate::pages) protected: &'static str,
    pub(in crate::pages) found_mafia: &'static str,
    pub(in crate::pages) found_other: &'static str,
    pub(in crate::pages) reported: &'static str,
    pub(in crate::pages) survived: &'static str,
    pub(in crate::pages) nobody_died: &'static str,
    pub(in crate::pages) died: &'static str,
    pub(in crate::pages) published: &'static str,
    pub(in crate::pages) accused: &'static str,
    pub(in crate::pages) nobody_accused: &'static str,
    pub(in crate::pages) judged: &'static str,
    pub(in crate::pages) left: &'static str,
    pub(in crate::pages) said: &'static str,
}

/// How a player did.
#[derive(Serialize)]
pub(in crate::pages) struct PlayerTexts {
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) games: &'static str,
    pub(in crate::pages) wins: &'static str,
    pub(in crate::pages) share: &'static str,
    pub(in crate::pages) by_role: &'static str,
    pub(in crate::pages) role: &'static str,
    pub(in crate::pages) recent: &'static str,
    pub(in crate::pages) none: &'static str,
    pub(in crate::pages) none_hint: &'static str,
    pub(in crate::pages) replay: &'static str,
}

/// The rules in short.
#[derive(Serialize)]
pub(in crate::pages) struct RulesTexts {
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) lead: &'static str,
    pub(in crate::pages) goal: Section,
    pub(in crate::pages) roles: &'static str,
    pub(in crate::pages) night: Section,
    pub(in crate::pages) dawn: Section,
    pub(in crate::pages) talk: Section,
    pub(in crate::pages) vote: Section,
    pub(in crate::pages) end: Section,
    pub(in crate::pages) chats: Section,
    pub(in crate::pages) away: Section,
    pub(in crate::pages) play: &'static str,
}

/// A heading and what stands under it.
#[derive(Serialize)]
pub(in crate::pages) struct Section {
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) text: &'static str,
}

impl RulesTexts {
    /// The sections that come after the roles, in the order of a game.
    pub(in crate::pages) fn sections(&self) -> [&Section; 7] {
        [&self.night, &self.dawn, &self.talk, &self.vote, &self.end, &self.chats, &self.away]
    }
}
