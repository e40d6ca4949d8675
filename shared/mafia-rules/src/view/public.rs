//! The public view of a game.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cause, Counts, Game, MAX_DAYS, Millis, Options, Phase, Refusal, Role, SeatNo, Winner};

/// The public part of a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicView {
    /// The phase.
    pub phase: Phase,
    /// 0 before the start, then 1, 2, …
    pub day: u16,
    /// The last day: the mafia win if they live at its end.
    pub last_day: u16,
    /// The end of the phase, in Unix milliseconds.
    pub ends_at: Option<Millis>,
    /// The host.
    pub host: Option<SeatNo>,
    /// The players.
    pub seats: Vec<SeatView>,
    /// The number of each role; before the start, as it would be with the present players.
    pub roles: Counts,
    /// Whether the host has chosen the roles; otherwise they follow the number of players.
    pub chosen_roles: bool,
    /// The table's options.
    pub options: Options,
    /// Before the start: the reason why the game cannot start yet.
    pub not_yet: Option<Refusal>,
    /// Today's votes.
    pub votes: Vec<VoteView>,
    /// The player whom the ballot is about.
    pub accused: Option<SeatNo>,
    /// The players who have voted in the ballot.
    pub balloted: Vec<SeatNo>,
    /// The players who have voted on the talk's length.
    pub time_voted: Vec<SeatNo>,
    /// The winner.
    pub winner: Option<Winner>,
    /// The code of the next game's table.
    pub next: Option<String>,
}

/// The public part of a player.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatView {
    /// The seat's number, from 0.
    pub seat: SeatNo,
    /// Stays the same when others leave, and is never given twice at a table.
    #[serde(default)]
    pub id: u32,
    /// The user's id; `None` for a bot.
    pub player: Option<Uuid>,
    /// The name.
    pub name: String,
    /// Whether the server plays this seat.
    pub bot: bool,
    /// Whether the player is not dead.
    pub alive: bool,
    /// The cause of death.
    pub death: Option<Cause>,
    /// Whether the player left for good.
    pub left: bool,
    /// The role, if it is public.
    pub role: Option<Role>,
}

/// One vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteView {
    /// The voter.
    pub from: SeatNo,
    /// The named seat; `None` abstains.
    pub to: Option<SeatNo>,
}

/// Returns the public view of a game.
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
