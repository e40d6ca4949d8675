//! Processes that do not read: whoever sends to them is told, and the others are served.

use catamaran::{Gap, GapReason, Incoming, LayerConfig, LayerError, Receipt};
use testbed::{Cutter, PeerOptions, PythonPeer, eventually};

use crate::{
    fleet::{PATIENCE, Terms, channel, group, incoming, member, number, numbered, numbers, python_member, python_numbers},
    log,
};

const CAPACITY: usize = 5;

fn narrow() -> LayerConfig {
    LayerConfig::default().with(|config| config.capacity = CAPACITY)
}

/// One test: of lines of this kind the log takes one in ten seconds.
#[tokio::test]
async fn who_does_not_read() {
    log::keep();
    a_frozen_process_of_pythons().await;
    a_process_of_ours_behind_a_stalled_line().await;
}

async fn a_frozen_process_of_pythons() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let ours = terms.ours_with(&redis, narrow()).await;
    let python = terms.python(&redis).await;
    let mut here = member(&ours, "room").await;
    let theirs = python_member(&python, "room").await;
    python.freeze();
    let room = group("room");
    ours.send(&channel(&theirs), &numbered(0)).await.unwrap();
    for n in 1..CAPACITY as u64 {
        assert_eq!(ours.group_send(&room, &numbered(n)).await.unwrap(), Receipt::new(2, 0));
        assert_eq!(numbers(&mut here, 1).await, [n]);
    }
    assert_eq!(ours.group_send(&room, &numbered(100)).await.unwrap(), Receipt::new(1, 1));
    assert_eq!(numbers(&mut here, 1).await, [100]);
    assert_eq!(ours.stats().refused, 1);
    assert_eq!(log::lines_with(&["1 reader(s) of room are at their capacity"]).len(), 1);

    let fault = ours.send(&channel(&theirs), &numbered(101)).await.unwrap_err();
    assert!(matches!(fault, LayerError::Full { capacity: CAPACITY, .. }), "{fault}");
    assert_eq!(ours.stats().refused, 2);

    python.thaw();
    assert_eq!(python_numbers(&python, &theirs, CAPACITY).await, [0, 1, 2, 3, 4]);
    ours.send(&channel(&theirs), &numbered(102)).await.unwrap();
    assert_eq!(python_numbers(&python, &theirs, 1).await, [102]);
}

async fn a_process_of_ours_behind_a_stalled_line() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let line = Cutter::start(redis[0].port()).await;
    let full = terms.ours_at(&[line.url(&redis[0].url())], narrow()).await;
    let ours = terms.ours_with(&redis, narrow()).await;
    let python = PythonPeer::start(PeerOptions { capacity: Some(CAPACITY as u32), ..terms.options(&redis) }).await;
    let (mut unread, mut here) = (member(&full, "room").await, member(&ours, "room").await);
    line.stall().await;

    // A message or two still go into the line, where they are lost; then the key fills.
    let mut sent = 0;
    let fault = loop {
        match python.send(unread.name().as_str(), number(sent)).await {
            Ok(()) => sent += 1,
            Err(fault) => break fault,
        }
        assert!(sent < 100);
    };
    assert!(fault.starts_with("ChannelFull"), "{fault}");
    assert!(sent >= CAPACITY as u64, "{sent}");
    assert!(redis[0].cli(&["ZCARD", &key_of(unread.name().as_str())]).await.trim() == CAPACITY.to_string());
    let fault = ours.send(unread.name(), &numbered(100)).await.unwrap_err();
    assert!(matches!(fault, LayerError::Full { .. }), "{fault}");
    assert_eq!(ours.group_send(&group("room"), &numbered(101)).await.unwrap(), Receipt::new(1, 1));
    python.group_send("room", number(102)).await.unwrap();
    assert_eq!(numbers(&mut here, 2).await, [101, 102]);

    eventually(PATIENCE, async || (!full.status().is_up()).then_some(())).await;
    line.heal().await;
    let lost = sent - CAPACITY as u64;
    let first = incoming(&mut unread).await;
    assert!(matches!(first, Incoming::Gap(Gap { reason: GapReason::Disconnected, .. })), "{first:?}");
    for n in lost..sent {
        assert_eq!(numbers(&mut unread, 1).await, [n]);
    }
    println!("behind a stalled line: {lost} lost and told by a gap, {CAPACITY} kept");
}

fn key_of(name: &str) -> String {
    format!("asgi{}", &name[..=name.find('!').unwrap()])
}
