//! Plays whole games with a socket for each player: no frame reveals a secret to a seat that may not know it.
//!
//! The tests of the rules check thousands of games. These tests check the frames of the consumer, and its answers to requests.

use std::collections::BTreeMap;

use mafia::Cursors;
use mafia_rules::{Options, Phase};
use serde_json::{Value, json};

use super::{
    hall::{Hall, Socket, does, news},
    leaks::{Reader, all_roles, deed, moves},
};

/// How many games are played to their end.
const GAMES: u64 = 24;

/// One user's socket, and all its frames in order.
struct Listener {
    seat: Option<u64>,
    role: String,
    socket: Socket,
    got: Vec<Value>,
}

/// Plays a game to its end. Returns the roles of the sockets.
async fn play(seed: u64) -> Vec<String> {
    let people = 4 + (seed % 5) as usize;
    let bots = (seed % 4) as usize;
    let short = Options { night_seconds: 4, talk_seconds: 3, vote_seconds: 3, ballot_seconds: 3, ..Options::default() };
    let options = Options { dawn_seconds: 1, defence_seconds: 1, dusk_seconds: 1, gone_after: 50, ..short };
    let reveals = seed.is_multiple_of(2);
    let options = Options { reveal_roles: reveals, ..options };
    let hall = Hall::with(people, bots, options.clone(), seed).await;
    let mut listeners = Vec::new();
    for seat in 0..people {
        let socket = hall.open(Some(&hall.users[seat])).await.unwrap();
        listeners.push(Listener { seat: Some(seat as u64), role: String::new(), socket, got: Vec::new() });
    }
    let guest = hall.guest("Guest").await;
    for user in [Some(&guest), None] {
        listeners.push(Listener { seat: None, role: String::new(), socket: hall.open(user).await.unwrap(), got: Vec::new() });
    }
    if let Some(roles) = all_roles(people + bots) {
        let set_up = json!({ "type": "set_up", "setup": { "roles": roles, "options": options } });
        listeners[0].socket.send(&does(set_up)).await;
    }
    listeners[0].socket.send(&does(json!({ "type": "start" }))).await;
    gather(&mut listeners).await;

    for round in 0..2_000_u64 {
        for listener in &mut listeners {
            let Some(you) = newest(&listener.got, "you") else { continue };
            you["role"].as_str().unwrap().clone_into(&mut listener.role);
            for command in moves(&you, seed ^ round) {
                listener.socket.send(&does(command)).await;
            }
        }
        gather(&mut listeners).await;
        hall.pass(1_000).await;
        gather(&mut listeners).await;
        let view = newest(&listeners[0].got, "public").unwrap();
        if view["phase"] == "over" {
            break;
        }
        assert!(round < 1_999, "the game does not end");
    }
    let roles = listeners.iter().map(|listener| listener.role.clone()).collect();
    check(&hall, listeners, reveals).await;
    roles
}

