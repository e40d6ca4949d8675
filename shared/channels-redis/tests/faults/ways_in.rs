//! Ways to connect, and what Redis can have against them.

use catamaran::LayerConfig;
use catamaran_redis::{RedisHosts, RedisSettings};
use testbed::{Redis, RedisOptions};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, at, channel, down_because, group, hears, member, number_of, numbered, quick, roomy, up},
};

both_dialects!(
    a_wrong_password_is_said_and_a_mended_one_is_noticed,
    a_user_who_may_do_no_more_than_is_needed,
    tls_with_a_certificate_that_nobody_signed,
    over_a_unix_socket,
);

async fn a_wrong_password_is_said_and_a_mended_one_is_noticed(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { password: Some("right".into()), ..RedisOptions::default() }).await;
    let layer = dialect.layer(&at(&redis.url().replace("right", "wrong")), roomy());
    let why = down_because(&layer, "assword").await;
    assert!(!why.contains("wrong@") && !why.contains(":wrong"), "{why}");
    redis.cli(&["CONFIG", "SET", "requirepass", "wrong"]).await;
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    hears(&layer, &mut receiver, "room").await;
}

/// No CLIENT, no INFO, no ROLE: neither a name, nor news of general channels, nor a check for a replica.
async fn a_user_who_may_do_no_more_than_is_needed(dialect: Dialect) {
    let redis = Redis::start().await;
    let needed = match dialect {
        Dialect::Core => "~asgi* +@sortedset +expire +del +evalsha +script|load",
        Dialect::PubSub => "allchannels +publish +subscribe +unsubscribe +psubscribe",
    };
    let user = format!("ACL SETUSER least on >word -@all {needed}");
    redis.cli(&user.split(' ').collect::<Vec<_>>()).await;
    let layer = dialect.connect(&at(&redis.url().replace("redis://", "redis://least:word@"))).await;
    let mut receiver = member(&layer, "room").await;
    hears(&layer, &mut receiver, "room").await;
    let asked = layer.receive(&channel("jobs"));
    layer.group_add(&group("room"), receiver.name()).await.unwrap(); // what was called before it has been told to Redis too
    layer.send(&channel("jobs"), &numbered(3)).await.unwrap();
    let taken = tokio::time::timeout(PATIENCE, asked).await.unwrap().unwrap();
    assert_eq!(number_of(&taken), 3);
    layer.flush().await.unwrap();
    assert!(layer.status().is_up());
}

async fn tls_with_a_certificate_that_nobody_signed(dialect: Dialect) {
    let _ = rustls::crypto::ring::default_provider().install_default(); // the other dialect's test may have been first
    let redis = Redis::start_with(RedisOptions { tls: true, ..RedisOptions::default() }).await;
    assert!(redis.url().starts_with("rediss://"), "{}", redis.url());
    let strict = dialect.layer(&at(&redis.url()), LayerConfig::default());
    down_because(&strict, "certificate").await;
    let lenient = dialect.connect(&quick(RedisHosts::new(&[&redis.url()], true).unwrap())).await;
    let mut receiver = member(&lenient, "room").await;
    hears(&lenient, &mut receiver, "room").await;
}

async fn over_a_unix_socket(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { unix_socket: true, ..RedisOptions::default() }).await;
    assert!(redis.url().starts_with("unix://"), "{}", redis.url());
    let layer = dialect.connect(&RedisSettings::new(&redis.url(), false).unwrap().into()).await;
    let mut receiver = member(&layer, "room").await;
    hears(&layer, &mut receiver, "room").await;
}
