//! The cost of joining and sending, counted by Redis and compared with Python's layers: one member for a process, not for each socket.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]
#![expect(clippy::print_stdout, reason = "figures for runs with --nocapture")]

mod count;
mod process;

use std::sync::Arc;

use testbed::{Dialect, PeerOptions, PythonPeer, Redis};

use crate::{
    count::{Commands, Cost, bytes_of, counted, counts, shown},
    process::{Process, event, ours, room},
};

async fn members(redis: &Redis) -> usize {
    redis.cli(&["ZCARD", "asgi:group:room"]).await.trim().parse().unwrap()
}

async fn cost_of_ours(dialect: Dialect, sockets: usize, as_receivers: bool) -> Cost {
    let redis = Redis::start().await;
    let layer = ours(dialect, &redis).await;
    redis.reset_commands().await;
    let (client, mut process) = match as_receivers {
        false => (format!("ours, {dialect:?}"), Process::with_sockets(layer, sockets).await),
        true => (format!("ours, {dialect:?}, a receiver for each"), Process::with_receivers(layer, sockets).await),
    };
    let join = counted(&redis).await;
    let members = members(&redis).await;
    counted(&redis).await;
    let bytes = bytes_of(&redis, process.group_send()).await;
    process.assert_each_received_one().await;
    let send = counted(&redis).await;
    Cost { client, sockets, join, members, send, bytes }
}

async fn cost_of_pythons(dialect: Dialect, sockets: usize) -> Cost {
    let redis = Redis::start().await;
    let python = PythonPeer::start(PeerOptions::new(dialect, [redis.url()])).await;
    python.group_send("nobody", event()).await.unwrap();
    redis.reset_commands().await;
    let mut names = Vec::new();
    for _ in 0..sockets {
        let name = python.new_channel().await;
        python.group_add("room", &name).await;
        names.push(name);
    }
    let join = counted(&redis).await;
    let members = members(&redis).await;
    counted(&redis).await;
    let bytes = bytes_of(&redis, async { python.group_send("room", event()).await.unwrap() }).await;
    let send = counted(&redis).await;
    assert_eq!(python.receive(names.last().unwrap()).await, event());
    Cost { client: format!("Python's, {dialect:?}"), sockets, join, members, send, bytes }
}

#[tokio::test]
async fn core_costs_a_member_for_each_process() {
    Cost::print_head();
    let mut costs = Vec::new();
    for sockets in [1, 100, 10_000] {
        costs.push(cost_of_ours(Dialect::Core, sockets, false).await);
    }
    costs.push(cost_of_ours(Dialect::Core, 10_000, true).await);
    for cost in &costs {
        cost.print();
        assert_eq!(cost.join, counts(&[("zadd", 1), ("expire", 1), ("client|caching", 1), ("zscore", 1)]));
        assert_eq!(cost.members, 1);
        assert_eq!(cost.send, core_group_send(1));
        assert!(cost.bytes < 2_000, "{}", cost.bytes);
    }
    for sockets in [1, 100, 1_000] {
        let cost = cost_of_pythons(Dialect::Core, sockets).await;
        cost.print();
        assert_eq!(cost.join, counts(&[("zadd", sockets as u64), ("expire", sockets as u64)]));
        assert_eq!(cost.members, sockets);
    }
}

/// Two commands for the members, then one script with five commands for each process.
fn core_group_send(processes: u64) -> Commands {
    counts(&[
        ("zremrangebyscore", 1 + processes),
        ("zrange", 1 + processes),
        ("evalsha", 1),
        ("zcount", processes),
        ("zadd", processes),
        ("expire", processes),
    ])
}

#[tokio::test]
async fn pubsub_costs_a_subscription_for_each_process() {
    Cost::print_head();
    let mut costs = Vec::new();
    for sockets in [1, 100, 10_000] {
        costs.push(cost_of_ours(Dialect::PubSub, sockets, false).await);
    }
    costs.push(cost_of_ours(Dialect::PubSub, 10_000, true).await);
    for cost in &costs {
        cost.print();
        assert_eq!(cost.join, counts(&[("subscribe", 1)]));
        assert_eq!(cost.send, counts(&[("publish", 1)]));
        assert!(cost.bytes < 2_000, "{}", cost.bytes);
    }
    for sockets in [1, 100, 1_000] {
        let cost = cost_of_pythons(Dialect::PubSub, sockets).await;
        cost.print();
        assert_eq!(cost.join, counts(&[("subscribe", 1 + sockets as u64)]), "each channel, and the group");
        assert_eq!(cost.send, counts(&[("publish", 1)]));
    }
}

#[tokio::test]
async fn a_group_send_writes_one_key_for_each_process() {
    println!("| processes | sockets in all | keys written | commands of a group_send |");
    println!("| --- | --- | --- | --- |");
    for count in [1, 2, 4, 8] {
        let redis = Redis::start().await;
        let mut processes = Vec::new();
        for _ in 0..count {
            processes.push(Process::with_sockets(ours(Dialect::Core, &redis).await, 1_250).await);
        }
        redis.reset_commands().await;
        processes[0].group_send().await;
        for process in &mut processes {
            process.assert_each_received_one().await;
        }
        let mut send = counted(&redis).await;
        // Each process checks its membership a moment after another one has joined.
        send.retain(|name, _| !["client|caching", "zscore"].contains(&name.as_str()));
        println!("| {count} | {} | {} | {} |", 1_250 * count, send["zadd"], shown(&send));
        assert_eq!(send, core_group_send(count as u64));
    }
}

/// Leaving costs one command, when the last socket of the process has left.
#[tokio::test]
async fn leaving_costs_one_command_for_the_process() {
    let redis = Redis::start().await;
    let layer = ours(Dialect::Core, &redis).await;
    let Process { receivers, .. } = Process::with_receivers(Arc::clone(&layer), 100).await;
    redis.reset_commands().await;
    let mut receivers = receivers.into_iter();
    let last = receivers.next().unwrap();
    drop(receivers);
    layer.group_add(&room(), last.name()).await.unwrap();
    assert_eq!(counted(&redis).await, Commands::new());
    layer.group_discard(&room(), last.name()).await.unwrap();
    assert_eq!(counted(&redis).await, counts(&[("zrem", 1)]));
    assert_eq!(redis.keys("asgi:group:*").await, Vec::<String>::new());
}
