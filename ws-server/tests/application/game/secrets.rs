//! Whole games, with a socket for everybody: no byte that reaches one of them says what its seat may not know.
//!
//! The rules' own tests ask this of thousands of games; here it is asked of what leaves the consumer, and of what it answers to whoever asks.

use std::collections::{BTreeMap, BTreeSet};

use mafia::Cursors;
use mafia_rules::{Options, Phase};
use serde_json::{Value, json};

use super::hall::{Hall, Socket, does, news};

/// How many games are played to their end.
const GAMES: u64 = 24;
/// What nobody but its doer may ever be told, and by whom the team may.
const OWN: [&str; 7] = ["protected", "investigated", "reported", "probed", "slept", "survived", "dealt"];

/// One reader, and what they may know.
struct Reader {
    seat: Option<usize>,
    socket: Socket,
    /// Everything that reached them, in order.
    got: Vec<Value>,
}

/// What everybody knows of roles.
#[derive(Default)]
struct Open {
    over: bool,
    /// The dead's roles are shown at this table.
    reveals: bool,
    /// Whose roles reporters have printed.
    printed: BTreeSet<u64>,
}

impl Open {
    fn learn(&mut self, frame: &Value) {
        self.over |= frame["public"]["phase"] == "over" || frame["view"]["phase"] == "over";
        for event in updates(frame).flat_map(|update| update["events"].as_array()).flatten() {
            if event["type"] == "published" {
                self.printed.extend(event["target"].as_u64());
            }
        }
    }

    fn shows(&self, seat: &Value) -> bool {
        self.over
            || (self.reveals && seat["alive"] == false)
            || seat["seat"].as_u64().is_some_and(|seat| self.printed.contains(&seat))
    }
}

/// Why a frame must not have reached a reader; `None` where it may.
fn leak(frame: &Value, seat: Option<usize>, roles: &BTreeMap<usize, String>, open: &Open) -> Option<String> {
    let team = seat.is_some_and(|seat| ["mafia", "spy"].contains(&roles[&seat].as_str()));
    for update in updates(frame) {
        for event in update["events"].as_array()? {
            let kind = event["type"].as_str()?;
            let by = event["seat"].as_u64().map(|seat| seat as usize);
            let stream = frame["stream"].as_str().unwrap_or("missed");
            if OWN.contains(&kind) && kind != "dealt" && by != seat {
                return Some(format!("{kind} of another in {stream}"));
            }
            if ["pointed", "contacted"].contains(&kind) && !team {
                return Some(format!("{kind} to who is not of the team"));
            }
            if kind == "dealt" && seat.is_none_or(|seat| event["role"] != *roles[&seat]) {
                return Some("somebody else's card".to_owned());
            }
            if kind == "started" && event["roles"] != json!([]) {
                return Some("everybody's cards".to_owned());
            }
            if kind == "balloted" && !event["choice"].is_null() && by != seat {
                return Some("how somebody votes on the accused".to_owned());
            }
            if kind == "published" && !event["by"].is_null() {
                return Some("who the reporter is".to_owned());
            }
            if kind == "said" && event["channel"] == "mafia" && !team {
                return Some("the mafia's talk".to_owned());
            }
        }
    }
    for view in [&frame["public"], &frame["view"]] {
        for shown in view["seats"].as_array().into_iter().flatten() {
            if !shown["role"].is_null() && !open.shows(shown) {
                return Some(format!("the role of seat {} in a view", shown["seat"]));
            }
        }
    }
    for you in [&frame["you"], &frame["view"]] {
        if you["role"].is_string() && seat.is_none_or(|seat| you["seat"] != seat || you["role"] != *roles[&seat]) {
            return Some("somebody else's own view".to_owned());
        }
        if you["team"].as_array().is_some_and(|mates| !mates.is_empty()) && !team {
            return Some("the team in the view of who is not of it".to_owned());
        }
    }
    None
}

fn updates(frame: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["updates", "you", "spectators"].into_iter().map(|name| &frame[name]);
    let public = (frame["type"] == "game.missed").then_some(&frame["public"]);
    lists.chain(public).filter_map(Value::as_array).flatten()
}

