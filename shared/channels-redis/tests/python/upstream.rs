//! Cases of the tests of `channels_redis` that no other test here covers. `../upstream.md` has the whole list.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use catamaran::{LayerConfig, Receipt};
use futures_util::future::{Either, select};
use testbed::{Dialect, PeerOptions, PythonPeer, Redis, eventually};

use crate::fleet::{
    PATIENCE, Setup, channel, group, member, number, number_of, numbered, numbers, python_member, python_numbers, receive_one,
    roomy,
};

const BOTH: [Setup; 2] = [Setup::core(), Setup::pubsub()];

/// `test_custom_group_key_format`. A layer with another prefix gets no messages.
#[tokio::test]
async fn separates_prefixes() {
    for setup in BOTH {
        let redis = setup.redis().await;
        let ours = setup.ours_with(&redis, roomy().with(|config| config.prefix = "shop".into())).await;
        let python = PythonPeer::start(PeerOptions { prefix: Some("shop".into()), ..setup.options(&redis) }).await;
        let other = setup.ours(&redis).await;
        let (mut here, theirs) = (member(&ours, "room").await, python_member(&python, "room").await);
        let mut elsewhere = member(&other, "room").await;
        match setup.dialect {
            Dialect::Core => assert_eq!(redis[0].keys("*:group:*").await, ["asgi:group:room", "shop:group:room"]),
            Dialect::PubSub => assert_eq!(subscribed_groups(&redis[0]).await, ["asgi__group__room", "shop__group__room"]),
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

/// Returns the groups with a subscriber.
async fn subscribed_groups(redis: &Redis) -> Vec<String> {
    let list = redis.cli(&["PUBSUB", "CHANNELS", "*__group__*"]).await;
    list.lines().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// `test_groups_multiple_hosts_performance`. Each host that has some of the keys gets one command.
#[tokio::test]
async fn sends_to_many_keys_with_one_command_for_each_host() {
    let setup = Setup::core().two_hosts();
    let redis = setup.redis().await;
    let (ours, python) = (setup.ours(&redis).await, setup.python(&redis).await);
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
            assert_eq!(receive_one(&ours, member).await, count);
        }
    }
}

/// `test_groups_channel_full`. The only member has no reader.
#[tokio::test]
async fn counts_drops_of_a_full_general_channel() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let ours = setup.ours_with(&redis, LayerConfig::default().with(|config| config.capacity = 3)).await;
    let python = setup.python(&redis).await;
    python.group_add("room", "test-gr-chan-1").await;
    let mut receipts = Vec::new();
    for n in 0..5 {
        receipts.push(ours.group_send(&group("room"), &numbered(n)).await.unwrap());
    }
    let (there, full) = (Receipt::new(1, 0), Receipt::new(0, 1));
    assert_eq!(receipts, [there, there, there, full, full]);
    assert_eq!(python_numbers(&python, "test-gr-chan-1", 3).await, [0, 1, 2]);
}

/// `test_receive_cancel`, which upstream fails. Cancels `receive` after a rising number of steps of other tasks. No message is lost or
/// doubled.
#[tokio::test]
async fn cancelled_receives_lose_and_double_nothing() {
    const SENT: u64 = 100;
    let setup = Setup::core();
    let redis = setup.redis().await;
    let ours = setup.ours(&redis).await;
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
    assert!(given_up > 0, "each call was answered at once");
    while read.len() < SENT as usize {
        read.push(receive_one(&ours, "jobs").await);
    }
    read.sort_unstable();
    assert_eq!(read, (0..SENT).collect::<Vec<_>>());
    println!("{given_up} of {SENT} receives cancelled, nothing lost or doubled");
    eventually(PATIENCE, async || redis[0].keys("asgijobs*").await.is_empty().then_some(())).await;
}

async fn steps_of_others(count: u64) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// `test_layer_close`. Upstream warns of tasks that outlive their loop.
#[tokio::test]
async fn a_dropped_layer_leaves_no_connection() {
    for setup in BOTH {
        let redis = setup.redis().await;
        let ours = setup.ours(&redis).await;
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
        let is_there = [format!("fn {test}"), format!(" {test}: Setup")].iter().any(|form| text.contains(form.as_str()));
        assert!(is_there, "{}: {test}", file.display());
    }
}
