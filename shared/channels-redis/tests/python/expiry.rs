//! Expired messages are not delivered, on either side.

use std::time::Duration;

use catamaran::{ChannelOptions, LayerConfig, ManualClock};
use testbed::{PeerOptions, PythonPeer, eventually};

use crate::fleet::{
    PATIENCE, Setup, channel, group, member, number, numbered, numbers, python_member, python_numbers, receive_one, roomy,
};

/// So long that the duration of a test does not matter, since this clock stands still meanwhile.
const LONGER_THAN_EXPIRY: Duration = Duration::from_secs(600);
/// Long compared with the delivery of a message.
const AT_ONCE: Duration = Duration::from_millis(200);

#[tokio::test]
async fn drops_expired_messages_of_python() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let clock = ManualClock::new();
    let ours = setup.ours_with(&redis, roomy().with(|config| config.clock = clock.clock())).await;
    let python = setup.python(&redis).await;
    let mut receiver = member(&ours, "room").await;
    python.group_send("room", number(1)).await.unwrap();
    python.send(receiver.name().as_str(), number(2)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 2).await, [1, 2]);

    clock.advance(LONGER_THAN_EXPIRY);
    python.group_send("room", number(3)).await.unwrap();
    python.send(receiver.name().as_str(), number(4)).await.unwrap();
    eventually(PATIENCE, async || (ours.stats().expired == 2).then_some(())).await;
    python.send("jobs", number(5)).await.unwrap();
    let next = async { (receive_one(&ours, "jobs").await, ours.stats().expired) };
    let fresh = async {
        eventually(PATIENCE, async || (ours.stats().expired == 3).then_some(())).await;
        ours.send(&channel("jobs"), &numbered(6)).await.unwrap();
    };
    let (next, ()) = tokio::join!(next, fresh);
    assert_eq!(next, (6, 3));
    ours.send(receiver.name(), &numbered(7)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 1).await, [7]);
}

/// Python ignores the time when it reads. The expiry of the key ends a message, or the next send.
#[tokio::test]
async fn our_messages_expire_for_python() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let python = setup.python(&redis).await;
    let clock = ManualClock::new();
    let ours = setup.ours_with(&redis, roomy().with(|config| config.clock = clock.clock())).await;
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

/// Within the expiry all messages arrive. A message that expires in one member's key stays in the others.
#[tokio::test]
async fn our_message_expires_in_one_key_alone() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let (first, second) = tokio::join!(setup.python(&redis), setup.python(&redis));
    let clock = ManualClock::new();
    let ours = setup.ours_with(&redis, roomy().with(|config| config.clock = clock.clock())).await;
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
async fn an_unread_channel_expires() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let brief = LayerConfig::default().with(|config| config.expiry = Duration::from_secs(1));
    let ours = setup.ours_with(&redis, brief).await;
    let python = PythonPeer::start(PeerOptions { expiry: Some(1), ..setup.options(&redis) }).await;
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
