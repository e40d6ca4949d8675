//! General channels, which workers read (`manage.py runworker`). Several workers share one name.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::join3;
use testbed::{Dialect, PythonPeer, Redis, eventually};
use tokio::{sync::mpsc, task::JoinSet};

use crate::fleet::{Fleet, Layer, PATIENCE, Setup, channel, group, number, number_of, numbered, python_numbers, receive_one};

pub(crate) async fn both_sides_read_each_others_messages(fleet: &Fleet) {
    match fleet.setup.dialect {
        Dialect::Core => one_process_gets_each_message(fleet).await,
        Dialect::PubSub => each_process_gets_a_copy(fleet).await,
    }
}

/// Sends one message for each host: both sides use the hosts in turn, and each `receive` of Python reads the next host.
async fn one_process_gets_each_message(fleet: &Fleet) {
    let all: Vec<_> = (0..fleet.setup.hosts as u64).collect();
    for n in &all {
        fleet.here.send(&channel("thumbnails"), &numbered(*n)).await.unwrap();
        fleet.python.send("thumbnails.large", number(*n)).await.unwrap();
    }
    let mut read = python_numbers(&fleet.python, "thumbnails", all.len()).await;
    read.sort_unstable();
    assert_eq!(read, all);

    let mut read = Vec::new();
    for _ in &all {
        read.push(receive_one(&fleet.there, "thumbnails.large").await);
    }
    read.sort_unstable();
    assert_eq!(read, all);
    until_empty(fleet, "thumbnails").await;
}

async fn each_process_gets_a_copy(fleet: &Fleet) {
    let Fleet { here, there, python, redis, .. } = fleet;
    for (n, sender) in (0..).zip(["python", "here"]) {
        let say = async {
            until_subscribed(redis, "thumbnails", 3).await;
            match sender {
                "python" => python.send("thumbnails", number(n)).await.unwrap(),
                _ => here.send(&channel("thumbnails"), &numbered(n)).await.unwrap(),
            }
        };
        let reading =
            join3(receive_one(here, "thumbnails"), receive_one(there, "thumbnails"), python_numbers(python, "thumbnails", 1));
        let ((ours, others, theirs), ()) = tokio::join!(reading, say);
        assert_eq!((ours, others, theirs), (n, n, vec![n]));
    }
}

/// Upstream lets any channel join a group. Over two hosts Python reads such a channel on one host at a time, and not on the group's host. So
/// only we read there.
pub(crate) async fn a_general_channel_can_be_a_member(fleet: &Fleet) {
    let Fleet { here, there, python, setup, .. } = fleet;
    if setup.dialect == Dialect::PubSub {
        return; // a channel joins only in the process that reads it, also upstream
    }
    python.group_add("reports", "printer").await;
    here.group_send(&group("reports"), &numbered(1)).await.unwrap();
    python.group_send("reports", number(2)).await.unwrap();
    assert_eq!([receive_one(there, "printer").await, receive_one(here, "printer").await], [1, 2]);
    if setup.hosts == 1 {
        here.group_send(&group("reports"), &numbered(3)).await.unwrap();
        assert_eq!(python_numbers(python, "printer", 1).await, [3]);
    }
    python.group_discard("reports", "printer").await;
}

const SHARED: u64 = 200;

#[tokio::test]
async fn each_message_goes_to_one_of_our_readers() {
    for setup in [Setup::core(), Setup::core().two_hosts()] {
        let fleet = Fleet::start(setup).await;
        let mut work = Work::default();
        for layer in [&fleet.here, &fleet.here, &fleet.there, &fleet.there] {
            work.ours(layer);
        }
        let read = read_by(&fleet, work).await;
        assert_eq!(read.len() as u64, SHARED, "nothing is lost");
        assert!(read.values().all(|times| *times == 1), "nothing is doubled: {read:?}");
    }
}

/// A Python worker puts back the messages in flight of others at each `receive`, and removes the oldest one as its own. So messages are
/// doubled, also among two Python workers, but none is lost.
#[tokio::test]
async fn loses_nothing_beside_a_python_worker() {
    let fleet = Fleet::start(Setup::core()).await;
    let mut mixed = Work::default();
    mixed.ours(&fleet.here);
    mixed.ours(&fleet.there);
    mixed.python(&fleet.python);
    print_doubled("two Catamaran readers and one Python reader", &read_by(&fleet, mixed).await);

    let mut pythons = Work::default();
    pythons.python(&fleet.python);
    pythons.python(&Arc::new(fleet.setup.python(&fleet.redis).await));
    print_doubled("two Python readers", &read_by(&fleet, pythons).await);
}

fn print_doubled(readers: &str, read: &BTreeMap<u64, usize>) {
    let doubled = read.values().filter(|times| **times > 1).count();
    println!("{readers}: {doubled} of {SHARED} messages came more than once");
    assert_eq!(read.len() as u64, SHARED, "{readers}: nothing is lost");
}

/// Workers that share the channel `jobs`. They end when it is dropped.
struct Work {
    workers: JoinSet<()>,
    done: mpsc::UnboundedSender<u64>,
    read: mpsc::UnboundedReceiver<u64>,
}

impl Default for Work {
    fn default() -> Self {
        let (done, read) = mpsc::unbounded_channel();
        Self { workers: JoinSet::new(), done, read }
    }
}

impl Work {
    fn ours(&mut self, layer: &Layer) {
        let (layer, done) = (Arc::clone(layer), self.done.clone());
        self.workers.spawn(async move {
            loop {
                let message = layer.receive(&channel("jobs")).await.unwrap();
                let _ended = done.send(number_of(&message));
            }
        });
    }

    fn python(&mut self, python: &Arc<PythonPeer>) {
        let (python, done) = (Arc::clone(python), self.done.clone());
        self.workers.spawn(async move {
            loop {
                let message = python.receive("jobs").await;
                let _ended = done.send(message["n"].as_u64().unwrap());
            }
        });
    }
}

/// Returns how often each message was read, when none was left.
async fn read_by(fleet: &Fleet, mut work: Work) -> BTreeMap<u64, usize> {
    for n in 0..SHARED {
        match n % 2 {
            0 => fleet.python.send("jobs", number(n)).await.unwrap(),
            _ => fleet.there.send(&channel("jobs"), &numbered(n)).await.unwrap(),
        }
    }
    let mut read = BTreeMap::new();
    while (read.len() as u64) < SHARED {
        let n = tokio::time::timeout(PATIENCE, work.read.recv()).await.expect("the next comes in time").unwrap();
        *read.entry(n).or_default() += 1;
    }
    until_empty(fleet, "jobs").await;
    while let Ok(n) = work.read.try_recv() {
        *read.entry(n).or_default() += 1;
    }
    read
}

/// Waits until no message waits in the channel or is in flight from it.
async fn until_empty(fleet: &Fleet, name: &str) {
    for server in &fleet.redis {
        let pattern = format!("asgi{name}*");
        eventually(PATIENCE, async || server.keys(&pattern).await.is_empty().then_some(())).await;
    }
}

/// Waits until `processes` have subscribed.
async fn until_subscribed(redis: &[Redis], name: &str, processes: u64) {
    let heard_by = async || {
        let mut sum = 0;
        for server in redis {
            let answer = server.cli(&["PUBSUB", "NUMSUB", name]).await;
            sum += answer.lines().nth(1).unwrap().parse::<u64>().unwrap();
        }
        sum
    };
    eventually(PATIENCE, async || (heard_by().await == processes).then_some(())).await;
}
