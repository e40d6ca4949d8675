//! What a piece of JSON may say to whom.

use mafia_rules::{Deed, Finding, Game, Phase, Role, SeatNo, Stream};
use serde_json::Value;

/// Why somebody may not see something.
pub(crate) type Fault = String;

/// Somebody who is told something of a game as it is.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) game: &'a Game,
    pub(crate) stream: Stream,
}

impl Reader<'_> {
    /// May they be told of this event?
    pub(crate) fn may_hear(&self, event: &Value) -> Result<(), Fault> {
        let kind = event["type"].as_str().unwrap_or_default();
        let may = match kind {
            "joined" | "stood_up" | "host_is" | "set_up" | "phase_began" | "hurried" | "nobody_died" | "time_voted" | "voted"
            | "accused" | "nobody_accused" | "judged" | "left" | "again" => self.is_public(),
            "started" => self.is_public() && event["roles"] == Value::Array(Vec::new()),
            "died" => self.is_public() && (self.game.setup.options.reveal_roles || event["role"].is_null()),
            "published" => self.is_public() && event["by"].is_null(),
            "ended" => self.is_public() && self.game.phase == Phase::Over,
            "balloted" => (self.is_public() && event["choice"].is_null()) || self.is(&event["seat"]),
            "dealt" => self.me().and_then(|me| self.game.role(me)) == role(&event["role"]),
            "pointed" | "contacted" => self.is_living_team(),
            "slept" | "survived" => self.is(&event["seat"]),
            // Whichever deed it is, its doer alone is told of it.
            deed if Deed::ALL.iter().any(|known| known.past() == deed) => self.is(&event["seat"]),
            "said" => match event["channel"].as_str().unwrap_or_default() {
                "public" => self.is_public(),
                "mafia" => self.is_living_team(),
                "dead" => self.me().is_some_and(|me| !self.game.lives(me)),
                "spectators" => self.stream == Stream::Spectators,
                _ => false,
            },
            _ => false,
        };
        if !may {
            return Err(format!("{:?} is told {event}", self.stream));
        }
        // Roles without seats: one's own, and all of them at the end; both are checked above.
        if matches!(kind, "dealt" | "ended") { Ok(()) } else { self.may_see(event) }
    }

    /// Is everything that this says of roles and sides known to them? Walks through all of it.
    pub(crate) fn may_see(&self, json: &Value) -> Result<(), Fault> {
        match json {
            Value::Array(items) => items.iter().try_for_each(|item| self.may_see(item)),
            Value::Object(fields) => {
                let seat = fields.get("target").or_else(|| fields.get("seat")).and_then(seat);
                if let Some(role) = fields.get("role").and_then(role) {
                    self.may_know_role(seat, role)?;
                }
                if let Some(mafia) = fields.get("mafia").and_then(Value::as_bool) {
                    self.may_know_side(seat, mafia)?;
                }
                fields.values().try_for_each(|value| self.may_see(value))
            }
            _ => Ok(()),
        }
    }

    /// May they see this as their own view?
    pub(crate) fn may_see_mine(&self, view: &Value) -> Result<(), Fault> {
        if !self.is(&view["seat"]) {
            return Err(format!("{:?} sees the view of another: {view}", self.stream));
        }
        let is_empty = |field: &str| view[field].as_array().is_some_and(Vec::is_empty);
        if !self.is_team() && !is_empty("team") {
            return Err(format!("{:?} sees the team: {view}", self.stream));
        }
        if !self.is_living_team() && !is_empty("points") {
            return Err(format!("{:?} sees where the team points: {view}", self.stream));
        }
        if self.game.phase != Phase::Over && view["role"].as_str() != self.role().map(Role::as_str) {
            return Err(format!("{:?} sees another role as its own: {view}", self.stream));
        }
        self.may_see(view)
    }

    fn may_know_role(&self, seat: Option<SeatNo>, role: Role) -> Result<(), Fault> {
        let Some(other) = seat.and_then(|seat| self.game.seat(seat)) else {
            return Err(format!("{:?} sees a role of nobody: {role:?}", self.stream));
        };
        let is_mate = self.is_team() && seat.is_some_and(|seat| self.game.in_team(seat));
        if other.role == Some(role) && (other.shown || seat == self.me() || is_mate) {
            Ok(())
        } else {
            Err(format!("{:?} sees that seat {seat:?} is {role:?}", self.stream))
        }
    }

    fn may_know_side(&self, seat: Option<SeatNo>, mafia: bool) -> Result<(), Fault> {
        let findings = self.me().and_then(|me| self.game.seat(me)).map_or(&[] as &[Finding], |me| &me.findings);
        if findings.iter().any(|finding| Some(finding.target) == seat && finding.mafia == mafia) {
            Ok(())
        } else {
            Err(format!("{:?} sees on whose side seat {seat:?} is", self.stream))
        }
    }

    fn me(&self) -> Option<SeatNo> {
        if let Stream::Seat(seat) = self.stream { Some(seat) } else { None }
    }

    fn role(&self) -> Option<Role> {
        self.me().and_then(|me| self.game.role(me))
    }

    fn is(&self, json: &Value) -> bool {
        seat(json).is_some() && seat(json) == self.me()
    }

    fn is_public(&self) -> bool {
        self.stream == Stream::Public
    }

    fn is_team(&self) -> bool {
        self.me().is_some_and(|me| self.game.in_team(me))
    }

    fn is_living_team(&self) -> bool {
        self.is_team() && self.me().is_some_and(|me| self.game.lives(me))
    }
}

fn seat(json: &Value) -> Option<SeatNo> {
    json.as_u64().and_then(|seat| SeatNo::try_from(seat).ok())
}

fn role(json: &Value) -> Option<Role> {
    Role::ALL.into_iter().find(|role| json.as_str() == Some(role.as_str()))
}
