//! Python's `flush`. In the core dialect it deletes every key that begins with the prefix, and our memberships too.

use std::time::Duration;

use catamaran::{Gap, GapReason, Incoming, ManualClock};

use crate::fleet::{Setup, delivery, group, incoming, member, number, number_of, numbered, python_member, python_numbers, roomy};

/// Every membership is renewed after a quarter of this. The layer's own clock stands still, so no membership expires meanwhile.
const GROUP_EXPIRY: Duration = Duration::from_secs(4);

#[tokio::test]
async fn restores_memberships_and_marks_a_gap() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let config = roomy().with(|config| (config.group_expiry, config.clock) = (GROUP_EXPIRY, ManualClock::new().clock()));
    let (ours, python) = (setup.ours_with(&redis, config).await, setup.python(&redis).await);
    let (mut here, mut quiet) = (member(&ours, "room").await, member(&ours, "another").await);
    let theirs = python_member(&python, "room").await;
    python.flush().await;
    // It reaches no member, unless the memberships are restored before it.
    python.group_send("room", number(1)).await.unwrap();

    for receiver in [&mut here, &mut quiet] {
        let first = incoming(receiver).await;
        assert!(matches!(first, Incoming::Gap(Gap { reason: GapReason::Disconnected, .. })), "{first:?}");
    }
    python.group_send("room", number(2)).await.unwrap();
    let mut next = async || number_of(&delivery(&mut here).await.message);
    let first = next().await;
    assert_eq!(if first == 1 { next().await } else { first }, 2);
    python.group_send("another", number(3)).await.unwrap();
    assert_eq!(number_of(&delivery(&mut quiet).await.message), 3);

    // Python's own members are missing until they join again.
    python.group_add("room", &theirs).await;
    ours.group_send(&group("room"), &numbered(4)).await.unwrap();
    assert_eq!(python_numbers(&python, &theirs, 1).await, [4]);
}

/// In the pubsub dialect it deletes only Python's own subscriptions.
#[tokio::test]
async fn does_not_affect_us_in_the_pubsub_dialect() {
    let setup = Setup::pubsub();
    let redis = setup.redis().await;
    let (ours, python) = (setup.ours(&redis).await, setup.python(&redis).await);
    let mut here = member(&ours, "room").await;
    python_member(&python, "room").await;
    python.flush().await;
    python.group_send("room", number(1)).await.unwrap();
    assert_eq!(number_of(&delivery(&mut here).await.message), 1);
}
