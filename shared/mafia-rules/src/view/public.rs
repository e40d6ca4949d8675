//! What everybody may see.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cause, Counts, Game, MAX_DAYS, Millis, Options, Phase, Refusal, Role, SeatNo, Winner};

/// A game, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicView {
    /// What is going on.
    pub phase: Phase,
    /// 0 before the start, then 1, 2, …
    pub day: u16,
    /// The day by whose end the mafia must be found.
    pub last_day: u16,
    /// When the phase ends; Unix milliseconds.
    pub ends_at: Option<Millis>,
    /// Who is the host.
    pub host: Option<SeatNo>,
    /// The table.
    pub seats: Vec<SeatView>,
    /// How many of each role there are, or would be if it started now.
    pub roles: Counts,
    /// The host has chosen these roles; otherwise they follow the number of players.
    pub chosen_roles: bool,
    /// How the table plays.
    pub options: Options,
    /// Before the start: why it cannot start yet.
    pub not_yet: Option<Refusal>,
    /// Who has named whom today.
    pub votes: Vec<VoteView>,
    /// Who stands before the ballot.
    pub accused: Option<SeatNo>,
    /// Who has voted on the accused.
    pub balloted: Vec<SeatNo>,
    /// Who has voted on the talk's length.
    pub time_voted: Vec<SeatNo>,
    /// Who has won.
    pub winner: Option<Winner>,
    /// The code of the table at which the same people play again.
    pub next: Option<String>,
}

/// Somebody at the table, as everybody may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatView {
    /// Counted from 0.
    pub seat: SeatNo,
    /// Stays the same where others stand up, and is given once at a table.
    #[serde(default)]
    pub id: u32,
    /// The person; `None` for a bot.
    pub player: Option<Uuid>,
    /// What they are called.
    pub name: String,
    /// Played by the server.
    pub bot: bool,
    /// Not dead.
    pub alive: bool,
    /// How they died.
    pub death: Option<Cause>,
    /// Went away for good.
    pub left: bool,
    /// Their role, where everybody knows it.
    pub role: Option<Role>,
}

/// Somebody has named somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteView {
    /// Who.
    pub from: SeatNo,
    /// Whom; `None` abstains.
    pub to: Option<SeatNo>,
}

/// A game, as everybody may see it.
pub fn public_view(game: &Game) -> PublicView {
    let players = game.seats.len();
    PublicView {
        phase: game.phase,
        day: game.day,
        last_day: MAX_DAYS,
        ends_at: game.ends_at,
        host: game.host,
        seats: seats(game),
        roles: game.setup.counts(players),
        chosen_roles: game.setup.roles.is_some(),
        options: game.setup.options.clone(),
        not_yet: if game.phase == Phase::Lobby { game.setup.check(players).err() } else { None },
        votes: game.votes.iter().map(|(&from, &to)| VoteView { from, to }).collect(),
        accused: game.accused,
        balloted: game.ballots.keys().copied().collect(),
        time_voted: if game.phase == Phase::Talk { game.time_votes.iter().copied().collect() } else { Vec::new() },
        winner: game.winner,
        next: game.next.clone(),
    }
}

fn seats(game: &Game) -> Vec<SeatView> {
    game.numbered()
        .map(|(number, seat)| SeatView {
            seat: number,
            id: seat.id,
            player: seat.player.id,
            name: seat.player.name.clone(),
            bot: seat.is_bot(),
            alive: seat.lives(),
            death: seat.death,
            left: seat.left,
            role: seat.role.filter(|_| seat.shown),
        })
        .collect()
}
