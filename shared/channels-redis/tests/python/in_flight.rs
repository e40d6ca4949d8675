//! Readers that are killed between taking a message from a general channel and telling Redis that they have it.

use std::{pin::pin, time::Instant};

use futures_util::FutureExt as _;
use testbed::{Host, PeerOptions, PythonPeer, Redis, eventually};
use tokio::{runtime::Builder, sync::oneshot};

use crate::fleet::{PATIENCE, Terms, channel, number, numbered, patient, python_numbers, roomy, taken};

/// Python's confirmation (ZPOPMIN of what is in flight) never arrives: as far as Redis knows it was killed just before.
#[tokio::test]
async fn a_worker_of_pythons_killed_before_it_confirmed() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    redis[0].cli(&["ACL", "SETUSER", "worker", "on", ">word", "~*", "&*", "+@all", "-zpopmin"]).await;
    let url = redis[0].url().replace("redis://", "redis://worker:word@");
    let python = PythonPeer::start(PeerOptions { hosts: vec![Host::Url(patient(&url))], ..terms.options(&redis) }).await;
    let ours = terms.ours(&redis).await;
    ours.send(&channel("jobs"), &numbered(1)).await.unwrap();
    assert_eq!(python_numbers(&python, "jobs", 1).await, [1]);
    python.kill9();
    assert_eq!(redis[0].keys("asgijobs*").await, ["asgijobs$inflight"]);

    let start = Instant::now();
    assert_eq!(taken(&ours, "jobs").await, 1);
    println!("what a killed worker of Python's had was taken by ours after {:.1?}", start.elapsed());
    until_settled(&redis[0]).await;
}

/// Between BZPOPMIN and the ZADD to the backup the message is only on the line: upstream loses it. Ours moves it in one step.
#[tokio::test]
async fn a_worker_of_pythons_killed_before_its_backup() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let (ours, python) = (terms.ours(&redis).await, terms.python(&redis).await);
    {
        let mut waiting = pin!(python.receive("jobs"));
        tokio::select! {
            _ = &mut waiting => panic!("nothing has been sent"),
            () = until_python_waits(&redis[0]) => {}
        }
        python.freeze();
    }
    ours.send(&channel("jobs"), &numbered(1)).await.unwrap();
    assert!(redis[0].keys("asgijobs*").await.is_empty(), "it is nowhere but on the line");
    python.kill9();
    ours.send(&channel("jobs"), &numbered(2)).await.unwrap();
    assert_eq!(taken(&ours, "jobs").await, 2);
    until_settled(&redis[0]).await;
}

#[tokio::test]
async fn one_of_ours_killed_and_a_worker_of_pythons_goes_on() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let python = terms.python(&redis).await;
    python.send("jobs", number(1)).await.unwrap();
    killed_with_a_message_in_hand(terms, &redis).await;
    let start = Instant::now();
    assert_eq!(python_numbers(&python, "jobs", 1).await, [1]);
    println!("what a killed process of ours had was taken by Python's after {:.1?}", start.elapsed());
    until_settled(&redis[0]).await;
}

#[tokio::test]
async fn one_of_ours_killed_and_another_goes_on() {
    let terms = Terms::core();
    let redis = terms.redis().await;
    let ours = terms.ours(&redis).await;
    for n in [1, 2] {
        ours.send(&channel("jobs"), &numbered(n)).await.unwrap();
    }
    killed_with_a_message_in_hand(terms, &redis).await;
    let start = Instant::now();
    assert_eq!(taken(&ours, "jobs").await, 2, "what still waits comes first");
    assert_eq!(taken(&ours, "jobs").await, 1);
    println!("what a killed process of ours had was taken by another after {:.1?}", start.elapsed());
    until_settled(&redis[0]).await;
}

/// A process of ours, as far as Redis can tell: its tasks and connections end at once, wherever they are.
async fn killed_with_a_message_in_hand(terms: Terms, redis: &[Redis]) {
    let urls: Vec<_> = redis.iter().map(Redis::url).collect();
    let (kill, killed) = oneshot::channel();
    let process = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let hands = runtime.block_on(async {
            let layer = terms.ours_at(&urls, roomy()).await;
            let mut asked = layer.receive(&channel("jobs"));
            assert!((&mut asked).now_or_never().is_none(), "it takes what it was asked for, and nobody looks at it");
            killed.await.unwrap();
            (layer, asked)
        });
        drop(runtime);
        drop(hands);
    });
    eventually(PATIENCE, async || redis[0].keys("asgijobs$inflight").await.first().cloned()).await;
    kill.send(()).unwrap();
    process.await.unwrap();
}

/// Until somebody who is none of ours is blocked in BZPOPMIN.
async fn until_python_waits(redis: &Redis) {
    let is_python = |line: &str| line.contains("cmd=bzpopmin") && line.contains("flags=b") && !line.contains("name=catamaran");
    eventually(PATIENCE, async || redis.cli(&["CLIENT", "LIST"]).await.lines().any(is_python).then_some(())).await;
}

/// Until nothing waits and nothing is in flight.
async fn until_settled(redis: &Redis) {
    eventually(PATIENCE, async || redis.keys("asgijobs*").await.is_empty().then_some(())).await;
}
