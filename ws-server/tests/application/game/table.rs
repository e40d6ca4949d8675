//! The consumer of one user's socket.

use catamaran::CloseCode;
use mafia::{Caller, Command, Line};
use mafia_rules::Options;
use serde_json::{Value, json};

use super::hall::{Hall, does, news};

const ID: &str = "6b2e1d7e-7c39-4a0c-8bfb-1b1b7d0a4f00";

fn of<'a>(frames: &'a [Value], kind: &str) -> Vec<&'a Value> {
    frames.iter().filter(|frame| frame["type"] == kind).collect()
}

#[tokio::test]
async fn sends_the_state_first_and_then_the_events() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    let first = ada.sent();
    assert_eq!((&first[0]["type"], &first[0]["me"]["seat"], &first[0]["you"]), (&json!("game.state"), &json!(0), &Value::Null));
    let mut bo = hall.open(Some(&hall.users[1])).await.unwrap();
    assert_eq!(news(&mut ada).await, [json!({ "type": "game.presence", "player": hall.users[1].id, "online": true })]);
    bo.sent();

    ada.send(&does(json!({ "type": "start" }))).await;
    for socket in [&mut ada, &mut bo] {
        let frames = news(socket).await;
        let updates = of(&frames, "game.update");
        let streams: Vec<_> = updates.iter().map(|frame| frame["stream"].as_str().unwrap()).collect();
        assert_eq!(streams, ["public", "you"]);
        assert_eq!(updates[0]["view"]["phase"], "night");
        assert_eq!(updates[1]["updates"][0]["events"][0]["type"], "dealt");
        assert_eq!(updates[1]["seq"], 1);
    }
}

#[tokio::test]
async fn a_refusal_has_the_client_s_language_and_id() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    for (query, word) in [("lang=ko", "방장만"), ("lang=en", "host"), ("", "host"), ("a=b&lang=ko-KR", "방장만")] {
        let mut bo = hall.open_in(Some(&hall.users[1]), query).await.unwrap();
        bo.sent();
        bo.send(&json!({ "type": "game.do", "do": { "type": "start" }, "id": ID })).await;
        let answer = bo.sent();
        assert_eq!((&answer[0]["type"], &answer[0]["code"], &answer[0]["id"]), (&json!("error"), &json!("not_host"), &json!(ID)));
        assert!(answer[0]["detail"].as_str().unwrap().contains(word), "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn an_invalid_command_gets_a_typed_error_and_the_socket_stays() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    ada.sent();
    for (text, code) in [
        ("{", "bad_json"),
        ("{\"type\":\"game.fly\"}", "unknown_type"),
        ("{\"type\":\"game.do\"}", "bad_field"),
        ("{\"type\":\"game.do\",\"do\":{\"type\":\"vote\",\"target\":-1}}", "bad_field"),
        ("{\"type\":\"game.do\",\"do\":{\"type\":\"vote\",\"target\":99}}", "not_started"),
        ("{\"type\":\"game.do\",\"do\":{\"type\":\"tick\"}}", "bad_field"),
        ("{\"type\":\"game.do\",\"do\":{\"type\":\"again\",\"code\":\"ABCDEF\"}}", "bad_field"),
    ] {
        ada.send_text(text).await;
        assert_eq!(ada.sent()[0]["code"], code, "{text}");
    }
    ada.send(&json!({ "type": "ping" })).await;
    assert_eq!(ada.sent(), [json!({ "type": "pong" })]);
}

#[tokio::test]
async fn only_a_socket_without_a_seat_gets_the_events_of_spectators() {
    let hall = Hall::with(1, 0, Options::default(), 1).await;
    let guest = hall.guest("Guest").await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    let mut socket = hall.open(Some(&guest)).await.unwrap();
    let mut anonymous = hall.open(None).await.unwrap();
    let whisper = json!({ "type": "say", "channel": "spectators", "words": { "text": "psst" }, "id": ID });
    socket.sent();
    socket.send(&does(whisper.clone())).await;
    assert_eq!(of(&news(&mut socket).await, "game.update")[0]["stream"], "spectators");
    assert_eq!(of(&news(&mut anonymous).await, "game.update")[0]["stream"], "spectators");
    assert!(of(&news(&mut ada).await, "game.update").is_empty(), "a player does not get it");
    anonymous.send(&does(whisper)).await;
    assert_eq!(anonymous.sent()[0]["code"], "not_signed_in");

    socket.send(&does(json!({ "type": "join" }))).await;
    let frames = news(&mut socket).await;
    assert_eq!(of(&frames, "game.state")[0]["me"]["seat"], 1);
    assert_eq!(of(&frames, "game.state")[0]["spectator_seq"], Value::Null);
    // The presence of spectators is not announced.
    let connected = json!({ "type": "game.presence", "player": guest.id, "online": true });
    assert_eq!(of(&news(&mut ada).await, "game.presence"), [&connected]);
    let other = hall.guest("Other").await;
    let person = Caller::of(&other);
    let say = Command::Say { channel: mafia_rules::Channel::Spectators, words: Line::Text("still here".into()), id: None };
    hall.mafia.act(&hall.code, &person, &say, hall.now()).await.unwrap();
    assert!(news(&mut socket).await.iter().all(|frame| frame["stream"] != "spectators"));

    ada.send(&does(json!({ "type": "kick", "seat": 1 }))).await;
    assert_eq!(of(&news(&mut socket).await, "game.state")[0]["me"]["seat"], Value::Null);
    socket.send(&does(json!({ "type": "join" }))).await;
    assert_eq!(of(&news(&mut socket).await, "error")[0]["code"], "sent_away");
}

#[tokio::test]
async fn a_table_without_spectators_closes_when_the_game_begins() {
    let hall = Hall::with(4, 0, Options { spectators: false, ..Options::default() }, 1).await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    let mut anonymous = hall.open(None).await.unwrap();
    ada.send(&does(json!({ "type": "start" }))).await;
    anonymous.settle().await;
    assert_eq!(anonymous.closed().unwrap().code, CloseCode(4403));
    ada.settle().await;
    assert_eq!(ada.closed(), None);
    let refused = hall.open(None).await.err().unwrap();
    assert_eq!(refused.code, CloseCode(4403));
    hall.open(Some(&hall.users[3])).await.unwrap();
}

#[tokio::test]
async fn sends_the_missed_events_on_request_and_no_others() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    ada.send(&does(json!({ "type": "start" }))).await;
    let mut late = hall.open(Some(&hall.users[2])).await.unwrap();
    let state = late.sent().remove(0);
    let (seq, mine) = (state["seq"].as_i64().unwrap(), state["my_seq"].as_i64().unwrap());
    assert_eq!((seq >= 5, mine), (true, 1));
    late.send(&json!({ "type": "game.sync", "public": seq - 2, "you": 0, "spectators": 0 })).await;
    let frames = late.sent();
    assert_eq!(frames[0]["type"], "game.state");
    let seqs = |stream: &str| -> Vec<i64> {
        frames[1][stream].as_array().unwrap().iter().map(|update| update["seq"].as_i64().unwrap()).collect()
    };
    assert_eq!((seqs("public"), seqs("you"), seqs("spectators")), (vec![seq - 1, seq], vec![1], vec![]));
    assert_eq!(frames[1]["more"], false);
}

