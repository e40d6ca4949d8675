//! Faults of a subscription.

use std::time::Duration;

use catamaran::{ChannelOptions, LayerConfig, Message};
use catamaran_redis::RedisSettings;
use serde_json::json;
use testbed::Redis;

use crate::fleet::{Dialect, at, eventually_receives, gap, group, member, number, numbered, up};

/// A command without an answer may still be executed later. A member that leaves and joins meanwhile must get messages.
#[tokio::test]
async fn receives_after_rejoining_during_a_freeze() {
    let redis = Redis::start().await;
    let mut settings = RedisSettings::new(&redis.url(), false).unwrap();
    settings.response_timeout = Duration::from_millis(400);
    settings.ping_interval = Duration::from_secs(3_600); // only the unanswered UNSUBSCRIBE must be noticed
    let layer = Dialect::PubSub.layer(&settings.into(), LayerConfig::default());
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    redis.freeze();
    layer.group_discard(&group("room"), receiver.name()).await.unwrap_err();
    let join = layer.group_add(&group("room"), receiver.name());
    redis.thaw();
    join.await.unwrap();
    let sender = Dialect::PubSub.connect(&at(&redis.url())).await;
    assert_eq!(sender.group_send(&group("room"), &numbered(7)).await.unwrap().reached, 1);
    assert_eq!(number(&mut receiver).await, 7);
}

#[tokio::test]
async fn recovers_after_a_full_output_buffer() {
    let redis = Redis::start().await;
    let layer = Dialect::PubSub.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["CONFIG", "SET", "client-output-buffer-limit", "pubsub 1kb 1kb 0"]).await;
    let large = Message::new(&json!({ "type": "test.large", "text": "x".repeat(3 << 20) })).unwrap();
    layer.group_send(&group("room"), &large).await.unwrap();
    redis.cli(&["CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60"]).await;
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

#[tokio::test]
async fn counts_an_invalid_payload_and_delivers_the_next_message() {
    let redis = Redis::start().await;
    let layer = Dialect::PubSub.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["PUBLISH", "asgi__group__room", "not a message"]).await;
    layer.group_send(&group("room"), &numbered(7)).await.unwrap();
    assert_eq!(number(&mut receiver).await, 7);
    assert_eq!(layer.stats().undecodable, 1);
}

#[tokio::test]
async fn dropped_channels_leave_no_subscription() {
    let redis = Redis::start().await;
    let layer = Dialect::PubSub.connect(&at(&redis.url())).await;
    let mut members = Vec::new();
    for n in 0..300 {
        members.push(member(&layer, &format!("room.{n}")).await);
    }
    drop(members);
    layer.group_discard(&group("x"), layer.new_channel(ChannelOptions::default()).name()).await.unwrap();
    assert_eq!(redis.cli(&["PUBSUB", "CHANNELS", "*"]).await.trim(), "");
}
