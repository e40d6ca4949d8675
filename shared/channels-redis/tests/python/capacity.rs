//! Processes that do not read: senders get an error, and the other members get their messages.

use catamaran::{Gap, GapReason, Incoming, LayerConfig, LayerError, Receipt};
use testbed::{FaultProxy, PeerOptions, PythonPeer, eventually};

use crate::{
    fleet::{PATIENCE, Setup, channel, group, incoming, member, number, numbered, numbers, python_member, python_numbers},
    log,
};

const CAPACITY: usize = 5;

fn narrow() -> LayerConfig {
    LayerConfig::default().with(|config| config.capacity = CAPACITY)
}

/// One test for both cases, since the log takes only one such line in ten seconds.
#[tokio::test]
async fn reports_a_full_process_and_serves_the_others() {
    log::keep();
    a_frozen_python_process().await;
    our_process_behind_a_stalled_connection().await;
}

async fn a_frozen_python_process() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let ours = setup.ours_with(&redis, narrow()).await;
    let python = setup.python(&redis).await;
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

async fn our_process_behind_a_stalled_connection() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let line = FaultProxy::start(redis[0].port()).await;
    let full = setup.ours_at(&[line.url(&redis[0].url())], narrow()).await;
    let ours = setup.ours_with(&redis, narrow()).await;
    let python = PythonPeer::start(PeerOptions { capacity: Some(CAPACITY as u32), ..setup.options(&redis) }).await;
    let (mut unread, mut here) = (member(&full, "room").await, member(&ours, "room").await);
    line.stall().await;

    // One or two messages still go into the connection, where they are lost. Then the key fills.
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
    println!("behind a stalled connection: {lost} lost with a gap, {CAPACITY} kept");
}

fn key_of(name: &str) -> String {
    format!("asgi{}", &name[..=name.find('!').unwrap()])
}
