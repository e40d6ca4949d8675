//! Sentinels replace a master.

use catamaran_redis::RedisHosts;
use testbed::{FaultProxy, Sentinels, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, down_because, eventually_receives, gap, group, ids_of, member, quick, roomy, unavailable, up},
    traffic::Traffic,
};

both_dialects!(
    follows_a_failover_after_a_kill,
    follows_a_failover_without_a_kill,
    follows_a_failover_without_the_first_sentinel,
    follows_a_failover_with_a_hanging_sentinel,
    uses_the_password_of_the_master,
    names_an_unknown_master,
);

/// The master's hosts. `user` is the user part of the URLs (`:password@`, or empty).
fn hosts(sentinels: &Sentinels, user: &str, master: &str) -> RedisHosts {
    hosts_at(&sentinels.urls(), user, master)
}

fn hosts_at(urls: &[String], user: &str, master: &str) -> RedisHosts {
    let urls: Vec<_> = urls.iter().map(|url| url.replace("://", &format!("://{user}"))).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    quick(RedisHosts::behind_sentinels(&urls, &[master], None, false).unwrap())
}

async fn follows_a_failover_after_a_kill(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let mut traffic = Traffic::start(dialect, &hosts(&sentinels, "", sentinels.master_name())).await;
    traffic.fault();
    sentinels.kill_master().await;
    let (sender, reader) = (traffic.sender.clone(), traffic.reader.clone());
    let outcome = traffic.over("Sentinel: the master is killed", dialect).await;
    assert!(outcome.gaps >= 1 && outcome.errors > 0, "{outcome:?}");
    let mut receiver = member(&reader, "room").await;
    eventually_receives(&sender, &mut receiver, "room").await;
}

async fn follows_a_failover_without_a_kill(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let mut traffic = Traffic::start(dialect, &hosts(&sentinels, "", sentinels.master_name())).await;
    traffic.fault();
    sentinels.failover().await;
    // The old master learns this later, and serves clients until then.
    let master = sentinels.master().await;
    eventually(PATIENCE, async || (ids_of(master, "catamaran.").await.len() == 4).then_some(())).await;
    let (sender, reader) = (traffic.sender.clone(), traffic.reader.clone());
    let outcome = traffic.over("Sentinel: a polite failover", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
    let mut receiver = member(&reader, "room").await;
    eventually_receives(&sender, &mut receiver, "room").await;
}

async fn follows_a_failover_without_the_first_sentinel(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let hosts = hosts(&sentinels, "", sentinels.master_name());
    sentinels.kill_sentinel(0); // the first in the list
    let mut traffic = Traffic::start(dialect, &hosts).await;
    traffic.fault();
    sentinels.kill_master().await;
    let outcome = traffic.over("Sentinel: the master is killed, a Sentinel is gone", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

/// The Sentinel keeps its connections open but does not answer, as behind a broken network.
async fn follows_a_failover_with_a_hanging_sentinel(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let line = FaultProxy::start(sentinels.ports()[0]).await;
    let urls: Vec<_> = sentinels.urls().iter().map(|url| line.url(url)).collect();
    let hosts = hosts_at(&urls, "", sentinels.master_name());
    let mut traffic = Traffic::start(dialect, &hosts).await;
    line.stall().await;
    traffic.fault();
    sentinels.kill_master().await;
    let outcome = traffic.over("Sentinel: the master is killed, a Sentinel hangs", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

async fn uses_the_password_of_the_master(dialect: Dialect) {
    let sentinels = Sentinels::start_with_password("word").await;
    let wrong = dialect.layer(&hosts(&sentinels, ":other@", sentinels.master_name()), roomy());
    down_because(&wrong, "assword").await;
    let layer = dialect.connect(&hosts(&sentinels, ":word@", sentinels.master_name())).await;
    let mut receiver = member(&layer, "room").await;
    sentinels.failover().await;
    gap(&mut receiver).await;
    up(&layer).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

async fn names_an_unknown_master(dialect: Dialect) {
    let sentinels = Sentinels::start().await;
    let layer = dialect.layer(&hosts(&sentinels, "", "nobody"), roomy());
    let why = down_because(&layer, "knows no master of that name").await;
    assert!(why.starts_with("Redis at nobody"), "{why}");
    let receiver = layer.new_channel(catamaran::ChannelOptions::default());
    assert!(unavailable(layer.group_add(&group("room"), receiver.name()).await).contains("knows no master"));
}
