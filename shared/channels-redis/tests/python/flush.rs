//! Python's `flush`, which in the core dialect deletes every key that begins with the prefix: our memberships too.

use std::time::Duration;

use catamaran::{Gap, GapReason, Incoming, ManualClock};

use crate::fleet::{Terms, delivery, group, incoming, member, number, number_of, numbered, python_member, python_numbers, roomy};

/// Redis is told of every membership again after a quarter of this. The layer's own clock stands still, so that nothing ends meanwhile.
const GROUP_EXPIRY: Duration = Duration::from_secs(4);

#[tokio::test]
async fn memberships_are_entered_again_and_a_gap_is_told() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let config = roomy().with(|config| (config.group_expiry, config.clock) = (GROUP_EXPIRY, ManualClock::new().clock()));
    let (ours, python) = (terms.ours_with(&redis, config).await, terms.python(&redis).await);
    let (mut here, mut quiet) = (member(&ours, "room").await, member(&ours, "another").await);
    let theirs = python_member(&python, "room").await;
    python.flush().await;
    // To no member, unless the memberships are entered again before it.
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

    // Python's own members are gone until they join again.
    python.group_add("room", &theirs).await;
    ours.group_send(&group("room"), &numbered(4)).await.unwrap();
    assert_eq!(python_numbers(&python, &theirs, 1).await, [4]);
}

/// In the pubsub dialect it is Python's own affair.
#[tokio::test]
async fn in_the_pubsub_dialect_it_does_not_touch_us() {
    let terms = Terms::pubsub();
    let redis = terms.redis().await;
    let (ours, python) = (terms.ours(&redis).await, terms.python(&redis).await);
    let mut here = member(&ours, "room").await;
    python_member(&python, "room").await;
    python.flush().await;
    python.group_send("room", number(1)).await.unwrap();
    assert_eq!(number_of(&delivery(&mut here).await.message), 1);
}
