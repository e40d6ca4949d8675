//! `tail`.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use catamaran::Message;
use serde_json::{Value, json};
use testbed::eventually;

use crate::kit::{DIALECTS, PATIENCE, Setup, group};

async fn publish(setup: &Setup, room: &str, number: u64) {
    let event = json!({ "type": "test.number", "number": number, "share": 1.0 });
    let layer = setup.connect().await;
    layer.group_send(&group(room), &Message::from_json(&event).unwrap()).await.unwrap();
}

#[tokio::test]
async fn prints_each_event_as_a_line_of_json() {
    for dialect in DIALECTS {
        for hosts in [1, 2] {
            let setup = Setup::of(dialect, hosts).await;
            let tail = setup.tail(&["room.1", "room.2", "--count", "2"]).await;
            for (number, room) in [(1, "room.1"), (2, "elsewhere"), (3, "room.2")] {
                publish(&setup, room, number).await;
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
async fn leaves_its_groups_when_it_ends() {
    for dialect in DIALECTS {
        let setup = Setup::of(dialect, 1).await;
        let tail = setup.tail(&["room"]).await;
        assert!(setup.run(&["members", "room"]).await.ok().contains("1 process"));
        tail.terminate();
        assert!(tail.exit_status().await.success());
        // Redis notices the closed connection a moment later.
        eventually(PATIENCE, async || setup.run(&["members", "room"]).await.ok().contains("0 processes").then_some(())).await;
    }
}

#[tokio::test]
async fn reports_a_gap_after_a_lost_connection() {
    for dialect in DIALECTS {
        let setup = Setup::of(dialect, 1).await;
        let tail = setup.tail(&["room"]).await;
        setup.redis[0].restart().await;
        let gap = tail.log_line(|line| line.contains("events may be missing here")).await;
        assert!(gap.starts_with("tail: 2") && gap.ends_with("Redis was out of reach"), "{gap}");
        // The connection for messages may be back before the one for commands.
        eventually(PATIENCE, async || {
            publish(&setup, "room", 1).await;
            tail.log().iter().any(|line| line.contains("\"number\":1")).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn ends_without_an_error_when_its_output_is_closed() {
    let setup = Setup::of("redis-pubsub", 1).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_channels"));
    command.env_clear().envs(setup.variables()).args(["tail", "room"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tail = command.spawn().unwrap();
    let mut output = BufReader::new(tail.stderr.take().unwrap());
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    assert!(first.starts_with("tail: room"), "{first}");
    drop(tail.stdout.take());
    publish(&setup, "room", 1).await;
    let (status, rest) = tokio::task::spawn_blocking(move || {
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut output, &mut rest).unwrap();
        (tail.wait().unwrap(), rest)
    })
    .await
    .unwrap();
    assert!(status.success(), "{status} {rest}");
    assert_eq!(rest, "");
}

#[tokio::test]
async fn reports_undecodable_payloads() {
    let setup = Setup::of("redis-pubsub", 1).await;
    let tail = setup.tail(&["room"]).await;
    setup.redis[0].cli(&["PUBLISH", "asgi__group__room", "rubbish"]).await;
    let warning = tail.log_line(|line| line.contains("dropped a payload of 7 bytes")).await;
    assert!(warning.contains("asgi__group__room"), "{warning}");
}