async fn play(seed: u64) {
    let people = 4 + (seed % 5) as usize;
    let bots = (seed % 4) as usize;
    let short = Options { night_seconds: 4, talk_seconds: 3, vote_seconds: 3, ballot_seconds: 3, ..Options::default() };
    let options = Options { dawn_seconds: 1, defence_seconds: 1, dusk_seconds: 1, gone_after: 50, ..short };
    let hall = Hall::with(people, bots, Options { reveal_roles: seed.is_multiple_of(2), ..options }, seed).await;
    let mut readers = Vec::new();
    for seat in 0..people {
        let socket = hall.open(Some(&hall.people[seat])).await.unwrap();
        readers.push(Reader { seat: Some(seat), socket, got: Vec::new() });
    }
    let guest = hall.guest("Guest").await;
    for user in [Some(&guest), None] {
        readers.push(Reader { seat: None, socket: hall.open(user).await.unwrap(), got: Vec::new() });
    }
    readers[0].socket.send(&does(json!({ "type": "start" }))).await;
    gather(&mut readers).await;

    let mut roles = BTreeMap::new();
    for round in 0..2_000_u64 {
        for reader in &mut readers {
            let Some(you) = newest(&reader.got, "you") else { continue };
            if let Some(seat) = reader.seat {
                roles.insert(seat, you["role"].as_str().unwrap().to_owned());
            }
            for command in moves(&you, seed ^ round) {
                reader.socket.send(&does(command)).await;
            }
        }
        gather(&mut readers).await;
        hall.pass(1_000).await;
        gather(&mut readers).await;
        let view = newest(&readers[0].got, "public").unwrap();
        if view["phase"] == "over" {
            break;
        }
        assert!(round < 1_999, "the game does not end");
    }
    check(&hall, readers, &roles, seed.is_multiple_of(2)).await;
}

async fn gather(readers: &mut [Reader]) {
    for reader in readers {
        let frames = news(&mut reader.socket).await;
        reader.got.extend(frames);
    }
}

fn newest(got: &[Value], stream: &str) -> Option<Value> {
    let field = if stream == "you" { "you" } else { "public" };
    got.iter().rev().find_map(|frame| match frame["type"].as_str() {
        Some("game.update") if frame["stream"] == stream => Some(frame["view"].clone()),
        Some("game.state") if !frame[field].is_null() => Some(frame[field].clone()),
        _ => None,
    })
}

/// One of the things that may be done now, and a line where one may write.
fn moves(you: &Value, salt: u64) -> Vec<Value> {
    let can = you["can"].as_array().unwrap();
    let mut moves = Vec::new();
    if !can.is_empty() && you["done"] == false {
        let chosen = &can[(salt as usize) % can.len()];
        let targets = chosen["targets"].as_array().unwrap();
        let act = chosen["act"].as_str().unwrap();
        let choice = ["yes", "no", "abstain"][(salt % 3) as usize];
        moves.push(match act {
            "ballot" => json!({ "type": act, "choice": choice }),
            _ if targets.is_empty() => json!({ "type": act, "target": null }),
            _ => json!({ "type": act, "target": targets[(salt as usize) % targets.len()] }),
        });
    }
    if salt.is_multiple_of(5)
        && let Some(channel) = you["write"].as_array().unwrap().last()
    {
        moves.push(json!({ "type": "say", "channel": channel, "words": { "text": format!("line {salt}") }, "id": null }));
    }
    moves
}

async fn check(hall: &Hall, readers: Vec<Reader>, roles: &BTreeMap<usize, String>, reveals: bool) {
    for mut reader in readers {
        // Whoever asks for everything, with whatever numbers, is told no more.
        for cursors in [(0, 0, 0), (3, 0, 1), (-1, -1, -1), (i64::MAX, i64::MAX, i64::MAX)] {
            let (public, you, spectators) = cursors;
            reader.socket.send(&json!({ "type": "game.sync", "public": public, "you": you, "spectators": spectators })).await;
        }
        reader.got.extend(reader.socket.sent());
        let mut open = Open { reveals, ..Open::default() };
        let mut seqs: BTreeMap<String, i64> = BTreeMap::new();
        for frame in &reader.got {
            open.learn(frame);
            if let Some(why) = leak(frame, reader.seat, roles, &open) {
                panic!("seat {:?} of {roles:?} got {why}: {frame}", reader.seat);
            }
            if frame["type"] == "game.missed" && reader.seat.is_none() {
                assert_eq!(frame["you"], json!([]), "who has no seat has no stream of their own");
            }
            if frame["type"] == "game.update" {
                let stream = frame["stream"].as_str().unwrap();
                assert!(stream != "spectators" || reader.seat.is_none());
                let last = seqs.entry(stream.to_owned()).or_insert_with(|| frame["first"].as_i64().unwrap() - 1);
                assert_eq!(frame["first"].as_i64().unwrap(), *last + 1, "numbers without holes say nothing of others");
                *last = frame["seq"].as_i64().unwrap();
            }
        }
        let own = hall.mafia.missed(&hall.code, &mafia::Person::nobody(), Cursors::default()).await.unwrap();
        assert!(own.you.is_empty());
    }
}

