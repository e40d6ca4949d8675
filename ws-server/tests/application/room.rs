//! The room's consumer.

use std::sync::Arc;

use catamaran::{ChannelLayer, CloseCode, LayerConfig};
use catamaran_redis::{RedisPubSubLayer, RedisSettings, Wire};
use serde_json::{Value, json};
use store::{Nickname, Page, User};
use testbed::{FaultProxy, Redis, eventually};

use crate::house::{House, NOW, PATIENCE};

fn types(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect()
}

const CLIENT_ID: &str = "6b2e1d7e-7c39-4a0c-8bfb-1b1b7d0a4f00";

#[tokio::test]
async fn two_members_see_each_other_and_their_messages() {
    let house = House::new().await;
    let (kim, lee) = (house.person("Kim").await, house.person("이순신").await);
    let code = house.room(&kim, 1).await;
    house.rooms.join(&code, &lee, NOW).await.unwrap();
    let mut a = house.enter(&kim, code.as_str()).await.unwrap();
    let state = a.sent();
    assert_eq!(types(&state), ["room.state"]);
    assert_eq!((&state[0]["you"]["nickname"], &state[0]["last_seq"]), (&json!("Kim"), &json!(0)));
    assert_eq!(state[0]["members"].as_array().unwrap().len(), 2);
    a.settle().await;
    a.sent();

    let mut b = house.enter(&lee, &code.as_str().to_lowercase()).await.unwrap();
    b.sent();
    b.send(&json!({ "type": "message.send", "body": "  안녕  ", "client_id": CLIENT_ID })).await;
    b.send(&json!({ "type": "typing", "on": true })).await;
    a.settle().await;
    let seen = a.sent();
    assert_eq!(types(&seen), ["room.presence", "room.message", "room.typing"]);
    assert_eq!(seen[0], json!({ "type": "room.presence", "user_id": lee.id, "online": true }));
    let said = &seen[1]["message"];
    assert_eq!((&said["seq"], &said["body"], &said["client_id"]), (&json!(1), &json!("안녕"), &json!(CLIENT_ID)));
    assert_eq!(said["user"], json!({ "id": lee.id, "nickname": "이순신" }));

    b.disconnect(CloseCode::NORMAL).await;
    a.settle().await;
    assert_eq!(a.sent(), [json!({ "type": "room.presence", "user_id": lee.id, "online": false })]);
}

#[tokio::test]
async fn a_message_that_is_sent_again_after_a_cut_is_stored_once() {
    let house = House::new().await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut socket = house.enter(&kim, code.as_str()).await.unwrap();
    for _ in 0..3 {
        socket.send(&json!({ "type": "message.send", "body": "once", "client_id": CLIENT_ID })).await;
    }
    socket.settle().await;
    let seqs: Vec<_> =
        socket.sent().iter().filter(|f| f["type"] == "room.message").map(|f| f["message"]["seq"].clone()).collect();
    assert_eq!(seqs, [1, 1, 1], "announced again, since the first announcement may be lost, and the same");
    let (stored, _) = house.rooms.messages(&code, &kim, Page::Newest, 10).await.unwrap();
    assert_eq!(stored.len(), 1);
}

#[tokio::test]
async fn the_sockets_of_one_user_share_a_rate() {
    let house = House::new().await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(house.enter(&kim, code.as_str()).await.unwrap());
    }
    let mut refused = Vec::new();
    for round in 0..5 {
        for (number, socket) in sockets.iter_mut().enumerate() {
            let id = format!("6b2e1d7e-7c39-4a0c-8bfb-{round:06}{number:06}");
            socket.send(&json!({ "type": "message.send", "body": "again", "client_id": id })).await;
            let errors = socket.sent().into_iter().filter(|frame| frame["type"] == "error");
            refused.extend(errors.map(|error| (error["code"].clone(), error["retry_after"].clone(), error["client_id"] == id)));
        }
    }
    let burst = rooms::MESSAGES.burst as usize;
    assert_eq!(refused, vec![(json!("rate_limited"), json!(1), true); 50 - burst]);
    let (stored, _) = house.rooms.messages(&code, &kim, Page::Newest, 200).await.unwrap();
    assert_eq!(stored.len(), burst);
}

