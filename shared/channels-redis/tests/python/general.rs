//! General channels: what workers read (`manage.py runworker`), several of them sharing one name.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::join3;
use testbed::{Dialect, PythonPeer, Redis, eventually};
use tokio::{sync::mpsc, task::JoinSet};

use crate::fleet::{Fleet, Layer, PATIENCE, Terms, channel, group, number, number_of, numbered, python_numbers, taken};

pub(crate) async fn each_reads_what_the_other_sends(fleet: &Fleet) {
    match fleet.terms.dialect {
        Dialect::Core => one_of_them_gets_it(fleet).await,
        Dialect::PubSub => each_process_gets_a_copy(fleet).await,
    }
}

/// As many messages as hosts: both sides send to the hosts in turn, and each `receive` of Python's reads one host, the next in turn.
async fn one_of_them_gets_it(fleet: &Fleet) {
    let all: Vec<_> = (0..fleet.terms.hosts as u64).collect();
    for n in &all {
        fleet.here.send(&channel("thumbnails"), &numbered(*n)).await.unwrap();
        fleet.python.send("thumbnails.large", number(*n)).await.unwrap();
    }
    let mut read = python_numbers(&fleet.python, "thumbnails", all.len()).await;
    read.sort_unstable();
    assert_eq!(read, all);

    let mut read = Vec::new();
    for _ in &all {
        read.push(taken(&fleet.there, "thumbnails.large").await);
    }
    read.sort_unstable();
    assert_eq!(read, all);
    until_empty(fleet, "thumbnails").await;
}

async fn each_process_gets_a_copy(fleet: &Fleet) {
    let Fleet { here, there, python, redis, .. } = fleet;
    for (n, sender) in (0..).zip(["python", "here"]) {
        let say = async {
            until_heard_by(redis, "thumbnails", 3).await;
            match sender {
                "python" => python.send("thumbnails", number(n)).await.unwrap(),
                _ => here.send(&channel("thumbnails"), &numbered(n)).await.unwrap(),
            }
        };
        let reading = join3(taken(here, "thumbnails"), taken(there, "thumbnails"), python_numbers(python, "thumbnails", 1));
        let ((ours, others, theirs), ()) = tokio::join!(reading, say);
        assert_eq!((ours, others, theirs), (n, n, vec![n]));
    }
}

/// Upstream lets any channel join a group from anywhere. Over two hosts Python reads such a channel on one host at a time, and not from
/// the one where a group's messages lie: there we read alone.
pub(crate) async fn a_general_channel_in_a_group(fleet: &Fleet) {
    let Fleet { here, there, python, terms, .. } = fleet;
    if terms.dialect == Dialect::PubSub {
        return; // a channel joins where it is read, also upstream
    }
    python.group_add("reports", "printer").await;
    here.group_send(&group("reports"), &numbered(1)).await.unwrap();
    python.group_send("reports", number(2)).await.unwrap();
    assert_eq!([taken(there, "printer").await, taken(here, "printer").await], [1, 2]);
    if terms.hosts == 1 {
        here.group_send(&group("reports"), &numbered(3)).await.unwrap();
        assert_eq!(python_numbers(python, "printer", 1).await, [3]);
    }
    python.group_discard("reports", "printer").await;
}

const SHARED: u64 = 200;

#[tokio::test]
async fn each_message_goes_to_one_of_our_readers() {
    for terms in [Terms::core(), Terms::core().two_hosts()] {
        let fleet = Fleet::start(terms).await;
        let mut work = Work::default();
        for layer in [&fleet.here, &fleet.here, &fleet.there, &fleet.there] {
            work.ours(layer);
        }
        let read = shared_out(&fleet, work).await;
        assert_eq!(read.len() as u64, SHARED, "nothing is lost");
        assert!(read.values().all(|times| *times == 1), "nothing is doubled: {read:?}");
    }
}

/// With a worker of Python's nothing is lost either, but it puts back what others have in flight whenever it calls `receive`, and forgets
/// the oldest in flight, whosever it is. Two of them do so to each other, with none of ours.
#[tokio::test]
async fn nothing_is_lost_beside_a_worker_of_pythons() {
    let fleet = Fleet::start(Terms::core()).await;
    let mut mixed = Work::default();
    mixed.ours(&fleet.here);
    mixed.ours(&fleet.there);
    mixed.python(&fleet.python);
    tell_doubled("two of ours and one of Python's", &shared_out(&fleet, mixed).await);

    let mut pythons = Work::default();
    pythons.python(&fleet.python);
    pythons.python(&Arc::new(fleet.terms.python(&fleet.redis).await));
    tell_doubled("two of Python's", &shared_out(&fleet, pythons).await);
}

fn tell_doubled(whose: &str, read: &BTreeMap<u64, usize>) {
    let doubled = read.values().filter(|times| **times > 1).count();
    println!("{whose}: {doubled} of {SHARED} messages came more than once");
    assert_eq!(read.len() as u64, SHARED, "{whose}: nothing is lost");
}

/// Workers that share the channel `jobs`. They end when this is dropped.
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

/// How often each message was read when none was left.
async fn shared_out(fleet: &Fleet, mut work: Work) -> BTreeMap<u64, usize> {
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

/// Until nothing waits in the channel and nothing is in flight from it.
async fn until_empty(fleet: &Fleet, name: &str) {
    for server in &fleet.redis {
        let pattern = format!("asgi{name}*");
        eventually(PATIENCE, async || server.keys(&pattern).await.is_empty().then_some(())).await;
    }
}

/// Until so many processes have subscribed.
async fn until_heard_by(redis: &[Redis], name: &str, processes: u64) {
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
