//! What can happen to Redis, and that the layer is never left deaf by it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::{collections::BTreeSet, time::Duration};

use channels::{
    ChannelLayer, ChannelOptions, Gap, GapReason, GroupName, Incoming, LayerConfig, LayerError, LayerStatus, Message, Receiver,
};
use channels_redis::{RedisPubSubLayer, RedisSettings, Wire};
use serde_json::{Value, json};
use testbed::{Cutter, Redis, RedisOptions, eventually};

const PATIENCE: Duration = Duration::from_secs(30);

fn settings(url: &str) -> RedisSettings {
    let mut settings = RedisSettings::new(url, false).unwrap();
    settings.ping_interval = Duration::from_millis(100);
    settings.response_timeout = Duration::from_millis(400);
    settings
}

async fn connect(url: &str) -> RedisPubSubLayer {
    let layer = RedisPubSubLayer::connect(settings(url), &Wire::default(), LayerConfig::default());
    up(&layer).await;
    layer
}

async fn up(layer: &RedisPubSubLayer) {
    eventually(PATIENCE, async || layer.status().is_up().then_some(())).await;
}

async fn down(layer: &RedisPubSubLayer) -> String {
    eventually(PATIENCE, async || match layer.status() {
        LayerStatus::Down(why) => Some(why),
        LayerStatus::Up => None,
    })
    .await
}

fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

fn numbered(n: u64) -> Message {
    Message::new(&json!({ "type": "test.number", "n": n })).unwrap()
}

async fn member(layer: &RedisPubSubLayer, of: &str) -> Receiver {
    let receiver = layer.new_channel(ChannelOptions::default());
    layer.group_add(&group(of), receiver.name()).await.unwrap();
    receiver
}

async fn next(receiver: &mut Receiver) -> Incoming {
    tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("something arrives")
}

async fn number(receiver: &mut Receiver) -> u64 {
    match next(receiver).await {
        Incoming::Delivery(delivery) => delivery.message.event::<Value>().unwrap()["n"].as_u64().unwrap(),
        Incoming::Gap(gap) => panic!("a message was expected, not {gap:?}"),
    }
}

async fn gap(receiver: &mut Receiver) {
    loop {
        match next(receiver).await {
            Incoming::Gap(Gap { reason, .. }) => return assert_eq!(reason, GapReason::Disconnected),
            Incoming::Delivery(_) => {}
        }
    }
}

/// After whatever happened: the members of both groups are told of the gap, and then hear again.
async fn recovers(layer: &RedisPubSubLayer, members: &mut [Receiver]) {
    for member in members.iter_mut() {
        gap(member).await;
    }
    up(layer).await;
    for (n, member) in members.iter_mut().enumerate() {
        let n = n as u64;
        layer.group_send(&group("room"), &numbered(n)).await.unwrap();
        layer.send(member.name(), &numbered(100 + n)).await.unwrap();
        loop {
            if number(member).await == 100 + n {
                break;
            }
        }
    }
}

#[tokio::test]
async fn killed_and_started_again_even_after_a_long_time() {
    let redis = Redis::start().await;
    let layer = connect(&redis.url()).await;
    let mut members = [member(&layer, "room").await, member(&layer, "room").await];
    redis.kill9();
    let why = down(&layer).await;
    assert!(why.starts_with("Redis at 127.0.0.1:"), "{why}");
    let fault = layer.group_send(&group("room"), &numbered(1)).await.unwrap_err();
    assert!(matches!(fault, LayerError::Unavailable(_)), "{fault}");
    // Far more attempts than the six after which the client's own manager gives up for good.
    tokio::time::timeout(PATIENCE, layer.group_add(&group("late"), members[0].name())).await.unwrap().unwrap_err();
    tokio::time::timeout(PATIENCE, layer.group_add(&group("late"), members[0].name())).await.unwrap().unwrap_err();
    redis.restart().await;
    recovers(&layer, &mut members).await;
    assert_eq!(layer.group_send(&group("late"), &numbered(1)).await.unwrap().reached, 0, "a failed join is no membership");
}

