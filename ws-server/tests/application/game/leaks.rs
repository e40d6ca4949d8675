//! Finds secrets in JSON that a viewer may not know: in a socket's frame, or in an answer over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// The events that all viewers get.
const PUBLIC: [&str; 19] = [
    "joined",
    "stood_up",
    "host_is",
    "set_up",
    "started",
    "phase_began",
    "hurried",
    "nobody_died",
    "died",
    "published",
    "time_voted",
    "voted",
    "accused",
    "nobody_accused",
    "balloted",
    "judged",
    "left",
    "ended",
    "again",
];
/// The events that only their actor gets.
const OWN: [&str; 7] = ["protected", "investigated", "reported", "probed", "slept", "survived", "dealt"];

/// A viewer of a game, with the secrets that it may know by now.
pub(crate) struct Reader {
    /// The viewer's seat; `None` for a spectator.
    pub(crate) seat: Option<u64>,
    /// The viewer's role; empty for a spectator, and before the start.
    pub(crate) role: String,
    /// Whether the table shows the roles of the dead.
    pub(crate) reveals: bool,
    over: bool,
    /// The players whose roles a reporter has published.
    printed: BTreeSet<u64>,
    dead: BTreeSet<u64>,
    players: BTreeSet<String>,
    /// Whether the viewer is a spy that has found the mafia.
    contact: bool,
}

impl Reader {
    pub(crate) fn new(seat: Option<u64>, role: &str, reveals: bool) -> Self {
        Self {
            seat,
            role: role.to_owned(),
            reveals,
            over: false,
            printed: BTreeSet::new(),
            dead: BTreeSet::new(),
            players: BTreeSet::new(),
            contact: false,
        }
    }

    /// Reads a frame. An error names the secret that the viewer may not know.
    pub(crate) fn take(&mut self, frame: &Value) -> Result<(), String> {
        self.learn(frame);
        let all = self.events_of(frame).try_for_each(|(stream, event)| self.may_get(stream, event, frame));
        all.and_then(|()| self.may_see(frame))
    }

    fn learn(&mut self, frame: &Value) {
        for view in [&frame["public"], &frame["view"]] {
            self.over |= view["phase"] == "over";
            for seat in view["seats"].as_array().into_iter().flatten() {
                self.players.extend(seat["player"].as_str().map(str::to_owned));
                if seat["alive"] == false {
                    self.dead.extend(seat["seat"].as_u64());
                }
            }
        }
        let events: Vec<_> = self.events_of(frame).map(|(_, event)| event.clone()).collect();
        for event in &events {
            match event["type"].as_str() {
                Some("published") => self.printed.extend(event["target"].as_u64()),
                Some("died") => self.dead.extend(event["seat"].as_u64()),
                Some("probed") => self.contact |= self.is_me(&event["seat"]) && event["mafia"] == true,
                _ => {}
            }
        }
        for you in [&frame["you"], &frame["view"]] {
            let found = you["findings"].as_array().is_some_and(|findings| findings.iter().any(|found| found["mafia"] == true));
            self.contact |= self.role == "spy" && self.is_me(&you["seat"]) && found;
        }
    }

