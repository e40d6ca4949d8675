//! A master that Sentinels replace.

use catamaran_redis::RedisHosts;
use testbed::{Cutter, Sentinels, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, down_because, gap, group, hears, ids_of, member, quick, roomy, unavailable, up},
    traffic::Traffic,
};

both_dialects!(
    the_master_is_killed,
    a_polite_failover,
    the_master_is_killed_while_a_sentinel_is_gone,
    the_master_is_killed_while_a_sentinel_hangs,
    a_master_with_a_password,
    a_name_that_no_sentinel_knows,
);

/// The master, where clients say `user` (`:password@`, or nothing).
fn hosts(sentinels: &Sentinels, user: &str, master: &str) -> RedisHosts {
    hosts_at(&sentinels.urls(), user, master)
}

fn hosts_at(urls: &[String], user: &str, master: &str) -> RedisHosts {
    let urls: Vec<_> = urls.iter().map(|url| url.replace("://", &format!("://{user}"))).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    quick(RedisHosts::behind_sentinels(&urls, &[master], None, false).unwrap())
}

async fn the_master_is_killed(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let mut traffic = Traffic::start(dialect, &hosts(&sentinels, "", sentinels.master_name())).await;
    traffic.fault();
    sentinels.kill_master().await;
    let (sender, reader) = (traffic.sender.clone(), traffic.reader.clone());
    let outcome = traffic.over("Sentinel: the master is killed", dialect).await;
    assert!(outcome.gaps >= 1 && outcome.errors > 0, "{outcome:?}");
    let mut receiver = member(&reader, "room").await;
    hears(&sender, &mut receiver, "room").await;
}

async fn a_polite_failover(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let mut traffic = Traffic::start(dialect, &hosts(&sentinels, "", sentinels.master_name())).await;
    traffic.fault();
    sentinels.failover().await;
    // The old master learns of it later, and serves until then.
    let master = sentinels.master().await;
    eventually(PATIENCE, async || (ids_of(master, "catamaran.").await.len() == 4).then_some(())).await;
    let (sender, reader) = (traffic.sender.clone(), traffic.reader.clone());
    let outcome = traffic.over("Sentinel: a polite failover", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
    let mut receiver = member(&reader, "room").await;
    hears(&sender, &mut receiver, "room").await;
}

async fn the_master_is_killed_while_a_sentinel_is_gone(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let hosts = hosts(&sentinels, "", sentinels.master_name());
    sentinels.kill_sentinel(0); // the one that is asked first
    let mut traffic = Traffic::start(dialect, &hosts).await;
    traffic.fault();
    sentinels.kill_master().await;
    let outcome = traffic.over("Sentinel: the master is killed, a Sentinel is gone", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

/// It holds its connections open and says nothing, as behind a broken network.
async fn the_master_is_killed_while_a_sentinel_hangs(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let line = Cutter::start(sentinels.ports()[0]).await;
    let urls: Vec<_> = sentinels.urls().iter().map(|url| line.url(url)).collect();
    let hosts = hosts_at(&urls, "", sentinels.master_name());
    let mut traffic = Traffic::start(dialect, &hosts).await;
    line.stall().await;
    traffic.fault();
    sentinels.kill_master().await;
    let outcome = traffic.over("Sentinel: the master is killed, a Sentinel hangs", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

async fn a_master_with_a_password(dialect: Dialect) {
    let sentinels = Sentinels::start_with_password("word").await;
    let wrong = dialect.layer(&hosts(&sentinels, ":other@", sentinels.master_name()), roomy());
    down_because(&wrong, "assword").await;
    let layer = dialect.connect(&hosts(&sentinels, ":word@", sentinels.master_name())).await;
    let mut receiver = member(&layer, "room").await;
    sentinels.failover().await;
    gap(&mut receiver).await;
    up(&layer).await;
    hears(&layer, &mut receiver, "room").await;
}

async fn a_name_that_no_sentinel_knows(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let layer = dialect.layer(&hosts(&sentinels, "", "nobody"), roomy());
    let why = down_because(&layer, "knows no master of that name").await;
    assert!(why.starts_with("Redis at nobody"), "{why}");
    let receiver = layer.new_channel(catamaran::ChannelOptions::default());
    assert!(unavailable(layer.group_add(&group("room"), receiver.name()).await).contains("knows no master"));
}
