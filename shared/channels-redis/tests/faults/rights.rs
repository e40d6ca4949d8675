//! Redis users with few rights: the rights of Django's layers are enough, or the layer names exactly the missing ones.

use testbed::{Dialect as Python, PeerOptions, PythonPeer, Redis};

use crate::{
    both_dialects,
    fleet::{
        Dialect, Layer, PATIENCE, at, channel, down_because, eventually_receives, group, member, number, number_of, numbered,
        roomy, up,
    },
};

both_dialects!(
    works_or_names_the_missing_right,
    names_missing_rights_for_keys_and_channels,
    works_with_exactly_the_rights_it_named,
    notices_a_revoked_right,
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

/// Grants the rights that the layer names, and no others, until it is up.
async fn grant_named_rights(layer: &Layer, redis: &Redis) -> Vec<String> {
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
    eventually_receives(layer, &mut receiver, "room").await;
    if dialect == Dialect::Core {
        let pending = layer.receive(&channel("jobs"));
        layer.send(&channel("jobs"), &numbered(3)).await.unwrap();
        assert_eq!(number_of(&tokio::time::timeout(PATIENCE, pending).await.unwrap().unwrap()), 3);
    }
    layer.flush().await.unwrap();
}

async fn works_or_names_the_missing_right(dialect: Dialect) {
    let redis = Redis::start().await;
    for category in CATEGORIES {
        set_user(&redis, &format!("reset on >secret ~asgi* &asgi* +@all -@{category}")).await;
        let layer = as_user(dialect, &redis);
        let given = grant_named_rights(&layer, &redis).await;
        eprintln!("| {dialect:?} | +@all -@{category} ~asgi* &asgi* | {given:?} |");
        assert!(given.iter().all(|rights| !rights.contains("@all") && !rights.contains("allchannels")), "{given:?}");
        works(dialect, &layer).await;
    }
}

async fn names_missing_rights_for_keys_and_channels(dialect: Dialect) {
    let redis = Redis::start().await;
    for (rules, missing) in
        [("~shop* &asgi*", Some("~asgi*")), ("~asgi* &shop*", Some("&asgi*")), ("~asgi* resetchannels", Some("&asgi*"))]
    {
        set_user(&redis, &format!("reset on >secret +@all {rules}")).await;
        let layer = as_user(dialect, &redis);
        let given = grant_named_rights(&layer, &redis).await;
        let is_needed = missing.is_some_and(|right| right.starts_with('~')) == (dialect == Dialect::Core);
        let expected: Vec<&str> = missing.filter(|_| is_needed).into_iter().collect();
        assert_eq!(given, expected, "{rules}");
        works(dialect, &layer).await;
    }
}

async fn works_with_exactly_the_rights_it_named(dialect: Dialect) {
    let redis = Redis::start().await;
    set_user(&redis, "reset on >secret -@all").await;
    let layer = as_user(dialect, &redis);
    let given = grant_named_rights(&layer, &redis).await;
    eprintln!("| {dialect:?} | -@all | {given:?} |");
    works(dialect, &layer).await;
}

async fn notices_a_revoked_right(dialect: Dialect) {
    let redis = Redis::start().await;
    set_user(&redis, "reset on >secret ~asgi* &asgi* +@all").await;
    let layer = as_user(dialect, &redis);
    up(&layer).await;
    let right = if dialect == Dialect::Core { "evalsha" } else { "publish" };
    set_user(&redis, &format!("-{right}")).await;
    assert!(layer.group_send(&group("room"), &numbered(1)).await.is_err() || dialect == Dialect::Core, "the room is empty");
    assert!(layer.send(&channel("jobs"), &numbered(1)).await.is_err());
    down_because(&layer, &format!("ACL SETUSER NAME +{right}")).await;
    set_user(&redis, &format!("+{right}")).await;
    up(&layer).await;
    works(dialect, &layer).await;
}

/// A user with `&asgi*` may subscribe to no pattern, so each channel is subscribed to by its name.
#[tokio::test]
async fn the_pubsub_dialect_works_for_a_django_user() {
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
    assert_eq!(redis.cli(&["PUBSUB", "CHANNELS", "asgispecific*"]).await.trim(), "", "dropped channels leave no subscription");

    let mut receiver = member(&layer, "room").await;
    let url = redis.url().replace("redis://", "redis://django:secret@");
    let python = PythonPeer::start(PeerOptions::new(Python::PubSub, [url])).await;
    python.send(receiver.name().as_str(), serde_json::json!({ "type": "test.number", "n": 7 })).await.unwrap();
    assert_eq!(number(&mut receiver).await, 7);
    python.group_send("room", serde_json::json!({ "type": "test.number", "n": 8 })).await.unwrap();
    assert_eq!(number(&mut receiver).await, 8);

    // With the right for every pattern it uses one after the next connect, and gets no message twice.
    set_user(&redis, "allchannels").await;
    for id in crate::fleet::ids_of(&redis, "catamaran.subscriber").await {
        redis.cli(&["CLIENT", "KILL", "ID", &id]).await;
    }
    crate::fleet::gap(&mut receiver).await;
    eventually_receives(&sender, &mut receiver, "room").await;
    assert_eq!(redis.cli(&["PUBSUB", "CHANNELS", "asgispecific*"]).await.trim(), "");
}