    /// Every event with its stream.
    fn events_of<'a>(&self, frame: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let live = (frame["stream"].as_str().unwrap_or_default(), &frame["updates"]);
        let missed = ["public", "you", "spectators"].map(|stream| (stream, &frame[stream]));
        [live].into_iter().chain(missed).flat_map(|(stream, updates)| {
            let updates = updates.as_array().into_iter().flatten();
            updates.flat_map(|update| update["events"].as_array().into_iter().flatten()).map(move |event| (stream, event))
        })
    }

    fn may_get(&self, stream: &str, event: &Value, frame: &Value) -> Result<(), String> {
        let kind = event["type"].as_str().unwrap_or_default();
        // It is unknown whether a missed event was before the viewer's death.
        let is_dead = frame["type"] == "game.update" && self.seat.is_some_and(|seat| self.dead.contains(&seat));
        let may = match kind {
            "said" => match event["channel"].as_str().unwrap_or_default() {
                "public" => stream == "public",
                "mafia" => stream == "you" && self.is_team() && !is_dead,
                "dead" => stream == "you" && self.seat.is_some_and(|seat| self.dead.contains(&seat)),
                "spectators" => stream == "spectators" && self.seat.is_none(),
                _ => false,
            },
            "balloted" if !event["choice"].is_null() => stream == "you" && self.is_me(&event["seat"]),
            "dealt" => stream == "you" && self.seat.is_some() && event["role"] == *self.role,
            "pointed" | "contacted" => stream == "you" && self.is_team() && !is_dead,
            own if OWN.contains(&own) => stream == "you" && self.is_me(&event["seat"]),
            "started" => event["roles"] == json!([]),
            "published" => event["by"].is_null(),
            "died" => self.reveals || event["role"].is_null(),
            public => stream == "public" && PUBLIC.contains(&public),
        };
        if may { Ok(()) } else { Err(format!("{} gets in {stream}: {event}", self.name())) }
    }

    fn may_see(&self, frame: &Value) -> Result<(), String> {
        for view in [&frame["public"], &frame["view"]] {
            for seat in view["seats"].as_array().into_iter().flatten() {
                if !seat["role"].is_null() && !self.is_shown(seat) {
                    return Err(format!("{} sees the role of seat {}", self.name(), seat["seat"]));
                }
            }
        }
        for you in [&frame["you"], &frame["view"]] {
            let shows = |field: &str| you[field].as_array().is_some_and(|list| !list.is_empty());
            let is_own = self.seat.is_some() && self.is_me(&you["seat"]) && you["role"] == *self.role;
            let finds = ["detective", "spy"].contains(&self.role.as_str());
            for (is_shown, may) in [
                (you["role"].is_string(), is_own),
                (shows("team"), self.is_team()),
                (shows("points"), self.is_team() && you["alive"] == true),
                (shows("findings"), finds),
            ] {
                if is_shown && !may {
                    return Err(format!("{} sees the view of another seat: {you}", self.name()));
                }
            }
        }
        let is_presence = frame["type"] == "game.presence";
        if is_presence && (frame.as_object().map(serde_json::Map::len) != Some(3) || !self.plays(&frame["player"])) {
            return Err(format!("{} learns which spectators are connected: {frame}", self.name()));
        }
        if frame["online"].as_array().is_some_and(|online| online.iter().any(|player| !self.plays(player))) {
            return Err(format!("{} sees which spectators are connected: {}", self.name(), frame["online"]));
        }
        Ok(())
    }

    fn is_shown(&self, seat: &Value) -> bool {
        self.over
            || (self.reveals && seat["alive"] == false)
            || seat["seat"].as_u64().is_some_and(|seat| self.printed.contains(&seat))
    }

    fn plays(&self, player: &Value) -> bool {
        player.as_str().is_some_and(|player| self.players.contains(player))
    }

    fn is_me(&self, seat: &Value) -> bool {
        self.seat.is_some() && seat.as_u64() == self.seat
    }

    fn is_team(&self) -> bool {
        self.role == "mafia" || (self.role == "spy" && self.contact)
    }

    fn name(&self) -> String {
        self.seat.map_or_else(|| "a spectator".to_owned(), |seat| format!("seat {seat} ({})", self.role))
    }
}

/// Roles of all kinds for this many players; `None` if the usual ones fit better.
pub(crate) fn all_roles(players: usize) -> Option<BTreeMap<&'static str, u8>> {
    let roles = [("mafia", 2), ("spy", 1), ("doctor", 1), ("detective", 1), ("reporter", 1), ("joker", 1), ("soldier", 1)];
    (players >= 8).then(|| roles.into())
}

/// Chooses one of the acts that the player may do now by its own view, or a line of chat if it may write.
pub(crate) fn moves(you: &Value, salt: u64) -> Vec<Value> {
    let can = you["can"].as_array().unwrap();
    let mut moves = Vec::new();
    if !can.is_empty() && you["done"] == false {
        moves.push(deed(&can[(salt as usize) % can.len()], salt));
    }
    if salt.is_multiple_of(5)
        && let Some(channel) = you["write"].as_array().unwrap().last()
    {
        moves.push(json!({ "type": "say", "channel": channel, "words": { "text": format!("line {salt}") }, "id": null }));
    }
    moves
}

/// The act, with the chosen target.
pub(crate) fn deed(can: &Value, salt: u64) -> Value {
    let targets = can["targets"].as_array().unwrap();
    let choice = ["yes", "no", "abstain"][(salt % 3) as usize];
    match can["act"].as_str().unwrap() {
        act @ "ballot" => json!({ "type": act, "choice": choice }),
        act if targets.is_empty() => json!({ "type": act, "target": null }),
        act => json!({ "type": act, "target": targets[(salt as usize) % targets.len()] }),
    }
}
