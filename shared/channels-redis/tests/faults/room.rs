//! Redis has no more room: for memory, or for connections.

use std::time::Duration;

use testbed::{Dialect as Python, PeerOptions, PythonPeer, Redis, RedisOptions, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, at, channel, down_because, gap, group, hears, ids_of, member, number, numbered, roomy, unavailable, up},
};

both_dialects!(
    no_memory_left,
    too_few_replicas,
    no_place_for_a_snapshot,
    no_connection_left,
    two_processes_and_one_of_pythons_fit_into_twenty_connections
);

async fn no_memory_left(dialect: Dialect) {
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
            assert_eq!(redis.keys("asgispecific*").await, [""; 0], "nothing was put there");
        }
        // Nothing is kept in Redis, so nothing is refused.
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
    hears(&sender, &mut receiver, "room").await;
    reader.group_add(&group("other"), receiver.name()).await.unwrap();
    hears(&sender, &mut receiver, "other").await;
    // The questions of this test are connections too, a command each: none but those.
    let since = redis.info("total_connections_received").await.unwrap().parse::<u64>().unwrap() - connections;
    assert!(since <= 10, "{since} connections");
}

/// Redis answers, and refuses every write.
async fn too_few_replicas(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await;
    match dialect {
        Dialect::Core => {
            unavailable(layer.send(receiver.name(), &numbered(1)).await);
            assert!(down_because(&layer, "takes no writes").await.contains("NOREPLICAS"));
            // Also who begins now, and has sent nothing yet.
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
    hears(&layer, &mut receiver, "room").await;
}

/// Redis cannot write its snapshot to the disk, and so refuses every write (MISCONF) and even PING.
async fn no_place_for_a_snapshot(dialect: Dialect) {
    let config = vec!["enable-protected-configs yes".to_owned()];
    let redis = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    let folder = redis.cli(&["CONFIG", "GET", "dir"]).await;
    redis.cli(&["CONFIG", "SET", "save", "3600 1"]).await;
    // No file can be made there.
    redis.cli(&["CONFIG", "SET", "dir", "/proc"]).await;
    snapshot(&redis, "err").await;
    match dialect {
        Dialect::Core => {
            assert!(unavailable(layer.send(receiver.name(), &numbered(1)).await).contains("MISCONF"));
            assert!(down_because(&layer, "takes no writes").await.contains("MISCONF"));
            // Also a layer that begins now, and has sent nothing yet.
            down_because(&dialect.layer(&at(&redis.url()), roomy()), "MISCONF").await;
        }
        // Nothing is kept in Redis, so nothing is refused.
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
    hears(&layer, &mut receiver, "room").await;
}

/// Has Redis write a snapshot until that ends as `wanted`.
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

/// A small plan: twenty connections in all, of which others hold every one.
async fn no_connection_left(dialect: Dialect) {
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
    hears(&layer, &mut receiver, "room").await;
}

async fn two_processes_and_one_of_pythons_fit_into_twenty_connections(dialect: Dialect) {
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
            // Nor do they need more to come back after all were kicked.
            for id in ids_of(&redis, "catamaran").await {
                redis.cli(&["CLIENT", "KILL", "ID", &id]).await;
            }
            for (layer, member) in [&one, &two].into_iter().zip(&mut members) {
                gap(member).await;
                up(layer).await;
                hears(layer, member, "room").await;
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