#[tokio::test]
async fn frozen() {
    let redis = Redis::start().await;
    let layer = connect(&redis.url()).await;
    let mut members = [member(&layer, "room").await];
    redis.freeze();
    let why = down(&layer).await;
    assert!(why.contains("does not answer"), "{why}");
    redis.thaw();
    recovers(&layer, &mut members).await;
}

/// A command that is not answered in time may be carried out later. Whoever leaves and comes back meanwhile must not be deaf for it.
#[tokio::test]
async fn leaving_and_coming_back_while_it_is_frozen() {
    let redis = Redis::start().await;
    let mut settings = settings(&redis.url());
    settings.ping_interval = Duration::from_secs(3_600); // the unanswered UNSUBSCRIBE alone has to be enough
    let layer = RedisPubSubLayer::connect(settings, &Wire::default(), LayerConfig::default());
    up(&layer).await;
    let mut member = member(&layer, "room").await;
    redis.freeze();
    layer.group_discard(&group("room"), member.name()).await.unwrap_err();
    let join = layer.group_add(&group("room"), member.name());
    redis.thaw();
    join.await.unwrap();
    let sender = connect(&redis.url()).await;
    assert_eq!(sender.group_send(&group("room"), &numbered(7)).await.unwrap().reached, 1);
    loop {
        if let Incoming::Delivery(delivery) = next(&mut member).await {
            return assert_eq!(delivery.message.event::<Value>().unwrap()["n"], 7);
        }
    }
}

#[tokio::test]
async fn the_line_is_cut_and_stalled() {
    let redis = Redis::start().await;
    let line = Cutter::start(redis.port()).await;
    let layer = connect(&line.url(&redis.url())).await;
    let mut members = [member(&layer, "room").await];
    line.cut().await;
    recovers(&layer, &mut members).await;
    line.stall().await;
    down(&layer).await;
    line.heal().await;
    recovers(&layer, &mut members).await;
}

