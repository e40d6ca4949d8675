//! What the tests of `channels_redis` ask of its layers and no other test here asks of ours. `../upstream.md` has the whole list.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use catamaran::{LayerConfig, Receipt};
use futures_util::future::{Either, select};
use testbed::{Dialect, PeerOptions, PythonPeer, Redis, eventually};

use crate::fleet::{
    PATIENCE, Terms, channel, group, member, number, number_of, numbered, numbers, python_member, python_numbers, roomy, taken,
};

const BOTH: [Terms; 2] = [Terms::core(), Terms::pubsub()];

/// `test_custom_group_key_format`: and who has another prefix hears nothing.
#[tokio::test]
async fn a_prefix_of_ones_own() {
    for terms in BOTH {
        let redis = terms.redis().await;
        let ours = terms.ours_with(&redis, roomy().with(|config| config.prefix = "shop".into())).await;
        let python = PythonPeer::start(PeerOptions { prefix: Some("shop".into()), ..terms.options(&redis) }).await;
        let other = terms.ours(&redis).await;
        let (mut here, theirs) = (member(&ours, "room").await, python_member(&python, "room").await);
        let mut elsewhere = member(&other, "room").await;
        match terms.dialect {
            Dialect::Core => assert_eq!(redis[0].keys("*:group:*").await, ["asgi:group:room", "shop:group:room"]),
            Dialect::PubSub => assert_eq!(heard(&redis[0]).await, ["asgi__group__room", "shop__group__room"]),
        }
        python.group_send("room", number(1)).await.unwrap();
        ours.group_send(&group("room"), &numbered(2)).await.unwrap();
        python.send(here.name().as_str(), number(3)).await.unwrap();
        ours.send(&channel(&theirs), &numbered(3)).await.unwrap();
        assert_eq!(numbers(&mut here, 3).await, [1, 2, 3]);
        assert_eq!(python_numbers(&python, &theirs, 3).await, [1, 2, 3]);
        other.group_send(&group("room"), &numbered(9)).await.unwrap();
        assert_eq!(numbers(&mut elsewhere, 1).await, [9]);
    }
}

/// The groups that somebody has subscribed to.
async fn heard(redis: &Redis) -> Vec<String> {
    let list = redis.cli(&["PUBSUB", "CHANNELS", "*__group__*"]).await;
    list.lines().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// `test_groups_multiple_hosts_performance`: many keys over two hosts are one command for each host that has some.
#[tokio::test]
async fn a_hundred_keys_over_two_hosts() {
    let terms = Terms::core().two_hosts();
    let redis = terms.redis().await;
    let (ours, python) = (terms.ours(&redis).await, terms.python(&redis).await);
    ours.send(&channel("warm"), &numbered(0)).await.unwrap();
    ours.send(&channel("warm"), &numbered(0)).await.unwrap();
    for (count, name) in [(1, "one"), (10, "ten"), (100, "hundred")] {
        let members: Vec<_> = (0..count).map(|n| format!("{name}.{n}")).collect();
        for member in &members {
            python.group_add(name, member).await;
        }
        for server in &redis {
            server.reset_commands().await;
        }
        let receipt = ours.group_send(&group(name), &numbered(count)).await.unwrap();
        assert_eq!(receipt, Receipt::new(count as usize, 0));
        let mut scripts = 0;
        for server in &redis {
            scripts += server.commands().await.get("evalsha").copied().unwrap_or_default();
        }
        assert!(scripts <= 2, "{scripts} scripts for {count} keys");
        for member in &members {
            assert_eq!(taken(&ours, member).await, count);
        }
    }
}

/// `test_groups_channel_full`: nobody reads the only member.
#[tokio::test]
async fn group_send_to_a_full_general_channel() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let ours = terms.ours_with(&redis, LayerConfig::default().with(|config| config.capacity = 3)).await;
    let python = terms.python(&redis).await;
    python.group_add("room", "test-gr-chan-1").await;
    let mut receipts = Vec::new();
    for n in 0..5 {
        receipts.push(ours.group_send(&group("room"), &numbered(n)).await.unwrap());
    }
    let (there, full) = (Receipt::new(1, 0), Receipt::new(0, 1));
    assert_eq!(receipts, [there, there, there, full, full]);
    assert_eq!(python_numbers(&python, "test-gr-chan-1", 3).await, [0, 1, 2]);
}

/// `test_receive_cancel`: upstream fails it. Whenever a `receive` is given up, nothing is lost and nothing doubled: here after so many steps
/// of the other tasks, until it is answered first.
#[tokio::test]
async fn receives_given_up_at_any_time() {
    const SENT: u64 = 100;
    let terms = Terms::core();
    let redis = terms.redis().await;
    let ours = terms.ours(&redis).await;
    let mut read = Vec::new();
    let mut given_up = 0;
    for n in 0..SENT {
        ours.send(&channel("jobs"), &numbered(n)).await.unwrap();
        let elsewhere = Box::pin(steps_of_others(3 * n));
        match select(ours.receive(&channel("jobs")), elsewhere).await {
            Either::Left((message, _)) => read.push(number_of(&message.unwrap())),
            Either::Right(_) => given_up += 1,
        }
    }
    assert!(given_up > 0, "each was answered at once");
    while read.len() < SENT as usize {
        read.push(taken(&ours, "jobs").await);
    }
    read.sort_unstable();
    assert_eq!(read, (0..SENT).collect::<Vec<_>>());
    println!("{given_up} of {SENT} receives given up, nothing lost or doubled");
    eventually(PATIENCE, async || redis[0].keys("asgijobs*").await.is_empty().then_some(())).await;
}

async fn steps_of_others(count: u64) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// `test_layer_close`: upstream warns of tasks that outlive their loop.
#[tokio::test]
async fn a_layer_that_is_dropped_leaves_nothing() {
    for terms in BOTH {
        let redis = terms.redis().await;
        let ours = terms.ours(&redis).await;
        let here = member(&ours, "room").await;
        assert_eq!(connections(&redis[0]).await, 2);
        drop(here);
        assert_eq!(Arc::strong_count(&ours), 1);
        drop(ours);
        eventually(PATIENCE, async || (connections(&redis[0]).await == 0).then_some(())).await;
    }
}

async fn connections(redis: &Redis) -> usize {
    redis.cli(&["CLIENT", "LIST"]).await.lines().filter(|line| line.contains("name=catamaran.")).count()
}

/// The list of upstream tests must not name a test that does not exist.
#[test]
fn the_list_names_only_tests_that_exist() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let page = std::fs::read_to_string(tests.join("upstream.md")).unwrap();
    let named: Vec<_> = page.split('`').filter_map(|word| word.split_once(".rs::")).collect();
    assert!(named.len() > 40, "{}", named.len());
    for (file, test) in named {
        let file = match (file, test.starts_with("contract_")) {
            ("conformance", true) => tests.join("../../channels/src/conformance.rs"),
            _ => tests.join(file).with_extension("rs"),
        };
        let text = std::fs::read_to_string(&file).unwrap();
        let is_there = [format!("fn {test}"), format!(" {test}: Terms")].iter().any(|form| text.contains(form.as_str()));
        assert!(is_there, "{}: {test}", file.display());
    }
}
