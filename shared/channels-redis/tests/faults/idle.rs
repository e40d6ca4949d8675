//! An idle process: its commands, and the faults that it notices.

use std::time::Duration;

use catamaran_redis::RedisHosts;
use testbed::{Redis, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, down_because, eventually_receives, gap, group, member, numbered, roomy, up},
};

both_dialects!(
    sends_few_commands_when_idle,
    checks_a_used_server_more_often,
    notices_a_frozen_server_when_idle,
    the_kernel_probes_idle_connections,
);

fn hosts(redis: &Redis, ping: Duration, idle: Duration) -> RedisHosts {
    let mut hosts = RedisHosts::new(&[&redis.url()], false).unwrap();
    for host in hosts.each() {
        (host.ping_interval, host.idle_interval) = (ping, idle);
    }
    hosts
}

const NEVER: Duration = Duration::from_secs(3_600);

async fn asked(redis: &Redis, command: &str) -> u64 {
    redis.commands().await.get(command).copied().unwrap_or_default()
}

/// A cycle is 15 s by default, so a day has 5,760. With 1.25 commands in each, a process sends 7,200 a day.
async fn sends_few_commands_when_idle(dialect: Dialect) {
    const CYCLES: u64 = 12;
    let redis = Redis::start().await;
    let layer = dialect.layer(&hosts(&redis, Duration::from_millis(10), Duration::from_millis(150)), roomy());
    up(&layer).await;
    let _receiver = member(&layer, "room").await;
    redis.reset_commands().await;
    let most = if dialect == Dialect::Core { CYCLES } else { CYCLES + CYCLES / 4 };
    let commands =
        eventually(2 * PATIENCE, async || Some(redis.commands().await).filter(|all| all.get("role") >= Some(&most))).await;
    let ours = |name: &&String| !["info", "config|resetstat"].contains(&name.as_str());
    let sum: u64 = commands.keys().filter(ours).map(|name| commands[name]).sum();
    eprintln!("| at rest for {CYCLES} cycles | {dialect:?} | {commands:?} |");
    // The query takes time too, so one more cycle may have passed.
    assert!(sum <= (CYCLES + 2) * 5 / 4 + 2, "{commands:?}");
}

async fn checks_a_used_server_more_often(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.layer(&hosts(&redis, Duration::from_millis(20), NEVER), roomy());
    up(&layer).await;
    redis.reset_commands().await;
    eventually(PATIENCE, async || {
        let _ = layer.group_send(&group("room"), &numbered(1)).await;
        (asked(&redis, "role").await >= 5).then_some(())
    })
    .await;
}

async fn notices_a_frozen_server_when_idle(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut hosts = hosts(&redis, Duration::from_millis(100), Duration::from_secs(2));
    for host in hosts.each() {
        host.response_timeout = Duration::from_millis(500);
    }
    let layer = dialect.layer(&hosts, roomy());
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    let ports = ports_of_layer(&redis).await;
    redis.freeze();
    down_because(&layer, "does not answer").await;
    // A connection that is still open gets its answers after the thaw. Nothing is lost then, and there is no gap.
    const ESTABLISHED: &str = "01";
    for port in ports {
        eventually(PATIENCE, async || connection(port, redis.port()).is_none_or(|line| line[3] != ESTABLISHED).then_some(()))
            .await;
    }
    redis.thaw();
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// The kernel probes a peer that has been silent for two seconds, on both connections and without a command.
async fn the_kernel_probes_idle_connections(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.layer(&hosts(&redis, NEVER, NEVER), roomy());
    up(&layer).await;
    for port in ports_of_layer(&redis).await {
        eventually(PATIENCE, async || (keepalive_within(port, redis.port())? <= Duration::from_secs(2)).then_some(())).await;
    }
}

/// The source ports of the layer's two connections.
async fn ports_of_layer(redis: &Redis) -> Vec<u16> {
    let list = redis.cli(&["CLIENT", "LIST"]).await;
    let ours = list.lines().filter(|line| line.contains(" name=catamaran."));
    let ports: Vec<u16> =
        ours.filter_map(|line| line.split(" addr=127.0.0.1:").nth(1)?.split(' ').next()?.parse().ok()).collect();
    assert_eq!(ports.len(), 2, "{list}");
    ports
}

/// The fields of `/proc/net/tcp` for the connection between these ports. Connections to other servers may have the same port here.
fn connection(local: u16, remote: u16) -> Option<Vec<String>> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ends = [local, remote].map(|port| format!(":{port:04X}"));
    let mut lines = table.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    lines.find(|line| ends.iter().zip(line.iter().skip(1)).all(|(end, address)| address.ends_with(end)))
}

/// Returns when the kernel probes the connection between these ports: timer 2, in hundredths of a second.
fn keepalive_within(local: u16, remote: u16) -> Option<Duration> {
    let line = connection(local, remote)?;
    let (timer, when) = line.get(5)?.split_once(':')?;
    (timer == "02").then(|| Duration::from_millis(10 * u64::from_str_radix(when, 16).unwrap()))
}
