//! `doctor`.

use serde_json::Value;
use testbed::{Dialect, PeerOptions, PythonPeer, Redis};

use crate::kit::{DIALECTS, Setup, idle_member, member, now, run};

async fn report(setup: &Setup) -> Vec<Value> {
    let outcome = setup.run(&["doctor", "--json"]).await;
    let report: Value = serde_json::from_str(&outcome.out).unwrap();
    let sections = report["sections"].as_array().unwrap();
    sections.iter().flat_map(|section| section["findings"].as_array().unwrap()).cloned().collect()
}

/// The findings that are not ok. Warnings of slow answers do not count: the machine of the tests may be busy.
pub(crate) async fn problems(setup: &Setup) -> Vec<Value> {
    let mut found = report(setup).await;
    found.retain(|finding| finding["level"] != "ok");
    found.retain(|finding| finding["level"] != "warning" || !["ping", "way"].contains(&finding["topic"].as_str().unwrap()));
    found
}

/// The findings on one topic.
async fn findings(setup: &Setup, topic: &str) -> Vec<Value> {
    let mut found = report(setup).await;
    found.retain(|finding| finding["topic"] == topic);
    found
}

/// Returns the text of the only finding on a topic; asserts its level.
async fn only(setup: &Setup, topic: &str, level: &str) -> String {
    let found = findings(setup, topic).await;
    let [finding] = found.as_slice() else { panic!("one finding on {topic} was expected: {found:?}") };
    assert_eq!(finding["level"], level, "{finding}");
    assert_eq!(finding["advice"].is_string(), ["warning", "error"].contains(&level), "{finding}");
    finding["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn finds_no_fault_in_a_healthy_setup() {
    for dialect in DIALECTS {
        for hosts in [1, 2] {
            let setup = Setup::of(dialect, hosts).await;
            let process = setup.connect().await;
            let _member = member(&process, "room").await;
            let text = setup.run(&["doctor"]).await.ok();
            assert!(text.contains("\n0 errors, "), "{text}");
            assert_eq!(problems(&setup).await, Vec::<Value>::new());
            assert!(text.lines().all(|line| line.chars().count() <= 80 || !line.contains(' ')), "{text}");
            let ways = findings(&setup, "way").await;
            assert_eq!(ways.len(), 1 + hosts, "{ways:?}");
            for way in ways {
                let at = |name: &str| way["data"][name].as_u64().unwrap();
                assert!(0 < at("median_us") && at("median_us") <= at("p99_us") && at("p99_us") <= at("worst_us"), "{way}");
            }
            let dialect = only(&setup, "dialect", "ok").await;
            assert!(dialect.contains("1 group; 1 process of Catamaran"), "{dialect}");
        }
    }
}

#[tokio::test]
async fn leaves_no_keys_behind() {
    let setup = Setup::of("redis-core", 1).await;
    setup.run(&["doctor"]).await.ok();
    assert_eq!(setup.redis[0].keys("*").await, Vec::<String>::new());
}

#[tokio::test]
async fn warns_if_no_process_is_connected() {
    for dialect in DIALECTS {
        let setup = Setup::of(dialect, 1).await;
        let text = only(&setup, "dialect", "warning").await;
        assert!(text.contains("0 groups; 0 processes"), "{text}");
        assert_eq!(setup.run(&["doctor"]).await.code, Some(0), "a warning is no error");
        assert_eq!(setup.run(&["doctor", "--fail-level", "warning"]).await.code, Some(1));
    }
}

#[tokio::test]
async fn warns_of_another_dialect() {
    for (set, used, python) in [("redis-pubsub", "redis-core", Dialect::Core), ("redis-core", "redis-pubsub", Dialect::PubSub)] {
        let setup = Setup::of(set, 1).await;
        let peer = PythonPeer::start(PeerOptions::new(python, [setup.redis[0].url()])).await;
        let channel = peer.new_channel().await;
        peer.group_add("room", &channel).await;
        let found = findings(&setup, "dialect").await;
        let other = found.iter().find(|finding| finding["data"]["layer"] == used).unwrap();
        assert!(other["level"] == "warning" && other["data"]["groups"] == 1, "{other}");
        assert!(other["advice"].as_str().unwrap().contains(&format!("CHANNEL_LAYER={used} here")), "{other}");

        let ours = Setup { redis: setup.redis, layer: used };
        only(&ours, "dialect", "ok").await;
    }
}

#[tokio::test]
async fn warns_of_another_prefix() {
    for (dialect, python) in [("redis-pubsub", Dialect::PubSub), ("redis-core", Dialect::Core)] {
        let setup = Setup::of(dialect, 1).await;
        let options = PeerOptions { prefix: Some("shop".to_owned()), ..PeerOptions::new(python, [setup.redis[0].url()]) };
        let peer = PythonPeer::start(options).await;
        let channel = peer.new_channel().await;
        peer.group_add("room", &channel).await;
        let text = only(&setup, "prefix", "warning").await;
        assert!(text.contains("\"shop\": 1 group"), "{text}");
    }
}

#[tokio::test]
async fn warns_of_another_order_of_hosts() {
    for (dialect, python) in [("redis-pubsub", Dialect::PubSub), ("redis-core", Dialect::Core)] {
        let setup = Setup::of(dialect, 2).await;
        let mut reversed: Vec<_> = setup.redis.iter().map(Redis::url).collect();
        reversed.reverse();
        let peer = PythonPeer::start(PeerOptions::new(python, reversed)).await;
        let channel = peer.new_channel().await;
        peer.group_add("room", &channel).await;
        let text = only(&setup, "hosts", "warning").await;
        assert!(text.starts_with("1 group lies on a host"), "{text}");
    }
}

#[tokio::test]
async fn warns_of_keys_in_another_database() {
    let setup = Setup::of("redis-core", 1).await;
    setup.redis[0].cli(&["-n", "3", "ZADD", "asgi:group:room", "1", "a"]).await;
    let text = only(&setup, "database", "warning").await;
    assert!(text.contains("this is database 0, and there is something in 3 (1 key)"), "{text}");
}

#[tokio::test]
async fn core_warns_of_a_process_that_does_not_read() {
    let setup = Setup::of("redis-core", 1).await;
    let idle = idle_member(&setup.redis[0], "room").await;
    assert_eq!(only(&setup, "lag", "ok").await, format!("127.0.0.1:{}: nothing", setup.redis[0].port()));
    let process = &idle[..=idle.find('!').unwrap()];
    // The time of a sender whose clock is fast: the message does not become old during the test.
    let (soon, long_ago) = ((now() + 60).to_string(), (now() - 20).to_string());
    setup.redis[0].cli(&["ZADD", &format!("asgi{process}"), &soon, "a message"]).await;
    assert!(only(&setup, "lag", "ok").await.starts_with(&format!("{process}: 1 of 100 messages, the oldest for ")));

    setup.redis[0].cli(&["ZADD", &format!("asgi{process}"), &long_ago, "an older one"]).await;
    let text = only(&setup, "lag", "warning").await;
    assert!(text.contains("2 of 100 messages, the oldest for 2"), "{text}");
}

#[tokio::test]
async fn core_warns_of_a_general_channel_without_a_worker() {
    let setup = Setup::of("redis-core", 1).await;
    let long_ago = (now() - 20).to_string();
    setup.redis[0].cli(&["ZADD", "asgithumbnails", &long_ago, "a job"]).await;
    let found = findings(&setup, "lag").await;
    assert_eq!(found[0]["data"]["channel"], "thumbnails");
    assert!(found[0]["advice"].as_str().unwrap().contains("manage.py runworker thumbnails"), "{found:?}");
}

#[tokio::test]
async fn pubsub_warns_of_a_process_that_does_not_read() {
    let setup = Setup::of("redis-pubsub", 1).await;
    let options = PeerOptions::new(Dialect::PubSub, [setup.redis[0].url()]);
    let peer = PythonPeer::start(options).await;
    let channel = peer.new_channel().await;
    peer.group_add("room", &channel).await;
    peer.freeze();
    // More than the kernel's socket buffers hold.
    let event = format!(r#"{{"type": "a", "text": "{}"}}"#, "x".repeat(1 << 20));
    for _ in 0..12 {
        run(&setup.variables(), &["group-send", "room", "-"], &event).await.ok();
    }
    let text = only(&setup, "lag", "warning").await;
    assert!(text.contains("(without a name) has not read "), "{text}");
    peer.thaw();
}

#[tokio::test]
async fn reports_forbidden_queries_as_unknown() {
    let setup = Setup::of("redis-pubsub", 1).await;
    let redis = &setup.redis[0];
    redis.cli(&["ACL", "SETUSER", "low", "on", ">pw", "~*", "&*", "+@all", "-@admin", "-@dangerous", "-@scripting"]).await;
    let url = redis.url().replace("redis://", "redis://low:pw@");
    for (dialect, code) in [("redis-pubsub", 0), ("redis-core", 1)] {
        let variables = [("CHANNEL_LAYER", dialect.to_owned()), ("REDIS_URL", url.clone())];
        let doctor = run(&variables, &["doctor"], "").await;
        assert_eq!(doctor.code, Some(code), "{}", doctor.out);
        assert!(doctor.out.contains("unknown  version, role and limits: not allowed to look"), "{}", doctor.out);
        assert_eq!(doctor.out.contains("does not run scripts"), dialect == "redis-core", "{}", doctor.out);
        let members = run(&variables, &["members", "room"], "").await.ok();
        assert_eq!(members.contains("not allowed to look"), dialect == "redis-pubsub", "{members}");
    }
}

#[tokio::test]
async fn reports_a_replica_as_an_error() {
    let setup = Setup::of("redis-core", 1).await;
    let replica = Setup { redis: vec![setup.redis[0].replica().await], layer: "redis-core" };
    only(&replica, "role", "error").await;
    assert_eq!(replica.run(&["doctor"]).await.code, Some(1));
    only(&setup, "role", "ok").await;
}
