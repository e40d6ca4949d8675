//! What the game's pages are told.

use mafia_rules::{Role, Step};

use crate::pages::Fault;

/// How far a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// People gather.
    Gathering,
    /// A game is on.
    Playing,
    /// A game has ended.
    Over,
}

/// One table in a list.
#[derive(Debug, Clone, Copy)]
pub struct TableCard<'a> {
    /// The table's code, six characters.
    pub code: &'a str,
    /// The table's name.
    pub name: &'a str,
    /// What its host is called; empty where nobody is.
    pub host: &'a str,
    /// How far it is.
    pub stage: Stage,
    /// Seats that are taken.
    pub seated: u32,
    /// When something last happened at it, Unix milliseconds.
    pub changed_at: i64,
}

/// The tables, a form to open one, a form to find one by its code.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// Tables to sit down at and to watch, in the order to show them.
    pub open: &'a [TableCard<'a>],
    /// The visitor's own, in the order to show them; none where nobody is signed in.
    pub mine: &'a [TableCard<'a>],
    /// What was typed as the new table's name.
    pub name: &'a str,
    /// What was wrong with it.
    pub name_fault: Option<Fault>,
    /// What was typed as a table's code.
    pub code: &'a str,
    /// What was wrong with it.
    pub code_fault: Option<Fault>,
}

/// A table that the visitor sits at or watches. What happens at it comes over the socket: nothing of it is in the page.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// The table's code, six characters.
    pub code: &'a str,
    /// The table's name.
    pub name: &'a str,
}

/// A finished game.
#[derive(Debug, Clone, Copy)]
pub struct Replay<'a> {
    /// The table's code, six characters.
    pub code: &'a str,
    /// The table's name.
    pub name: &'a str,
    /// The game, phase by phase.
    pub steps: &'a [Step],
    /// Some of what was said is left out.
    pub is_cut: bool,
}

/// How a player did in one role.
#[derive(Debug, Clone, Copy)]
pub struct RoleCount {
    /// The role.
    pub role: Role,
    /// Finished games.
    pub games: u32,
    /// Those of them that were won.
    pub wins: u32,
}

/// A player's statistics.
#[derive(Debug, Clone, Copy)]
pub struct Player<'a> {
    /// What they call themselves at the moment.
    pub nickname: &'a str,
    /// Finished games.
    pub games: u32,
    /// Those of them that were won.
    pub wins: u32,
    /// By role, as far as it was played.
    pub roles: &'a [RoleCount],
    /// The newest finished games.
    pub recent: &'a [TableCard<'a>],
}