#[tokio::test]
async fn a_refused_client_gets_the_reason() {
    let house = House::new().await;
    let (kim, stranger) = (house.person("Kim").await, house.person("Stranger").await);
    let code = house.room(&kim, 1).await;
    let refused = async |user, code: &str| house.enter(user, code).await.err().unwrap().code;
    assert_eq!(refused(&stranger, code.as_str()).await, CloseCode(4403));
    for wrong in ["ZZZZZZ", "", "not a code", "방방방방방방"] {
        assert_eq!(refused(&kim, wrong).await, CloseCode(4404), "{wrong}");
    }
    let (members, room) = (house.rooms.view(&code).await.unwrap().members, house.rooms.room(&code).await.unwrap());
    assert_eq!((members.len(), room.online), (1, 0), "no refused client came online");
}

#[tokio::test]
async fn a_refused_message_is_answered_with_its_client_id() {
    let house = House::new().await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut socket = house.enter(&kim, code.as_str()).await.unwrap();
    socket.settle().await;
    socket.sent();
    for (body, expected) in [
        ("   ".to_owned(), "bad_field"),
        ("\u{200b}\u{fe0f}".to_owned(), "bad_field"),
        ("a\u{202e}b".to_owned(), "bad_field"),
        ("bell \u{7}".to_owned(), "bad_field"),
        ("x".repeat(2_001), "too_long"),
        ("👨\u{200d}👩\u{200d}👧".repeat(500), "too_long"),
    ] {
        socket.send(&json!({ "type": "message.send", "body": body, "client_id": CLIENT_ID })).await;
        let answer = socket.sent().remove(0);
        assert_eq!(
            (&answer["type"], &answer["code"], &answer["client_id"]),
            (&json!("error"), &json!(expected), &json!(CLIENT_ID))
        );
    }
    socket.send(&json!({ "type": "message.send", "body": "x", "client_id": "not a uuid" })).await;
    assert_eq!(socket.sent()[0]["code"], "bad_field");
    house.rooms.leave(&code, &kim).await.unwrap();
    socket.send(&json!({ "type": "message.send", "body": "still here?" })).await;
    assert_eq!(socket.sent()[0]["code"], "not_a_member");
}