#[tokio::test]
async fn kicked_by_hand_and_for_a_full_output_buffer() {
    let redis = Redis::start().await;
    let layer = connect(&redis.url()).await;
    let mut members = [member(&layer, "room").await];
    redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"]).await;
    recovers(&layer, &mut members).await;
    redis.cli(&["CONFIG", "SET", "client-output-buffer-limit", "pubsub 1kb 1kb 0"]).await;
    let large = Message::new(&json!({ "type": "test.large", "text": "x".repeat(3 << 20) })).unwrap();
    layer.group_send(&group("room"), &large).await.unwrap();
    redis.cli(&["CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60"]).await;
    recovers(&layer, &mut members).await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_a_mended_one_is_noticed() {
    let redis = Redis::start_with(RedisOptions { password: Some("right".into()), ..RedisOptions::default() }).await;
    let wrong = redis.url().replace("right", "wrong");
    let layer = RedisPubSubLayer::connect(settings(&wrong), &Wire::default(), LayerConfig::default());
    let why = eventually(PATIENCE, async || match layer.status() {
        LayerStatus::Down(why) if !why.contains("not connected yet") => Some(why),
        _ => None,
    })
    .await;
    assert!(!why.contains("wrong@") && !why.contains(":wrong"), "{why}");
    redis.cli(&["CONFIG", "SET", "requirepass", "wrong"]).await;
    up(&layer).await;
}

#[tokio::test]
async fn nothing_is_lost_silently_under_traffic() {
    let redis = Redis::start().await;
    let (sender, reader) = (connect(&redis.url()).await, connect(&redis.url()).await);
    let mut member = member(&reader, "room").await;
    let mut seen = BTreeSet::new();
    let mut gaps = 0;
    let mut sent = BTreeSet::new();
    for n in 0..400 {
        if n == 150 {
            redis.kill9();
            redis.restart().await;
        }
        if sender.group_send(&group("room"), &numbered(n)).await.is_ok_and(|receipt| receipt.reached == 1) {
            sent.insert(n);
        }
        if n == 300 {
            up(&sender).await;
            up(&reader).await;
        }
        while let Some(incoming) = member.try_recv() {
            match incoming {
                Incoming::Gap(_) => gaps += 1,
                Incoming::Delivery(delivery) => {
                    assert!(seen.insert(delivery.message.event::<Value>().unwrap()["n"].as_u64().unwrap()), "twice");
                }
            }
        }
        tokio::task::yield_now().await;
    }
    sender.send(member.name(), &numbered(1_000)).await.unwrap();
    loop {
        match next(&mut member).await {
            Incoming::Gap(_) => gaps += 1,
            Incoming::Delivery(delivery) => match delivery.message.event::<Value>().unwrap()["n"].as_u64().unwrap() {
                1_000 => break,
                n => assert!(seen.insert(n), "twice"),
            },
        }
    }
    assert_eq!(gaps, 1);
    assert!(sent.is_superset(&seen), "nothing arrives that was not sent");
    assert!(sent.range(301..).all(|n| seen.contains(n)), "and after the recovery nothing is lost");
}

#[tokio::test]
async fn two_connections_however_many_channels_and_groups() {
    let redis = Redis::start().await;
    let layer = connect(&redis.url()).await;
    let mut members = Vec::new();
    for n in 0..1_000 {
        members.push(member(&layer, &format!("room.{}", n % 300)).await);
    }
    assert_eq!(connections(&redis).await, 2);
    drop(members);
    layer.group_discard(&group("x"), layer.new_channel(ChannelOptions::default()).name()).await.unwrap();
    let left = redis.cli(&["PUBSUB", "CHANNELS", "*"]).await;
    assert_eq!(left.trim(), "", "subscriptions of channels that are gone");
}

async fn connections(redis: &Redis) -> usize {
    let list = redis.cli(&["CLIENT", "LIST"]).await;
    list.lines().filter(|line| line.contains("name=catamaran.")).count()
}

#[tokio::test]
async fn a_payload_that_is_no_message_is_counted_and_harms_nobody() {
    let redis = Redis::start().await;
    let layer = connect(&redis.url()).await;
    let mut member = member(&layer, "room").await;
    redis.cli(&["PUBLISH", "asgi__group__room", "not a message"]).await;
    layer.group_send(&group("room"), &numbered(7)).await.unwrap();
    assert_eq!(number(&mut member).await, 7);
    assert_eq!(layer.stats().undecodable, 1);
}

#[tokio::test]
async fn tls_with_a_certificate_that_nobody_signed() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let redis = Redis::start_with(RedisOptions { tls: true, ..RedisOptions::default() }).await;
    assert!(redis.url().starts_with("rediss://"), "{}", redis.url());
    let strict = RedisPubSubLayer::connect(RedisSettings::new(&redis.url(), false).unwrap(), &Wire::default(), LayerConfig::default());
    let why = eventually(PATIENCE, async || match strict.status() {
        LayerStatus::Down(why) if !why.contains("not connected yet") => Some(why),
        _ => None,
    })
    .await;
    assert!(why.to_lowercase().contains("certificate"), "{why}");
    let lenient = RedisPubSubLayer::connect(RedisSettings::new(&redis.url(), true).unwrap(), &Wire::default(), LayerConfig::default());
    up(&lenient).await;
    let mut member = member(&lenient, "room").await;
    lenient.group_send(&group("room"), &numbered(1)).await.unwrap();
    assert_eq!(number(&mut member).await, 1);
}

#[tokio::test]
async fn over_a_unix_socket() {
    let redis = Redis::start_with(RedisOptions { unix_socket: true, ..RedisOptions::default() }).await;
    let layer = connect(&redis.url()).await;
    assert!(redis.url().starts_with("unix://") || redis.url().starts_with("redis+unix://"), "{}", redis.url());
    let mut member = member(&layer, "room").await;
    layer.group_send(&group("room"), &numbered(1)).await.unwrap();
    assert_eq!(number(&mut member).await, 1);
}
