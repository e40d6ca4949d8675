//! Redis has reached a limit: memory, replicas, disk or connections.

use std::time::Duration;

use testbed::{Dialect as Python, PeerOptions, PythonPeer, Redis, RedisOptions, eventually};

use crate::{
    both_dialects,
    fleet::{
        Dialect, at, channel, down_because, eventually_receives, gap, group, ids_of, member, number, numbered, roomy,
        unavailable, up,
    },
};

both_dialects!(
    recovers_from_a_redis_without_memory,
    recovers_from_a_redis_without_enough_replicas,
    recovers_from_a_redis_that_cannot_write_snapshots,
    connects_when_a_connection_is_free,
    three_processes_fit_into_twenty_connections
);

async fn recovers_from_a_redis_without_memory(dialect: Dialect) {
    let redis = Redis::start().await;
    let (sender, reader) = (dialect.connect(&at(&redis.url())).await, dialect.connect(&at(&redis.url())).await);
    let mut receiver = member(&reader, "room").await;
    let connections = redis.info("total_connections_received").await.unwrap().parse::<u64>().unwrap();
    redis.cli(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]).await;
    redis.cli(&["CONFIG", "SET", "maxmemory", "1mb"]).await;
    match dialect {
        Dialect::Core => {
            let refused = [
                unavailable(sender.send(receiver.name(), &numbered(1)).await),
                unavailable(sender.group_send(&group("room"), &numbered(2)).await),
                unavailable(sender.send(&channel("jobs"), &numbered(3)).await),
                unavailable(reader.group_add(&group("other"), receiver.name()).await),
            ];
            for why in refused {
                assert!(why.contains("OOM") && why.len() < 400, "{why}");
            }
            assert_eq!(redis.keys("asgispecific*").await, [""; 0], "no message was written");
        }
        // Pubsub stores nothing in Redis, so nothing is refused.
        Dialect::PubSub => {
            sender.group_send(&group("room"), &numbered(1)).await.unwrap();
            reader.group_add(&group("other"), receiver.name()).await.unwrap();
            assert_eq!(number(&mut receiver).await, 1);
        }
    }
    match dialect {
        Dialect::Core => {
            assert!(down_because(&sender, "takes no writes").await.contains("OOM"));
            down_because(&reader, "OOM").await;
        }
        Dialect::PubSub => assert!(sender.status().is_up() && reader.status().is_up()),
    }
    redis.cli(&["CONFIG", "SET", "maxmemory", "0"]).await;
    up(&sender).await;
    up(&reader).await;
    eventually_receives(&sender, &mut receiver, "room").await;
    reader.group_add(&group("other"), receiver.name()).await.unwrap();
    eventually_receives(&sender, &mut receiver, "other").await;
    // The queries of this test need one connection for each command. There must be no others.
    let since = redis.info("total_connections_received").await.unwrap().parse::<u64>().unwrap() - connections;
    assert!(since <= 10, "{since} connections");
}

/// Redis answers but refuses every write.
async fn recovers_from_a_redis_without_enough_replicas(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await;
    match dialect {
        Dialect::Core => {
            unavailable(layer.send(receiver.name(), &numbered(1)).await);
            assert!(down_because(&layer, "takes no writes").await.contains("NOREPLICAS"));
            // A new layer too, which has sent nothing yet.
            down_because(&dialect.layer(&at(&redis.url()), roomy()), "NOREPLICAS").await;
        }
        Dialect::PubSub => {
            layer.send(receiver.name(), &numbered(1)).await.unwrap();
            assert_eq!(number(&mut receiver).await, 1);
            assert!(layer.status().is_up());
        }
    }
    redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "0"]).await;
    up(&layer).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// Redis cannot write its snapshot to the disk, and so refuses every write (MISCONF) and even PING.