#[tokio::test]
async fn no_socket_gets_a_byte_that_its_seat_may_not_know() {
    for seed in 0..GAMES {
        play(seed).await;
    }
}

#[tokio::test]
async fn while_others_act_at_night_a_citizen_s_socket_is_silent() {
    for seed in 0..20 {
        let hall = Hall::with(7, 0, Options::default(), seed).await;
        let mut sockets = Vec::new();
        for user in &hall.people {
            sockets.push(hall.open(Some(user)).await.unwrap());
        }
        let mut watcher = hall.open(None).await.unwrap();
        sockets[0].send(&does(json!({ "type": "start" }))).await;
        let mut views = Vec::new();
        for socket in &mut sockets {
            views.push(newest(&news(socket).await, "you").unwrap());
        }
        news(&mut watcher).await;
        // All but the last one act: were all done, everybody would be told.
        for actor in 0..sockets.len() - 1 {
            let team: BTreeSet<_> =
                views[actor]["team"].as_array().unwrap().iter().map(|mate| mate["seat"].as_u64().unwrap()).collect();
            let done = moves(&views[actor], 5);
            assert!(!done.is_empty(), "everybody has something to do at night");
            for command in done {
                sockets[actor].send(&does(command)).await;
            }
            for (seat, socket) in sockets.iter_mut().enumerate() {
                let frames = news(socket).await;
                let may_hear = seat == actor || team.contains(&(seat as u64));
                assert!(
                    may_hear || frames.is_empty(),
                    "seat {seat} hears of seat {actor} ({}): {frames:?}",
                    views[actor]["role"]
                );
            }
            assert!(news(&mut watcher).await.is_empty());
        }
        assert_eq!(hall.mafia.tables().await.unwrap()[0].changed_at, hall.now(), "a list does not tell either");
        hall.pass(0).await;
        assert_eq!(newest(&news(&mut watcher).await, "public"), None);
        let view = hall.mafia.snapshot(&hall.code, &mafia::Person::nobody(), hall.now()).await.unwrap().public;
        assert_eq!(view.phase, Phase::Night);
    }
}

/// The checker sees what it is there to see.
#[test]
fn a_leak_is_found() {
    let roles: BTreeMap<_, _> =
        [(0, "citizen"), (1, "mafia"), (2, "detective")].map(|(seat, role)| (seat, role.to_owned())).into();
    let told = |event: Value| json!({ "type": "game.update", "stream": "you", "updates": [{ "seq": 1, "events": [event] }] });
    for event in [
        json!({ "type": "pointed", "seat": 1, "target": 2 }),
        json!({ "type": "investigated", "seat": 2, "target": 1, "mafia": true }),
        json!({ "type": "slept", "seat": 1 }),
        json!({ "type": "dealt", "role": "mafia" }),
        json!({ "type": "started", "roles": ["citizen", "mafia"] }),
        json!({ "type": "balloted", "seat": 1, "choice": "no" }),
        json!({ "type": "published", "by": 2, "target": 1, "role": "mafia" }),
        json!({ "type": "said", "channel": "mafia" }),
    ] {
        assert!(leak(&told(event.clone()), Some(0), &roles, &Open::default()).is_some(), "{event}");
    }
    let seats = json!([{ "seat": 1, "alive": true, "role": "mafia" }]);
    assert!(
        leak(&json!({ "type": "game.state", "public": { "phase": "night", "seats": seats } }), Some(0), &roles, &Open::default())
            .is_some()
    );
    let you = json!({ "seat": 1, "role": "mafia", "team": [] });
    assert!(leak(&json!({ "type": "game.update", "stream": "you", "view": you }), Some(0), &roles, &Open::default()).is_some());
    let mate = json!({ "seat": 0, "role": "citizen", "team": [{ "seat": 1 }] });
    assert!(leak(&json!({ "type": "game.state", "you": mate }), Some(0), &roles, &Open::default()).is_some());
    let own = told(json!({ "type": "investigated", "seat": 2, "target": 1, "mafia": true }));
    assert_eq!(leak(&own, Some(2), &roles, &Open::default()), None);
}
