//! Why a server lets nobody in: each reason by its name.

use testbed::{Redis, RedisOptions};

use crate::{
    both_dialects,
    fleet::{Dialect, at, down, down_because, roomy},
};

both_dialects!(
    a_password_that_is_missing,
    a_password_where_none_is_asked_for,
    a_user_who_is_off,
    a_database_that_is_not_there,
    a_server_that_is_too_old,
    another_program_at_the_port,
);

async fn why(dialect: Dialect, url: &str, word: &str) -> String {
    let layer = dialect.layer(&at(url), roomy());
    let why = down_because(&layer, word).await;
    assert!(!why.contains("hunter2"), "{why}");
    why
}

async fn a_password_that_is_missing(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { password: Some("hunter2".into()), ..RedisOptions::default() }).await;
    let url = redis.url().replace(":hunter2@", "");
    let why = why(dialect, &url, "asks for a password").await;
    assert!(why.contains("NOAUTH") && !why.contains("RESP3"), "{why}");
}

/// Redis takes any password then, from version 6 on.
async fn a_password_where_none_is_asked_for(dialect: Dialect) {
    let redis = Redis::start().await;
    dialect.connect(&at(&redis.url().replace("redis://", "redis://:hunter2@"))).await;
}

async fn a_user_who_is_off(dialect: Dialect) {
    let redis = Redis::start().await;
    redis.cli(&["ACL", "SETUSER", "guest", "off", ">hunter2", "+@all", "allkeys", "allchannels"]).await;
    let why = why(dialect, &redis.url().replace("redis://", "redis://guest:hunter2@"), "is off").await;
    assert!(why.contains("WRONGPASS"), "{why}");
}

async fn a_database_that_is_not_there(dialect: Dialect) {
    let redis = Redis::start().await;
    why(dialect, &format!("{}/99", redis.url()), "no database of that number").await;
}

/// As a server before version 6, or a proxy that does not know HELLO.
async fn a_server_that_is_too_old(dialect: Dialect) {
    let config = vec!["rename-command HELLO \"\"".to_owned()];
    let redis = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    why(dialect, &redis.url().replace("redis://", "redis://guest:hunter2@"), "older than version 6").await;
}

async fn another_program_at_the_port(dialect: Dialect) {
    let nginx = testbed::Nginx::start(testbed::Upstreams { web: testbed::free_port(), ws: testbed::free_port() }).await;
    let url = format!("redis://127.0.0.1:{}", nginx.http_port());
    let layer = dialect.layer(&at(&url), roomy());
    let why = down(&layer).await;
    assert!(why.contains("127.0.0.1"), "{why}");
    down_because(&layer, "another program").await;
}
