//! A server rejects the connection: each reason is named.

use testbed::{Redis, RedisOptions};

use crate::{
    both_dialects,
    fleet::{Dialect, at, down, down_because, roomy},
};

both_dialects!(
    names_a_missing_password,
    accepts_a_password_that_is_not_needed,
    names_a_disabled_user,
    names_a_missing_database,
    names_a_server_that_is_too_old,
    names_another_program_at_the_port,
);

async fn why(dialect: Dialect, url: &str, word: &str) -> String {
    let layer = dialect.layer(&at(url), roomy());
    let why = down_because(&layer, word).await;
    assert!(!why.contains("hunter2"), "{why}");
    why
}

async fn names_a_missing_password(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { password: Some("hunter2".into()), ..RedisOptions::default() }).await;
    let url = redis.url().replace(":hunter2@", "");
    let why = why(dialect, &url, "asks for a password").await;
    assert!(why.contains("NOAUTH") && !why.contains("RESP3"), "{why}");
}

/// From version 6 on, Redis then accepts any password.
async fn accepts_a_password_that_is_not_needed(dialect: Dialect) {
    let redis = Redis::start().await;
    dialect.connect(&at(&redis.url().replace("redis://", "redis://:hunter2@"))).await;
}

async fn names_a_disabled_user(dialect: Dialect) {
    let redis = Redis::start().await;
    redis.cli(&["ACL", "SETUSER", "guest", "off", ">hunter2", "+@all", "allkeys", "allchannels"]).await;
    let why = why(dialect, &redis.url().replace("redis://", "redis://guest:hunter2@"), "is off").await;
    assert!(why.contains("WRONGPASS"), "{why}");
}

async fn names_a_missing_database(dialect: Dialect) {
    let redis = Redis::start().await;
    why(dialect, &format!("{}/99", redis.url()), "no database of that number").await;
}

/// Like a server before version 6, or a proxy that does not know HELLO.
async fn names_a_server_that_is_too_old(dialect: Dialect) {
    let config = vec!["rename-command HELLO \"\"".to_owned()];
    let redis = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    why(dialect, &redis.url().replace("redis://", "redis://guest:hunter2@"), "older than version 6").await;
}

async fn names_another_program_at_the_port(dialect: Dialect) {
    let nginx = testbed::Balancer::start(testbed::BalancerKind::Nginx, &[testbed::Upstreams { web: 1, ws: 1 }]).await;
    let url = format!("redis://127.0.0.1:{}", nginx.http_port());
    let layer = dialect.layer(&at(&url), roomy());
    let why = down(&layer).await;
    assert!(why.contains("127.0.0.1"), "{why}");
    down_because(&layer, "another program").await;
}
