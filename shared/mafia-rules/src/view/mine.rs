//! What one player may see beside that.

use serde::{Deserialize, Serialize};

use crate::{Ballot, Can, Channel, Finding, Game, Phase, Point, Role, SeatNo, can, may_write};

/// What one player alone may see: their role, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyView {
    /// Their seat.
    pub seat: SeatNo,
    /// Their role.
    pub role: Role,
    /// Not dead.
    pub alive: bool,
    /// Who of the mafia's side they know, themselves among them; empty for everybody else.
    pub team: Vec<TeamMate>,
    /// Whom the team points at tonight.
    pub points: Vec<Point>,
    /// To whom they have done tonight what their role does.
    pub deed: Option<SeatNo>,
    /// They have acted or sleep tonight.
    pub done: bool,
    /// What they have found out.
    pub findings: Vec<Finding>,
    /// A soldier: was not attacked yet.
    pub armour: Option<bool>,
    /// A reporter: has not published yet.
    pub story: Option<bool>,
    /// How they voted on the accused.
    pub ballot: Option<Ballot>,
    /// What they may do now.
    pub can: Vec<Can>,
    /// Where they may write now.
    pub write: Vec<Channel>,
}

/// Somebody on the mafia's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMate {
    /// Who.
    pub seat: SeatNo,
    /// Mafia, or a spy who has found them.
    pub role: Role,
}

/// What one player may see; `None` before the roles are dealt, and where nobody sits.
pub fn my_view(game: &Game, number: SeatNo) -> Option<MyView> {
    let seat = game.seat(number)?;
    let role = seat.role?;
    let is_mafia_s = game.in_team(number);
    let at_night = game.phase == Phase::Night && seat.lives();
    Some(MyView {
        seat: number,
        role,
        alive: seat.lives(),
        team: if is_mafia_s { team(game) } else { Vec::new() },
        points: if is_mafia_s && at_night { points(game) } else { Vec::new() },
        deed: if at_night { game.night.target_of(number) } else { None },
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

/// In the order of the seats: the order of the pointing is the rule's business.
fn points(game: &Game) -> Vec<Point> {
    let mut points = game.night.points.clone();
    points.sort_by_key(|point| point.from);
    points
}
