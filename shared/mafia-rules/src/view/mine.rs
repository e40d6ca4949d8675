//! The private view of one player.

use serde::{Deserialize, Serialize};

use crate::{Ballot, Can, Channel, Finding, Game, Phase, Point, Role, SeatNo, can, may_write};

/// The role of one player, and all that only this player may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyView {
    /// The player's seat.
    pub seat: SeatNo,
    /// The player's role.
    pub role: Role,
    /// Whether the player is not dead.
    pub alive: bool,
    /// The known members of the mafia's side, including the player; empty for other roles.
    pub team: Vec<TeamMate>,
    /// The team's targets of tonight.
    pub points: Vec<Point>,
    /// The target of the player's night action.
    #[serde(rename = "deed")] // the name that clients know
    pub action: Option<SeatNo>,
    /// Whether the player is done for tonight.
    pub done: bool,
    /// The player's findings.
    pub findings: Vec<Finding>,
    /// For a soldier: whether the armour is unused.
    pub armour: Option<bool>,
    /// For a reporter: whether the story is unpublished.
    pub story: Option<bool>,
    /// The player's vote in the ballot.
    pub ballot: Option<Ballot>,
    /// The possible acts now.
    pub can: Vec<Can>,
    /// The writable channels now.
    pub write: Vec<Channel>,
}

/// A member of the mafia's team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMate {
    /// The member's seat.
    pub seat: SeatNo,
    /// Mafia, or a spy who has found the mafia.
    pub role: Role,
}

/// Returns a player's view; `None` for an empty seat, and before the roles are dealt.
pub fn my_view(game: &Game, number: SeatNo) -> Option<MyView> {
    let seat = game.seat(number)?;
    let role = seat.role?;
    let in_team = game.in_team(number);
    let at_night = game.phase == Phase::Night && seat.lives();
    Some(MyView {
        seat: number,
        role,
        alive: seat.lives(),
        team: if in_team { team(game) } else { Vec::new() },
        points: if in_team && at_night { points(game) } else { Vec::new() },
        action: if at_night { game.night.target_of(number) } else { None },
        done: at_night && game.night.done.contains(&number),
        findings: seat.findings.clone(),
        armour: (role == Role::Soldier).then_some(seat.armour),
        story: (role == Role::Reporter).then_some(!seat.published),
        ballot: game.ballots.get(&number).copied(),
        can: can(game, number),
        write: Channel::ALL.into_iter().filter(|&channel| may_write(game, Some(number), channel).is_ok()).collect(),
    })
}

fn team(game: &Game) -> Vec<TeamMate> {
    let mates = game.numbered().filter(|(number, _)| game.in_team(*number));
    mates.filter_map(|(seat, mate)| Some(TeamMate { seat, role: mate.role? })).collect()
}

/// Sorted by seat, since the order of pointing is not shown.
fn points(game: &Game) -> Vec<Point> {
    let mut points = game.night.points.clone();
    points.sort_by_key(|point| point.from);
    points
}