#[tokio::test]
async fn names_the_field_that_is_wrong() {
    let house = House::new().await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut socket = house.enter(&kim, code.as_str()).await.unwrap();
    socket.settle().await;
    socket.sent();
    for (frame, said) in [
        (r#"{"type":"message.send","body":5}"#, "body is 5; expected a text"),
        (r#"{"type":"message.send"}"#, "body is missing"),
        (r#"{"type":"message.send","body":"a","client_id":"7"}"#, "client_id is no UUID; expected a UUID"),
        (r#"{"type":"typing","on":"yes"}"#, "on is a text; expected true or false"),
        (r#"{"type":"typing","on":true"#, "it ended before the JSON was complete"),
        ("hello", "expected a value (line 1 column 1)"),
    ] {
        socket.send_text(frame).await;
        let sent = socket.sent();
        assert!(sent[0]["detail"].as_str().unwrap().contains(said), "{frame}: {sent:?}");
    }
}

#[tokio::test]
async fn a_member_that_leaves_loses_all_sockets_and_the_others_get_an_event() {
    let house = House::new().await;
    let (kim, lee) = (house.person("Kim").await, house.person("Lee").await);
    let code = house.room(&kim, 1).await;
    house.rooms.join(&code, &lee, NOW).await.unwrap();
    let (mut a, mut b) = (house.enter(&kim, code.as_str()).await.unwrap(), house.enter(&lee, code.as_str()).await.unwrap());
    house.rooms.leave(&code, &lee).await.unwrap();
    a.settle().await;
    b.settle().await;
    assert!(a.sent().contains(&json!({ "type": "room.left", "user_id": lee.id })));
    assert_eq!((a.closed(), b.closed().map(|close| close.code)), (None, Some(CloseCode(4403))));
}

/// The sender's connection to Redis is cut and the readers' is not: their layer marks no gap, so the application announces one.
#[tokio::test]
async fn a_lost_announcement_is_marked_later_and_a_removed_member_loses_its_socket() {
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    let connect = |url: &str| {
        let layer = RedisPubSubLayer::connect(RedisSettings::new(url, false).unwrap(), &Wire::default(), LayerConfig::default());
        Arc::new(layer) as Arc<dyn ChannelLayer>
    };
    let (readers, senders) = (connect(&redis.url()), connect(&line.url(&redis.url())));
    for layer in [&readers, &senders] {
        eventually(PATIENCE, async || layer.status().is_up().then_some(())).await;
    }
    let house = House::with(readers).await;
    let elsewhere = house.over(Arc::clone(&senders));
    let (kim, lee) = (house.person("Kim").await, house.person("Lee").await);
    let code = house.room(&kim, 1).await;
    house.rooms.join(&code, &lee, NOW).await.unwrap();
    let (mut a, mut b) = (house.enter(&kim, code.as_str()).await.unwrap(), house.enter(&lee, code.as_str()).await.unwrap());
    line.refuse().await;
    line.cut().await;
    eventually(PATIENCE, async || (!senders.status().is_up()).then_some(())).await;
    elsewhere.leave(&code, &lee).await.unwrap();
    line.heal().await;
    for socket in [&mut a, &mut b] {
        let gap = json!({ "type": "gap", "reason": "unannounced" });
        while !socket.sent().contains(&gap) {
            socket.next().await;
        }
    }
    assert_eq!((a.closed(), b.closed().map(|close| close.code)), (None, Some(CloseCode(4403))));
}

#[tokio::test]
async fn answers_a_ping() {
    let house = House::new().await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut room = house.enter(&kim, code.as_str()).await.unwrap();
    room.sent();
    room.send(&json!({ "type": "ping" })).await;
    assert_eq!(room.sent(), [json!({ "type": "pong" })]);
    let mut lobby = house.lobby(Some(&kim)).await.unwrap();
    lobby.sent();
    lobby.send(&json!({ "type": "ping" })).await;
    assert_eq!(lobby.sent(), [json!({ "type": "pong" })]);
}

#[tokio::test]
async fn members_see_joins_and_new_names() {
    let house = House::new().await;
    let (kim, lee) = (house.person("Kim").await, house.person("Lee").await);
    let code = house.room(&kim, 1).await;
    let mut a = house.enter(&kim, code.as_str()).await.unwrap();
    a.settle().await;
    a.sent();
    house.rooms.join(&code, &lee, NOW).await.unwrap();
    house.rooms.renamed(&User { nickname: Nickname::parse("Admiral").unwrap(), ..lee }).await;
    a.settle().await;
    let seen = a.sent();
    assert_eq!(types(&seen), ["room.joined", "room.renamed"]);
    assert_eq!((&seen[0]["member"]["nickname"], &seen[1]["user"]["nickname"]), (&json!("Lee"), &json!("Admiral")));
}

#[tokio::test]
async fn two_sockets_of_one_user_are_online_once() {
    let house = House::new().await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut first = house.enter(&kim, code.as_str()).await.unwrap();
    let second = house.enter(&kim, code.as_str()).await.unwrap();
    first.settle().await;
    assert_eq!(first.sent().iter().filter(|frame| frame["type"] == "room.presence").count(), 1);
    second.disconnect(CloseCode::NORMAL).await;
    first.settle().await;
    assert_eq!(first.sent(), Vec::<Value>::new(), "still online through the first");
    assert_eq!(house.rooms.room(&code).await.unwrap().online, 1);
}

#[tokio::test]
async fn a_message_is_stored_and_its_sender_informed_while_the_layer_is_away() {
    let redis = Redis::start().await;
    let settings = RedisSettings::new(&redis.url(), false).unwrap();
    let layer: Arc<dyn ChannelLayer> = Arc::new(RedisPubSubLayer::connect(settings, &Wire::default(), LayerConfig::default()));
    let house = House::with(Arc::clone(&layer)).await;
    let kim = house.person("Kim").await;
    let code = house.room(&kim, 1).await;
    let mut socket = house.enter(&kim, code.as_str()).await.unwrap();
    socket.next().await; // its own coming online
    socket.sent();
    redis.kill9();
    eventually(PATIENCE, async || (!layer.status().is_up()).then_some(())).await;
    socket.send(&json!({ "type": "message.send", "body": "anyone?", "client_id": CLIENT_ID })).await;
    let answer = socket.sent();
    assert_eq!((types(&answer), &answer[0]["message"]["body"]), (vec!["room.message"], &json!("anyone?")));
    redis.restart().await;
    // Its own connection was cut, and the message before could not be announced. Both are reported, in any order.
    socket.next().await;
    socket.next().await;
    let mut reasons: Vec<_> = socket.sent().iter().map(|frame| frame["reason"].as_str().unwrap().to_owned()).collect();
    reasons.sort();
    assert_eq!(reasons, ["disconnected", "unannounced"]);
    let (stored, _) = house.rooms.messages(&code, &kim, Page::After(0), 10).await.unwrap();
    assert_eq!(stored.len(), 1);
}
