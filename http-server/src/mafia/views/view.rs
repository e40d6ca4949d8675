//! What the game's pages are told.

use mafia_rules::{Role, Step};

/// How far a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// People gather.
    Gathering,
    /// A game is on.
    Playing,
    /// A game has ended.
    Over,
}

/// One table in a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableCard<'a> {
    /// The table's code, six characters.
    pub(crate) code: &'a str,
    /// The table's name.
    pub(crate) name: &'a str,
    /// What its host is called; empty where nobody is.
    pub(crate) host: &'a str,
    /// How far it is.
    pub(crate) stage: Stage,
    /// Seats that are taken.
    pub(crate) seated: u32,
    /// When something last happened at it, Unix milliseconds.
    pub(crate) changed_at: i64,
}

/// The tables, a form to open one, a form to find one by its code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tables<'a> {
    /// Tables to sit down at and to watch, in the order to show them.
    pub(crate) open: &'a [TableCard<'a>],
    /// The visitor's own, in the order to show them; none where nobody is signed in.
    pub(crate) mine: &'a [TableCard<'a>],
    /// What was typed as the new table's name.
    pub(crate) name: &'a str,
    /// The fault of the input.
    pub(crate) name_fault: Option<&'a str>,
    /// What was typed as a table's code.
    pub(crate) code: &'a str,
    /// The fault of the input.
    pub(crate) code_fault: Option<&'a str>,
}

/// A table that the visitor sits at or watches. What happens at it comes over the socket: nothing of it is in the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    /// The table's code, six characters.
    pub(crate) code: &'a str,
    /// The table's name.
    pub(crate) name: &'a str,
}

/// A finished game.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replay<'a> {
    /// The table's code, six characters.
    pub(crate) code: &'a str,
    /// The table's name.
    pub(crate) name: &'a str,
    /// The game, phase by phase.
    pub(crate) steps: &'a [Step],
    /// Some of what was said is left out.
    pub(crate) is_cut: bool,
}

/// How a player did in one role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoleCount {
    /// The role.
    pub(crate) role: Role,
    /// Finished games.
    pub(crate) games: u32,
    /// Those of them that were won.
    pub(crate) wins: u32,
}

/// A player's statistics.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Player<'a> {
    /// The nickname at the moment.
    pub(crate) nickname: &'a str,
    /// Finished games.
    pub(crate) games: u32,
    /// Those of them that were won.
    pub(crate) wins: u32,
    /// By role, as far as it was played.
    pub(crate) roles: &'a [RoleCount],
    /// The newest finished games.
    pub(crate) recent: &'a [TableCard<'a>],
}
