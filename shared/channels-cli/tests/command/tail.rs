//! `tail`.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use catamaran::Message;
use serde_json::{Value, json};
use testbed::eventually;

use crate::kit::{DIALECTS, Deck, PATIENCE, group};

async fn publish(deck: &Deck, room: &str, number: u64) {
    let event = json!({ "type": "test.number", "number": number, "share": 1.0 });
    let layer = deck.connect().await;
    layer.group_send(&group(room), &Message::from_json(&event).unwrap()).await.unwrap();
}

#[tokio::test]
async fn events_are_lines_as_they_pass() {
    for dialect in DIALECTS {
        for hosts in [1, 2] {
            let deck = Deck::of(dialect, hosts).await;
            let tail = deck.tail(&["room.1", "room.2", "--count", "2"]).await;
            for (number, room) in [(1, "room.1"), (2, "elsewhere"), (3, "room.2")] {
                publish(&deck, room, number).await;
            }
            assert!(tail.exit_status().await.success());
            let lines: Vec<_> = tail.log().into_iter().filter(|line| line.starts_with('{')).collect();
            let events: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(events.len(), 2, "{lines:?}");
            for (event, (number, room)) in events.iter().zip([(1, "room.1"), (3, "room.2")]) {
                assert_eq!(event["group"], room);
                assert_eq!(event["event"], json!({ "type": "test.number", "number": number, "share": 1.0 }));
                assert!(event["time"].as_str().unwrap().ends_with('Z'));
            }
            assert!(lines[0].starts_with("{\"time\":\""), "{}", lines[0]);
        }
    }
}

#[tokio::test]
async fn whoever_ends_it_it_leaves_its_groups() {
    for dialect in DIALECTS {
        let deck = Deck::of(dialect, 1).await;
        let tail = deck.tail(&["room"]).await;
        assert!(deck.run(&["members", "room"]).await.ok().contains("1 process"));
        tail.terminate();
        assert!(tail.exit_status().await.success());
        // Redis itself hears of a closed connection a moment later.
        eventually(PATIENCE, async || deck.run(&["members", "room"]).await.ok().contains("0 processes").then_some(())).await;
    }
}

#[tokio::test]
async fn what_may_be_missing_is_said_where_it_is_missing() {
    for dialect in DIALECTS {
        let deck = Deck::of(dialect, 1).await;
        let tail = deck.tail(&["room"]).await;
        deck.redis[0].restart().await;
        let gap = tail.log_line(|line| line.contains("events may be missing here")).await;
        assert!(gap.starts_with("tail: 2") && gap.ends_with("Redis was out of reach"), "{gap}");
        // The line on which it hears may be back before the one on which it joins.
        eventually(PATIENCE, async || {
            publish(&deck, "room", 1).await;
            tail.log().iter().any(|line| line.contains("\"number\":1")).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn it_ends_quietly_where_nobody_reads_any_more() {
    let deck = Deck::of("redis-pubsub", 1).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_channels"));
    command.env_clear().envs(deck.variables()).args(["tail", "room"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tail = command.spawn().unwrap();
    let mut said = BufReader::new(tail.stderr.take().unwrap());
    let mut first = String::new();
    said.read_line(&mut first).unwrap();
    assert!(first.starts_with("tail: room"), "{first}");
    drop(tail.stdout.take());
    publish(&deck, "room", 1).await;
    let (status, rest) = tokio::task::spawn_blocking(move || {
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut said, &mut rest).unwrap();
        (tail.wait().unwrap(), rest)
    })
    .await
    .unwrap();
    assert!(status.success(), "{status} {rest}");
    assert_eq!(rest, "");
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let deck = Deck::of("redis-pubsub", 1).await;
    let tail = deck.tail(&["room"]).await;
    deck.redis[0].cli(&["PUBLISH", "asgi__group__room", "rubbish"]).await;
    let told = tail.log_line(|line| line.contains("dropped a payload of 7 bytes")).await;
    assert!(told.contains("asgi__group__room"), "{told}");
}
