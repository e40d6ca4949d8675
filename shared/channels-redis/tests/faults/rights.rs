//! Users who may not do everything: what the layer needs, Django's layer needs too, or the layer says exactly what is missing.

use testbed::{Dialect as Python, PeerOptions, PythonPeer, Redis};

use crate::{
    both_dialects,
    fleet::{Dialect, Layer, PATIENCE, at, channel, down_because, group, hears, member, number, number_of, numbered, roomy, up},
};

both_dialects!(
    works_or_names_the_right_that_is_missing,
    names_the_keys_and_channels_that_are_missing,
    works_with_what_it_has_named_and_nothing_else,
    notices_a_right_that_is_taken_away,
);

const CATEGORIES: [&str; 20] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "scripting",
];

async fn set_user(redis: &Redis, rules: &str) {
    let command = format!("ACL SETUSER django {rules}");
    redis.cli(&command.split_whitespace().collect::<Vec<_>>()).await;
}

fn as_user(dialect: Dialect, redis: &Redis) -> Layer {
    dialect.layer(&at(&redis.url().replace("redis://", "redis://django:secret@")), roomy())
}

/// Gives what the layer asks for, and nothing else, until it is up.
async fn give_what_is_named(layer: &Layer, redis: &Redis) -> Vec<String> {
    let mut given = Vec::new();
    for _ in 0..5 {
        if tokio::time::timeout(PATIENCE / 15, up(layer)).await.is_ok() {
            break;
        }
        let why = down_because(layer, "ACL SETUSER NAME ").await;
        assert!(!why.contains("secret"), "{why}");
        let rights = why.split("ACL SETUSER NAME ").nth(1).unwrap().split(" (").next().unwrap().to_owned();
        set_user(redis, &rights).await;
        given.push(rights);
    }
    up(layer).await;
    given
}

async fn works(dialect: Dialect, layer: &Layer) {
    let mut receiver = member(layer, "room").await;
    hears(layer, &mut receiver, "room").await;
    if dialect == Dialect::Core {
        let asked = layer.receive(&channel("jobs"));
        layer.send(&channel("jobs"), &numbered(3)).await.unwrap();
        assert_eq!(number_of(&tokio::time::timeout(PATIENCE, asked).await.unwrap().unwrap()), 3);
    }
    layer.flush().await.unwrap();
}

async fn works_or_names_the_right_that_is_missing(dialect: Dialect) {
    let redis = Redis::start().await;
    for category in CATEGORIES {
        set_user(&redis, &format!("reset on >secret ~asgi* &asgi* +@all -@{category}")).await;
        let layer = as_user(dialect, &redis);
        let given = give_what_is_named(&layer, &redis).await;
        eprintln!("| {dialect:?} | +@all -@{category} ~asgi* &asgi* | {given:?} |");
        assert!(given.iter().all(|rights| !rights.contains("@all") && !rights.contains("allchannels")), "{given:?}");
        works(dialect, &layer).await;
    }
}

async fn names_the_keys_and_channels_that_are_missing(dialect: Dialect) {
    let redis = Redis::start().await;
    for (rules, missing) in
        [("~shop* &asgi*", Some("~asgi*")), ("~asgi* &shop*", Some("&asgi*")), ("~asgi* resetchannels", Some("&asgi*"))]
    {
        set_user(&redis, &format!("reset on >secret +@all {rules}")).await;
        let layer = as_user(dialect, &redis);
        let given = give_what_is_named(&layer, &redis).await;
        let is_needed = missing.is_some_and(|right| right.starts_with('~')) == (dialect == Dialect::Core);
        let expected: Vec<&str> = missing.filter(|_| is_needed).into_iter().collect();
        assert_eq!(given, expected, "{rules}");
        works(dialect, &layer).await;
    }
}

async fn works_with_what_it_has_named_and_nothing_else(dialect: Dialect) {
    let redis = Redis::start().await;
    set_user(&redis, "reset on >secret -@all").await;
    let layer = as_user(dialect, &redis);
    let given = give_what_is_named(&layer, &redis).await;
    eprintln!("| {dialect:?} | -@all | {given:?} |");
    works(dialect, &layer).await;
}

async fn notices_a_right_that_is_taken_away(dialect: Dialect) {
    let redis = Redis::start().await;
    set_user(&redis, "reset on >secret ~asgi* &asgi* +@all").await;
    let layer = as_user(dialect, &redis);
    up(&layer).await;
    let right = if dialect == Dialect::Core { "evalsha" } else { "publish" };
    set_user(&redis, &format!("-{right}")).await;
    assert!(layer.group_send(&group("room"), &numbered(1)).await.is_err() || dialect == Dialect::Core, "nobody is in the room");
    assert!(layer.send(&channel("jobs"), &numbered(1)).await.is_err());
    down_because(&layer, &format!("ACL SETUSER NAME +{right}")).await;
    set_user(&redis, &format!("+{right}")).await;
    up(&layer).await;
    works(dialect, &layer).await;
}

/// A user with `&asgi*` may subscribe to no pattern: each channel is subscribed to by its name.
#[tokio::test]
async fn a_user_of_djangos_may_use_the_pubsub_dialect() {
    let redis = Redis::start().await;
    set_user(&redis, "reset on >secret +@all ~asgi* &asgi*").await;
    let (sender, layer) = (as_user(Dialect::PubSub, &redis), as_user(Dialect::PubSub, &redis));
    up(&sender).await;
    up(&layer).await;
    for n in 0..50 {
        let mut receiver = layer.new_channel(catamaran::ChannelOptions::default());
        // Send the name to others only once Redis knows it.
        layer.group_send(&group("nobody"), &numbered(0)).await.unwrap();
        sender.send(receiver.name(), &numbered(n)).await.unwrap();
        assert_eq!(number(&mut receiver).await, n);
    }
    layer.group_send(&group("nobody"), &numbered(0)).await.unwrap();
    assert_eq!(redis.cli(&["PUBSUB", "CHANNELS", "asgispecific*"]).await.trim(), "", "channels that are gone leave nothing");

    let mut receiver = member(&layer, "room").await;
    let url = redis.url().replace("redis://", "redis://django:secret@");
    let python = PythonPeer::start(PeerOptions::new(Python::PubSub, [url])).await;
    python.send(receiver.name().as_str(), serde_json::json!({ "type": "test.number", "n": 7 })).await.unwrap();
    assert_eq!(number(&mut receiver).await, 7);
    python.group_send("room", serde_json::json!({ "type": "test.number", "n": 8 })).await.unwrap();
    assert_eq!(number(&mut receiver).await, 8);

    // Allowed every pattern, it has one after it has come back; and hears nothing twice.
    set_user(&redis, "allchannels").await;
    for id in crate::fleet::ids_of(&redis, "catamaran.subscriber").await {
        redis.cli(&["CLIENT", "KILL", "ID", &id]).await;
    }
    crate::fleet::gap(&mut receiver).await;
    hears(&sender, &mut receiver, "room").await;
    assert_eq!(redis.cli(&["PUBSUB", "CHANNELS", "asgispecific*"]).await.trim(), "");
}