async fn recovers_from_a_redis_that_cannot_write_snapshots(dialect: Dialect) {
    let config = vec!["enable-protected-configs yes".to_owned()];
    let redis = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    let folder = redis.cli(&["CONFIG", "GET", "dir"]).await;
    redis.cli(&["CONFIG", "SET", "save", "3600 1"]).await;
    // No file can be created there.
    redis.cli(&["CONFIG", "SET", "dir", "/proc"]).await;
    snapshot(&redis, "err").await;
    match dialect {
        Dialect::Core => {
            assert!(unavailable(layer.send(receiver.name(), &numbered(1)).await).contains("MISCONF"));
            assert!(down_because(&layer, "takes no writes").await.contains("MISCONF"));
            // A new layer too, which has sent nothing yet.
            down_because(&dialect.layer(&at(&redis.url()), roomy()), "MISCONF").await;
        }
        // Pubsub stores nothing in Redis, so nothing is refused.
        Dialect::PubSub => {
            layer.send(receiver.name(), &numbered(1)).await.unwrap();
            assert_eq!(number(&mut receiver).await, 1);
            up(&dialect.connect(&at(&redis.url())).await).await;
            assert!(layer.status().is_up());
        }
    }
    redis.cli(&["CONFIG", "SET", "dir", folder.lines().last().unwrap()]).await;
    snapshot(&redis, "ok").await;
    up(&layer).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// Makes Redis write snapshots until the result is `wanted`.
async fn snapshot(redis: &Redis, wanted: &str) {
    eventually(Duration::from_secs(30), || async {
        let is_running = redis.info("rdb_bgsave_in_progress").await.is_none_or(|running| running.trim() != "0");
        if is_running {
            return None;
        }
        if redis.info("rdb_last_bgsave_status").await.is_some_and(|status| status.trim() == wanted) {
            return Some(());
        }
        redis.cli(&["BGSAVE"]).await;
        None
    })
    .await;
}

/// A small plan with twenty connections in all, and other clients hold every one.
async fn connects_when_a_connection_is_free(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { config: vec!["maxclients 20".to_owned()], ..RedisOptions::default() }).await;
    let connect = || tokio::net::TcpStream::connect(("127.0.0.1", redis.port()));
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(connect().await.unwrap());
    }
    let layer = dialect.layer(&at(&redis.url()), roomy());
    down_because(&layer, "max number of clients").await;
    others.truncate(10);
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

async fn three_processes_fit_into_twenty_connections(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { config: vec!["maxclients 20".to_owned()], ..RedisOptions::default() }).await;
    let (one, two) = (dialect.connect(&at(&redis.url())).await, dialect.connect(&at(&redis.url())).await);
    let mut members = [member(&one, "room").await, member(&two, "room").await];
    let kind = match dialect {
        Dialect::Core => Python::Core,
        Dialect::PubSub => Python::PubSub,
    };
    let python = PythonPeer::start(PeerOptions::new(kind, [redis.url()])).await;
    let name = python.new_channel().await;
    python.group_add("room", &name).await;
    for round in 0..2 {
        python.group_send("room", serde_json::json!({ "type": "test.number", "n": 1 })).await.unwrap();
        for member in &mut members {
            assert_eq!(number(member).await, 1);
        }
        one.group_send(&group("room"), &numbered(2)).await.unwrap();
        for member in &mut members {
            assert_eq!(number(member).await, 2);
        }
        python.receive(&name).await;
        python.receive(&name).await;
        if round == 0 {
            // They need no more connections to come back after all were killed.
            for id in ids_of(&redis, "catamaran").await {
                redis.cli(&["CLIENT", "KILL", "ID", &id]).await;
            }
            for (layer, member) in [&one, &two].into_iter().zip(&mut members) {
                gap(member).await;
                up(layer).await;
                eventually_receives(layer, member, "room").await;
            }
            drain(&mut members);
        }
    }
    let rejected = redis.info("rejected_connections").await;
    assert_eq!(rejected.as_deref(), Some("0"));
}

fn drain(members: &mut [catamaran::Receiver]) {
    for member in members {
        while member.try_recv().is_some() {}
    }
}
