//! Presence over a real Redis: its commands, its keys, its rights, and outages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use catamaran::{ChannelLayer, ChannelOptions, GroupName, InMemoryLayer, Incoming, LayerConfig};
use catamaran_presence::{Presence, PresenceError, PresenceEvent, RedisLeases};
use catamaran_redis::RedisHosts;
use testbed::{Redis, eventually};

const NOW: i64 = 1_800_000_000_000;
const LEASE: i64 = 15_000;
const PATIENCE: Duration = Duration::from_secs(20);

async fn process(redis: &Redis, clock: &Arc<AtomicI64>) -> Presence {
    let hosts = RedisHosts::new(&[&redis.url()], false).unwrap();
    let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    let hands = Arc::clone(clock);
    let presence = Presence::builder(layer, RedisLeases::new(&hosts, "asgi")).now(move || hands.load(Ordering::SeqCst)).build();
    presence.renew().await.unwrap();
    presence
}

fn clock() -> Arc<AtomicI64> {
    Arc::new(AtomicI64::new(NOW))
}

fn deck() -> GroupName {
    GroupName::parse("deck").unwrap()
}

/// How often a command was called, by clients and in scripts.
async fn calls(redis: &Redis, command: &str) -> u64 {
    let stats = redis.cli(&["INFO", "commandstats"]).await;
    let line = stats.lines().find(|line| line.starts_with(&format!("cmdstat_{command}:calls=")));
    line.map_or(0, |line| line.split(['=', ',']).nth(1).unwrap().parse().unwrap())
}

#[tokio::test]
async fn an_enter_a_leave_and_a_renewal_are_one_script_each() {
    let (redis, clock) = (Redis::start().await, clock());
    let process = process(&redis, &clock).await;
    let here = process.enter(&deck(), "ann", &()).await.unwrap();
    here.leave().await; // by now Redis knows the scripts
    let scripts = async || calls(&redis, "evalsha").await;
    let before = scripts().await;
    let here = process.enter(&deck(), "ann", &()).await.unwrap();
    assert_eq!(scripts().await - before, 1, "an enter");
    let again = process.enter(&deck(), "ann", &()).await.unwrap();
    assert_eq!(scripts().await - before, 2, "a second socket");
    here.leave().await;
    assert_eq!(scripts().await - before, 2, "one of two sockets closes");
    again.leave().await;
    assert_eq!(scripts().await - before, 3, "a leave");
    process.renew().await.unwrap();
    assert_eq!(scripts().await - before, 4, "a renewal");
    process.reconcile().await.unwrap();
    assert_eq!((scripts().await - before, calls(&redis, "hgetall").await), (4, 1), "a comparison with the store's list");
}

#[tokio::test]
async fn every_key_has_the_prefix_and_an_end() {
    let (redis, clock) = (Redis::start().await, clock());
    let (one, other) = (process(&redis, &clock).await, process(&redis, &clock).await);
    std::mem::forget(one.enter(&deck(), "ann", &"red").await.unwrap());
    let _here = other.enter(&deck(), "bob", &"blue").await.unwrap();
    let keys = async || redis.cli(&["KEYS", "*"]).await.lines().map(str::to_owned).collect::<Vec<_>>();
    let ends_of_all = async || {
        for key in keys().await {
            assert!(key.starts_with("asgi.presence.{0}."), "{key}");
            let seconds: i64 = redis.cli(&["TTL", &key]).await.trim().parse().unwrap();
            assert!((80_000..=86_400).contains(&seconds), "{key}: {seconds}");
        }
    };
    assert_eq!(keys().await.len(), 5, "leases, two processes, and the group's two");
    ends_of_all().await;
    for elapsed in [LEASE / 2, LEASE] {
        clock.store(NOW + elapsed, Ordering::SeqCst);
        other.renew().await.unwrap();
        other.sweep().await.unwrap();
    }
    ends_of_all().await;
    assert_eq!(keys().await.len(), 4, "nothing is left of the process that was reaped");
}

/// A group in which no member comes or goes for a day.
#[tokio::test]
async fn a_quiet_group_outlives_the_time_to_live_of_its_keys() {
    let (redis, clock) = (Redis::start().await, clock());
    let process = process(&redis, &clock).await;
    let _here = process.enter(&deck(), "ann", &()).await.unwrap();
    let soon = ["asgi.presence.{0}.online.deck", "asgi.presence.{0}.through.deck"];
    for hours in [1, 7, 13] {
        clock.store(NOW + hours * 3_600_000, Ordering::SeqCst);
        for key in soon {
            redis.cli(&["EXPIRE", key, "100"]).await;
        }
        process.renew().await.unwrap();
        process.reconcile().await.unwrap();
        for key in soon {
            let seconds: i64 = redis.cli(&["TTL", key]).await.trim().parse().unwrap();
            assert!(seconds > 80_000, "{key} after {hours} hours: {seconds}");
        }
    }
}

#[tokio::test]
async fn members_stay_while_redis_restarts_and_its_memory_is_lost() {
    let (redis, clock) = (Redis::start().await, clock());
    let process = process(&redis, &clock).await;
    let _here = process.enter(&deck(), "ann", &"red").await.unwrap();
    redis.kill9();
    let fault = eventually(PATIENCE, async || process.renew().await.err()).await;
    assert!(matches!(fault, PresenceError::Unavailable(_)) && fault.to_string().contains("Redis at 127.0.0.1:"), "{fault}");
    redis.restart().await;
    eventually(PATIENCE, async || process.renew().await.ok()).await;
    process.reconcile().await.unwrap();
    let listed = process.list::<String>(&deck()).await.unwrap();
    assert_eq!((listed.len(), listed[0].payload.as_str()), (1, "red"));
}

