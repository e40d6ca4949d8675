//! What waited too long is delivered on neither side.

use std::time::Duration;

use catamaran::{ChannelOptions, LayerConfig, ManualClock};
use testbed::{PeerOptions, PythonPeer, eventually};

use crate::fleet::{
    PATIENCE, Terms, channel, group, member, number, numbered, numbers, python_member, python_numbers, roomy, taken,
};

/// By so much that a busy machine takes nothing away from it: this clock stands still meanwhile.
const LONGER_THAN_EXPIRY: Duration = Duration::from_secs(600);
/// Long beside a message's way.
const AT_ONCE: Duration = Duration::from_millis(200);

#[tokio::test]
async fn what_python_sent_too_long_ago() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let clock = ManualClock::new();
    let ours = terms.ours_with(&redis, roomy().with(|config| config.clock = clock.clock())).await;
    let python = terms.python(&redis).await;
    let mut receiver = member(&ours, "room").await;
    python.group_send("room", number(1)).await.unwrap();
    python.send(receiver.name().as_str(), number(2)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 2).await, [1, 2]);

    clock.advance(LONGER_THAN_EXPIRY);
    python.group_send("room", number(3)).await.unwrap();
    python.send(receiver.name().as_str(), number(4)).await.unwrap();
    eventually(PATIENCE, async || (ours.stats().expired == 2).then_some(())).await;
    python.send("jobs", number(5)).await.unwrap();
    let next = async { (taken(&ours, "jobs").await, ours.stats().expired) };
    let fresh = async {
        eventually(PATIENCE, async || (ours.stats().expired == 3).then_some(())).await;
        ours.send(&channel("jobs"), &numbered(6)).await.unwrap();
    };
    let (next, ()) = tokio::join!(next, fresh);
    assert_eq!(next, (6, 3));
    ours.send(receiver.name(), &numbered(7)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 1).await, [7]);
}

/// Python looks at no time when it reads: what ends a message is its key's own end, and the next send.
#[tokio::test]
async fn what_we_sent_too_long_ago() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let python = terms.python(&redis).await;
    let clock = ManualClock::new();
    let ours = terms.ours_with(&redis, roomy().with(|config| config.clock = clock.clock())).await;
    let name = python.new_channel().await;
    for n in 1..=3 {
        ours.send(&channel(&name), &numbered(n)).await.unwrap();
        if n == 1 {
            clock.advance(LONGER_THAN_EXPIRY);
        }
    }
    assert_eq!(python_numbers(&python, &name, 2).await, [2, 3]);

    python.group_add("room", &name).await;
    for n in 4..=6 {
        ours.group_send(&group("room"), &numbered(n)).await.unwrap();
        if n == 4 {
            clock.advance(LONGER_THAN_EXPIRY);
        }
    }
    assert_eq!(python_numbers(&python, &name, 2).await, [5, 6]);
    assert_eq!(python.try_receive(&name, AT_ONCE).await, None);
}

/// Within the expiry everything arrives; and what ends in one member's key ends in no other's.
#[tokio::test]
async fn what_we_sent_is_old_in_one_key_alone() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let (first, second) = tokio::join!(terms.python(&redis), terms.python(&redis));
    let clock = ManualClock::new();
    let ours = terms.ours_with(&redis, roomy().with(|config| config.clock = clock.clock())).await;
    let (one, other) = (python_member(&first, "room").await, python_member(&second, "room").await);
    ours.send(&channel(&one), &numbered(0)).await.unwrap();
    for n in 1..=3 {
        clock.advance(Duration::from_secs(25));
        ours.group_send(&group("room"), &numbered(n)).await.unwrap();
    }
    assert_eq!(python_numbers(&first, &one, 3).await, [1, 2, 3]);
    assert_eq!(python_numbers(&second, &other, 3).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_channel_that_nobody_reads_ends_by_itself() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let brief = LayerConfig::default().with(|config| config.expiry = Duration::from_secs(1));
    let ours = terms.ours_with(&redis, brief).await;
    let python = PythonPeer::start(PeerOptions { expiry: Some(1), ..terms.options(&redis) }).await;
    let reader = python.new_channel().await;
    ours.send(&channel(&reader), &numbered(1)).await.unwrap();
    python.send("jobs", number(2)).await.unwrap();
    ours.send(&channel("jobs.ours"), &numbered(3)).await.unwrap();
    assert_eq!(redis[0].keys("*").await.len(), 3);
    eventually(PATIENCE, async || redis[0].keys("*").await.is_empty().then_some(())).await;
    assert_eq!(python.try_receive(&reader, AT_ONCE).await, None);
    let unread = ours.new_channel(ChannelOptions::default());
    ours.send(unread.name(), &numbered(4)).await.unwrap();
}
