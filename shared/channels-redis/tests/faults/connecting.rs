//! Ways to connect to Redis.

use catamaran::LayerConfig;
use catamaran_redis::{RedisHosts, RedisSettings};
use testbed::{Redis, RedisOptions};

use crate::{
    both_dialects,
    fleet::{
        Dialect, PATIENCE, at, channel, down_because, eventually_receives, group, member, number_of, numbered, quick, roomy, up,
    },
};

both_dialects!(
    names_a_wrong_password_and_connects_once_it_is_right,
    works_with_only_the_needed_rights,
    accepts_a_self_signed_certificate_only_if_allowed,
    connects_over_a_unix_socket,
);

async fn names_a_wrong_password_and_connects_once_it_is_right(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { password: Some("right".into()), ..RedisOptions::default() }).await;
    let layer = dialect.layer(&at(&redis.url().replace("right", "wrong")), roomy());
    let why = down_because(&layer, "assword").await;
    assert!(!why.contains("wrong@") && !why.contains(":wrong"), "{why}");
    redis.cli(&["CONFIG", "SET", "requirepass", "wrong"]).await;
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// The user lacks CLIENT, INFO and ROLE: so there is no connection name, no tracking, and no check for a replica.
async fn works_with_only_the_needed_rights(dialect: Dialect) {
    let redis = Redis::start().await;
    let needed = match dialect {
        Dialect::Core => "~asgi* +@sortedset +expire +del +evalsha +script|load",
        Dialect::PubSub => "allchannels +publish +subscribe +unsubscribe +psubscribe",
    };
    let user = format!("ACL SETUSER least on >word -@all {needed}");
    redis.cli(&user.split(' ').collect::<Vec<_>>()).await;
    let layer = dialect.connect(&at(&redis.url().replace("redis://", "redis://least:word@"))).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
    let pending = layer.receive(&channel("jobs"));
    layer.group_add(&group("room"), receiver.name()).await.unwrap(); // then Redis knows the earlier calls too
    layer.send(&channel("jobs"), &numbered(3)).await.unwrap();
    let taken = tokio::time::timeout(PATIENCE, pending).await.unwrap().unwrap();
    assert_eq!(number_of(&taken), 3);
    layer.flush().await.unwrap();
    assert!(layer.status().is_up());
}

async fn accepts_a_self_signed_certificate_only_if_allowed(dialect: Dialect) {
    let _ = rustls::crypto::ring::default_provider().install_default(); // the test of the other dialect may have installed it
    let redis = Redis::start_with(RedisOptions { tls: true, ..RedisOptions::default() }).await;
    assert!(redis.url().starts_with("rediss://"), "{}", redis.url());
    let strict = dialect.layer(&at(&redis.url()), LayerConfig::default());
    down_because(&strict, "certificate").await;
    let lenient = dialect.connect(&quick(RedisHosts::new(&[&redis.url()], true).unwrap())).await;
    let mut receiver = member(&lenient, "room").await;
    eventually_receives(&lenient, &mut receiver, "room").await;
}

async fn connects_over_a_unix_socket(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { unix_socket: true, ..RedisOptions::default() }).await;
    assert!(redis.url().starts_with("unix://"), "{}", redis.url());
    let layer = dialect.connect(&RedisSettings::new(&redis.url(), false).unwrap().into()).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}