#[tokio::test]
async fn starts_without_its_redis_and_announces_members_once_it_is_back() {
    let (redis, layer) = (Redis::start().await, Arc::new(InMemoryLayer::new(LayerConfig::default())));
    let hosts = RedisHosts::new(&[&redis.url()], false).unwrap();
    let mut heard = layer.new_channel(ChannelOptions::default());
    layer.group_add(&deck(), heard.name()).await.unwrap();
    redis.kill9();
    let presence = Presence::new(layer, RedisLeases::new(&hosts, "asgi"));
    let keeper = presence.start().await;
    let fault = presence.enter(&deck(), "ann", &()).await.err().unwrap();
    assert!(matches!(fault, PresenceError::Unavailable(_)), "{fault}");
    redis.restart().await;
    let here = eventually(PATIENCE, async || presence.enter(&deck(), "ann", &()).await.ok()).await;
    let Incoming::Delivery(delivery) = heard.recv().await else { panic!("a gap") };
    let PresenceEvent::Joined { key, .. } = delivery.message.event::<PresenceEvent<()>>().unwrap() else { panic!("not joined") };
    assert_eq!((key.as_str(), presence.list::<()>(&deck()).await.unwrap().len()), ("ann", 1));
    here.leave().await;
    keeper.close().await;
}

#[tokio::test]
async fn members_of_a_process_that_hands_over_stay_until_its_lease_runs_out() {
    let (redis, clock) = (Redis::start().await, clock());
    let (stops, goes_on) = (process(&redis, &clock).await, process(&redis, &clock).await);
    let keeper = stops.start().await;
    let here = [stops.enter(&deck(), "ann", &()).await.unwrap(), stops.enter(&deck(), "bob", &()).await.unwrap()];
    clock.store(NOW + 10_000, Ordering::SeqCst);
    stops.hand_over();
    for socket in here {
        socket.leave().await;
    }
    keeper.close().await;
    let listed = async || goes_on.list::<()>(&deck()).await.unwrap().into_iter().map(|member| member.key).collect::<Vec<_>>();
    assert_eq!(listed().await, ["ann", "bob"]);
    let _back = goes_on.enter(&deck(), "ann", &()).await.unwrap();
    for (now, online) in [(NOW + 20_000, 2), (NOW + 10_000 + LEASE + 1, 1)] {
        goes_on.renew().await.unwrap();
        clock.store(now, Ordering::SeqCst);
        goes_on.renew().await.unwrap();
        goes_on.sweep().await.unwrap();
        assert_eq!(listed().await.len(), online, "at {now}");
    }
    assert_eq!(listed().await, ["ann"]);
}

#[tokio::test]
async fn a_frozen_redis_is_an_error_within_its_time_and_works_again() {
    let (redis, clock) = (Redis::start().await, clock());
    let process = process(&redis, &clock).await;
    redis.freeze();
    let fault = process.enter(&deck(), "ann", &()).await.err().unwrap();
    assert!(fault.to_string().contains("the store of presence is unavailable: Redis at 127.0.0.1:"), "{fault}");
    redis.thaw();
    let here = eventually(PATIENCE, async || process.enter(&deck(), "ann", &()).await.ok()).await;
    here.leave().await;
    process.reconcile().await.unwrap();
    assert!(process.list::<()>(&deck()).await.unwrap().is_empty());
}

/// The rights that the README names.
const RIGHTS: [&str; 3] = ["+@read", "+@write", "+@scripting"];

/// Runs one process and kills another, as a Redis user with these rights on the keys of presence alone.
async fn live_with(rights: &[&str]) -> Result<(), PresenceError> {
    let (redis, clock) = (Redis::start().await, clock());
    let user = [&["ACL", "SETUSER", "board", "on", ">sesame", "~asgi.presence.*", "resetchannels", "-@all"], rights].concat();
    assert_eq!(redis.cli(&user).await.trim(), "OK");
    let hosts = RedisHosts::new(&[&format!("redis://board:sesame@127.0.0.1:{}", redis.port())], false).unwrap();
    let [killed, alive] = [(); 2].map(|()| {
        let (layer, hands) = (Arc::new(InMemoryLayer::new(LayerConfig::default())), Arc::clone(&clock));
        Presence::builder(layer, RedisLeases::new(&hosts, "asgi")).now(move || hands.load(Ordering::SeqCst)).build()
    });
    killed.renew().await?;
    std::mem::forget(killed.enter(&deck(), "ann", &"red").await?);
    let here = alive.enter(&deck(), "bob", &"blue").await?;
    here.update(&"green").await?;
    for elapsed in [0, LEASE / 2, LEASE, 2 * LEASE] {
        clock.store(NOW + elapsed, Ordering::SeqCst);
        alive.renew().await?;
        alive.reconcile().await?;
        alive.sweep().await?;
    }
    let online = alive.list::<String>(&deck()).await?;
    assert_eq!(online.iter().map(|member| &*member.key).collect::<Vec<_>>(), ["bob"]);
    here.leave().await;
    alive.start().await.close().await;
    Ok(())
}

#[tokio::test]
async fn needs_each_of_the_documented_rights_and_no_other() {
    assert!(include_str!("../README.md").contains(&RIGHTS.join(" ")));
    live_with(&RIGHTS).await.unwrap();
    for missing in RIGHTS {
        let fewer: Vec<_> = RIGHTS.into_iter().filter(|right| *right != missing).collect();
        let fault = live_with(&fewer).await.expect_err(missing).to_string();
        // Redis answers with the second text if the command runs in a script.
        assert!(
            ["no permissions", "can't run this command"].iter().any(|said| fault.contains(said)),
            "without {missing}: {fault}"
        );
    }
}
