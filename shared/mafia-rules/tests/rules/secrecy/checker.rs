//! Checks JSON against the rights of its receiver.

use mafia_rules::{Finding, Game, NightAction, Phase, Role, SeatNo, Stream};
use serde_json::Value;

/// The reason why the receiver may not see it.
pub(crate) type Fault = String;

/// A receiver of events and views.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) game: &'a Game,
    pub(crate) stream: Stream,
}

impl Reader<'_> {
    /// Checks an event.
    pub(crate) fn check_event(&self, event: &Value) -> Result<(), Fault> {
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
            // Only the acting player may see an action.
            action if NightAction::ALL.iter().any(|known| known.event_type() == action) => self.is(&event["seat"]),
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
            return Err(format!("{:?} receives {event}", self.stream));
        }
        // `dealt` and `ended` carry roles without seats; both are checked above.
        if matches!(kind, "dealt" | "ended") { Ok(()) } else { self.check_json(event) }
    }

    /// Checks recursively that the receiver may know all roles and sides in this JSON.
    pub(crate) fn check_json(&self, json: &Value) -> Result<(), Fault> {
        match json {
            Value::Array(items) => items.iter().try_for_each(|item| self.check_json(item)),
            Value::Object(fields) => {
                let seat = fields.get("target").or_else(|| fields.get("seat")).and_then(seat);
                if let Some(role) = fields.get("role").and_then(role) {
                    self.may_know_role(seat, role)?;
                }
                if let Some(mafia) = fields.get("mafia").and_then(Value::as_bool) {
                    self.may_know_side(seat, mafia)?;
                }
                fields.values().try_for_each(|value| self.check_json(value))
            }
            _ => Ok(()),
        }
    }

    /// Checks a private view.
    pub(crate) fn check_own_view(&self, view: &Value) -> Result<(), Fault> {
        if !self.is(&view["seat"]) {
            return Err(format!("{:?} sees the view of another: {view}", self.stream));
        }
        let is_empty = |field: &str| view[field].as_array().is_some_and(Vec::is_empty);
        if !self.is_team() && !is_empty("team") {
            return Err(format!("{:?} sees the team: {view}", self.stream));
        }
        if !self.is_living_team() && !is_empty("points") {
            return Err(format!("{:?} sees the targets of the team: {view}", self.stream));
        }
        if self.game.phase != Phase::Over && view["role"].as_str() != self.role().map(Role::as_str) {
            return Err(format!("{:?} sees another role as its own: {view}", self.stream));
        }
        self.check_json(view)
    }

    fn may_know_role(&self, seat: Option<SeatNo>, role: Role) -> Result<(), Fault> {
        let Some(other) = seat.and_then(|seat| self.game.seat(seat)) else {
            return Err(format!("{:?} sees a role without a seat: {role:?}", self.stream));
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
            Err(format!("{:?} sees the side of seat {seat:?}", self.stream))
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
