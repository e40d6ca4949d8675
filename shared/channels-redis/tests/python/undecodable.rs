//! Payloads of Python that we cannot decode. They are dropped, counted and logged, and other payloads are not affected.

use catamaran::Receiver;
use serde_json::json;

use crate::{
    fleet::{Layer, Setup, group, member, number, numbered, numbers},
    log,
};

/// One test for all cases, since the log takes only one such line in ten seconds.
#[tokio::test]
async fn drops_and_counts_undecodable_payloads() {
    log::keep();
    another_key(Setup::pubsub()).await;
    let said = log::lines_with(&["dropped a payload of", "bytes for asgi__group__room", "the same keys"]);
    assert_eq!(said.len(), 1, "{said:?}");

    another_key(Setup::core()).await;
    for setup in [Setup::core(), Setup::pubsub()] {
        another_serializer(setup).await;
        python_only_json(setup.json()).await;
        not_an_event(setup).await;
    }
}

async fn another_key(setup: Setup) {
    let redis = setup.redis().await;
    let ours = setup.keys(&["ours"]).ours(&redis).await;
    let python = setup.keys(&["theirs"]).python(&redis).await;
    let mut receiver = member(&ours, "room").await;
    python.group_send("room", json!({ "type": "a.secret", "text": "swordfish" })).await.unwrap();
    python.send(receiver.name().as_str(), number(1)).await.unwrap();
    goes_on(&ours, &mut receiver, 2).await;
    assert!(log::lines_with(&["swordfish"]).is_empty());
}

async fn another_serializer(setup: Setup) {
    let redis = setup.redis().await;
    let ours = setup.ours(&redis).await;
    let python = setup.json().python(&redis).await;
    let mut receiver = member(&ours, "room").await;
    python.group_send("room", number(1)).await.unwrap();
    goes_on(&ours, &mut receiver, 1).await;
}

async fn python_only_json(setup: Setup) {
    let redis = setup.redis().await;
    let (ours, python) = (setup.ours(&redis).await, setup.python(&redis).await);
    let mut receiver = member(&ours, "room").await;
    let values = [
        json!({ "$float": "NaN" }),
        json!({ "$float": "Infinity" }),
        json!({ "$float": "-Infinity" }),
        json!({ "$int": "18446744073709551616" }),
        json!({ "$int": "-9223372036854775809" }),
    ];
    for value in &values {
        python.group_send("room", json!({ "type": "a", "v": value })).await.unwrap();
    }
    goes_on(&ours, &mut receiver, values.len() as u64).await;
}

/// Python's layers send any map. Only its consumers need a `type`.
async fn not_an_event(setup: Setup) {
    let redis = setup.redis().await;
    let (ours, python) = (setup.ours(&redis).await, setup.python(&redis).await);
    let mut receiver = member(&ours, "room").await;
    for event in [json!({ "text": "no type" }), json!({ "type": 7 }), json!({ "type": "_private" }), json!({ "type": "" })] {
        python.group_send("room", event).await.unwrap();
    }
    goes_on(&ours, &mut receiver, 4).await;
}

/// Asserts that valid messages arrive in order, and that the given number was undecodable.
async fn goes_on(ours: &Layer, receiver: &mut Receiver, undecodable: u64) {
    ours.group_send(&group("room"), &numbered(7)).await.unwrap();
    ours.send(receiver.name(), &numbered(8)).await.unwrap();
    assert_eq!(numbers(receiver, 2).await, [7, 8]);
    assert_eq!(ours.stats().undecodable, undecodable);
    assert!(ours.status().is_up());
}
