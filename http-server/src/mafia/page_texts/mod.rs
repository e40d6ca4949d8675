//! What the game's pages say as the server sends them: the tables, one table, a replay, a player, the rules.

pub(super) mod en;
pub(super) mod ko;

use serde::Serialize;

use crate::site::texts::Notice;

/// All of the game's pages.
#[derive(Serialize)]
pub(crate) struct MafiaTexts {
    pub(super) to_tables: &'static str,
    pub(super) tables: TablesTexts,
    pub(super) table: TableTexts,
    pub(super) replay: ReplayTexts,
    pub(super) player: PlayerTexts,
    pub(super) rules: RulesTexts,
    pub(super) refusal: RefusalTexts,
}

/// The list of tables, and how to come to one.
#[derive(Serialize)]
pub(super) struct TablesTexts {
    pub(super) open: &'static str,
    pub(super) none: &'static str,
    pub(super) none_hint: &'static str,
    pub(super) mine: &'static str,
    pub(super) none_mine: &'static str,
    pub(super) create: &'static str,
    pub(super) name: &'static str,
    pub(super) name_hint: &'static str,
    pub(super) pace: &'static str,
    pub(super) quick: &'static str,
    pub(super) quick_hint: &'static str,
    pub(super) standard: &'static str,
    pub(super) standard_hint: &'static str,
    pub(super) long: &'static str,
    pub(super) long_hint: &'static str,
    pub(super) create_submit: &'static str,
    pub(super) join: &'static str,
    pub(super) code: &'static str,
    pub(super) code_hint: &'static str,
    pub(super) join_submit: &'static str,
    pub(super) rules: &'static str,
    pub(super) record: &'static str,
    pub(super) sign_in: &'static str,
    pub(super) host: &'static str,
    pub(super) seated: &'static str,
    pub(super) players: &'static str,
    pub(super) gathering: &'static str,
    pub(super) playing: &'static str,
    pub(super) over: &'static str,
    pub(super) code_empty: &'static str,
    pub(super) no_table: &'static str,
}

/// One table, before its scripts bring it to life.
#[derive(Serialize)]
pub(super) struct TableTexts {
    pub(super) code: &'static str,
    pub(super) loading: &'static str,
    pub(super) needs_script: &'static str,
    pub(super) watching: &'static str,
    pub(super) sit_down: &'static str,
}

/// A finished game, step by step. `{name}` is whom a line is about, `{target}` whom they did it to.
#[derive(Serialize)]
pub(super) struct ReplayTexts {
    /// Not all that was said is there.
    pub(super) cut: &'static str,
    pub(super) title: &'static str,
    pub(super) roles: &'static str,
    pub(super) steps: &'static str,
    pub(super) step: &'static str,
    pub(super) end: &'static str,
    pub(super) pointed: &'static str,
    pub(super) protected: &'static str,
    pub(super) found_mafia: &'static str,
    pub(super) found_other: &'static str,
    pub(super) reported: &'static str,
    pub(super) survived: &'static str,
    pub(super) nobody_died: &'static str,
    pub(super) died: &'static str,
    pub(super) published: &'static str,
    pub(super) accused: &'static str,
    pub(super) nobody_accused: &'static str,
    pub(super) judged: &'static str,
    pub(super) left: &'static str,
    pub(super) said: &'static str,
}

/// How a player did.
#[derive(Serialize)]
pub(super) struct PlayerTexts {
    pub(super) title: &'static str,
    pub(super) games: &'static str,
    pub(super) wins: &'static str,
    pub(super) share: &'static str,
    pub(super) by_role: &'static str,
    pub(super) role: &'static str,
    pub(super) recent: &'static str,
    pub(super) none: &'static str,
    pub(super) none_hint: &'static str,
    pub(super) replay: &'static str,
}

/// The rules in short.
#[derive(Serialize)]
pub(super) struct RulesTexts {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) goal: Section,
    pub(super) roles: &'static str,
    pub(super) night: Section,
    pub(super) dawn: Section,
    pub(super) talk: Section,
    pub(super) vote: Section,
    pub(super) end: Section,
    pub(super) chats: Section,
    pub(super) away: Section,
}

/// A heading and what stands under it.
#[derive(Serialize)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

impl RulesTexts {
    /// The sections that come after the roles, in the order of a game.
    pub(super) fn sections(&self) -> [&Section; 7] {
        [&self.night, &self.dawn, &self.talk, &self.vote, &self.end, &self.chats, &self.away]
    }
}

/// Pages in place of the game's.
#[derive(Serialize)]
pub(super) struct RefusalTexts {
    pub(super) table_not_found: Notice,
    pub(super) not_watched: Notice,
    pub(super) not_over: Notice,
    pub(super) player_not_found: Notice,
}