#[tokio::test]
async fn sends_the_next_page_without_the_state() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    ada.sent();
    ada.send(&json!({ "type": "game.sync", "public": 1, "state": false })).await;
    let frames = ada.sent();
    assert_eq!(frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect::<Vec<_>>(), ["game.missed"]);
    assert_eq!(frames[0]["public"][0]["seq"], 2);
}

#[tokio::test]
async fn the_sockets_of_one_user_share_a_rate_of_requests() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    let mut sockets = [hall.open(Some(&hall.users[0])).await.unwrap(), hall.open(Some(&hall.users[0])).await.unwrap()];
    let sync = json!({ "type": "game.sync", "public": 0, "you": 0, "spectators": 0 });
    let mut answers = Vec::new();
    for number in 0..mafia::SYNCS.burst + 2 {
        let socket = &mut sockets[number as usize % 2];
        socket.sent();
        socket.send(&sync).await;
        answers.extend(socket.sent().into_iter().filter(|frame| frame["type"] != "game.missed"));
    }
    let refused = of(&answers, "error");
    assert_eq!((of(&answers, "game.state").len(), refused.len()), (mafia::SYNCS.burst as usize, 2));
    let named = (&refused[0]["code"], &refused[0]["command"], &refused[0]["retry_after"]);
    assert_eq!(named, (&json!("rate_limited"), &json!("game.sync"), &json!(1)));
    let mut other = hall.open(Some(&hall.users[1])).await.unwrap();
    other.sent();
    other.send(&sync).await;
    assert_eq!(of(&other.sent(), "game.state").len(), 1, "others go on");
}

#[tokio::test]
async fn lines_beyond_the_rate_are_refused_with_their_id() {
    let hall = Hall::with(4, 0, Options::default(), 1).await;
    let mut ada = hall.open(Some(&hall.users[0])).await.unwrap();
    let mut refused = Vec::new();
    for _ in 0..mafia::COMMANDS.burst + 1 {
        let say = json!({ "type": "say", "channel": "public", "words": { "text": "hi" } });
        ada.send(&json!({ "type": "game.do", "do": say, "id": ID })).await;
        refused.extend(ada.sent().into_iter().filter(|frame| frame["type"] == "error"));
    }
    let last = refused.last().unwrap();
    assert_eq!((&last["code"], &last["retry_after"], &last["id"]), (&json!("rate_limited"), &json!(1), &json!(ID)));
}

#[tokio::test]
async fn refuses_a_table_that_does_not_exist() {
    let mut hall = Hall::with(1, 0, Options::default(), 1).await;
    hall.code = store::RoomCode::parse("222222").unwrap();
    assert_eq!(hall.open(None).await.err().unwrap().code, CloseCode(4404));
}