async fn gather(listeners: &mut [Listener]) {
    for listener in listeners {
        let frames = news(&mut listener.socket).await;
        listener.got.extend(frames);
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

async fn check(hall: &Hall, listeners: Vec<Listener>, reveals: bool) {
    for mut listener in listeners {
        // A request for all events, with any numbers, reveals no more.
        for cursors in [(0, 0, 0), (3, 0, 1), (-1, -1, -1), (i64::MAX, i64::MAX, i64::MAX)] {
            let (public, you, spectators) = cursors;
            listener.socket.send(&json!({ "type": "game.sync", "public": public, "you": you, "spectators": spectators })).await;
        }
        listener.got.extend(listener.socket.sent());
        let mut reader = Reader::new(listener.seat, &listener.role, reveals);
        let mut seqs: BTreeMap<String, i64> = BTreeMap::new();
        for frame in &listener.got {
            reader.take(frame).unwrap();
            if frame["type"] == "game.missed" && listener.seat.is_none() {
                assert_eq!(frame["you"], json!([]), "a socket without a seat has no stream of its own");
            }
            if frame["type"] == "game.update" {
                let stream = frame["stream"].as_str().unwrap();
                assert!(stream != "spectators" || listener.seat.is_none());
                let last = seqs.entry(stream.to_owned()).or_insert_with(|| frame["first"].as_i64().unwrap() - 1);
                assert_eq!(frame["first"].as_i64().unwrap(), *last + 1, "numbers without holes say nothing of others");
                *last = frame["seq"].as_i64().unwrap();
            }
        }
        let own = hall.mafia.missed(&hall.code, &mafia::Caller::guest(), Cursors::default()).await.unwrap();
        assert!(own.you.is_empty());
    }
}

#[tokio::test]
async fn no_socket_gets_a_byte_that_its_seat_may_not_know() {
    let mut roles = Vec::new();
    for seed in 0..GAMES {
        roles.extend(play(seed).await);
    }
    for role in ["mafia", "spy", "doctor", "detective", "reporter", "soldier", "joker", "citizen", ""] {
        assert!(roles.iter().any(|other| other == role), "no socket had the role {role:?}");
    }
}

#[tokio::test]
async fn while_others_act_at_night_a_citizen_s_socket_is_silent() {
    let mut acts = BTreeMap::<String, usize>::new();
    for seed in 0..20 {
        let hall = Hall::with(7, 0, Options::default(), seed).await;
        let mut sockets = Vec::new();
        for user in &hall.users {
            sockets.push(hall.open(Some(user)).await.unwrap());
        }
        let mut watcher = hall.open(None).await.unwrap();
        sockets[0].send(&does(json!({ "type": "start" }))).await;
        let mut views = Vec::new();
        for socket in &mut sockets {
            views.push(newest(&news(socket).await, "you").unwrap());
        }
        news(&mut watcher).await;
        let listed = hall.mafia.tables().await.unwrap()[0].changed_at;
        // All but one act: when all have acted, every socket gets an event.
        for actor in 0..sockets.len() - 1 {
            hall.pass(500).await;
            let team: Vec<_> =
                views[actor]["team"].as_array().unwrap().iter().map(|mate| mate["seat"].as_u64().unwrap()).collect();
            // An act of the role comes first; the others sleep.
            let act = deed(&views[actor]["can"][0], seed);
            *acts.entry(act["type"].as_str().unwrap().to_owned()).or_default() += 1;
            let whisper = json!({ "type": "say", "channel": "mafia", "words": { "text": "psst" }, "id": null });
            for command in [Some(act), (!team.is_empty()).then_some(whisper)].into_iter().flatten() {
                sockets[actor].send(&does(command)).await;
            }
            for (seat, socket) in sockets.iter_mut().enumerate() {
                let frames = news(socket).await;
                let may_hear = seat == actor || team.contains(&(seat as u64));
                assert_eq!(may_hear, !frames.is_empty(), "seat {seat} of seat {actor} ({}): {frames:?}", views[actor]["role"]);
                assert!(frames.iter().all(|frame| frame["type"] != "error"), "{frames:?}");
            }
            assert!(news(&mut watcher).await.is_empty());
        }
        assert_eq!(hall.mafia.tables().await.unwrap()[0].changed_at, listed, "a list does not tell either");
        hall.pass(0).await;
        assert_eq!(newest(&news(&mut watcher).await, "public"), None);
        let view = hall.mafia.snapshot(&hall.code, &mafia::Caller::guest(), hall.now()).await.unwrap().public;
        assert_eq!(view.phase, Phase::Night);
    }
    for act in ["point", "protect", "investigate", "sleep"] {
        assert!(acts.get(act).is_some_and(|count| *count >= 10), "{acts:?}");
    }
}

/// The checker finds each kind of leak.
#[test]
fn a_leak_is_found() {
    let citizen = || Reader::new(Some(0), "citizen", false);
    let frame = |stream: &str, event: Value| json!({ "type": "game.update", "stream": stream, "updates": [{ "seq": 1, "events": [event] }] });
    for (stream, event) in [
        ("you", json!({ "type": "pointed", "seat": 1, "target": 2 })),
        ("you", json!({ "type": "investigated", "seat": 2, "target": 1, "mafia": true })),
        ("you", json!({ "type": "slept", "seat": 1 })),
        ("public", json!({ "type": "slept", "seat": 0 })),
        ("you", json!({ "type": "dealt", "role": "mafia" })),
        ("public", json!({ "type": "started", "roles": ["citizen", "mafia"] })),
        ("public", json!({ "type": "balloted", "seat": 1, "choice": "no" })),
        ("public", json!({ "type": "published", "by": 2, "target": 1, "role": "mafia" })),
        ("public", json!({ "type": "died", "seat": 1, "role": "mafia" })),
        ("you", json!({ "type": "said", "channel": "mafia" })),
        ("you", json!({ "type": "said", "channel": "dead" })),
        ("spectators", json!({ "type": "said", "channel": "spectators" })),
        ("public", json!({ "type": "whatever_comes_next" })),
    ] {
        let frame = frame(stream, event);
        assert!(citizen().take(&frame).is_err(), "{frame}");
    }
    for frame in [
        json!({ "type": "game.state", "public": { "phase": "night", "seats": [{ "seat": 1, "alive": true, "role": "mafia" }] } }),
        json!({ "type": "game.update", "stream": "you", "view": { "seat": 1, "role": "mafia", "team": [] } }),
        json!({ "type": "game.state", "you": { "seat": 0, "role": "citizen", "team": [{ "seat": 1 }] } }),
        json!({ "type": "game.state", "you": { "seat": 0, "role": "citizen", "points": [{ "from": 1, "target": 2 }] } }),
        json!({ "type": "game.state", "you": { "seat": 0, "role": "citizen", "findings": [{ "day": 1, "target": 2, "mafia": true }] } }),
        json!({ "type": "game.presence", "player": "somebody", "online": true }),
        json!({ "type": "game.state", "public": { "seats": [{ "seat": 0, "player": "me" }] }, "online": ["who whispers"] }),
    ] {
        assert!(citizen().take(&frame).is_err(), "{frame}");
    }
    // A spy belongs to the team only after it has found the mafia, and the dead get no events of the team.
    let whisper = frame("you", json!({ "type": "said", "channel": "mafia" }));
    let mut spy = Reader::new(Some(2), "spy", false);
    assert!(spy.take(&whisper).is_err());
    spy.take(&frame("you", json!({ "type": "probed", "seat": 2, "target": 1, "mafia": true }))).unwrap();
    spy.take(&whisper).unwrap();
    spy.take(&frame("public", json!({ "type": "died", "seat": 2, "role": null }))).unwrap();
    assert!(spy.take(&whisper).is_err());
    let own = frame("you", json!({ "type": "investigated", "seat": 2, "target": 1, "mafia": true }));
    Reader::new(Some(2), "detective", false).take(&own).unwrap();
}
