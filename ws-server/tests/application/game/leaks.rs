//! What a piece of JSON tells a reader who may not know it, by whatever way it came: a socket's frame, or an answer over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// What is told to everybody.
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
/// What nobody but its doer is told.
const OWN: [&str; 7] = ["protected", "investigated", "reported", "probed", "slept", "survived", "dealt"];

/// Somebody who is told of a game, and what they may know by now.
pub(crate) struct Reader {
    /// Where they sit; `None` where they watch.
    pub(crate) seat: Option<u64>,
    /// What they are; empty where they watch, and before the start.
    pub(crate) role: String,
    /// The dead's roles are shown at this table.
    pub(crate) reveals: bool,
    over: bool,
    /// Whose roles reporters have printed.
    printed: BTreeSet<u64>,
    dead: BTreeSet<u64>,
    players: BTreeSet<String>,
    /// A spy who has found the mafia.
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

    /// Takes what was told, and says what of it they may not know.
    pub(crate) fn take(&mut self, told: &Value) -> Result<(), String> {
        self.learn(told);
        let all = self.events_of(told).try_for_each(|(stream, event)| self.may_hear(stream, event, told));
        all.and_then(|()| self.may_see(told))
    }

    fn learn(&mut self, told: &Value) {
        for view in [&told["public"], &told["view"]] {
            self.over |= view["phase"] == "over";
            for seat in view["seats"].as_array().into_iter().flatten() {
                self.players.extend(seat["player"].as_str().map(str::to_owned));
                if seat["alive"] == false {
                    self.dead.extend(seat["seat"].as_u64());
                }
            }
        }
        let events: Vec<_> = self.events_of(told).map(|(_, event)| event.clone()).collect();
        for event in &events {
            match event["type"].as_str() {
                Some("published") => self.printed.extend(event["target"].as_u64()),
                Some("died") => self.dead.extend(event["seat"].as_u64()),
                Some("probed") => self.contact |= self.is_me(&event["seat"]) && event["mafia"] == true,
                _ => {}
            }
        }
        for you in [&told["you"], &told["view"]] {
            let found = you["findings"].as_array().is_some_and(|findings| findings.iter().any(|found| found["mafia"] == true));
            self.contact |= self.role == "spy" && self.is_me(&you["seat"]) && found;
        }
    }

    /// Every event with its stream.
    fn events_of<'a>(&self, told: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let live = (told["stream"].as_str().unwrap_or_default(), &told["updates"]);
        let missed = ["public", "you", "spectators"].map(|stream| (stream, &told[stream]));
        [live].into_iter().chain(missed).flat_map(|(stream, updates)| {
            let updates = updates.as_array().into_iter().flatten();
            updates.flat_map(|update| update["events"].as_array().into_iter().flatten()).map(move |event| (stream, event))
        })
    }

    fn may_hear(&self, stream: &str, event: &Value, told: &Value) -> Result<(), String> {
        let kind = event["type"].as_str().unwrap_or_default();
        // Of what was missed nobody knows whether it was before their death.
        let is_dead = told["type"] == "game.update" && self.seat.is_some_and(|seat| self.dead.contains(&seat));
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
        if may { Ok(()) } else { Err(format!("{} is told in {stream}: {event}", self.name())) }
    }

    fn may_see(&self, told: &Value) -> Result<(), String> {
        for view in [&told["public"], &told["view"]] {
            for seat in view["seats"].as_array().into_iter().flatten() {
                if !seat["role"].is_null() && !self.is_shown(seat) {
                    return Err(format!("{} sees the role of seat {}", self.name(), seat["seat"]));
                }
            }
        }
        for you in [&told["you"], &told["view"]] {
            let shows = |field: &str| you[field].as_array().is_some_and(|list| !list.is_empty());
            let is_own = self.seat.is_some() && self.is_me(&you["seat"]) && you["role"] == *self.role;
            let finds = ["detective", "spy"].contains(&self.role.as_str());
            for (told, may) in [
                (you["role"].is_string(), is_own),
                (shows("team"), self.is_team()),
                (shows("points"), self.is_team() && you["alive"] == true),
                (shows("findings"), finds),
            ] {
                if told && !may {
                    return Err(format!("{} sees the view of somebody else: {you}", self.name()));
                }
            }
        }
        let is_presence = told["type"] == "game.presence";
        if is_presence && (told.as_object().map(serde_json::Map::len) != Some(3) || !self.plays(&told["player"])) {
            return Err(format!("{} is told who is connected beside the players: {told}", self.name()));
        }
        if told["online"].as_array().is_some_and(|online| online.iter().any(|player| !self.plays(player))) {
            return Err(format!("{} sees who is connected beside the players: {}", self.name(), told["online"]));
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
        self.seat.map_or_else(|| "who watches".to_owned(), |seat| format!("seat {seat} ({})", self.role))
    }
}

/// Roles of all kinds, where there are so many players; `None` where the usual ones fit better.
pub(crate) fn all_roles(players: usize) -> Option<BTreeMap<&'static str, u8>> {
    let roles = [("mafia", 2), ("spy", 1), ("doctor", 1), ("detective", 1), ("reporter", 1), ("joker", 1), ("soldier", 1)];
    (players >= 8).then(|| roles.into())
}

/// One of the things that may be done now by who sees this as their own view, and a line where one may write.
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

/// What somebody may do, done.
pub(crate) fn deed(can: &Value, salt: u64) -> Value {
    let targets = can["targets"].as_array().unwrap();
    let choice = ["yes", "no", "abstain"][(salt % 3) as usize];
    match can["act"].as_str().unwrap() {
        act @ "ballot" => json!({ "type": act, "choice": choice }),
        act if targets.is_empty() => json!({ "type": act, "target": null }),
        act => json!({ "type": act, "target": targets[(salt as usize) % targets.len()] }),
    }
}
