//! The data of the game's pages.

use mafia_rules::{Role, Step};

/// The stage of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Players gather before the start.
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
    /// The host's name; empty where the table has no host.
    pub(crate) host: &'a str,
    /// Its stage.
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
    /// The visitor's own, in the order to show them; none for a guest.
    pub(crate) mine: &'a [TableCard<'a>],
    /// The name for a new table as the visitor typed it.
    pub(crate) name: &'a str,
    /// The fault of the input.
    pub(crate) name_fault: Option<&'a str>,
    /// The code as the visitor typed it.
    pub(crate) code: &'a str,
    /// The fault of the input.
    pub(crate) code_fault: Option<&'a str>,
}

/// A table that the visitor sits at or watches. The page has nothing of its game, which comes over the socket.
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
    /// Some messages are left out.
    pub(crate) is_cut: bool,
}

/// A player's games in one role.
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
