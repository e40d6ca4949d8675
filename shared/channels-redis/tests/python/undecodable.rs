//! Payloads of Python's that we cannot read: dropped, counted, said in the log, and nothing else suffers.

use catamaran::Receiver;
use serde_json::json;

use crate::{
    fleet::{Layer, Terms, group, member, number, numbered, numbers},
    log,
};

/// One test: of lines of this kind the log takes one in ten seconds.
#[tokio::test]
async fn what_cannot_be_read_harms_nobody() {
    log::keep();
    another_key(Terms::pubsub()).await;
    let said = log::lines_with(&["dropped a payload of", "bytes for asgi__group__room", "the same keys"]);
    assert_eq!(said.len(), 1, "{said:?}");

    another_key(Terms::core()).await;
    for terms in [Terms::core(), Terms::pubsub()] {
        another_serializer(terms).await;
        what_only_python_reads_in_json(terms.json()).await;
        no_event(terms).await;
    }
}

async fn another_key(terms: Terms) {
    let redis = terms.redis().await;
    let ours = terms.keys(&["ours"]).ours(&redis).await;
    let python = terms.keys(&["theirs"]).python(&redis).await;
    let mut receiver = member(&ours, "room").await;
    python.group_send("room", json!({ "type": "a.secret", "text": "swordfish" })).await.unwrap();
    python.send(receiver.name().as_str(), number(1)).await.unwrap();
    goes_on(&ours, &mut receiver, 2).await;
    assert!(log::lines_with(&["swordfish"]).is_empty());
}

async fn another_serializer(terms: Terms) {
    let redis = terms.redis().await;
    let ours = terms.ours(&redis).await;
    let python = terms.json().python(&redis).await;
    let mut receiver = member(&ours, "room").await;
    python.group_send("room", number(1)).await.unwrap();
    goes_on(&ours, &mut receiver, 1).await;
}

async fn what_only_python_reads_in_json(terms: Terms) {
    let redis = terms.redis().await;
    let (ours, python) = (terms.ours(&redis).await, terms.python(&redis).await);
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

/// Python's layers send any map; only its consumers ask for a `type`.
async fn no_event(terms: Terms) {
    let redis = terms.redis().await;
    let (ours, python) = (terms.ours(&redis).await, terms.python(&redis).await);
    let mut receiver = member(&ours, "room").await;
    for event in [json!({ "text": "no type" }), json!({ "type": 7 }), json!({ "type": "_private" }), json!({ "type": "" })] {
        python.group_send("room", event).await.unwrap();
    }
    goes_on(&ours, &mut receiver, 4).await;
}

/// What can be read arrives, in its order; so many could not.
async fn goes_on(ours: &Layer, receiver: &mut Receiver, undecodable: u64) {
    ours.group_send(&group("room"), &numbered(7)).await.unwrap();
    ours.send(receiver.name(), &numbered(8)).await.unwrap();
    assert_eq!(numbers(receiver, 2).await, [7, 8]);
    assert_eq!(ours.stats().undecodable, undecodable);
    assert!(ours.status().is_up());
}
